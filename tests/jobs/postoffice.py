"""A real mail server on this machine, which can be told to be unkind."""

import email
import socket
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


class PostOffice:
    """Keeps what it accepts; answers an address with what was set for it."""

    def __init__(self) -> None:
        self.accepted: list[Message] = []
        self.envelopes: list[list[str]] = []
        # What to answer: by recipient at RCPT, by recipient at the end of DATA.
        self.at_rcpt: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        # Whose messages it takes, and then hangs up before it has said so.
        self.hangs_up_on: set[str] = set()
        self.controller: Any = None
        self.port = 0

    def open(self) -> None:
        """Listen; again on the same port after it was closed."""
        self.port = self.port or free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self) -> None:
        """Stop listening."""
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def to(self, address: str) -> list[Message]:
        """Return the messages taken for one address."""
        return [
            message
            for message, people in zip(self.accepted, self.envelopes, strict=True)
            if people == [address]
        ]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.at_rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        person = envelope.rcpt_tos[0]
        answer = self.at_data.get(person, "250 OK")
        if answer.startswith("250"):
            self.accepted.append(email.message_from_bytes(envelope.content))
            self.envelopes.append(list(envelope.rcpt_tos))
        if person in self.hangs_up_on:
            server.transport.abort()
        return answer


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
