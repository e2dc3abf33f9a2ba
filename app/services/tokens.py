"""Links that act for a person: signed, for one purpose, for a while, and once.

Nothing is stored. A token carries the state of the person it was made from (their
password's hash, say), so that what it does makes it worthless.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from app.errors import NotFound
from app.models import CandidateAccount, Member, User

Person: TypeAlias = CandidateAccount | Member | User


class Purpose(StrEnum):
    """What a link may be used for."""

    confirm_email = "confirm_email"
    set_password = "set_password"


# Hours that a link lasts: a forgotten password is urgent, an invitation may wait for
# the person's next working day.
HOURS = {Purpose.confirm_email: 7 * 24, Purpose.set_password: 24}


def make(purpose: Purpose, person: Person, *, at: datetime) -> str:
    """Return a token that lets its holder do one thing as this person."""
    content = {
        "p": purpose.value,
        "k": type(person).__name__,
        "i": person.id,
        "s": _state(purpose, person),
        "e": int(at.timestamp()) + HOURS[purpose] * 3600,
    }
    return _signer().dumps(content)


def read(purpose: Purpose, token: str, *, at: datetime) -> tuple[str, int, str]:
    """Return (kind of person, key, state) of a valid token.

    Raises NotFound for one that is forged, for another purpose, or expired: the outside
    cannot tell which.
    """
    try:
        content = _signer().loads(token)
    except BadSignature:
        raise NotFound(WORTHLESS) from None
    if content["p"] != purpose.value or content["e"] <= at.timestamp():
        raise NotFound(WORTHLESS)
    return content["k"], content["i"], content["s"]


def require_unused(purpose: Purpose, person: Person | None, state: str) -> None:
    """Refuse a token whose person has changed since it was made, or is gone."""
    if person is None or _state(purpose, person) != state:
        raise NotFound(WORTHLESS)


def _state(purpose: Purpose, person: Person) -> str:
    email = person.email
    if purpose is Purpose.confirm_email:
        confirmed = getattr(person, "email_confirmed_at", None)
        facts = f"{email}|{confirmed}"
    else:
        stored = person.password if isinstance(person, User) else person.password_hash
        facts = f"{email}|{stored}"
    return hashlib.sha256(facts.encode()).hexdigest()[:24]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="esito links")


WORTHLESS = _l("This link is no longer valid. Ask for a new one.")
