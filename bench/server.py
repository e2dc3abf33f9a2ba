"""The server of a benchmark: Esito, and beside it a bare Flask app, in one gunicorn.

The bare app does what no page of results could do without: one indexed query on the
same database, and a Jinja template of the same number of bytes. It has no session, no
sign-in, no translations and no headers of its own.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import config
from app import create_app as create_esito
from app.database import set_up_engine
from app.extensions import db as esito_db
from app.models import Entry, Share
from bench.load import Load, free_port, measure

ROWS = 25


def create_app() -> Any:
    """Return what gunicorn serves: Esito, and the bare pages under /bare."""
    esito = create_esito()
    bare = create_bare(esito.config["SQLALCHEMY_DATABASE_URI"])
    return DispatcherMiddleware(esito, {"/bare": bare})


def create_bare(url: str) -> Flask:
    """Return a bare app with a page for one row and a page for a list of rows."""
    app = Flask("bench.server")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = config._engine_options(url)
    db = SQLAlchemy(app, metadata=esito_db.metadata)
    with app.app_context():
        set_up_engine(db.engine)
    filler = "Nothing in this page but words, as many as the other page has bytes. "

    def padding(length: int) -> str:
        return (filler * (length // len(filler) + 1))[:length]

    @app.get("/one/<reference>/<int:length>")
    def one(reference: str, length: int) -> str:
        entry = db.session.scalars(
            select(Entry).where(Entry.reference == reference)
        ).one()
        return render_template("one.html", entry=entry, padding=padding(length))

    @app.get("/list/<int:organisation>/<int:length>")
    def rows(organisation: int, length: int) -> str:
        shares = db.session.scalars(
            select(Share)
            .options(joinedload(Share.entry))
            .where(Share.organisation_id == organisation, Share.withdrawn_at.is_(None))
            .order_by(Share.at.desc(), Share.id.desc())
            .limit(ROWS)
        ).all()
        return render_template("list.html", shares=shares, padding=padding(length))

    return app


@dataclass(frozen=True)
class Server:
    """A gunicorn that runs, and the processes it does its work in."""

    port: int
    pid: int

    def load(self, requests: Sequence[bytes], **how: Any) -> Load:
        """Load the server for a while; see load.measure."""
        before = self._processor_seconds()
        result = measure(self.port, requests, **how)
        result.processor_seconds = self._processor_seconds() - before
        return result

    def _processor_seconds(self) -> float:
        # How long its processes have computed, whatever else the machine did.
        head = psutil.Process(self.pid)
        times = [each.cpu_times() for each in (head, *head.children(recursive=True))]
        return sum(each.user + each.system for each in times)


@contextmanager
def running(environ: dict[str, str], *, workers: int = 1) -> Iterator[Server]:
    """Serve a board with the service's own gunicorn settings until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen(
        [*command, "bench.server:create_app()"],
        cwd=config.ROOT,
        env={**environ, "PYTHONPATH": str(config.ROOT)},
        start_new_session=True,
    )
    try:
        _wait_until_ready(port, process)
        yield Server(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server of the benchmark did not become ready")
