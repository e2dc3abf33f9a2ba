"""The people of the board and of its centres: who they are, what they do, and where."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Centre, Role, StaffMember, User
from app.services import audit, mail, passwords, signins, throttle, tokens
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, Language

# The only role that belongs to a centre; all others work for the board.
CENTRE_ROLE = "Centre staff"
ADMINISTRATOR = "System administrator"
# Flask-AppBuilder makes these two; nobody may hold them.
NOBODYS_ROLES = ("Admin", "Public")
# What ab_user has room for.
LONGEST_NAME = 64
LONGEST_EMAIL = 254


def find(email: str) -> User | None:
    """Return the user with this e-mail address, whatever its case."""
    typed = email.strip().lower()
    return db.session.scalar(select(User).where(func.lower(User.email) == typed))


def active(email: str) -> User | None:
    """Return the user with this address if they may sign in."""
    user = find(email)
    return user if user is not None and user.active else None


def role_names() -> list[str]:
    """Return the roles that a user may hold, in alphabetical order."""
    names = select(Role.name).where(Role.name.not_in(NOBODYS_ROLES))
    return list(db.session.scalars(names.order_by(Role.name)))


def membership(user: User) -> StaffMember | None:
    """Return what Esito adds to a user: centre and language."""
    return db.session.get(StaffMember, user.id)


def holding(roles: Iterable[str]) -> list[User]:
    """Return the active users who hold one of these roles, in order of their keys."""
    held = User.roles.any(Role.name.in_(list(roles)))
    active = select(User).where(User.active.is_(True), held)
    return list(db.session.scalars(active.order_by(User.id)))


def language_of(user: User) -> Language | None:
    """Return the language in which a user is written to, if it is known."""
    member = membership(user)
    return member.language if member else None


def create(
    email: str,
    *,
    role: str,
    centre: Centre | None = None,
    first_name: str = "",
    last_name: str = "",
    language: Language = Language.en,
    password: str | None = None,
    by: User | None,
    at: datetime,
) -> User:
    """Add a user with one role; without a password, e-mail a link to set one.

    Names that are not given are taken from the e-mail address.
    """
    email = email.strip().lower()
    first, last = _names(email, first_name, last_name)
    own = [email, f"{first} {last}"]
    stored = passwords.hashed(password, own) if password is not None else None
    with atomic() as session:
        held = _role_for(role, centre)
        if find(email) is not None:
            raise Conflict(_l("There is a user with this address."), field="email")
        user = User(first_name=first, last_name=last, email=email, password=stored)
        user.username, user.active, user.roles = _username(email), True, [held]
        session.add(user)
        session.flush()
        member = StaffMember(user_id=user.id, language=language)
        member.centre_id = centre.id if centre else None
        session.add(member)
        _trace(AuditAction.staff_added, user, role, centre, by, at)
        if stored is None:
            _send_link("staff_added", user, language, at)
    return user


def change(
    user: User,
    *,
    role: str,
    centre: Centre | None,
    first_name: str,
    last_name: str,
    active: bool,
    by: User | None,
    at: datetime,
) -> User:
    """Change a user's name, role, centre or standing, and sign them out everywhere.

    Nobody changes their own role or standing, and one active administrator remains.
    """
    with atomic() as session:
        held = _role_for(role, centre)
        if by is not None and by.id == user.id and (not active or held != _role(user)):
            raise Refused(_l("Ask a colleague: nobody changes their own role."))
        user.first_name, user.last_name = first_name, last_name
        user.active, user.roles = active, [held]
        member = membership(user) or StaffMember(user_id=user.id)
        member.centre_id = centre.id if centre else None
        session.add(member)
        session.flush()
        _require_administrator()
        signins.end_all(user, at=at)
        _trace(AuditAction.staff_changed, user, role, centre, by, at)
    return user


def deactivate(user: User, *, by: User | None, at: datetime) -> None:
    """End a user's access at once; what they did stays in the trail."""
    if by is not None and by.id == user.id:
        raise Refused(_l("Ask a colleague: nobody deactivates themselves."))
    with atomic() as session:
        user.active = False
        session.flush()
        _require_administrator()
        signins.end_all(user, at=at)
        audit.append(
            AuditAction.staff_changed, _subject(user), by=by, at=at, active=False
        )


def send_link(user: User, *, by: User | None, at: datetime) -> None:
    """E-mail an active user a link with which to set a password; not twice at once."""
    if not user.active:
        raise Refused(_l("%(user)s is not active.", user=user.email))
    with atomic():
        changed, subject = AuditAction.staff_changed, _subject(user)
        if by and audit.just_done(changed, subject, by=by, at=at, link=True):
            return
        _send_link("set_password", user, language_of(user), at)
        audit.append(changed, subject, by=by, at=at, link=True)


