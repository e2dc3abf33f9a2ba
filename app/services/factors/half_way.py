"""Half-way in: the password was right, and the code is still to come."""

from datetime import datetime

from app.errors import NotFound
from app.extensions import db
from app.models import CandidateAccount, Member, User
from app.services import factors, tokens
from app.services.signins import Person
from app.services.tokens import Purpose
from app.values import Audience

_KINDS: dict[Audience, type[Person]] = {
    Audience.candidate: CandidateAccount,
    Audience.member: Member,
    Audience.staff: User,
}


def begin(person: Person, *, at: datetime) -> str:
    """Return what a browser keeps for ten minutes, while its owner looks for the code.

    It opens nothing by itself, and dies with the password that it was given for.
    """
    return tokens.make(Purpose.second_factor, person, at=at)


def person(held: str, audience: Audience, *, at: datetime) -> Person | None:
    """Return who is half-way in with this browser, while they may still sign in.

    Nobody, when it was another kind of person who gave the password.
    """
    wanted = _KINDS[audience]
    try:
        kind, key, state = tokens.read(Purpose.second_factor, held, at=at)
        if kind != wanted.__name__:
            return None
        found = db.session.get(wanted, key, populate_existing=True)
        tokens.require_unused(Purpose.second_factor, found, state)
    except NotFound:
        return None
    if found is None or not _may_sign_in(found) or factors.of(found) is None:
        return None
    return found


def _may_sign_in(person: Person) -> bool:
    if isinstance(person, CandidateAccount):
        return person.ended_at is None
    return bool(person.active)
