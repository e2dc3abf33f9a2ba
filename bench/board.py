"""Throw-away boards: a migrated database of its own, gone when the measurement is."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from app import clock, create_app
from app.extensions import db
from app.services import installation
from app.services.demo import load

# Sessions and links of a throw-away board protect nobody.
KEY = "a key of a benchmark, which protects nobody"


@dataclass(frozen=True)
class Ground:
    """What a benchmark stands on: how large it is, and which database it asks."""

    quick: bool = False
    postgresql: bool = False

    def size(self, full: int, quick: int) -> int:
        """Return how many of something, in full or for a smoke run."""
        return quick if self.quick else full

    @property
    def database(self) -> str:
        """Name the database as the tables do."""
        return "PostgreSQL" if self.postgresql else "SQLite"


@dataclass(frozen=True)
class Board:
    """An app on a database of its own, and how another process reaches the same one."""

    app: Flask
    environ: dict[str, str]


@contextmanager
def empty_board(ground: Ground) -> Iterator[Board]:
    """Make a migrated board without anybody on it; take it away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="esito-bench-") as folder,
        _database(ground, Path(folder)) as url,
    ):
        board = Board(app_on(url, folder), environment(url, folder))
        with board.app.app_context():
            upgrade()
            sync = board.app.test_cli_runner()
            sync.invoke(args=["sync-roles"], catch_exceptions=False)
            installation.mark()
            db.session.remove()
            yield board
            db.session.remove()
            db.engine.dispose()


@contextmanager
def demo_board(ground: Ground, candidates: int) -> Iterator[Board]:
    """Make a board with so many invented candidates."""
    with empty_board(ground) as board:
        load.load(
            count=candidates, seed=1, at=clock.now(), progress=lambda _count: None
        )
        db.session.remove()
        analyse()
        yield board


def analyse() -> None:
    """Let the database count its rows, as it does by itself in a service that runs."""
    with db.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.exec_driver_sql("ANALYZE")


def environment(url: str, folder: str) -> dict[str, str]:
    """Return the environment in which a process serves the board."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("ESITO_")}
    return {
        **own,
        "ESITO_ENV": "demo",
        "ESITO_SECRET_KEY": KEY,
        "ESITO_DATABASE_URL": url,
        "ESITO_DATA_DIR": folder,
    }


def app_on(url: str, folder: str) -> Flask:
    """Return an app on the database at `url`, in this process."""
    os.environ.update(
        {k: v for k, v in environment(url, folder).items() if k.startswith("ESITO_")}
    )
    return create_app()


@contextmanager
def _database(ground: Ground, folder: Path) -> Iterator[str]:
    if not ground.postgresql:
        yield f"sqlite:///{folder / 'esito.sqlite'}"
        return
    from tests import postgres

    server: Any = postgres.start()
    own = f"esito_bench_{uuid.uuid4().hex[:12]}"
    try:
        yield postgres.new_database(own)
        postgres.drop_database(own)
    finally:
        postgres.stop(server)
