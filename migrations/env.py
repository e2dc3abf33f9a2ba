"""Run migrations for the application that `flask db` was called for."""

from alembic import context
from flask import current_app

from app.types import Instant

db = current_app.extensions["migrate"].db


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types into migrations as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run every migration in a transaction of its own, on the app's own engine."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_item=render,
            render_as_batch=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
