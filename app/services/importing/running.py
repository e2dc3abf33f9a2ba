"""The two steps of every import: check the whole file, then write all of it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Conflict, Refused
from app.models import (
    Centre,
    Entry,
    ExamSession,
    Model,
    Result,
    School,
    TimetableSlot,
)
from app.services import audit
from app.services.importing import (
    centres,
    entries,
    results,
    schools,
    sessions,
    timetable,
)
from app.services.importing.plan import Plan, Summary
from app.transactions import atomic
from app.values import AuditAction, ImportKind

# The lock that puts imports in a row on PostgreSQL; SQLite has one writer.
IMPORT_LOCK = 7_270_003
LONGEST_FILE_NAME = 200
# From so many new rows on, what PostgreSQL knows of a table's size is out of date.
MANY = 1000


class _Kind(NamedTuple):
    model: type[Model]
    columns: tuple[str, ...]
    read: Callable[[Plan, datetime], None]
    write: Callable[[Session, Plan, datetime], int]


_KINDS = {
    ImportKind.centres: _Kind(Centre, centres.COLUMNS, centres.read, centres.write),
    ImportKind.schools: _Kind(School, schools.COLUMNS, schools.read, schools.write),
    ImportKind.sessions: _Kind(
        ExamSession, sessions.COLUMNS, sessions.read, sessions.write
    ),
    ImportKind.timetable: _Kind(
        TimetableSlot, timetable.COLUMNS, timetable.read, timetable.write
    ),
    ImportKind.entries: _Kind(Entry, entries.COLUMNS, entries.read, entries.write),
    ImportKind.results: _Kind(Result, results.COLUMNS, results.read, results.write),
}


def columns(kind: ImportKind) -> tuple[str, ...]:
    """Return the column names that a file of this kind has, in any order."""
    return _KINDS[kind].columns


def check(
    kind: ImportKind,
    content: bytes,
    *,
    at: datetime,
    progress: Callable[[int], None] | None = None,
) -> Plan:
    """Read a file and compare it with the database; write nothing, raise nothing.

    Whatever is wrong with the file is in `plan.problems`. `progress` is told now and
    then how many rows have been read.
    """
    plan = Plan(kind, content, progress)
    with _collector_paused():
        _KINDS[kind].read(plan, at)
    plan.forget_lines()
    if plan.problem_count:
        plan.inserts, plan.updates = [], []
    return plan


def load(
    kind: ImportKind,
    content: bytes,
    *,
    by: audit.Actor,
    at: datetime,
    file_name: str,
    progress: Callable[[int], None] | None = None,
) -> tuple[Plan, Summary | None]:
    """Check a file and write it in one transaction, for whoever need not look first.

    Returns the plan, and no summary when it has problems: then nothing was written.
    Raises Conflict when somebody changes the same rows meanwhile.
    """
    try:
        with atomic() as tx:
            _wait_for_others(tx)
            plan = check(kind, content, at=at, progress=progress)
            if plan.problem_count:
                return plan, None
            _lock_sessions(tx, plan)
            return plan, _write(tx, plan, by, at, file_name)
    except IntegrityError as error:
        raise Conflict(_CHANGED) from error


def apply(plan: Plan, *, by: audit.Actor, at: datetime, file_name: str) -> Summary:
    """Write everything a checked file says in one transaction, or nothing.

    The file is compared once more inside the transaction. Raises Refused when it has
    problems, Conflict when what was shown is no longer what would be written. A file
    that changes nothing leaves no trace.
    """
    if plan.problem_count:
        raise Refused(
            _l(
                "Nothing was written: problems in the file: %(n)s.",
                n=plan.problem_count,
            )
        )
    try:
        with atomic() as tx:
            _wait_for_others(tx)
            _lock_sessions(tx, plan)
            fresh = check(plan.kind, plan.content, at=at, progress=plan.progress)
            if fresh.problem_count or not fresh.writes_as(plan):
                raise Conflict(_CHANGED)
            return _write(tx, fresh, by, at, file_name)
    except IntegrityError as error:
        raise Conflict(_CHANGED) from error


_CHANGED = _l(
    "Somebody has changed the same rows since the file was checked. Check it again."
)


def _write(
    tx: Session, plan: Plan, by: audit.Actor, at: datetime, file_name: str
) -> Summary:
    left = 0
    if plan.inserts or plan.updates:
        kind = _KINDS[plan.kind]
        with _collector_paused():
            left = kind.write(tx, plan, at)
        _forget_loaded(tx, kind.model)
        if plan.added >= MANY:
            count_anew(tx, kind.model)
        audit.append(
            AuditAction.imported,
            f"import:{plan.kind}",
            by=by,
            at=at,
            file=file_name[-LONGEST_FILE_NAME:],
            sha256=plan.sha256,
            added=plan.added,
            changed=plan.changed,
            unchanged=plan.unchanged,
            held=plan.note_count,
            left_releases=left,
        )
    return Summary(
        kind=plan.kind,
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        held=plan.note_count,
        left_releases=left,
    )


def _wait_for_others(tx: Session) -> None:
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": IMPORT_LOCK})


def count_anew(tx: Session, model: type[Model]) -> None:
    """Let PostgreSQL look at a table at once, and not in its next quiet minute.

    Whoever proposes a release right after a large import would wait for minutes for a
    count that was planned for an empty table.
    """
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(text(f"ANALYZE {model.__table__.name}"))  # type: ignore[attr-defined]


def _lock_sessions(tx: Session, plan: Plan) -> None:
    # A release that is being proposed refers to its session, and so waits for this.
    rows = select(ExamSession.id).where(ExamSession.id.in_(plan.sessions))
    tx.execute(rows.order_by(ExamSession.id).with_for_update())


@contextmanager
def _collector_paused() -> Iterator[None]:
    # Rows that are kept make no cycles, and walking them again and again took a third
    # of the time of an import of 100,000 results.
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _forget_loaded(tx: Session, model: type[Model]) -> None:
    # Objects that were loaded before know nothing of what was written beside them.
    for loaded in tx.identity_map.values():
        if isinstance(loaded, model):
            tx.expire(loaded)
