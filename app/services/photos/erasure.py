"""Photos whose time is over, and files that no row names: both go for good."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from flask import current_app
from sqlalchemy import delete, select

from app.extensions import db
from app.models import Entry, ExamSession, Photo
from app.services import audit, photos, retention, storage
from app.transactions import atomic, end_read
from app.values import AuditAction

# As long as an organisation may meet somebody and wonder whether it is the same person.
YEARS = 3
# An import writes its files before their rows, and takes minutes at most.
YOUNG = timedelta(days=1)
BATCH = 200

Stop: TypeAlias = Callable[[], bool]


def erase_old(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Delete photos three years after the exam, the row first and the file after it.

    A file that resists is swept later. Returns how many photos went.
    """
    day = retention.years_before(at, YEARS)
    old = (
        select(Photo.reference)
        .join(Entry, Entry.id == Photo.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .where(ExamSession.exam_date < day)
        .limit(BATCH)
    )
    erased = 0
    while not stop():
        with atomic() as tx:
            references = tx.scalars(old.with_for_update(of=Photo)).all()
            gone = delete(Photo).where(Photo.reference.in_(references))
            tx.execute(gone.execution_options(synchronize_session="fetch"))
            if references:
                subject, rows = "retention:photos", len(references)
                audit.append(AuditAction.erased, subject, by=None, at=at, rows=rows)
        for reference in references:
            _delete(photos.file_name(reference))
        erased += len(references)
        if len(references) < BATCH:
            break
    return erased


def sweep(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Delete files that no photo names and that are older than a day; return how many.

    They are what a process left that died between a file and its row. A file whose age
    the storage does not tell is left alone.
    """
    swept, aged = 0, _aged(at)
    while not stop() and (names := list(islice(aged, BATCH))):
        swept += sum(_delete(name) for name in _unnamed(names))
    return swept


def _aged(at: datetime) -> Iterator[str]:
    for name, written in storage.kept(photos.FOLDER):
        if written is not None and written < at - YOUNG:
            yield name


def _unnamed(names: list[str]) -> list[str]:
    """Return those of the names that no photo has."""
    references = [name.rpartition("/")[2].partition(".")[0] for name in names]
    rows = db.session.scalars(
        select(Photo.reference).where(Photo.reference.in_(references))
    )
    named = {photos.file_name(reference) for reference in rows}
    end_read()
    return [name for name in names if name not in named]


def _delete(name: str) -> bool:
    try:
        storage.sweep(name)
    except OSError as problem:
        current_app.logger.warning("storage: %s is not deleted: %s", name, problem)
        return False
    return True
