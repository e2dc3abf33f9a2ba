"""Releases by command: the two signatures, and the take-down."""

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app import clock
from app.cli.base import refusable
from app.errors import Refused
from app.extensions import db
from app.models import Release, User
from app.services import publication, releases, rights
from app.services.rights import Act


@click.group("release")
def release() -> None:
    """Publish results: two people sign, either takes back."""


@release.command("propose")
@click.argument("session_code", metavar="SESSION")
@click.option("--centre", "number", metavar="NUMBER", help="Only this centre.")
@click.option("--at", "instant", required=True, metavar="ISO", help="With its offset.")
@click.option("--by", "email", required=True, metavar="EMAIL")
@with_appcontext
@refusable
def propose(session_code: str, number: str | None, instant: str, email: str) -> None:
    """Propose to publish what is ready in SESSION at an instant."""
    if number is not None and not number.strip():
        # A script whose variable is empty must not propose every centre's results.
        raise click.UsageError("--centre takes a centre's number; leave it out for all")
    officer = _staff(email, Act.propose_release)
    session = releases.session_by_code(session_code)
    centre = releases.centre_by_number(number or "")
    proposed = publication.propose(
        session, centre, _instant(instant), by=officer, at=clock.now()
    )
    click.echo(
        f"release {proposed.id}: proposed, {_results(proposed)} of"
        f" {session.code}, out at {_written(proposed.instant)} once approved"
    )


@release.command("approve")
@click.argument("number", metavar="ID", type=int)
@click.option("--by", "email", required=True, metavar="EMAIL")
@with_appcontext
@refusable
def approve(number: int, email: str) -> None:
    """Sign the release ID as the second person."""
    approver = _staff(email, Act.approve_release)
    row = _release(number)
    publication.approve(row, by=approver, at=clock.now())
    click.echo(
        f"release {row.id}: approved, {_results(row)} out at {_written(row.instant)}"
    )


@release.command("withdraw")
@click.argument("number", metavar="ID", type=int)
@click.option("--by", "email", required=True, metavar="EMAIL")
@click.option("--why", required=True, metavar="TEXT")
@with_appcontext
@refusable
def withdraw(number: int, email: str, why: str) -> None:
    """Take the release ID back: its results are hidden at once."""
    user = _staff(email, Act.withdraw_release)
    row = _release(number)
    publication.withdraw(row, by=user, why=why, at=clock.now())
    click.echo(f"release {row.id}: withdrawn, {_results(row)} hidden")


def _staff(email: str, act: Act) -> User:
    """Return an active back-office user whose role allows the act."""
    user = db.session.scalar(
        select(User).where(func.lower(User.email) == email.lower(), User.active)
    )
    if user is None:
        raise Refused(_("There is no active back-office user %(who)s.", who=email))
    rights.require(user, act)
    return user


def _release(number: int) -> Release:
    # A larger number fits no key column, and PostgreSQL would answer with an error.
    row = db.session.get(Release, number) if 0 < number < 2**31 else None
    if row is None:
        raise Refused(_("Release %(number)s is not known here.", number=number))
    return row


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refused(
        _("%(text)s is not an instant such as 2026-12-14T09:00+01:00.", text=text)
    )


def _results(row: Release) -> str:
    return ngettext("%(num)d result", "%(num)d results", row.result_count)


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")


COMMANDS: list[click.Command] = [release]
