"""The trail, by command."""

import click
from flask.cli import AppGroup

from app.cli.base import refusable
from app.services import audit

group = AppGroup("audit", help="The trail of everything that was changed.")


@group.command("verify")
@refusable
def verify() -> None:
    """Check that no row of the trail was changed or removed; exit 1 if one was."""
    held, broken = audit.first_broken()
    if broken is not None:
        click.echo(
            f"audit verify: {held} rows hold, row {broken} is the first broken one",
            err=True,
        )
        raise click.exceptions.Exit(1)
    click.echo(f"audit verify: all {held} rows hold")


COMMANDS: list[click.Command] = [group]
