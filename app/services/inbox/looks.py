"""Who in an organisation has looked at a shared result, or taken it away."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.models import Share, ShareAccess

# The latest; the candidate sees all of them.
SHOWN = 20


def latest_looks(share: Share) -> Sequence[ShareAccess]:
    """Return the latest looks at a share by the members it was read by, newest first.

    The caller has found out that the share is the reader's organisation's own.
    """
    return db.session.scalars(
        select(ShareAccess)
        .where(ShareAccess.share_id == share.id)
        .order_by(ShareAccess.at.desc(), ShareAccess.id.desc())
        .limit(SHOWN)
    ).all()
