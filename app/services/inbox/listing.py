"""A member's list of shared results, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select
from sqlalchemy.orm import contains_eager

from app.extensions import db
from app.models import Entry, Member, Result, Share
from app.services import consent, localtime, publication, requirements
from app.services.inbox.ordering import NEWEST_FIRST, Order
from app.services.inbox.wanted import Wanted, all_keys, looked, whose
from app.services.inbox.ways import first, first_wanted
from app.services.requirements import Verdict
from app.values import ResultStatus

ROWS = 25
# Counting stops here: "1000+" says as much, and costs the same with a million.
MOST_COUNTED = 1000
# So many are sorted by what no index holds: the newest of those that match.
MOST_SORTED = 10_000
# Far beyond what anybody leafs through, and still a number every database takes.
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class SharedRow:
    """One line of the verifier's list; `new` until this very member has looked.

    verdicts: what the result makes of each of the organisation's requirements.
    """

    share: Share
    has_result: bool
    new: bool
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class SharedPage:
    """A page of the list.

    `new_count` and `match_count` count at most to MOST_COUNTED + 1. `cut`: only the
    newest MOST_SORTED of those that match are sorted and shown.
    """

    rows: list[SharedRow]
    number: int
    has_next: bool
    new_count: int
    match_count: int
    cut: bool


def page_for(
    member: Member,
    page: int = 1,
    wanted: Wanted | None = None,
    *,
    order: Order = NEWEST_FIRST,
    at: datetime,
) -> SharedPage:
    """Return one page of what is shared with the member's organisation, newest first.

    Which shares these are is found in the index alone, before anything is joined, so
    that the first page costs the same with a thousand shares and with a million. In
    another order than that of the dates, only the newest of those that match are
    sorted.
    """
    number = min(max(page, 1), LAST_PAGE)
    wanted = wanted or Wanted()
    values = {**whose(member, at), "before": (number - 1) * ROWS}
    found = db.session.execute(_rows(wanted, order, member, at), values).all()
    shown = found[:ROWS]
    results = _graded([share.entry_id for share, _ in shown], at)
    known = None
    if number == 1 and len(found) <= min(ROWS, MOST_SORTED - 1):
        known = len(found)
    new, matching = _counts(member, wanted, order, known, at)
    verdicts = _verdicts(member, [share for share, _ in shown], results, at)
    rows = [
        SharedRow(share, key in results, not seen, tuple(verdicts.get(key, ())))
        for share, seen in shown
        for key in (share.entry_id,)
    ]
    return SharedPage(
        rows=rows,
        number=number,
        has_next=len(found) > ROWS,
        new_count=new,
        match_count=min(matching, MOST_COUNTED + 1),
        cut=not order.by_date and matching > MOST_SORTED,
    )


# --- The rows -------------------------------------------------------------------------


def _rows(
    wanted: Wanted, order: Order, member: Member, at: datetime
) -> Select[Share, bool]:
    if not wanted and order == NEWEST_FIRST:
        return _newest_rows(consent.stands)
    return _shown(partial(first_wanted, wanted, member, at=at), order)


@cache
def _newest_rows(_stands: Callable[..., ColumnElement[bool]]) -> Select[Share, bool]:
    # Putting this statement together takes longer than running it: done once.
    return _shown(partial(first, all_keys()), NEWEST_FIRST)


def _shown(cut: Callable[..., Select[int]], order: Order) -> Select[Share, bool]:
    """Select a page of shares, each with whether the member has looked at it.

    `cut`: see ways.first; of what is wanted.
    """
    before = bindparam("before", type_=Integer)
    if order.by_date:
        page = cut(ROWS + 1, order, before)
    else:
        sorted_keys = cut(literal(MOST_SORTED)).subquery()
        page = (
            select(Share.id)
            .join(sorted_keys, sorted_keys.c.id == Share.id)
            .join(Share.entry)
            .join(Entry.session)
            .order_by(*order.columns())
            .offset(before)
            .limit(ROWS + 1)
        )
    shown_keys = page.subquery()
    return (
        select(Share, looked())
        .join(shown_keys, shown_keys.c.id == Share.id)
        .join(Share.entry)
        .join(Entry.session)
        .options(
            contains_eager(Share.entry)
            .load_only(Entry.first_name, Entry.family_name)
            .contains_eager(Entry.session)
        )
        .order_by(*order.columns())
    )


def _graded(entry_ids: list[int], at: datetime) -> dict[int, Result]:
    """Return the graded results that may be seen, by the key of their entry."""
    found = publication.published_results(entry_ids, at=at)
    return {
        key: result
        for key, result in found.items()
        if result.status is ResultStatus.graded
    }


def _verdicts(
    member: Member, shares: list[Share], results: dict[int, Result], at: datetime
) -> dict[int, list[Verdict]]:
    """Return what the results that are shown make of what is asked for."""
    assert member.organisation is not None
    on = at.astimezone(localtime.zone_of(member.organisation.timezone)).date()
    seen = [
        (share.entry, results[share.entry_id], share.scope)
        for share in shares
        if share.entry_id in results
    ]
    return requirements.verdicts(member.organisation.id, seen, on=on)


# --- How many -------------------------------------------------------------------------


def _counts(
    member: Member, wanted: Wanted, order: Order, known: int | None, at: datetime
) -> tuple[int, int]:
    """Return how many came since the visit before, and how many match: to a bound.

    `known`: how many match, where the rows have told it; a search that finds few has
    looked at everything once already.
    """
    since = member.previous_visit_at
    most = MOST_COUNTED if order.by_date else MOST_SORTED
    values: dict[str, Any] = {
        **whose(member, at),
        "since": since,
        "most_new": MOST_COUNTED + 1,
        "most": most + 1,
    }
    if known is None and wanted:
        matching = _number(
            first_wanted(wanted, member, bindparam("most", type_=Integer), at=at)
        )
        counting: Select[*tuple[int, ...]] = select(_new(since is not None), matching)
    else:
        counting = _counting(consent.stands, since is not None, known is None)
    new, *counted = db.session.execute(counting, values).one()
    return new, counted[0] if known is None else known


@cache
def _counting(
    _stands: Callable[..., ColumnElement[bool]], visited: bool, both: bool
) -> Select[*tuple[int, ...]]:
    new = _new(visited)
    if not both:
        return select(new)
    # In order, so that a database that guesses reads the index and not the table.
    return select(new, _number(first(all_keys(), bindparam("most", type_=Integer))))


def _new(visited: bool) -> ColumnElement[int]:
    fresh = all_keys()
    if visited:
        fresh = fresh.where(Share.at > bindparam("since", type_=Share.at.type))
    return _number(first(fresh, bindparam("most_new", type_=Integer)))


def _number(found: Select[int]) -> ColumnElement[int]:
    return select(func.count()).select_from(found.subquery()).scalar_subquery()
