"""Who belongs to an organisation or a school: added, put right, invited again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Member, Organisation, School
from app.services import access, applications, audit, passwords
from app.services.members import authority, sending
from app.services.members.authority import Actor
from app.transactions import atomic
from app.values import AuditAction, Language, MemberRole, OrganisationStatus

# Users that one organisation adds in a day: each of them is sent a message.
ADDED_A_DAY = 100
DAY = timedelta(days=1)
_WORDS = ("first_name", "family_name", "job_title")


@dataclass(frozen=True)
class NewMember:
    """A user to be added to an organisation or a school."""

    email: str
    first_name: str = ""
    family_name: str = ""
    job_title: str = ""
    role: MemberRole = MemberRole.admin
    language: Language = Language.en


def create(
    new: NewMember,
    home: Organisation | School,
    password: str | None = None,
    *,
    by: Actor,
    at: datetime,
) -> Member:
    """Add a user to an approved organisation or a school.

    Without a password they are sent a link to set one. Of an organisation's users only
    its primary user adds somebody, and never a primary user. Raises Conflict for an
    address that is in use, and for a second primary user.
    """
    wanted = _checked(new, by)
    stored = None if password is None else passwords.hashed(password, _known_of(wanted))
    member = _row(wanted, home, stored, at)
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        _require_room(home, by, at)
        try:
            with tx.begin_nested():
                tx.add(member)
        except IntegrityError:
            raise Conflict(_why_not(wanted.email), field="email") from None
        if stored is None:
            _invite(member, home.name, at)
        trace(AuditAction.member_added, member, by=by, at=at, role=member.role.value)
    return member


def change(
    member: Member,
    *,
    first_name: str,
    family_name: str,
    job_title: str,
    by: Actor,
    at: datetime,
) -> None:
    """Put a user's name and job title right; what was looked at keeps the old name.

    Their address is who they are: for another one, remove them and add them again.
    """
    typed = {
        "first_name": first_name,
        "family_name": family_name,
        "job_title": job_title,
    }
    wanted = {field: applications.words(typed[field], field) for field in _WORDS}
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        if all(getattr(member, field) == wanted[field] for field in _WORDS):
            return
        done = tx.execute(update(Member).where(Member.id == member.id).values(**wanted))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(access.NOTHING_HERE)
        trace(AuditAction.member_changed, member, by=by, at=at)
    db.session.refresh(member)


def invite_again(member: Member, *, by: Actor, at: datetime) -> None:
    """Send a user who has not set a password another link to set one."""
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        waiting = select(Member).where(
            Member.id == member.id,
            Member.active.is_(True),
            Member.password_hash.is_(None),
        )
        # Locked, so that two requests at one moment are counted one after the other.
        found = tx.scalar(waiting.with_for_update(of=Member))
        if found is None:
            raise Conflict(_l("This person has set a password already, or has left."))
        home = found.organisation or found.school
        assert home is not None
        _invite(found, home.name, at)
        trace(AuditAction.member_changed, found, by=by, at=at, invited="again")


def trace(
    action: AuditAction, member: Member, *, by: Actor, at: datetime, **detail: str
) -> None:
    """Write an act about a member into the trail."""
    audit.append(action, f"member:{member.reference}", by=by, at=at, **detail)


def _checked(new: NewMember, by: Actor) -> NewMember:
    """Return what the tables keep; refuse at the field that is not right."""
    if isinstance(by, Member) and new.role is not MemberRole.admin:
        raise Refused(authority.PRIMARY_DECIDES, status=403)
    tidy = {field: " ".join(getattr(new, field).split()) for field in _WORDS}
    named = isinstance(by, Member)
    for field, text in tidy.items():
        if text or (named and field != "job_title"):
            applications.words(text, field)
    email = applications.email(new.email)
    return replace(new, email=email, **tidy)  # type: ignore[arg-type]


def _row(
    new: NewMember, home: Organisation | School, stored: str | None, at: datetime
) -> Member:
    return Member(
        organisation_id=home.id if isinstance(home, Organisation) else None,
        school_id=home.id if isinstance(home, School) else None,
        email=new.email,
        first_name=new.first_name,
        # Candidates see who looked at their result: never nobody.
        family_name=new.family_name or new.email.partition("@")[0],
        job_title=new.job_title,
        role=new.role,
        language=new.language,
        password_hash=stored,
        created_at=at,
    )


def _require_room(home: Organisation | School, by: Actor, at: datetime) -> None:
    if not isinstance(home, Organisation):
        return
    status = select(Organisation.status).where(Organisation.id == home.id)
    if db.session.scalar(status) is not OrganisationStatus.approved:
        raise Refused(_l("Only an approved organisation has users."))
    added = select(func.count(Member.id)).where(
        Member.organisation_id == home.id, Member.created_at > at - DAY
    )
    if isinstance(by, Member) and (db.session.scalar(added) or 0) >= ADDED_A_DAY:
        raise Refused(
            _l("You have added %(n)s users today. Add more tomorrow.", n=ADDED_A_DAY),
            status=429,
        )


def _known_of(new: NewMember) -> tuple[str, ...]:
    return new.email, f"{new.first_name} {new.family_name}"


def _invite(member: Member, home: str, at: datetime) -> None:
    if not sending.link("member_added", member, at=at, organisation=home):
        raise Refused(
            _l(
                "This address has been sent several links today. Ask the person to"
                " look in their spam folder, or try again tomorrow."
            ),
            field="email",
            status=429,
        )


def _why_not(email: str) -> object:
    taken = select(Member.id).where(Member.email == email)
    if db.session.scalar(taken) is not None:
        return _l("Somebody uses this address already.")
    return _l("There is a primary user already.")
