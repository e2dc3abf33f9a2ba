"""One limiter, in the database, for every door that takes a secret.

A try is charged before the secret is looked at and given back when it was right, so
that parallel tries cannot slip past the budget together. Keys are keyed hashes: the
table names nobody.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from app.errors import TooManyTries
from app.extensions import db
from app.models import Throttle
from app.transactions import atomic


class Door(StrEnum):
    """The places that take a secret."""

    candidate_sign_in = "candidate_sign_in"
    candidate_registration = "candidate_registration"
    member_sign_in = "member_sign_in"
    staff_sign_in = "staff_sign_in"
    password_link = "password_link"
    organisation_application = "organisation_application"
    result_link = "result_link"
    lost_confirmation = "lost_confirmation"
    invitation = "invitation"


@dataclass(frozen=True)
class Budget:
    """So many wrong tries within so many minutes."""

    failures: int
    minutes: int


_TABLE = Throttle.__table__

# One person from one network address: a forgotten password gets five tries at a time.
PAIR = Budget(5, 5)
# One person from anywhere: bounds a distributed guess; a classmate at another address
# has to spend six times the pair's budget to delay the owner by at most the hour.
PERSON = Budget(30, 60)
# One address over all people: a school of 300 behind one address signs in on results
# day, and a few in a hundred mistype.
ADDRESS = Budget(100, 5)
# Everybody together: above any honest day's mistakes, below a useful spray.
ALL = Budget(3000, 5)


def charge(door: Door, person: str, address: str, *, at: datetime) -> None:
    """Charge one try at a door to its four budgets; refuse when one is spent.

    `person` is what was typed to name the account, known or not. The charge is
    committed at once, whatever happens afterwards.
    """
    with atomic():
        waits = [
            _charge(key, budget, at) for key, budget in _keys(door, person, address)
        ]
    wait = max(waits)
    if wait > 0:
        minutes = -(-wait // 60)
        raise TooManyTries(
            _l("Too many tries. Please wait %(n)s minutes and try again.", n=minutes),
            retry_after=wait,
        )


def give_back(door: Door, person: str, address: str) -> None:
    """Undo the charge of a try that was right, and forget the person's earlier ones.

    Joins the caller's transaction when there is one.
    """
    (pair, _), (whole, _), *shared = _keys(door, person, address)
    with atomic() as session:
        # One after the other in the order of `charge`: whoever holds one budget never
        # waits for another that is held by somebody who waits for the first.
        tries = session.connection()
        tries.execute(_forget(), [{"tried": key} for key in (pair, whole)])
        tries.execute(_one_less(), [{"tried": key} for key, _ in shared])


def forget_old(*, at: datetime) -> int:
    """Delete budgets whose longest window is over; return how many."""
    with atomic() as session:
        before = at - timedelta(minutes=max(PAIR.minutes, PERSON.minutes))
        gone = session.execute(delete(Throttle).where(Throttle.since < before))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _charge(key: str, budget: Budget, at: datetime) -> int:
    """Add one try in one statement; return the seconds to wait, 0 if within budget."""
    window = timedelta(minutes=budget.minutes)
    statement = _one_more(db.session.get_bind().dialect.name)
    values = {"tried": key, "at": at, "fresh": at - window}
    failures, since = db.session.connection().execute(statement, values).one()
    if failures <= budget.failures:
        return 0
    ends: datetime = since + window
    return max(1, int((ends - at).total_seconds()))


# Every try at a door runs these; put together once, they take a third of the time.


@cache
def _one_more(dialect: str) -> Any:
    """Return the statement that counts one try more, or the first of a new window."""
    instant = Throttle.since.type
    at, fresh = bindparam("at", type_=instant), bindparam("fresh", type_=instant)
    over = Throttle.since < fresh
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(Throttle)
        .values(key=bindparam("tried"), failures=1, since=at)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "failures": case((over, 1), else_=Throttle.failures + 1),
                "since": case((over, at), else_=Throttle.since),
            },
        )
        .returning(Throttle.failures, Throttle.since)
    )


@cache
def _one_less() -> Any:
    """Return the statement that takes one try back from a budget."""
    return (
        update(_TABLE)
        .where(_TABLE.c.key == bindparam("tried"), _TABLE.c.failures > 0)
        .values(failures=_TABLE.c.failures - 1)
    )


@cache
def _forget() -> Any:
    """Return the statement that forgets a budget."""
    return delete(_TABLE).where(_TABLE.c.key == bindparam("tried"))


def _keys(door: Door, person: str, address: str) -> tuple[tuple[str, Budget], ...]:
    person = person.strip().casefold()
    return (
        (_key(door, "pair", person, address), PAIR),
        (_key(door, "person", person), PERSON),
        (_key(door, "address", address), ADDRESS),
        (_key(door, "all"), ALL),
    )


def _key(*parts: Iterable[str]) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    text = "\x1f".join(str(part) for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
