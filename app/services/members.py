"""Members: the users of an organisation or a school, and how they get in."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Mail, Member, Organisation, School, User
from app.services import (
    applications,
    audit,
    lookalikes,
    mail,
    passwords,
    signins,
    throttle,
    tokens,
)
from app.services.doors import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, Language, MemberRole, OrganisationStatus

# Password links to one member in a day: nobody's mailbox is flooded by others.
MAILS_A_DAY = 5

# --- Signing in -----------------------------------------------------------------------


def sign_in(
    email: str, password: str, *, address: str, at: datetime, browser: str = ""
) -> Member:
    """Return the active member of an approved organisation who knows the password.

    The visit begins here: what has been shared since the one before it is new to them.
    """
    typed = email.strip().lower()
    member = signins.admit(
        Door.member_sign_in,
        typed,
        password,
        lambda: _verifier(typed),
        address=address,
        at=at,
        browser=browser,
    )
    assert isinstance(member, Member)
    with atomic() as tx:
        tx.execute(
            update(Member)
            .where(Member.id == member.id)
            .values(previous_visit_at=Member.last_visit_at, last_visit_at=at)
        )
    db.session.refresh(member)
    return member


def forgot_password(email: str, *, address: str, at: datetime) -> None:
    """Send a password link to whoever may sign in; the answer is the same for all."""
    typed = email.strip().lower()
    throttle.charge(Door.password_link, typed, address, at=at)
    with atomic() as tx:
        # Locked, so that two requests at one moment are counted one after the other.
        member = tx.scalar(
            select(Member)
            .where(Member.email == typed, *_admitted())
            .with_for_update(of=Member)
        )
        if member is not None:
            _send_link(member, at)


def link_holder(token: str, *, at: datetime) -> Member:
    """Return the member whom a password link acts for, while it does; else NotFound."""
    kind, key, state = tokens.read(Purpose.set_password, token, at=at)
    if kind != Member.__name__:
        raise NotFound(tokens.WORTHLESS)
    member = db.session.scalar(select(Member).where(Member.id == key, *_admitted()))
    tokens.require_unused(Purpose.set_password, member, state)
    assert member is not None
    return member


def set_password(token: str, password: str, *, at: datetime) -> Member:
    """Give the holder of a link a new password; it ends the link and every sign-in."""
    member = link_holder(token, at=at)
    before = member.password_hash
    after = passwords.hashed(password, [member.email, member.name])
    with atomic() as tx:
        done = tx.execute(
            update(Member)
            .where(
                Member.id == member.id,
                Member.password_hash == before
                if before
                else Member.password_hash.is_(None),
            )
            .values(password_hash=after)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(tokens.WORTHLESS)
        signins.end_all(member, at=at)
        if before:
            about = f"{member.reference}:{at.isoformat()}"
            mail.queue(
                "password_changed", to=member, about=about, at=at, name=member.name
            )
        _trace(AuditAction.password_changed, member, by=member, at=at)
    db.session.refresh(member)
    return member


# --- Who belongs ----------------------------------------------------------------------


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
    by: User | Member | None,
    at: datetime,
) -> Member:
    """Add a user to an approved organisation or a school.

    Without a password they are sent a link to set one. Raises Conflict for an address
    that is in use, and for a second primary user.
    """
    email = applications.email(new.email)
    if isinstance(home, Organisation) and home.status is not _APPROVED:
        raise Refused(_l("Only an approved organisation has users."))
    stored = None if password is None else passwords.hashed(password, _own(new))
    member = Member(
        organisation_id=home.id if isinstance(home, Organisation) else None,
        school_id=home.id if isinstance(home, School) else None,
        email=email,
        first_name=new.first_name,
        # Candidates see who looked at their result: never nobody.
        family_name=new.family_name or email.partition("@")[0],
        job_title=new.job_title,
        role=new.role,
        language=new.language,
        password_hash=stored,
        created_at=at,
    )
    with atomic() as tx:
        try:
            with tx.begin_nested():
                tx.add(member)
        except IntegrityError:
            raise Conflict(_why_not(email), field="email") from None
        if stored is None:
            _invite(member, home, at)
        _trace(AuditAction.member_added, member, by=by, at=at, role=member.role.value)
    return member


def _own(new: NewMember) -> tuple[str, ...]:
    return new.email, f"{new.first_name} {new.family_name}"


def deactivate(member: Member, *, by: User | Member | None, at: datetime) -> None:
    """Let a member in no more, and sign them out everywhere."""
    with atomic() as tx:
        done = tx.execute(
            update(Member)
            .where(Member.id == member.id, Member.active.is_(True))
            .values(active=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This user is not active any more."))
        signins.end_all(member, at=at)
        _trace(AuditAction.member_deactivated, member, by=by, at=at)
    db.session.refresh(member)


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
        Organisation.status == _APPROVED,
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


def _verifier(email: str) -> Member | None:
    return db.session.scalar(
        select(Member).where(
            Member.email == email,
            Member.organisation_id.is_not(None),
            *_admitted(),
        )
    )


def _admitted() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a member is active, and their organisation approved."""
    approved = select(Organisation.id).where(Organisation.status == _APPROVED)
    home = or_(Member.school_id.is_not(None), Member.organisation_id.in_(approved))
    return Member.active.is_(True), home


def _send_link(member: Member, at: datetime) -> None:
    slots = [f"{member.reference}:{at:%Y-%m-%d}:{n}" for n in range(MAILS_A_DAY)]
    keys = [f"set_password:{slot}" for slot in slots]
    sent = select(func.count()).select_from(Mail).where(Mail.dedupe_key.in_(keys))
    used = db.session.scalar(sent) or 0
    if used < MAILS_A_DAY:
        mail.queue(
            "set_password",
            to=member,
            about=slots[used],
            at=at,
            link=Purpose.set_password,
            name=member.name,
        )


def _invite(member: Member, home: Organisation | School, at: datetime) -> None:
    mail.queue(
        "member_added",
        to=member,
        about=member.reference,
        at=at,
        link=Purpose.set_password,
        name=member.name,
        organisation=home.name,
    )


def _why_not(email: str) -> object:
    taken = select(Member.id).where(Member.email == email)
    if db.session.scalar(taken) is not None:
        return _l("Somebody uses this address already.")
    return _l("There is a primary user already.")


def _trace(
    action: AuditAction,
    member: Member,
    *,
    by: User | Member | None,
    at: datetime,
    **detail: str,
) -> None:
    audit.append(action, f"member:{member.reference}", by=by, at=at, **detail)


_APPROVED = OrganisationStatus.approved
