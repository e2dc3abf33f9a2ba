"""Users of verifier organisations and of schools, by command."""

import click
from flask.cli import with_appcontext

from app import clock
from app.cli.base import password_from_stdin, refusable
from app.services import members
from app.services.members import NewMember
from app.values import MemberRole


@click.command("create-member")
@click.argument("email")
@click.option("--organisation", help="The name of an approved organisation.")
@click.option("--city", default="", help="Its city, when several have that name.")
@click.option("--school", help="The number of a school, instead of an organisation.")
@click.option("--first-name", default="")
@click.option("--family-name", default="")
@click.option("--job-title", default="")
@click.option("--primary", is_flag=True, help="The one user who manages the others.")
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input; without it a link is e-mailed.",
)
@with_appcontext
@refusable
def create_member(
    email: str,
    organisation: str | None,
    city: str,
    school: str | None,
    first_name: str,
    family_name: str,
    job_title: str,
    primary: bool,
    password_stdin: bool,
) -> None:
    """Add a user to an organisation or a school."""
    if (organisation is None) == (school is None):
        raise click.UsageError("name either --organisation or --school")
    password = password_from_stdin() if password_stdin else None
    home = (
        members.organisation_named(organisation, city)
        if organisation is not None
        else members.school_numbered(school or "")
    )
    new = NewMember(
        email,
        first_name,
        family_name,
        job_title,
        role=MemberRole.primary if primary else MemberRole.admin,
    )
    member = members.create(new, home, password, by=None, at=clock.now())
    left = "with a password" if password is not None else "and a link was e-mailed"
    click.echo(f"create-member: {member.email} added to {home.name}, {left}")


COMMANDS = [create_member]
