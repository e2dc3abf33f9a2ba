"""When a result is an amended one: it replaced a grade that had been out.

A later version that was the first one out amends nothing, whatever its number.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Release, Result
from app.services.signing import came_out
from app.values import ResultStatus


def amends(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a Result has replaced a grade which had been out."""
    earlier, release = aliased(Result), aliased(Release)
    released = exists().where(
        earlier.release_id == release.id, had_come_out(at, earlier, release)
    )
    # Its release may have been taken back, and another one proposed since.
    hidden = and_(
        earlier.hidden_at <= at,
        or_(earlier.withdrawn_at.is_(None), earlier.withdrawn_at >= earlier.hidden_at),
    )
    return exists().where(
        earlier.entry_id == Result.entry_id,
        earlier.version < Result.version,
        earlier.status == ResultStatus.graded,
        or_(hidden, released.correlate(earlier)),
    )


def had_come_out(
    at: datetime, result: type[Result], release: type[Release]
) -> ColumnElement[bool]:
    """Return the condition that a version was there to be seen, with its release.

    Withdrawn alone before its release was out, it was not.
    """
    afterwards = and_(
        result.withdrawn_at >= release.instant,
        result.withdrawn_at >= release.approved_at,
    )
    return and_(came_out(at, release), or_(result.withdrawn_at.is_(None), afterwards))


def amended(result: Result, *, at: datetime) -> bool:
    """Tell whether a result that is out has replaced a grade which had been out."""
    return result.id in amended_of([result], at=at)


def amended_of(results: Iterable[Result], *, at: datetime) -> set[int]:
    """Return the keys of those results that are amended ones; one query at most."""
    later = [result.id for result in results if result.version > 1]
    if not later:
        return set()
    return set(
        db.session.scalars(select(Result.id).where(Result.id.in_(later), amends(at)))
    )