def holder(token: str, *, at: datetime) -> User:
    """Return the active user for whom a link to set a password was made."""
    kind, key, state = tokens.read(Purpose.set_password, token, at=at)
    user = db.session.get(User, key) if kind == "User" else None
    active = user if user is not None and user.active else None
    tokens.require_unused(Purpose.set_password, active, state)
    assert active is not None
    return active


def set_password(token: str, password: str, *, at: datetime) -> User:
    """Set the password of the user whom a link was mailed to; the link is then used."""
    user = holder(token, at=at)
    stored = passwords.hashed(password, _own(user))
    with atomic() as session:
        # The row is locked before the link is looked at again: it counts once.
        session.refresh(user, with_for_update=True)
        _store(holder(token, at=at), stored, at)
    return user


def change_password(
    user: User, old: str, new: str, *, address: str, at: datetime
) -> None:
    """Change a user's own password; every browser of theirs is signed out."""
    try:
        signins.admit(
            throttle.Door.staff_sign_in,
            user.email,
            old,
            lambda: user,
            address=address,
            at=at,
        )
    except Refused as problem:
        if problem.status == 401:
            raise Refused(
                _l("This is not your present password."), field="old"
            ) from None
        raise
    stored = passwords.hashed(new, _own(user))
    with atomic():
        _store(user, stored, at)


def _own(user: User) -> list[str]:
    return [user.email, user.get_full_name()]


def _store(user: User, stored: str, at: datetime) -> None:
    user.password = stored
    signins.end_all(user, at=at)
    audit.append(AuditAction.password_changed, _subject(user), by=user, at=at)
    mail.queue(
        "password_changed",
        to=user,
        about=f"{_subject(user)}:{at.isoformat()}",
        at=at,
        language=language_of(user),
        name=user.get_full_name(),
        in_office=True,
    )


def _send_link(kind: str, user: User, language: Language | None, at: datetime) -> None:
    mail.queue(
        kind,
        to=user,
        about=f"{_subject(user)}:{at.isoformat()}",
        at=at,
        language=language,
        link=Purpose.set_password,
        name=user.get_full_name(),
    )


def _role_for(name: str, centre: Centre | None) -> Role:
    """Return the role; refuse one that does not exist or does not fit the centre."""
    role = db.session.scalar(select(Role).where(Role.name == name))
    if role is None or name in NOBODYS_ROLES:
        known = ", ".join(role_names())
        raise Refused(
            _l(
                "There is no role “%(name)s”: choose %(known)s.", name=name, known=known
            ),
            field="role",
        )
    if name == CENTRE_ROLE and centre is None:
        raise Refused(_l("Say which centre they work for."), field="centre")
    if name != CENTRE_ROLE and centre is not None:
        raise Refused(_l("Only Centre staff work for a centre."), field="centre")
    return role


def _require_administrator() -> None:
    held = User.roles.any(Role.name == ADMINISTRATOR)
    if db.session.scalar(select(User.id).where(User.active, held).limit(1)) is None:
        raise Refused(_l("One active system administrator must remain."))


def _role(user: User) -> Role | None:
    return user.roles[0] if user.roles else None


def _names(email: str, first: str, last: str) -> tuple[str, str]:
    local, _, domain = email.partition("@")
    if not local or "." not in domain or len(email) > LONGEST_EMAIL or " " in email:
        raise Refused(_l("This is no e-mail address."), field="email")
    words = [word.capitalize() for word in local.replace("_", ".").split(".") if word]
    first = first or " ".join(words[:-1]) or words[0]
    last = last or (words[-1] if len(words) > 1 else domain)
    return first[:LONGEST_NAME], last[:LONGEST_NAME]


def _username(email: str) -> str:
    """The framework's own unique name: the address, or its hash where it is longer."""
    if len(email) <= LONGEST_NAME:
        return email
    return hashlib.sha256(email.encode()).hexdigest()[:LONGEST_NAME]


def _subject(user: User) -> str:
    return f"staff:{user.id}"


def _trace(
    action: AuditAction,
    user: User,
    role: str,
    centre: Centre | None,
    by: User | None,
    at: datetime,
) -> None:
    audit.append(
        action,
        _subject(user),
        by=by,
        at=at,
        role=role,
        centre=centre.number if centre else None,
        active=user.active,
    )
