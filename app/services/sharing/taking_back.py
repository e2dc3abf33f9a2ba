"""How a candidate's leave ends: undone, taken back, put on hold, or its time over.

None of this makes anything visible or hides it by itself: consent.py says what counts,
with every look. What is written here is for the trail and for the people concerned.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import (
    CandidateAccount,
    Entry,
    Organisation,
    Share,
    ShareAccess,
    User,
)
from app.services import access, audit, waiting
from app.services.sharing import receipts
from app.transactions import atomic
from app.values import TERMS_VERSION, AuditAction

# So many shares are ended in one transaction: others get their turn in between.
BATCH = 200


# --- One share, by its candidate ------------------------------------------------------


def undo(share: Share, *, by: CandidateAccount, at: datetime) -> None:
    """Unmake a share that nobody has read: the organisation never knows of it.

    Nor does the result wait for it any more, if it was invited. Raises Conflict once
    it was read, or is over: then it can only be taken back; NotFound when it was undone
    at this moment.
    """
    subject, entry, to = f"share:{share.reference}", share.entry, share.organisation
    looked = exists().where(ShareAccess.share_id == Share.id)
    with atomic() as tx:
        access.hold_own_entry(share.entry_id, by)
        receipts.unsent(share, at=at)
        gone = tx.execute(
            delete(Share)
            .where(Share.id == share.id, Share.withdrawn_at.is_(None))
            .where(Share.first_read_at.is_(None), ~looked)
        )
        if gone.rowcount != 1:  # type: ignore[attr-defined]
            if tx.scalar(select(Share.id).where(Share.id == share.id)) is None:
                raise NotFound(access.NOTHING_HERE)
            raise Conflict(_l("They have read it in the meantime."))
        waiting.end_for(entry, to, by=by, at=at)
        action = AuditAction.share_withdrawn
        audit.append(action, subject, by=by, at=at, undone=True)


def withdraw(share: Share, *, by: CandidateAccount, at: datetime) -> None:
    """Take back the leave; the organisation sees nothing of it from this moment on.

    Nor does the result wait for it any more, if it was invited.
    """
    with atomic() as tx:
        access.hold_own_entry(share.entry_id, by)
        done = tx.execute(
            update(Share)
            .where(Share.id == share.id, _unended(at))
            .values(withdrawn_at=at, account_id=by.id)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("They do not see this any more."))
        waiting.end_for(share.entry, share.organisation, by=by, at=at)
        subject = f"share:{share.reference}"
        audit.append(AuditAction.share_withdrawn, subject, by=by, at=at)
        db.session.refresh(share)
        receipts.withdrawn(share, at=at)


def resume(share: Share, *, by: CandidateAccount, at: datetime) -> None:
    """Let a share stand that another account had made: its candidate agrees to it.

    It is their own from now on, and they get a receipt.
    """
    with atomic() as tx:
        access.hold_own_entry(share.entry_id, by)
        done = tx.execute(
            update(Share)
            .where(Share.id == share.id, _unended(at), Share.suspended_at.is_not(None))
            .values(suspended_at=None, account_id=by.id, terms_version=TERMS_VERSION)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This is not on hold any more."))
        subject = f"share:{share.reference}"
        action = AuditAction.share_resumed
        audit.append(action, subject, by=by, at=at, terms=TERMS_VERSION)
        db.session.refresh(share)
        receipts.changed(share, at=at)


# --- All shares of an account ---------------------------------------------------------


def suspend_all(account: CandidateAccount, *, by: User, at: datetime) -> int:
    """Put on hold what an account shared that was not the candidate's own.

    Nobody sees it until the candidate resumes or withdraws it; returns how many.
    """
    with atomic():
        rows = _rows(Share.account_id == account.id, Share.suspended_at.is_(None))
        return _end(rows, AuditAction.share_suspended, by, at, suspended_at=at)


def withdraw_all(account: CandidateAccount, *, at: datetime) -> int:
    """Take back all that is shared of an account's results, by its owner's wish.

    Without a receipt for each: whoever ends the account tells it. Returns how many.
    """
    own = select(Entry.id).where(Entry.account_id == account.id)
    mine = or_(Share.account_id == account.id, Share.entry_id.in_(own))
    with atomic():
        action = AuditAction.share_withdrawn
        return _end(_rows(mine), action, account, at, withdrawn_at=at)


# --- Their time is over ---------------------------------------------------------------


def end_old(entry: Entry, organisation: Organisation, *, at: datetime) -> int:
    """End the share of an entry whose date has passed, so that another can be made."""
    ours = and_(Share.entry_id == entry.id, Share.organisation_id == organisation.id)
    with atomic():
        return _end_expired(_rows(ours, Share.expires_at <= at), at)


def end_expired(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Write down the end of each share whose date has passed; return how many.

    Nobody saw them any more before this: it is for the trail alone.
    """
    ended = 0
    while not stop():
        with atomic():
            rows = _rows(Share.expires_at <= at, limit=BATCH)
            _end_expired(rows, at)
        ended += len(rows)
        if len(rows) < BATCH:
            break
    return ended


def _end_expired(rows: list[Share], at: datetime) -> int:
    # It ended at its own instant, whenever that is written down.
    over = {"withdrawn_at": Share.expires_at}
    return _end(rows, AuditAction.share_expired, None, at, **over)


def _rows(*which: ColumnElement[bool], limit: int | None = None) -> list[Share]:
    """Return shares that have not ended, locked until the end of the transaction."""
    query = select(Share).where(Share.withdrawn_at.is_(None), *which)
    query = query.order_by(Share.id).limit(limit).with_for_update()
    return list(db.session.scalars(query))


def _end(
    rows: list[Share],
    action: AuditAction,
    by: CandidateAccount | User | None,
    at: datetime,
    **values: Any,
) -> int:
    if rows:
        keys = [row.id for row in rows]
        db.session.execute(update(Share).where(Share.id.in_(keys)).values(**values))
    for row in rows:
        audit.append(action, f"share:{row.reference}", by=by, at=at)
    return len(rows)


def _unended(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a share can still be taken back."""
    unexpired = or_(Share.expires_at.is_(None), Share.expires_at > at)
    return and_(Share.withdrawn_at.is_(None), unexpired)
