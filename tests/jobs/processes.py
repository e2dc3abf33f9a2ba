"""Real processes of the service, started on a test's own database and ended with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

import config

FLASK = (sys.executable, "-m", "flask", "--app", "app")
# So many seconds a busy machine may take for what a quiet one does at once.
PATIENCE = 180


def environment(app: Flask, **more: str) -> dict[str, str]:
    """Return the environment in which a process serves the same database as `app`."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("ESITO_")}
    return {
        **own,
        "ESITO_ENV": "testing",
        "ESITO_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "ESITO_DATA_DIR": str(app.config["ESITO_DATA_DIR"]),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


@contextmanager
def running(
    command: tuple[str, ...], environ: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in the repository, output to a file; kill it and its children."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=config.ROOT, env=environ, stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        left = family(process.pid)
        for member in left:
            member.kill()
        process.wait(PATIENCE)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and everything that descends from it."""
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return which of them still run."""
    return [
        each
        for each in processes
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until a condition holds and return what it found; fail after a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")
