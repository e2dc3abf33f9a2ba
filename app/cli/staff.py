"""Users of the back office, by command."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from app import clock
from app.cli.base import password_from_stdin, refusable
from app.errors import Refused
from app.extensions import db
from app.models import Centre
from app.services import factors, staff


@click.command("create-staff")
@click.argument("email")
@click.option("--role", required=True, help="Such as 'Results officer'.")
@click.option("--centre", "number", help="The centre's number, for Centre staff.")
@click.option("--name", help="First name and family name; else from the address.")
@click.option(
    "--password-stdin", "stdin", is_flag=True, help="Read it; else e-mail a link."
)
@with_appcontext
@refusable
def create_staff(
    email: str, role: str, number: str | None, name: str | None, stdin: bool
) -> None:
    """Add a user of the board or of a centre."""
    password = password_from_stdin() if stdin else None
    first, _, last = (name or "").strip().rpartition(" ")
    user = staff.create(
        email,
        role=role,
        centre=_centre(number) if number else None,
        first_name=first or last,
        last_name=last if first else "",
        password=password,
        by=None,
        at=clock.now(),
    )
    link = "" if stdin else "; a link to set a password is queued"
    click.echo(f"create-staff: 1 user added, {user.email}, {role}{link}")


@click.command("remove-factor")
@click.argument("email")
@with_appcontext
@refusable
def remove_factor(email: str) -> None:
    """Remove the authenticator app of a user who has lost it, when nobody else can.

    Administrators do it on the screen of users; this is for the last of them.
    """
    user = staff.active(email)
    if user is None:
        raise Refused(f"No active user has the address {email!r}.")
    factors.remove_for(user, by=None, at=clock.now())
    click.echo(f"remove-factor: 1 authenticator app removed, {user.email}")


def _centre(number: str) -> Centre:
    centre = db.session.scalar(select(Centre).where(Centre.number == number))
    if centre is None:
        raise Refused(f"There is no centre {number}.")
    return centre


COMMANDS = [create_staff, remove_factor]
