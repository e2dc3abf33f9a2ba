"""Whether what a candidate shared still counts: a predicate read with every look.

A share counts until its candidate takes it back, its date has passed, or it turns out
that the account which made it was not the candidate's own. No job is needed for any of
these to hold.
"""

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import BindParameter, ColumnElement, and_, or_

from app.models import Share, ShareLink

Moment: TypeAlias = datetime | BindParameter[datetime]


def stands(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a Share opens its result at an instant."""
    return and_(
        Share.withdrawn_at.is_(None),
        Share.suspended_at.is_(None),
        or_(Share.expires_at.is_(None), Share.expires_at > at),
    )


def link_stands(at: Moment) -> ColumnElement[bool]:
    """Return the condition under which a ShareLink opens its result at an instant."""
    return and_(ShareLink.revoked_at.is_(None), ShareLink.expires_at > at)
