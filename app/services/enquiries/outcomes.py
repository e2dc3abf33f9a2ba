"""Telling candidate and centre what an enquiry changed, once the result is out."""

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Enquiry, Result
from app.services import one_by_one
from app.services.enquiries import mails
from app.services.publication import visible
from app.transactions import atomic
from app.values import EnquiryOutcome


def tell_due(*, at: datetime) -> int:
    """Tell the outcome of each enquiry whose amended result may be seen by now.

    Claims each by a conditional UPDATE, so that two processes tell people once; what
    was missed is made up for. One that fails is tried again with the next run, and
    keeps none of the others waiting. Returns how many messages were queued.
    """
    due = db.session.scalars(select(Enquiry).where(_due(at)).order_by(Enquiry.id)).all()
    return one_by_one.counted(
        [
            (f"telling of enquiry {enquiry.reference}", partial(_tell, enquiry, at))
            for enquiry in due
        ]
    )


def _tell(enquiry: Enquiry, at: datetime) -> int:
    with atomic() as tx:
        claimed = tx.execute(
            update(Enquiry)
            .where(Enquiry.id == enquiry.id, _due(at))
            .values(told_at=at)
            .execution_options(synchronize_session=False)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return 0
        return mails.answered(enquiry, at=at)


def _due(at: datetime) -> ColumnElement[bool]:
    """The amended version, or one that came after it, may be seen."""
    amended = aliased(Result)
    return and_(
        Enquiry.outcome == EnquiryOutcome.changed,
        Enquiry.told_at.is_(None),
        exists().where(
            amended.id == Enquiry.new_result_id,
            Result.entry_id == Enquiry.entry_id,
            Result.version >= amended.version,
            visible(at),
        ),
    )
