"""What goes when its time is over: answers after 30 days, and files of no list."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.extensions import db
from app.models import ListCheck, Lookup
from app.services import audit, retention, storage
from app.services.list_checks import ANSWERS, WORKING, keeping
from app.transactions import atomic, end_read
from app.values import AuditAction, WorkState

# As long as a candidate may ask who found their result.
YEARS = 3
# A list is written before its row.
YOUNG = timedelta(days=1)
BATCH = 100

Stop = Callable[[], bool]


def erase_answers(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Erase the answers of lists 30 days after these were checked; return how many.

    A list that could not be checked, and files that no list has, go too.
    """
    erased = 0
    over = select(ListCheck).where(
        ListCheck.state.in_([WorkState.ready, WorkState.failed]),
        ListCheck.asked_at < at - ANSWERS,
    )
    while not stop():
        checks = db.session.scalars(over.limit(BATCH)).all()
        end_read()
        for check in checks:
            keeping.forget_list(check.reference)
            keeping.forget_answers(check)
        with atomic() as tx:
            keys = [check.id for check in checks]
            ended = update(ListCheck).where(ListCheck.id.in_(keys))
            # Its name may be somebody's.
            tx.execute(ended.values(state=WorkState.expired, name=""))
            if keys:
                subject, rows = "retention:list_answers", len(keys)
                audit.append(AuditAction.erased, subject, by=None, at=at, rows=rows)
        erased += len(checks)
        if len(checks) < BATCH:
            break
    return erased + _sweep(at, stop)


def erase_lookups(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Erase look-ups, and lists, three years after they were; return how many."""
    before = datetime.combine(retention.years_before(at, YEARS), at.timetz())
    erased = 0
    while not stop():
        with atomic() as tx:
            gone = 0
            for table, when in ((Lookup, Lookup.at), (ListCheck, ListCheck.asked_at)):
                keys = tx.scalars(select(table.id).where(when < before).limit(BATCH))
                found = keys.all()
                tx.execute(
                    delete(table)
                    .where(table.id.in_(found))
                    .execution_options(synchronize_session=False)
                )
                gone += len(found)
            if gone:
                subject = "retention:lookups"
                audit.append(AuditAction.erased, subject, by=None, at=at, rows=gone)
        erased += gone
        if not gone:
            break
    return erased


def _sweep(at: datetime, stop: Stop) -> int:
    """Delete files that belong to no list, or to one that is done with them."""
    swept = 0
    for folder in (keeping.LISTS, keeping.ANSWERS):
        for name, written in storage.kept(folder):
            if stop():
                return swept
            if written is None or written > at - YOUNG:
                continue
            reference = keeping.reference_in(name)
            state = db.session.scalar(
                select(ListCheck.state).where(ListCheck.reference == reference)
            )
            end_read()
            wanted = state in WORKING
            if folder == keeping.ANSWERS:
                wanted = wanted or state is WorkState.ready
            if not wanted:
                storage.sweep(name)
                swept += 1
    return swept
