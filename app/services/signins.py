"""Signed-in browsers: a token each, ended at sign-out, password change or in time."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, or_, select, update
from sqlalchemy.orm import contains_eager

from app.errors import Refused
from app.extensions import db
from app.models import CandidateAccount, Member, Organisation, SignIn, User
from app.services import audit, known_browsers, passwords, throttle
from app.transactions import atomic
from app.values import Audience, OrganisationStatus

# Long enough for results day, short enough for a shared computer.
LASTS = timedelta(hours=12)

Person: TypeAlias = CandidateAccount | Member | User


def begin(person: Person, *, address: str, browser: str, at: datetime) -> str:
    """Sign a person in; return the token that their browser keeps."""
    token = secrets.token_urlsafe(32)
    audience, column = _audience(person)
    with atomic() as session:
        session.add(
            SignIn(
                token_hash=_hash(token),
                audience=audience,
                at=at,
                expires_at=at + LASTS,
                address=address[:45],
                browser=browser[:200],
                **{column: person.id},
            )
        )
    return token


def candidate(token: str, *, at: datetime) -> CandidateAccount | None:
    """Return the candidate whose browser holds this token, if it still counts."""
    return db.session.scalar(_candidate(), {"token_hash": _hash(token), "at": at})


@cache
def _candidate() -> Select[CandidateAccount]:
    # Every signed-in page asks this, or one of its like: put together once.
    return (
        select(CandidateAccount)
        .join(SignIn, SignIn.account_id == CandidateAccount.id)
        .where(*_counts(), CandidateAccount.ended_at.is_(None))
    )


def member(token: str, *, at: datetime) -> Member | None:
    """Return the member whose browser holds this token, while they are active.

    A member of an organisation counts as long as it is approved.
    """
    return db.session.scalar(_member(), {"token_hash": _hash(token), "at": at})


@cache
def _member() -> Select[Member]:
    return (
        select(Member)
        .join(SignIn, SignIn.member_id == Member.id)
        .outerjoin(Organisation, Organisation.id == Member.organisation_id)
        .options(contains_eager(Member.organisation))
        .where(
            *_counts(),
            Member.active,
            or_(
                Member.organisation_id.is_(None),
                Organisation.status == OrganisationStatus.approved,
            ),
        )
    )


def staff(token: str, *, at: datetime) -> User | None:
    """Return the back-office user whose browser holds this token, while active."""
    return db.session.scalar(_staff(), {"token_hash": _hash(token), "at": at})


@cache
def _staff() -> Select[User]:
    return (
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .where(*_counts(), User.active)
    )


def end(token: str, *, at: datetime) -> None:
    """Sign one browser out; a copy of its cookie is worthless from now on."""
    with atomic() as session:
        session.execute(
            update(SignIn)
            .where(SignIn.token_hash == _hash(token), SignIn.ended_at.is_(None))
            .values(ended_at=at)
        )


def end_all(person: Person, *, at: datetime) -> None:
    """Sign a person out everywhere: their password or standing has changed."""
    _, column = _audience(person)
    with atomic() as session:
        session.execute(
            update(SignIn)
            .where(getattr(SignIn, column) == person.id, SignIn.ended_at.is_(None))
            .values(ended_at=at)
        )


def recent(person: Person, limit: int = 5) -> list[SignIn]:
    """Return the browsers that signed in last as this person, newest first."""
    _, column = _audience(person)
    return list(
        db.session.scalars(
            select(SignIn)
            .where(getattr(SignIn, column) == person.id)
            .order_by(SignIn.at.desc(), SignIn.id.desc())
            .limit(limit)
        )
    )


def _counts() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the browser with `token_hash` is signed in `at`."""
    return (
        SignIn.token_hash == bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("at", type_=SignIn.expires_at.type),
    )


def _audience(person: Person) -> tuple[Audience, str]:
    match person:
        case CandidateAccount():
            return Audience.candidate, "account_id"
        case Member():
            return Audience.member, "member_id"
        case _:
            return Audience.staff, "user_id"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def admit(
    door: throttle.Door,
    name: str,
    password: str,
    find: Callable[[], Person | None],
    *,
    address: str,
    at: datetime,
    browser: str = "",
) -> Person:
    """Return the person who knows the password, or refuse with one vague sentence.

    `name` is what was typed to name the account, `find` looks it up; `browser` is what
    a browser holds from signing in before, see known_browsers.py. The try is charged
    before the password is looked at, and an unknown name takes as long as a known one.
    """

    def listed() -> list[Person]:
        person = find()
        return [] if person is None else [person]

    return admit_all(
        door, name, password, listed, address=address, at=at, browser=browser
    )[0]


def admit_all(
    door: throttle.Door,
    name: str,
    password: str,
    find: Callable[[], Sequence[Person]],
    *,
    most: int = 1,
    address: str,
    at: datetime,
    browser: str = "",
) -> list[Person]:
    """Return everybody of that name who knows the password; refuse when nobody does.

    As `admit`, where up to `most` people may share a name: a wrong password takes as
    long for one of them, for all of them and for nobody.
    """
    people = find()[:most]
    known = known_browsers.name(people, browser, at=at) if browser else ""
    throttle.charge(door, name, address, at=at, known=known)
    stored = [
        each.password if isinstance(each, User) else each.password_hash
        for each in people
    ]
    right = [
        each
        for each, secret in zip(people, stored, strict=True)
        if passwords.matches(password, secret)
    ]
    if not right:
        for _ in range(most - len(people)):
            passwords.matches(password, None)
        raise Refused(WRONG, status=401)
    throttle.give_back(door, name, address, known=known)
    return right


def require_password(
    person: Person, typed: str, *, field: str, address: str, at: datetime
) -> None:
    """Refuse whoever sits at a browser left open and does not know the password.

    It is as hard to guess here as at the sign-in page.
    """
    audience, _ = _audience(person)
    door = {
        Audience.candidate: throttle.Door.candidate_sign_in,
        Audience.member: throttle.Door.member_sign_in,
    }.get(audience, throttle.Door.staff_sign_in)
    name = audit.actor_name(person)
    try:
        admit(door, name, typed, lambda: person, address=address, at=at)
    except Refused as wrong:
        if wrong.status != 401:
            raise
        raise Refused(NOT_YOURS, field=field) from None


NOT_YOURS = _l("This is not your present password.")
WRONG = _l("We cannot sign you in with these details. Check them and try again.")
