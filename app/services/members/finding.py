"""Which members and homes there are, for those who may know."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import Member, Organisation, School
from app.services import access, lookalikes
from app.values import MemberRole, OrganisationStatus

# Users on one page of the list.
PAGE = 50


@dataclass(frozen=True)
class Users:
    """One page of an organisation's users."""

    rows: list[Member]
    number: int
    has_next: bool


def page_of(member: Member, number: int = 1) -> Users:
    """Return a page of the users of a member's organisation.

    The primary one comes first, those who are let in no more last, each by name.
    """
    number = min(max(number, 1), 10_000)
    first = Member.role != MemberRole.primary
    rows = db.session.scalars(
        select(Member)
        .where(Member.organisation_id == member.organisation_id)
        .order_by(
            first,
            Member.active.desc(),
            func.lower(Member.family_name),
            func.lower(Member.first_name),
            Member.id,
        )
        .offset((number - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    return Users(list(rows[:PAGE]), number, len(rows) > PAGE)


def own(member: Member, reference: str) -> Member:
    """Return the user of a member's organisation with a reference, or NotFound."""
    found = db.session.scalar(
        select(Member).where(
            Member.reference == reference,
            Member.organisation_id == member.organisation_id,
            Member.organisation_id.is_not(None),
        )
    )
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


def of_organisation(organisation: Organisation) -> list[Member]:
    """Return the users of an organisation, the primary one first, then by name."""
    rows = db.session.scalars(
        select(Member)
        .where(Member.organisation_id == organisation.id)
        .order_by(Member.family_name, Member.first_name, Member.id)
    ).all()
    return sorted(rows, key=lambda member: member.role is not MemberRole.primary)


def organisation_named(name: str, city: str = "") -> Organisation:
    """Return the one approved organisation of a name; in several cities, say which."""
    named = select(Organisation).where(
        Organisation.folded_name == lookalikes.folded(name),
        Organisation.status == OrganisationStatus.approved,
    )
    if city:
        named = named.where(func.lower(Organisation.city) == city.lower())
    found = db.session.scalars(named.limit(2)).all()
    if not found:
        raise Refused(f"no approved organisation is called {name!r}")
    if len(found) > 1:
        raise Refused(f"several organisations are called {name!r}: add --city")
    return found[0]


def school_numbered(number: str) -> School:
    """Return the school with a number."""
    school = db.session.scalar(select(School).where(School.number == number))
    if school is None:
        raise Refused(f"no school has the number {number!r}")
    return school
