"""Run migrations for the application that `flask db` was called for."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app.types import Instant

db = current_app.extensions["migrate"].db


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types into migrations as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


# The lock under which one process migrates while others wait to find nothing to do.
MIGRATION_LOCK = 7_270_001


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Let one process migrate at a time, for as long as its migrations take."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:k)"), {"k": MIGRATION_LOCK})
        connection.commit()
        try:
            yield
        finally:
            connection.rollback()
            unlock = text("SELECT pg_advisory_unlock(:k)")
            connection.execute(unlock, {"k": MIGRATION_LOCK})
            connection.execute(text("RESET statement_timeout"))
            connection.execute(text("RESET lock_timeout"))
            connection.commit()
    else:
        with open(f"{connection.engine.url.database}.migrating", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def tell(steps: list[Any]) -> None:
    """Say in a line what an upgrade or a downgrade did to the schema."""
    if "destination_rev" not in context.get_context().opts:
        return  # Nothing is migrated: the schema is looked at, or compared.
    done = f"{len(steps)} migrations run" if steps else "no migration to run"
    at = context.get_context().get_current_revision() or "empty"
    click.echo(f"db: {done}, the schema is at {at}")


def run() -> None:
    """Run every migration in a transaction of its own, on the app's own engine."""
    steps: list[Any] = []
    with db.engine.connect() as connection, one_at_a_time(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_item=render,
            render_as_batch=False,
            transaction_per_migration=True,
            on_version_apply=lambda *, step, **_: steps.append(step),
        )
        with context.begin_transaction():
            context.run_migrations()
        tell(steps)


run()
