"""Downloads whose time is over: first the file goes, years later the row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from sqlalchemy import Select, delete, select, update

from app.extensions import db
from app.models import Download
from app.services import audit, retention, storage
from app.services.downloads import kinds, leases
from app.transactions import atomic, end_read
from app.values import AuditAction, WorkState

# As long as an organisation may be asked who took somebody's result.
YEARS = 3
# A file is written before its row names it, and that takes minutes at most.
YOUNG = timedelta(days=1)
# Bytes that one organisation keeps: some 30,000 statements. Nobody fills the disk.
MOST_KEPT = 2 * 1024**3
BATCH = 200

Stop: TypeAlias = Callable[[], bool]


def expire(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Delete the files whose days are over; return how many downloads expired.

    What was in them stays known, and can be asked for again.
    """
    expired = 0
    over = select(Download.id).where(
        Download.state == WorkState.ready, Download.expires_at <= at
    )
    while not stop():
        gone = _expire(over)
        expired += gone
        if gone < BATCH:
            break
    return expired


def make_room(newest: Download) -> int:
    """Let the oldest files of an organisation go where it keeps too much.

    Never the one that was just made. Returns how many expired.
    """
    files = select(Download.id, Download.size).where(
        Download.organisation_id == newest.organisation_id,
        Download.id != newest.id,
        Download.state == WorkState.ready,
    )
    kept, gone = newest.size, []
    ordered = files.order_by(Download.finished_at.desc(), Download.id.desc())
    for key, size in db.session.execute(ordered):
        kept += size
        if kept > MOST_KEPT:
            gone.append(key)
    end_read()
    # Those of one call: what is left over goes with the next.
    return _expire(select(Download.id).where(Download.id.in_(gone[-BATCH:])))


def _expire(which: Select[int]) -> int:
    """Let the files of these downloads go, where there are any; return how many."""
    with atomic() as tx:
        rows = tx.scalars(
            select(Download)
            .where(Download.state == WorkState.ready, Download.id.in_(which))
            .order_by(Download.id)
            .limit(BATCH)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        names = [kinds.stored_name(row) for row in rows]
        tx.execute(
            update(Download)
            .where(Download.id.in_([row.id for row in rows]))
            .values(state=WorkState.expired, file="", size=0)
            .execution_options(synchronize_session="fetch")
        )
    for name in names:
        leases.forget_file(name)
    return len(rows)


def erase(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Delete downloads three years after they were asked for; return how many.

    A file that one of them still has is swept.
    """
    day = retention.years_before(at, YEARS)
    erased = 0
    while not stop():
        with atomic() as tx:
            before = at.replace(year=day.year, month=day.month, day=day.day)
            old = select(Download.id).where(Download.asked_at < before).limit(BATCH)
            keys = tx.scalars(old).all()
            gone = delete(Download).where(Download.id.in_(keys))
            tx.execute(gone.execution_options(synchronize_session=False))
            if keys:
                subject, rows = "retention:downloads", len(keys)
                audit.append(AuditAction.erased, subject, by=None, at=at, rows=rows)
        erased += len(keys)
        if len(keys) < BATCH:
            break
    return erased


def sweep(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Delete files that no download names and that are older than a day.

    They are what a process left that died while it wrote. Returns how many went.
    """
    swept = 0
    aged = (
        name
        for name, written in storage.kept(kinds.FOLDER)
        if written is not None and written < at - YOUNG
    )
    while not stop() and (names := list(islice(aged, BATCH))):
        for name in _unnamed(names):
            storage.sweep(name)
            swept += 1
    return swept


def _unnamed(names: list[str]) -> list[str]:
    """Return those of the names that no download has."""
    files = {name.rpartition("/")[2].partition(".")[0]: name for name in names}
    rows = set(
        db.session.scalars(select(Download.file).where(Download.file.in_(files)))
    )
    end_read()
    return [name for file, name in files.items() if file not in rows]
