"""How connections to the two databases are set up."""

from flask import has_request_context, request
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

from app.transactions import writing


def set_up_engine(engine: Engine) -> None:
    """Give SQLite the transactions that the service relies on.

    The driver's own handling lost updates under two writers, and a deferred BEGIN that
    turns into a write fails with "locked"; so reading requests begin deferred, and
    everything that may write begins IMMEDIATE.
    """
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)


def _sqlite_connect(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # Outside of a request every write goes through transactions.atomic(); inside one,
    # Flask-AppBuilder writes by itself when a form is sent.
    sent = has_request_context() and request.method not in ("GET", "HEAD", "OPTIONS")
    if writing() or sent:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # It waits for nothing and cannot fail, so it goes straight to the driver.
        connection.connection.driver_connection.execute("BEGIN")  # type: ignore
