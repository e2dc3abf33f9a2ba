"""Whether what a candidate shared still counts: a predicate read with every look.

A share counts until its candidate takes it back, its date has passed, or it turns out
that the account which made it was not the candidate's own. No job is needed for any of
these to hold.
"""

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import BindParameter, ColumnElement, and_, or_

from app.models import Share, ShareLink
from app.values import ShareState

Moment: TypeAlias = datetime | BindParameter[datetime]


def stands(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a Share opens its result at an instant."""
    return and_(
        Share.withdrawn_at.is_(None),
        Share.suspended_at.is_(None),
        or_(Share.expires_at.is_(None), Share.expires_at > at),
    )


def taken_back() -> ColumnElement[bool]:
    """Return the condition that a Share was withdrawn before its date had passed."""
    return and_(
        Share.withdrawn_at.is_not(None),
        or_(Share.expires_at.is_(None), Share.expires_at > Share.withdrawn_at),
    )


def link_stands(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a ShareLink opens its result at an instant."""
    return and_(ShareLink.revoked_at.is_(None), ShareLink.expires_at > at)


def state(share: Share, *, at: datetime) -> ShareState:
    """Return where a share stands at an instant: `standing` exactly where `stands` is.

    One whose date had passed before it was taken back has expired.
    """
    ended = share.withdrawn_at or at
    if share.expires_at is not None and share.expires_at <= ended:
        return ShareState.expired
    if share.withdrawn_at is not None:
        return ShareState.withdrawn
    if share.suspended_at is not None:
        return ShareState.suspended
    return ShareState.standing
