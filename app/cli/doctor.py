"""The service's own check-up."""

import click
from flask.cli import with_appcontext

from app import clock
from app.errors import Refused, first_line
from app.extensions import db
from app.services import doctor


@click.command("doctor")
@with_appcontext
def check_up() -> None:
    """Check settings, database, mail, storage and clock; exit 1 if one fails."""
    failed = 0
    for name, check in doctor.checks().items():
        try:
            line = f"ok      {name}: {check(clock.now())}"
        except Refused as problem:
            line = f"FAILED  {name}: {problem}"
            failed += 1
        except Exception as problem:
            # A check that breaks is an answer too, and the others still help: what it
            # began in the database must not be in their way.
            db.session.rollback()
            line = f"FAILED  {name}: {first_line(problem)}"
            failed += 1
        click.echo(line)
    if failed:
        raise click.exceptions.Exit(1)


COMMANDS: list[click.Command] = [check_up]
