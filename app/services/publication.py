"""When a result may be seen: a predicate read with every page, never a copied flag.

A release takes two people. From its instant on, the results bound to it are visible,
whether or not any job runs; taking it back hides them at once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import (
    Centre,
    Entry,
    ExamSession,
    Release,
    Result,
    User,
)
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction, ResultStatus

# --- What may be seen -----------------------------------------------------------------


Moment: TypeAlias = datetime | BindParameter[datetime]


def visible(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a Result may be seen outside the board.

    Its release bears two different signatures, its instant has passed and it stands;
    the result is neither held nor withdrawn; and no later version of it is in force: a
    version that was replaced never comes back, even if the later one is withdrawn.
    """
    later, later_release = aliased(Result), aliased(Release)
    replaced = exists().where(
        later.entry_id == Result.entry_id,
        later.version > Result.version,
        later.release_id == later_release.id,
        in_force(at, later_release),
    )
    published = exists().where(
        Release.id == Result.release_id,
        in_force(at, Release),
        Release.withdrawn_at.is_(None),
    )
    return and_(
        published,
        Result.held_why == "",
        Result.withdrawn_at.is_(None),
        ~replaced,
    )


def in_force(at: Moment, release: type[Release] = Release) -> ColumnElement[bool]:
    """Return the condition: signed by two people, and the instant has passed."""
    return and_(
        release.approved_by_id.is_not(None),
        release.approved_by_id != release.proposed_by_id,
        release.approved_at <= at,
        release.instant <= at,
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


# --- The two signatures ---------------------------------------------------------------


def propose(
    session: ExamSession,
    centre: Centre | None,
    instant: datetime,
    *,
    by: User,
    at: datetime,
) -> Release:
    """Bind every result that is ready to a new release, for a second person to sign.

    Ready: the latest version of its entry, not held, and in no standing release. Raises
    Refused when the instant has passed or nothing is ready.
    """
    if instant <= at:
        raise Refused(PASSED, field="instant")
    with atomic() as tx:
        bound = ready_results(session, centre)
        count = tx.scalar(select(func.count()).where(Result.id.in_(bound))) or 0
        if not count:
            raise Refused(NOTHING_READY, field="session")
        release = Release(
            session_id=session.id,
            centre_id=centre.id if centre else None,
            instant=instant,
            result_count=count,
            proposed_by_id=by.id,
            proposed_at=at,
        )
        tx.add(release)
        tx.flush()
        tx.execute(
            update(Result)
            .where(Result.id.in_(bound))
            .values(release_id=release.id)
            .execution_options(synchronize_session=False)
        )
        _trace(AuditAction.release_proposed, release, by, at, session=session.code)
    return release


def approve(release: Release, *, by: User, at: datetime) -> None:
    """Sign a release for the second time; from its instant on the results are out.

    Raises Refused for the proposer, and Conflict when it is already signed, withdrawn,
    or no longer holds the results that were proposed.
    """
    if release.proposed_by_id == by.id:
        raise Refused(
            _l("You proposed this release; somebody else has to approve it."),
            status=403,
        )
    with atomic() as tx:
        signed = tx.execute(
            update(Release)
            .where(
                Release.id == release.id,
                Release.approved_by_id.is_(None),
                Release.withdrawn_at.is_(None),
                Release.proposed_by_id != by.id,
            )
            .values(approved_by_id=by.id, approved_at=at)
        )
        if signed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This release is already approved or withdrawn."))
        bound = tx.scalar(select(func.count()).where(Result.release_id == release.id))
        if bound != release.result_count:
            raise Conflict(
                _l(
                    "Results of this release have changed since it was proposed."
                    " Withdraw it and propose it again."
                )
            )
        _trace(AuditAction.release_approved, release, by, at)
    db.session.refresh(release)


def withdraw(release: Release, *, by: User, why: str, at: datetime) -> None:
    """Take a release back: its results are hidden from this moment on.

    Versions that its results had replaced do not come back. Raises Conflict when it is
    already withdrawn, Refused without a reason.
    """
    if not why.strip():
        raise Refused(_l("Say why the release is withdrawn."), field="why")
    with atomic() as tx:
        taken = tx.execute(
            update(Release)
            .where(Release.id == release.id, Release.withdrawn_at.is_(None))
            .values(withdrawn_by_id=by.id, withdrawn_at=at, withdrawn_why=why.strip())
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This release is already withdrawn."))
        if _was_in_force(release, at):
            _retire_replaced(release, at)
        _trace(AuditAction.release_withdrawn, release, by, at, why=why.strip())
    db.session.refresh(release)


PASSED = _l("The instant has passed. Choose one in the future.")
NOTHING_READY = _l("No result of this session is ready for a release.")


def _trace(
    action: AuditAction, release: Release, by: User, at: datetime, **detail: Any
) -> None:
    signed = {"instant": release.instant.isoformat(), "results": release.result_count}
    subject = f"release:{release.reference}"
    audit.append(action, subject, by=by, at=at, **signed, **detail)


def leave_pending_releases(entry_ids: list[int], *, at: datetime) -> int:
    """Unbind results that are about to be corrected from releases not yet in force.

    Called by the import inside its transaction; returns how many left a release. The
    releases are locked, so that none of them is signed meanwhile.
    """
    pending = select(Release.id).where(Release.withdrawn_at.is_(None), ~in_force(at))
    db.session.execute(pending.with_for_update())
    left = 0
    for start in range(0, len(entry_ids), 500):
        part = entry_ids[start : start + 500]
        done = db.session.execute(
            update(Result)
            .where(Result.entry_id.in_(part), Result.release_id.in_(pending))
            .values(release_id=None)
            .execution_options(synchronize_session=False)
        )
        left += done.rowcount  # type: ignore[attr-defined]
    return left


def ready() -> ColumnElement[bool]:
    """Return the condition that a release proposed now would bind a Result.

    It is the newest of its entry, neither held nor withdrawn, in no standing release.
    """
    later = aliased(Result)
    withdrawn = select(Release.id).where(Release.withdrawn_at.is_not(None))
    return and_(
        or_(Result.release_id.is_(None), Result.release_id.in_(withdrawn)),
        Result.held_why == "",
        Result.withdrawn_at.is_(None),
        ~exists().where(
            later.entry_id == Result.entry_id, later.version > Result.version
        ),
    )


def ready_results(session: ExamSession, centre: Centre | None) -> Select[Any]:
    """Select the keys of the results that a release proposed now would bind."""
    query = (
        select(Result.id)
        .join(Entry, Entry.id == Result.entry_id)
        .where(Entry.session_id == session.id, ready())
    )
    return query.where(Entry.centre_id == centre.id) if centre else query


def _was_in_force(release: Release, at: datetime) -> bool:
    signed = select(Release.id).where(Release.id == release.id, in_force(at))
    return db.session.scalar(signed) is not None


def _retire_replaced(release: Release, at: datetime) -> None:
    newest = aliased(Result)
    db.session.execute(
        update(Result)
        .where(
            Result.withdrawn_at.is_(None),
            exists().where(
                newest.release_id == release.id,
                newest.entry_id == Result.entry_id,
                newest.version > Result.version,
            ),
        )
        .values(withdrawn_at=at, withdrawn_why="replaced")
        .execution_options(synchronize_session=False)
    )
