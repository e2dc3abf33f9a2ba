"""Browsers in which somebody has signed in before: what others try costs them nothing.

A browser keeps a mark for each person who signed in with it. A mark names nobody, says
nothing without the service's key, and dies with the password that it was given for.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from app.models import CandidateAccount, Member, User
from app.services.credentials import derived_key

Person: TypeAlias = CandidateAccount | Member | User

# From one session's results to the next.
LASTS = timedelta(days=180)
# A family's tablet; whoever signed in longest ago is forgotten.
MOST = 4
_APART, _WITHIN = "~", "."


@dataclass(frozen=True)
class _Mark:
    """What a browser holds about one person: when, something random, and our seal."""

    day: str
    chance: str
    seal: str

    def __str__(self) -> str:
        return _WITHIN.join((self.day, self.chance, self.seal))


def remember(person: Person, held: str, *, at: datetime) -> str:
    """Return what a browser is to keep from now on, after this person signed in.

    `held` is what it kept so far. A person keeps their place in it, so that signing in
    again opens no fresh budget of tries.
    """
    marks = _marks(held)
    own = next((mark for mark in marks if _is_of(mark, person, at=at)), None)
    others = [mark for mark in marks if mark is not own]
    day = str(at.date().toordinal())
    chance = own.chance if own else secrets.token_urlsafe(12)
    new = _Mark(day, chance, _seal(person, day, chance))
    return _APART.join(str(mark) for mark in (new, *others[: MOST - 1]))


def name(people: Iterable[Person], held: str, *, at: datetime) -> str:
    """Return what the limiter calls this browser when it knows one of the people.

    Empty when it knows none of them.
    """
    marks = _marks(held)
    for person in people:
        for mark in marks:
            if _is_of(mark, person, at=at):
                return f"{type(person).__name__}:{person.id}:{mark.chance}"
    return ""


def _marks(held: str) -> list[_Mark]:
    parts = [mark.split(_WITHIN) for mark in held[:1000].split(_APART)]
    return [_Mark(*part) for part in parts if len(part) == 3][:MOST]


def _is_of(mark: _Mark, person: Person, *, at: datetime) -> bool:
    sealed = _seal(person, mark.day, mark.chance)
    if not hmac.compare_digest(mark.seal.encode(), sealed.encode()):
        return False
    return at.date().toordinal() - int(mark.day) <= LASTS.days


def _seal(person: Person, day: str, chance: str) -> str:
    stored = person.password if isinstance(person, User) else person.password_hash
    parts = (type(person).__name__, str(person.id), str(stored), day, chance)
    text = "\x1f".join(parts).encode()
    return hmac.new(derived_key("known browsers"), text, hashlib.sha256).hexdigest()[
        :32
    ]
