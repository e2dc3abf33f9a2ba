"""How members get in, and get a password."""

from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select, update

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import Member, Organisation
from app.services import audit, factors, mail, passwords, signins, throttle, tokens
from app.services.doors import Door
from app.services.members import sending
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, OrganisationStatus


def sign_in(
    email: str, password: str, *, address: str, at: datetime, browser: str = ""
) -> Member:
    """Return the active member of an approved organisation who knows the password.

    The visit begins here, unless the code of an authenticator app is still to come.
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
    if factors.of(member) is None:
        begin_visit(member, at=at)
    return member


def begin_visit(member: Member, *, at: datetime) -> None:
    """Count a visit: what has been shared since the one before it is new to them.

    Of a suspended organisation they are told that it is, and nobody else is.
    """
    _require_approved(member)
    with atomic() as tx:
        tx.execute(
            update(Member)
            .where(Member.id == member.id)
            .values(previous_visit_at=Member.last_visit_at, last_visit_at=at)
        )
    db.session.refresh(member)


def forgot_password(email: str, *, address: str, at: datetime) -> None:
    """Send a password link to whoever may sign in; the answer is the same for all."""
    typed = email.strip().lower()
    throttle.charge(Door.password_link, typed, address, at=at)
    with atomic() as tx:
        # Locked, so that two requests at one moment are counted one after the other.
        member = tx.scalar(
            select(Member)
            .where(Member.email == typed, *admitted())
            .with_for_update(of=Member)
        )
        if member is not None:
            sending.link("set_password", member, at=at)


def link_holder(token: str, *, at: datetime) -> Member:
    """Return the member whom a password link acts for, while it does; else NotFound."""
    kind, key, state = tokens.read(Purpose.set_password, token, at=at)
    if kind != Member.__name__:
        raise NotFound(tokens.WORTHLESS)
    member = db.session.scalar(select(Member).where(Member.id == key, *admitted()))
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
        subject = f"member:{member.reference}"
        audit.append(AuditAction.password_changed, subject, by=member, at=at)
    db.session.refresh(member)
    return member


def require_password(
    member: Member, typed: str, *, field: str, address: str, at: datetime
) -> None:
    """Refuse whoever sits at a browser left open and does not know the password.

    It is as hard to guess here as at the sign-in page.
    """
    signins.require_password(member, typed, field=field, address=address, at=at)


def admitted() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a member is active, and their organisation approved."""
    approved = select(Organisation.id).where(
        Organisation.status == OrganisationStatus.approved
    )
    home = or_(Member.school_id.is_not(None), Member.organisation_id.in_(approved))
    return Member.active.is_(True), home


def _require_approved(member: Member) -> None:
    """Tell whoever has proved who they are that their organisation is suspended."""
    home = member.organisation
    if home is None or home.status is OrganisationStatus.approved:
        return
    _, contact = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    words = _l(
        "The account of %(organisation)s is paused while the board checks something,"
        " and nobody can sign in to it. If you have questions, write to %(contact)s.",
        organisation=home.name,
        contact=contact,
    )
    raise Refused(words, status=403)


def _verifier(email: str) -> Member | None:
    standing = (OrganisationStatus.approved, OrganisationStatus.suspended)
    return db.session.scalar(
        select(Member)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            Member.email == email,
            Member.active.is_(True),
            Organisation.status.in_(standing),
        )
    )
