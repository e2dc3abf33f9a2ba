"""Two ways to what a member looks for: from the newest on, or from people so called.

Whoever walks through a list from the newest on finds at once what is common, and what
is rare at the end of a million. The few people who are called like that, and were born
on that day, are found in one go: where they are few, and the list is long, it begins
with them. Which way it is the database decides while it answers.
"""

from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, false, func, not_, select, union_all

from app.models import Entry, Member, Share
from app.services.inbox.ordering import NEWEST_FIRST, Order
from app.services.inbox.wanted import Wanted, called, keys, own

# A list of fewer is walked through sooner than the people of all others are.
LONG = 20_000
# More people are not few any more: of so many, a walk soon meets some.
FEW = 1_000

Count: TypeAlias = int | ColumnElement[int]


def first(
    found: Select[int], most: Count, order: Order = NEWEST_FIRST, before: Count = 0
) -> Select[int]:
    """Cut a list off, in the order of its dates, before and after a page of it."""
    return found.order_by(*order.columns()).offset(before).limit(most)


def first_wanted(
    wanted: Wanted,
    member: Member,
    most: Count,
    order: Order = NEWEST_FIRST,
    before: Count = 0,
    *,
    at: datetime,
) -> Select[int]:
    """Select the keys of a page of what a member looks for; they come in any order.

    The values for `whose` are still to be given.
    """
    walk = keys(wanted, member, at=at)
    known = [*called(wanted)]
    if not known:
        return first(walk, most, order, before)
    few = select(Entry.id).where(*known).limit(FEW + 1).cte("few")
    from_few = keys(wanted, member, at=at, walked=False)
    from_few = from_few.where(Share.entry_id.in_(select(few.c.id)))
    sooner = case((_is_long(), _number(few) <= FEW), else_=false())
    both = [
        select(first(way, most, order, before).subquery().c[0])
        for way in (walk.where(not_(sooner)), from_few.where(sooner))
    ]
    return select(union_all(*both).subquery().c[0])


def _is_long() -> ColumnElement[bool]:
    """Return whether the organisation was sent much, as its index alone tells."""
    some = select(Share.id).where(
        Share.organisation_id == own(), Share.withdrawn_at.is_(None)
    )
    return _number(some.limit(LONG + 1).subquery()) > LONG


def _number(rows: Any) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()
