"""Links that act for a person: signed, for one purpose, for a while, and once.

Nothing is stored. A token carries the state of the person it was made from (their
password's hash, say), so that what it does makes it worthless.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from app.errors import NotFound
from app.models import CandidateAccount, Entry, Member, User
from app.services import audit
from app.values import AuditAction

Person: TypeAlias = CandidateAccount | Entry | Member | User


class Purpose(StrEnum):
    """What a link may be used for."""

    confirm_email = "confirm_email"
    change_email = "change_email"
    set_password = "set_password"
    sign_in = "sign_in"
    unlock_secret = "unlock_secret"
    answer_board = "answer_board"
    # Never mailed: it waits in the browser for the code of the authenticator app.
    second_factor = "second_factor"


# How long a link lasts: somebody who is at the door comes back within the hour, an
# invitation or a notice may wait for the person's next working day.
HOUR = timedelta(hours=1)
LASTS = {
    Purpose.confirm_email: timedelta(days=7),
    Purpose.change_email: timedelta(days=1),
    Purpose.set_password: timedelta(days=1),
    Purpose.sign_in: HOUR,
    Purpose.unlock_secret: timedelta(days=7),
    # It opens a conversation, which is over when the application is decided.
    Purpose.answer_board: timedelta(days=30),
    Purpose.second_factor: timedelta(minutes=10),
}
# How long an offer of the primary role stands, which is answered after signing in: a
# colleague may be away for a week.
OFFER_LASTS = timedelta(days=14)


def make(purpose: Purpose, person: Person, *, at: datetime) -> str:
    """Return a token that lets its holder do one thing as this person."""
    lasts = LASTS[purpose]
    if purpose is Purpose.set_password and isinstance(person, CandidateAccount):
        lasts = HOUR
    content = {
        "p": purpose.value,
        "k": type(person).__name__,
        "i": person.id,
        "s": _state(purpose, person),
        "e": int((at + lasts).timestamp()),
    }
    return _signer().dumps(content)


def destination(purpose: Purpose, person: Person) -> str:
    """Return the one address that a link may be sent to, as it is now."""
    match person:
        case CandidateAccount() if purpose is Purpose.change_email:
            return person.new_email
        case Entry():
            return person.email or person.guardian_email
        case _:
            return person.email


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
    """Return what a link's act changes, so that no link acts twice."""
    match person:
        case Entry():
            facts: tuple[object, ...] = (
                person.secret,
                person.secret_failures,
                person.account_id,
                unlocked(person),
            )
        case CandidateAccount() if purpose is Purpose.confirm_email:
            facts = (person.email, person.email_confirmed_at)
        case CandidateAccount() if purpose is Purpose.sign_in:
            facts = (person.email, person.password_hash, person.sign_in_links)
        case CandidateAccount() if purpose is Purpose.change_email:
            facts = (person.email, person.password_hash, person.new_email)
        case User():
            facts = (person.email, person.password)
        case Member() if purpose is Purpose.answer_board:
            facts = (person.email, person.organisation_id, person.role)
        case Member():
            # An address that is removed and added again is a new person, and who was
            # let in again needs a new link.
            gone = audit.count(
                AuditAction.member_deactivated,
                f"member:{person.reference}",
                since=person.created_at,
            )
            facts = (person.reference, person.email, person.password_hash, gone)
        case _:
            facts = (person.email, person.password_hash)
    text = "|".join(str(fact) for fact in facts)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def unlocked(entry: Entry) -> int:
    """Return how often the present Secret Number of an entry was unlocked by a link."""
    if entry.secret_issued_at is None:
        return 0
    subject = f"entry:{entry.reference}"
    return audit.count(
        AuditAction.secret_unlocked, subject, since=entry.secret_issued_at
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="esito links")


WORTHLESS = _l("This link is no longer valid. Ask for a new one.")
