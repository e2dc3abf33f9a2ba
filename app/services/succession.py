"""How one primary user follows another, and the board's way when one has left."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Member, Organisation, User
from app.services import audit, mail, members
from app.services.members import NewMember, authority, leaving
from app.transactions import atomic
from app.values import AuditAction, MemberRole, OrganisationStatus

# A suspended organisation may have to get another primary user before it is restored.
_HAS_USERS = (OrganisationStatus.approved, OrganisationStatus.suspended)


def replace(
    successor: Member, *, by: User, why: str, at: datetime, seen: str | None = None
) -> None:
    """Make an active user the primary one, and let the one before in no more.

    For a primary user who has left: the board decides, and the reason stays in the
    trail. Both are told. Raises Conflict when the primary user is not the one any more
    whose reference was `seen`.
    """
    home = successor.organisation
    if home is None:
        raise Refused(_l("Only the users of an organisation have a primary role."))

    def step_in() -> Member:
        step_up(successor)
        return successor

    _replace(home, step_in, by=by, why=why, at=at, seen=seen)
    db.session.refresh(successor)


def replace_by_new(
    organisation: Organisation,
    new: NewMember,
    *,
    by: User,
    why: str,
    at: datetime,
    seen: str | None = None,
) -> Member:
    """Add a person as the primary user, and let the one before in no more.

    They are sent a link to set a password. Raises Conflict for an address in use, and
    when the primary user is not the one any more whose reference was `seen`.
    """
    wanted = NewMember(
        email=new.email,
        first_name=new.first_name,
        family_name=new.family_name,
        job_title=new.job_title,
        role=MemberRole.primary,
        language=new.language,
    )

    def step_in() -> Member:
        return members.create(wanted, organisation, by=by, at=at)

    return _replace(organisation, step_in, by=by, why=why, at=at, seen=seen)


def step_down(member: Member) -> None:
    """Take the primary role from an active member who has it; else Conflict."""
    _turn(member, MemberRole.primary, MemberRole.admin)


def step_up(member: Member) -> None:
    """Give the primary role to an active user; nobody else may have it any more."""
    _turn(member, MemberRole.admin, MemberRole.primary)


def tell(
    person: Member, primary: Member, home: Organisation, *, about: str, at: datetime
) -> None:
    """Tell somebody who the primary user of their organisation is now."""
    mail.queue(
        "primary_changed",
        to=person,
        about=f"{about}:{person.reference}",
        at=at,
        name=person.name,
        primary=primary.name,
        organisation=home.name,
        path="/verifier/organisation/users",
    )


def _replace(
    home: Organisation,
    step_in: Callable[[], Member],
    *,
    by: User,
    why: str,
    at: datetime,
    seen: str | None = None,
) -> Member:
    reason = why.strip()[:1000]
    if not reason:
        raise Refused(_l("Say why."), field="why")
    with atomic():
        authority.hold(home.id, by)
        status = select(Organisation.status).where(Organisation.id == home.id)
        if db.session.scalar(status) not in _HAS_USERS:
            raise Conflict(_l("Only an approved organisation has users."))
        before = _retire(home, by=by, why=reason, at=at)
        if seen is not None and seen != (before.reference if before else ""):
            raise Conflict(CHANGED)
        after = step_in()
        tell(after, after, home, about=f"{home.reference}:{at.isoformat()}", at=at)
        audit.append(
            AuditAction.primary_handed_over,
            f"organisation:{home.reference}",
            by=by,
            at=at,
            before=before.reference if before else "",
            after=after.reference,
            why=reason,
        )
    return after


def _retire(home: Organisation, *, by: User, why: str, at: datetime) -> Member | None:
    """Take role and access from whoever is the primary user, active or not."""
    primary = select(Member).where(
        Member.organisation_id == home.id, Member.role == MemberRole.primary
    )
    before = db.session.scalar(primary.execution_options(populate_existing=True))
    if before is None:
        return None
    _turn(before, MemberRole.primary, MemberRole.admin, whoever=True)
    if before.active:
        leaving.deactivate(before, by=by, at=at, why=why)
    return before


def _turn(
    member: Member, old: MemberRole, new: MemberRole, *, whoever: bool = False
) -> None:
    ready = () if whoever else (Member.active.is_(True),)
    done = db.session.execute(
        update(Member)
        .where(Member.id == member.id, Member.role == old, *ready)
        .values(role=new)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(CHANGED)


CHANGED = _l("Somebody's role has changed meanwhile. Look at the list of users.")
