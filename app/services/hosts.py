"""Organisations known by their website: who is meant, and who is here already."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import idna
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from app.errors import Refused
from app.extensions import db
from app.models import Organisation
from app.services import applications, domains, lookalikes
from app.values import OrganisationStatus

LONGEST_NAME = 160


@dataclass(frozen=True)
class Invited:
    """The organisation that a candidate means, as they typed it."""

    name: str
    website: str
    email: str


def of(website: str) -> str:
    """Return the host of a website; with and without www. is one and the same."""
    return (urlsplit(website).hostname or "").removeprefix("www.")


def checked(typed: Invited) -> Invited:
    """Return what was typed as the tables keep it; refuse it at its wrong field.

    The e-mail address lies at the website's domain: nobody is written to who has
    nothing to do with it.
    """
    name = " ".join(typed.name.split())
    if not lookalikes.folded(name):
        raise Refused(_l("Enter the name of the organisation."), field="name")
    if len(name) > LONGEST_NAME:
        words = _l("Use at most %(n)s characters here.", n=LONGEST_NAME)
        raise Refused(words, field="name")
    if lookalikes.has_hidden(name) or lookalikes.mixes_scripts(name):
        raise Refused(
            _l("Type the name again, in the letters of one alphabet."), field="name"
        )
    website = _website(typed.website)
    email = applications.email(typed.email)
    if not domains.belongs(email, website):
        host = of(website)
        raise Refused(
            _l(
                "The address has to end like their website: such as name@%(host)s. You"
                " find it on their website, or they tell you.",
                host=host,
            ),
            field="email",
        )
    return Invited(name, website, email)


def receiving(host: str) -> list[Organisation]:
    """Return the approved organisations at a host, those that joined first first."""
    return list(
        db.session.scalars(
            select(Organisation)
            .where(Organisation.status == OrganisationStatus.approved, _at(host))
            .order_by(Organisation.decided_at, Organisation.id)
            .limit(20)
        )
    )


def _at(host: str) -> ColumnElement[bool]:
    site = Organisation.website
    sites = [f"https://{host}", f"https://www.{host}"]
    below = [site.startswith(f"{one}/", autoescape=True) for one in sites]
    return or_(site.in_(sites), *below)


def _website(typed: str) -> str:
    try:
        site = domains.website(typed)
    except Refused:
        words = _l("Enter the address of their website, such as www.example.org.")
        raise Refused(words, field="website") from None
    try:
        shown = idna.decode(of(site))
    except idna.IDNAError:
        shown = of(site)
    if any(lookalikes.mixes_scripts(label) for label in shown.split(".")):
        raise Refused(
            _l("This address mixes letters of two alphabets. Type it yourself, again."),
            field="website",
        )
    return site
