"""The two signatures that a release takes, and the switch that takes it back."""

from datetime import datetime
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Centre, Entry, ExamSession, Release, Result, User
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction

Moment: TypeAlias = datetime | BindParameter[datetime]


def in_force(at: Moment, release: type[Release] = Release) -> ColumnElement[bool]:
    """Return the condition: signed by two people, and the instant has passed."""
    return and_(
        release.approved_by_id.is_not(None),
        release.approved_by_id != release.proposed_by_id,
        release.approved_at <= at,
        release.instant <= at,
    )


def came_out(at: Moment, release: type[Release] = Release) -> ColumnElement[bool]:
    """Return the condition: in force, and not taken back before it could be seen."""
    return and_(
        in_force(at, release),
        or_(
            release.withdrawn_at.is_(None),
            release.withdrawn_at >= release.instant,
        ),
    )


def propose(
    session: ExamSession,
    centre: Centre | None,
    instant: datetime,
    *,
    entry: Entry | None = None,
    by: User,
    at: datetime,
) -> Release:
    """Bind every result that is ready to a new release, for a second person to sign.

    Ready: the latest version of its entry, not held, and in no standing release. With
    an `entry`, its result alone is bound. A form that is sent twice proposes once.
    Raises Refused when the instant has passed or nothing is ready.
    """
    if instant <= at:
        raise Refused(PASSED, field="instant")
    with atomic() as tx:
        bound = ready_results(session, centre, entry)
        count = tx.scalar(select(func.count()).where(Result.id.in_(bound))) or 0
        if not count:
            proposed = _proposed_just_now(session, centre, instant, by, at)
            if proposed is not None:
                return proposed
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
        _bind(bound, release)
        _trace(AuditAction.release_proposed, release, by, at, session=session.code)
    return release


def _proposed_just_now(
    session: ExamSession,
    centre: Centre | None,
    instant: datetime,
    by: User,
    at: datetime,
) -> Release | None:
    same = select(Release).where(
        Release.session_id == session.id,
        Release.centre_id == (centre.id if centre else None),
        Release.instant == instant,
        Release.proposed_by_id == by.id,
        Release.proposed_at > at - audit.TWICE,
        Release.withdrawn_at.is_(None),
    )
    return db.session.scalar(same.order_by(Release.id.desc()).limit(1))


def _bind(bound: Select[Any], release: Release) -> None:
    db.session.execute(
        update(Result)
        .where(Result.id.in_(bound))
        .values(release_id=release.id)
        .execution_options(synchronize_session=False)
    )


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
            .values(
                withdrawn_by_id=by.id,
                withdrawn_at=at,
                withdrawn_why=why.strip(),
                # To be announced again: those who read it shall hear.
                announced_at=None,
            )
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This release is already withdrawn."))
        if _was_in_force(release, at):
            _retire_replaced(release, at)
            _note_hidden(release, at)
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


def hold_pending_releases(*, at: datetime) -> None:
    """Let nobody sign a release that is not in force, until the commit."""
    db.session.execute(_pending(at).order_by(Release.id).with_for_update())


def _pending(at: datetime) -> Select[int]:
    return select(Release.id).where(Release.withdrawn_at.is_(None), ~in_force(at))


def leave_pending_releases(entry_ids: list[int], *, at: datetime) -> int:
    """Unbind results that are about to be corrected from releases not yet in force.

    Called by the import inside its transaction; returns how many left a release. The
    releases are locked, so that none of them is signed meanwhile.
    """
    hold_pending_releases(at=at)
    left = 0
    for start in range(0, len(entry_ids), 500):
        part = entry_ids[start : start + 500]
        done = db.session.execute(
            update(Result)
            .where(Result.entry_id.in_(part), Result.release_id.in_(_pending(at)))
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


def ready_results(
    session: ExamSession, centre: Centre | None, entry: Entry | None = None
) -> Select[Any]:
    """Select the keys of the results that a release proposed now would bind."""
    scope = [Entry.session_id == session.id]
    if centre is not None:
        scope.append(Entry.centre_id == centre.id)
    if entry is not None:
        scope.append(Entry.id == entry.id)
    return (
        select(Result.id)
        .join(Entry, Entry.id == Result.entry_id)
        .where(*scope, ready())
    )


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


def _note_hidden(release: Release, at: datetime) -> None:
    """Write down that these had been out: a later release takes the rows over."""
    db.session.execute(
        update(Result)
        .where(Result.release_id == release.id)
        .values(hidden_at=at)
        .execution_options(synchronize_session=False)
    )
