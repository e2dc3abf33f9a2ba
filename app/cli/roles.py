"""Roles and permissions of the back office, by command."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli.base import refusable
from app.services import installation


@click.command("sync-roles")
@with_appcontext
@refusable
def sync_roles() -> None:
    """Bring roles and permissions of the back office up to date."""
    from app.views.admin.roles import sync

    count = sync(current_app.appbuilder)  # type: ignore[attr-defined]
    installation.mark()
    click.echo(f"sync-roles: {count} permissions are up to date")


COMMANDS = [sync_roles]
