"""When a result may be seen: a predicate read with every page, never a copied flag.

A release takes two people. From its instant on, the results bound to it are visible,
whether or not any job runs; taking it back hides them at once.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Centre,
    Entry,
    ExamSession,
    Mail,
    Release,
    Result,
    User,
)
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction, new_reference

# --- What may be seen -----------------------------------------------------------------


def visible(at: datetime) -> ColumnElement[bool]:
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


def in_force(at: datetime, release: type[Release] = Release) -> ColumnElement[bool]:
    """Return the condition that a release is signed twice and its instant has passed."""
    return and_(
        release.approved_by_id.is_not(None),
        release.approved_by_id != release.proposed_by_id,
        release.approved_at <= at,
        release.instant <= at,
    )


def published_result(entry: Entry, *, at: datetime) -> Result | None:
    """Return the result of an entry as it may be seen at an instant, or None."""
    return db.session.scalar(
        select(Result).where(Result.entry_id == entry.id, visible(at))
    )


def published_results(entry_ids: list[int], *, at: datetime) -> dict[int, Result]:
    """Return the visible results of many entries, by the key of the entry."""
    rows = db.session.scalars(
        select(Result).where(Result.entry_id.in_(entry_ids), visible(at))
    )
    return {row.entry_id: row for row in rows}


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
        raise Refused(
            _l("The instant has passed. Choose one in the future."), field="instant"
        )
    with atomic() as tx:
        ready = _ready(session, centre)
        count = tx.scalar(select(func.count()).where(Result.id.in_(ready))) or 0
        if not count:
            raise Refused(
                _l("No result of this session is ready for a release."),
                field="session",
            )
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
            .where(Result.id.in_(ready))
            .values(release_id=release.id)
            .execution_options(synchronize_session=False)
        )
        audit.append(
            AuditAction.release_proposed,
            f"release:{release.reference}",
            by=by,
            at=at,
            session=session.code,
            centre=centre.number if centre else None,
            instant=instant.isoformat(),
            results=count,
        )
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
        audit.append(
            AuditAction.release_approved,
            f"release:{release.reference}",
            by=by,
            at=at,
            instant=release.instant.isoformat(),
            results=bound,
        )
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
        audit.append(
            AuditAction.release_withdrawn,
            f"release:{release.reference}",
            by=by,
            at=at,
            why=why.strip(),
        )
    db.session.refresh(release)


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


def accept_difference(result: Result, *, by: User, at: datetime) -> None:
    """Let a held result go into a release although it contradicts the rule."""
    with atomic() as tx:
        why = result.held_why
        done = tx.execute(
            update(Result)
            .where(Result.id == result.id, Result.held_why != "")
            .values(held_why="", accepted_by_id=by.id, accepted_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is not held any more."))
        audit.append(
            AuditAction.result_accepted,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            fields=why,
        )
    db.session.refresh(result)


def withdraw_result(result: Result, *, by: User, why: str, at: datetime) -> None:
    """Take one published result back: it is hidden from this moment on."""
    if not why.strip():
        raise Refused(_l("Say why the result is withdrawn."), field="why")
    with atomic() as tx:
        done = tx.execute(
            update(Result)
            .where(
                Result.entry_id == result.entry_id,
                Result.version <= result.version,
                Result.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=at, withdrawn_why=why.strip())
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is already withdrawn."))
        audit.append(
            AuditAction.result_withdrawn,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            why=why.strip(),
        )
    db.session.refresh(result)


def _ready(session: ExamSession, centre: Centre | None) -> "select":  # type: ignore[valid-type]
    later = aliased(Result)
    free = or_(
        Result.release_id.is_(None),
        Result.release_id.in_(
            select(Release.id).where(Release.withdrawn_at.is_not(None))
        ),
    )
    query = (
        select(Result.id)
        .join(Entry, Entry.id == Result.entry_id)
        .where(
            Entry.session_id == session.id,
            Result.held_why == "",
            Result.withdrawn_at.is_(None),
            free,
            ~exists().where(
                later.entry_id == Result.entry_id, later.version > Result.version
            ),
        )
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


# --- Telling people -------------------------------------------------------------------


def announce_due(*, at: datetime) -> int:
    """Queue one e-mail to each registered candidate of every release now in force.

    Claims each release by a conditional UPDATE, so that two processes tell people once.
    Returns how many messages were queued.
    """
    due = db.session.scalars(
        select(Release)
        .where(
            in_force(at), Release.withdrawn_at.is_(None), Release.announced_at.is_(None)
        )
        .order_by(Release.instant)
    ).all()
    return sum(_announce(release, at) for release in due)


def _announce(release: Release, at: datetime) -> int:
    with atomic() as tx:
        claimed = tx.execute(
            update(Release)
            .where(Release.id == release.id, Release.announced_at.is_(None))
            .values(announced_at=at)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return 0
        told = 0
        rows = tx.execute(_to_tell(release, at).execution_options(yield_per=1000))
        for part in rows.partitions():
            mails = [_notice(row, release, at) for row in part]
            tx.execute(insert(Mail), mails)
            told += len(mails)
        audit.append(
            AuditAction.release_announced,
            f"release:{release.reference}",
            by=None,
            at=at,
            messages=told,
        )
    return told


def _to_tell(release: Release, at: datetime) -> "select":  # type: ignore[valid-type]
    return (
        select(
            CandidateAccount.email,
            CandidateAccount.language,
            Entry.first_name,
            Entry.family_name,
            Entry.reference,
            Result.version,
            ExamSession.exam,
            ExamSession.label,
        )
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
        .where(
            Result.release_id == release.id,
            CandidateAccount.ended_at.is_(None),
            visible(at),
        )
    )


def _notice(row: "tuple", release: Release, at: datetime) -> dict[str, object]:  # type: ignore[type-arg]
    email, language, first, family, reference, version, exam, label = row
    return {
        "reference": new_reference(),
        "kind": "result_out",
        "dedupe_key": f"result_out:{reference}:{version}",
        "address": email,
        "language": language,
        "values": {
            "name": f"{first} {family}".strip(),
            "exam": str(exam),
            "session": label,
            "path": "/candidate/",
        },
        "release_id": release.id,
        "queued_at": at,
        "due_at": at,
    }
