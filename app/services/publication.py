"""When a result may be seen: a predicate read with every page, never a copied flag.

A release takes two people (see signing.py). From its instant on, the results bound to
it are visible, whether or not any job runs; taking it back hides them at once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    select,
)
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Entry, Release, Result
from app.services.signing import NOTHING_READY as NOTHING_READY
from app.services.signing import PASSED as PASSED
from app.services.signing import Moment, came_out, in_force
from app.services.signing import approve as approve
from app.services.signing import hold_pending_releases as hold_pending_releases
from app.services.signing import leave_pending_releases as leave_pending_releases
from app.services.signing import propose as propose
from app.services.signing import ready as ready
from app.services.signing import ready_results as ready_results
from app.services.signing import withdraw as withdraw
from app.values import ResultStatus

# --- What may be seen -----------------------------------------------------------------


def visible(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a Result may be seen outside the board.

    Its release bears two different signatures, its instant has passed and it stands;
    the result is neither held nor withdrawn; and no later version of it has come out:
    a version that was replaced never comes back, even if the later one is withdrawn.
    """
    later, later_release = aliased(Result), aliased(Release)
    replaced = exists().where(
        later.entry_id == Result.entry_id,
        later.version > Result.version,
        later.release_id == later_release.id,
        came_out(at, later_release),
    )
    published = exists().where(
        Release.id == Result.release_id,
        in_force(at, Release),
        Release.withdrawn_at.is_(None),
    )
    # A statement that joins releases itself must not lend its own to this condition.
    published = published.correlate(Result)
    return and_(
        published,
        Result.held_why == "",
        Result.withdrawn_at.is_(None),
        ~replaced,
    )


def published_result(entry: Entry, *, at: datetime) -> Result | None:
    """Return the result of an entry as it may be seen at an instant, or None."""
    return published_results([entry.id], at=at).get(entry.id)


def published_results(entry_ids: list[int], *, at: datetime) -> dict[int, Result]:
    """Return the visible results of many entries, by the key of the entry."""
    rows = db.session.scalars(_published(visible), {"entries": entry_ids, "at": at})
    return {row.entry_id: row for row in rows}


def published_of(
    entry_ids: list[int], status: ResultStatus, *, at: datetime
) -> Sequence[int]:
    """Return which of many entries have a visible result with this status."""
    values = {"entries": entry_ids, "status": status, "at": at}
    return db.session.scalars(_published_of(visible), values).all()


# Putting these statements together takes longer than running them: done once.


@cache
def _published(condition: Callable[[Moment], ColumnElement[bool]]) -> Select[Result]:
    entries: BindParameter[int] = bindparam("entries", expanding=True)
    at = bindparam("at", type_=Release.instant.type)
    return select(Result).where(Result.entry_id.in_(entries), condition(at))


@cache
def _published_of(condition: Callable[[Moment], ColumnElement[bool]]) -> Select[int]:
    status = bindparam("status", type_=Result.status.type)
    query = _published(condition).where(Result.status == status)
    return query.with_only_columns(Result.entry_id)
