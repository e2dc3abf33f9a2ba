"""A load generator: a few keep-alive connections to this machine, and what they got.

It sends bytes that were made before and reads answers without looking into them, so
that it takes a small part of what the server takes.
"""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

HOST = "127.0.0.1"


@dataclass
class Load:
    """What one run of the load generator saw."""

    rate: float = 0
    count: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    # Bytes of the last body.
    length: int = 0
    # What the server computed meanwhile.
    processor_seconds: float = 0

    @property
    def figures(self) -> tuple[float, float]:
        """Answers a second, and milliseconds that the server computed for each."""
        return self.rate, 1000 * self.processor_seconds / self.count


def get(path: str, cookie: str = "") -> bytes:
    """Return the bytes of a request for a page."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{cookies}\r\n".encode()


def post(path: str, form: str, cookie: str) -> bytes:
    """Return the bytes of a form that is sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n"
    )
    return (head + form).encode()


def measure(
    port: int,
    requests: Sequence[bytes],
    *,
    seconds: float,
    connections: int = 4,
    expected: int = 200,
) -> Load:
    """Send requests over and over for a while; return how many a second came back.

    Raises RuntimeError when an answer has another status than the one expected.
    """
    result, lock = Load(), threading.Lock()
    upcoming = cycle(requests)
    until = time.monotonic() + seconds

    def work() -> None:
        with _Connection(port) as connection:
            # Each asks once at least, however late its turn comes.
            more = True
            while more:
                with lock:
                    request = next(upcoming)
                status, length = connection.fetch(request)
                with lock:
                    result.statuses[status] = result.statuses.get(status, 0) + 1
                    result.length = length
                more = time.monotonic() < until

    started = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.count = sum(result.statuses.values())
    result.rate = result.count / (time.monotonic() - started)
    if set(result.statuses) != {expected}:
        raise RuntimeError(f"answers were {result.statuses}, not {expected}")
    return result


def fetch(port: int, request: bytes) -> tuple[int, bytes]:
    """Send one request; return its status and everything that came back."""
    with _Connection(port) as connection:
        status, _ = connection.fetch(request)
        return status, connection.last


class _Connection:
    """One connection that stays open; opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self.last = b""

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_problem: object) -> None:
        self._close()

    def fetch(self, request: bytes) -> tuple[int, int]:
        """Return the status of the answer and the length of its body."""
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, body = b"", -1
        for part in self._parts(self._socket):
            head += part
            if body < 0:
                body = head.find(b"\r\n\r\n") + 4
                if body < 4:
                    body = -1
                    continue
                length = _length(head[:body])
            if len(head) >= body + length:
                break
        self.last = head
        if b"connection: close" in head[:body].lower():
            self._close()
        return int(head[9:12]), length

    def _parts(self, open_socket: socket.socket) -> Iterator[bytes]:
        while part := open_socket.recv(262_144):
            yield part
        raise RuntimeError("the server closed the connection in the middle")

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.index(b"content-length:") + len(b"content-length:")
    return int(lowered[start : lowered.index(b"\r\n", start)])


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
