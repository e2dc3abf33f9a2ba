"""The whole service as its users meet it: processes, a mail server and a browser."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import create_engine, text

import config
from app import create_app
from app.extensions import db

ROOT = Path(__file__).parents[2]
FLASK = [sys.executable, "-m", "flask"]


class PostOffice:
    """A real SMTP server on this machine that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        assert len(envelope.rcpt_tos) == 1, "a message has one recipient"
        self.messages.append(message)
        return "250 OK"

    def wait_for(
        self, address: str, subject: str, seconds: float = 120, *, number: int = 1
    ) -> str:
        """Return the text of a message once it, or so many of its kind, have come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            come = [
                message
                for message in list(self.messages)
                if message["To"] == address
                and re.search(subject, str(message["Subject"]))
            ]
            if len(come) >= number:
                part = come[number - 1].get_body(("plain",))
                assert part is not None
                return str(part.get_content()).replace("\r\n", "\n")
            time.sleep(0.1)
        all_of_it = [(m["To"], m["Subject"]) for m in self.messages]
        raise AssertionError(f"no message {subject!r} for {address}; came: {all_of_it}")

    def close(self) -> None:
        self._controller.stop()


class Service:
    """A server process, a job process and their database, on a free port."""

    def __init__(self, folder: Path, database_url: str, post_office: PostOffice):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.post_office = post_office
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ESITO_")},
            "ESITO_ENV": "testing",
            "ESITO_DATA_DIR": str(folder),
            "ESITO_DATABASE_URL": database_url,
            "ESITO_BASE_URL": self.url,
            "ESITO_MAIL_URL": f"smtp://127.0.0.1:{post_office.port}",
            "ESITO_MAIL_FROM": "results@board.example",
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
        }
        # How many seconds the slowest command has taken: this machine's measure.
        self.slowness = 1.0
        self._processes: list[subprocess.Popen[bytes]] = []

    def flask(self, *words: str, stdin: str = "", status: int = 0) -> str:
        """Run a command as an operator would; return what it printed."""
        began = time.monotonic()
        done = subprocess.run(
            [*FLASK, *words],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.slowness = max(self.slowness, time.monotonic() - began)
        assert done.returncode == status, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    @contextmanager
    def operator(self) -> Iterator[Callable[..., str]]:
        """Yield what runs commands one after the other without starting anew each time.

        For what a test needs before it begins; what it is about goes through `flask`.
        """
        app = create_app(config.read(self.env))
        runner = app.test_cli_runner()

        def run(*words: str, stdin: str = "") -> str:
            done = runner.invoke(args=words, input=stdin)
            assert done.exit_code == 0, (words, done.output, done.exception)
            return str(done.output)

        yield run
        with app.app_context():
            db.engine.dispose()

    def ask(self, query: str) -> Any:
        """Return the one value that a query finds in the database."""
        engine = create_engine(self.env["ESITO_DATABASE_URL"])
        with engine.connect() as connection:
            answer = connection.execute(text(query)).scalar_one()
        engine.dispose()
        return answer

    def start(self, *, jobs: bool = True) -> None:
        """Start the web server, and the job process unless told otherwise."""
        # `python -I -c` would lose the repository; the service is found from its root.
        web = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--workers", "1", "--worker-class", "gthread", "--threads", "4"]
        self._run([*web, "--log-level", "warning", "app:create_app()"])
        if jobs:
            self._run([*FLASK, "jobs", "run"])
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(self.url + "/ready", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError("the server did not become ready: " + self.log())

    def _run(self, command: list[str]) -> None:
        log = (self.folder / "processes.log").open("ab")
        self._processes.append(
            subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        )
        log.close()

    def log(self) -> str:
        """Return what the processes have written so far."""
        path = self.folder / "processes.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
