"""One limiter, in the database, for every door that takes a secret.

A try is charged before the secret is looked at and given back when it was right, so
that parallel tries cannot slip past the budget together. Keys are keyed hashes: the
table names nobody. Why nobody can shut out anybody else with it is told in
docs/decisions/0010-accounts.md.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import bindparam, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import TooManyTries
from app.extensions import db
from app.models import Throttle
from app.services.doors import FORMS, INSTEAD, WITHOUT_PERSON, Door
from app.transactions import atomic


@dataclass(frozen=True)
class Budget:
    """So many wrong tries within so many minutes."""

    failures: int
    minutes: int


@dataclass(frozen=True)
class Delays:
    """So many tries at will; each one more after a longer wait, in minutes.

    What was tried is forgotten after so many quiet minutes.
    """

    failures: int
    waits: tuple[int, ...]
    minutes: int


_TABLE = Throttle.__table__

# One person from one network address: a forgotten password gets five tries at a time,
# and a guesser fewer than sixty in a day. Half an hour at most: links by e-mail last
# twice as long, so whoever has to wait for one has another in the mailbox.
PAIR = Delays(5, (1, 2, 5, 10, 20, 30), 24 * 60)
# The same where nothing is guessed and nobody gives a try back: a form that is sent.
FORM = Budget(5, 5)
# One person from anywhere: bounds a distributed guess. It shuts out strangers only: a
# browser that is known is counted apart, and a link by e-mail always works.
PERSON = Budget(30, 60)
# The code of an authenticator app: a million of them, three right at any moment, and
# whoever tries knows the password already. At fifty a day it takes years to guess one.
FACTOR = (Budget(5, 5), Budget(20, 60), Budget(50, 24 * 60))
# One address over all people: a school of 300 behind one address signs in on results
# day, and a few in a hundred mistype.
ADDRESS = Budget(100, 5)
# A wait of more minutes than this is told in hours.
LONG_WAIT = 90
# Everybody together: above any honest day's mistakes, below a useful spray.
ALL = Budget(3000, 5)


def charge(
    door: Door, person: str, address: str, *, at: datetime, known: str = ""
) -> None:
    """Charge one try at a door to its budgets; refuse when one is spent.

    `person` is what was typed to name the account, known or not; `known` names a
    browser in which the account has signed in before, which is charged alone. The
    charge is committed at once, whatever happens afterwards; a try that is refused
    here costs nothing.
    """
    _charge_all(door, _keys(door, person, address, known), at)


def charge_named(
    door: Door, budgets: Sequence[tuple[str, Budget]], *, at: datetime
) -> None:
    """Charge one try at a door to budgets of its own; refuse when one is spent.

    Each is named by whom or what it bounds. Whoever charges several names them in one
    order everywhere. Joins the caller's transaction when there is one.
    """
    keys = [(_key(door, "named", name), budget) for name, budget in budgets]
    _charge_all(door, keys, at)


def give_back_named(door: Door, names: Sequence[str]) -> None:
    """Undo one charge of these budgets, in the order in which they were charged."""
    with atomic() as session:
        _take_back(session, [_key(door, "named", name) for name in names])


def _charge_all(
    door: Door, budgets: Iterable[tuple[str, Budget | Delays]], at: datetime
) -> None:
    with atomic() as session:
        charged: list[str] = []
        wait = 0
        for key, budget in budgets:
            wait = _charge(key, budget, at)
            if wait:
                break
            charged.append(key)
        if wait and charged:
            _take_back(session, charged)
    if wait:
        raise _refusal(door, wait)


def give_back(door: Door, person: str, address: str, *, known: str = "") -> None:
    """Undo the charge of a try that was right, and forget this browser's earlier ones.

    What others tried at the same person stays counted. Joins the caller's transaction
    when there is one.
    """
    (own, _), *shared = _keys(door, person, address, known)
    with atomic() as session:
        # One after the other in the order of `charge`: whoever holds one budget never
        # waits for another that is held by somebody who waits for the first.
        session.connection().execute(_forget(), [{"tried": own}])
        if shared:
            _take_back(session, [key for key, _ in shared])


def forget_old(*, at: datetime) -> int:
    """Delete budgets whose longest window is over; return how many."""
    with atomic() as session:
        before = at - timedelta(minutes=max(PAIR.minutes, PERSON.minutes))
        gone = session.execute(delete(Throttle).where(Throttle.since < before))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _refusal(door: Door, wait: int) -> TooManyTries:
    minutes = -(-wait // 60)
    words = lazy_ngettext(
        "Too many tries. Please wait one minute and try again.",
        "Too many tries. Please wait %(num)s minutes and try again.",
        minutes,
    )
    if minutes > LONG_WAIT:
        words = lazy_ngettext(
            "Too many tries. Please wait one hour and try again.",
            "Too many tries. Please wait %(num)s hours and try again.",
            -(-minutes // 60),
        )
    if door in INSTEAD:
        words = _l("%(wait)s %(instead)s", wait=words, instead=INSTEAD[door])
    return TooManyTries(words, retry_after=wait)


def _charge(key: str, budget: Budget | Delays, at: datetime) -> int:
    """Add one try in one statement; return the seconds to wait, 0 if within budget."""
    fresh = at - timedelta(minutes=budget.minutes)
    values = {"tried": key, "at": at, "fresh": fresh}
    dialect, tries = db.session.get_bind().dialect.name, db.session.connection()
    if isinstance(budget, Budget):
        failures, since = tries.execute(_one_more(dialect), values).one()
        if failures <= budget.failures:
            return 0
        return _seconds(at, since + timedelta(minutes=budget.minutes))
    waited = {f"after_{n}": at - timedelta(minutes=n) for n in budget.waits}
    statement = _one_more_in_time(dialect, budget)
    if tries.execute(statement, values | waited).first() is not None:
        return 0
    failures, since = tries.execute(_standing(), {"tried": key}).one()
    step = min(failures - budget.failures, len(budget.waits) - 1)
    return _seconds(at, since + timedelta(minutes=budget.waits[step]))


def _seconds(at: datetime, until: datetime) -> int:
    return max(1, int((until - at).total_seconds()))


def _take_back(session: Session, keys: list[str]) -> None:
    session.connection().execute(_one_less(), [{"tried": key} for key in keys])


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
def _one_more_in_time(dialect: str, budget: Delays) -> Any:
    """Return the statement that counts one try more, if it has waited long enough.

    `since` is the latest try. Before its time nothing is counted, and none returned.
    """
    instant = Throttle.since.type
    at, fresh = bindparam("at", type_=instant), bindparam("fresh", type_=instant)
    quiet, counted = Throttle.since < fresh, Throttle.failures
    steps = enumerate(budget.waits)
    waited = [
        (counted <= budget.failures + n)
        & (Throttle.since <= bindparam(f"after_{minutes}", type_=instant))
        for n, minutes in steps
    ]
    longest = bindparam(f"after_{budget.waits[-1]}", type_=instant)
    due = or_(counted < budget.failures, *waited, Throttle.since <= longest)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(Throttle)
        .values(key=bindparam("tried"), failures=1, since=at)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={"failures": case((quiet, 1), else_=counted + 1), "since": at},
            where=due,
        )
        .returning(counted)
    )


@cache
def _standing() -> Any:
    """Return the statement that reads a budget."""
    return select(_TABLE.c.failures, _TABLE.c.since).where(
        _TABLE.c.key == bindparam("tried")
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


def _keys(
    door: Door, person: str, address: str, known: str
) -> tuple[tuple[str, Budget | Delays], ...]:
    if known:
        return ((_key(door, "known", known), PAIR),)
    person = person.strip().casefold()
    whole: tuple[tuple[str, Budget | Delays], ...] = (
        (_key(door, "person", person), PERSON),
    )
    if door is Door.second_factor:
        spans = enumerate(FACTOR)
        whole = tuple((_key(door, "person", person, str(n)), one) for n, one in spans)
    return (
        (_key(door, "pair", person, address), FORM if door in FORMS else PAIR),
        *(() if door in WITHOUT_PERSON else whole),
        (_key(door, "address", address), ADDRESS),
        (_key(door, "all"), ALL),
    )


def _key(*parts: Iterable[str]) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    text = "\x1f".join(str(part) for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
