"""Results, by session, centre and candidate number; each change is a new version.

The overall score, the grade and the level are worked out again from the components: a
difference is held for an officer and never corrected.
"""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Centre, Entry, Result
from app.services import publication
from app.services.importing import codes, reading
from app.services.importing.codes import Sitting
from app.services.importing.comparing import PART
from app.services.importing.plan import Plan
from app.services.importing.scores import Values, read_values, why_held
from app.values import ComponentCode

PARTS = tuple(ComponentCode)
COLUMNS = (
    "session",
    "centre",
    "candidate_number",
    "status",
    "overall",
    "grade",
    "cefr",
    *PARTS,
)
_SCORES = tuple(f"score_{code.lower()}" for code in PARTS)
_STORED = ("status", "overall", "grade", "cefr", *_SCORES)
_WRITTEN = ("entry_id", "version", *_STORED, "held_why")
_TABLE = Result.__table__

# The key of an entry, and the version and values of its latest result if it has one.
_Known = tuple[int, tuple[int, *Values] | None]


def read(plan: Plan, at: datetime) -> None:
    """Compare each row with the latest version of the result of its entry."""
    sittings, centres = codes.sittings(), codes.centres()
    known: dict[int, dict[tuple[str, str], _Known]] = {}
    for line, cells in reading.rows(plan, COLUMNS):
        code, centre, number = cells[:3]
        sitting = sittings.get(code)
        if sitting is None:
            plan.problem(line, "session", code, codes.NO_SESSION)
            continue
        if sitting.id not in known:
            known[sitting.id] = _known(sitting.id)
            plan.sessions.add(sitting.id)
        found = known[sitting.id].get((centre, number))
        if found is None:
            _no_entry(plan, line, centre, number, centres)
        values = read_values(plan, line, sitting.exam, cells)
        if found is None or values is None:
            continue
        if not plan.repeats(line, found[0], "candidate_number", number):
            _compare(plan, line, sitting, found, values, cells)


def _no_entry(
    plan: Plan, line: int, centre: str, number: str, centres: Mapping[str, int]
) -> None:
    if centre not in centres:
        plan.problem(line, "centre", centre, codes.NO_CENTRE)
    elif codes.CANDIDATE_NUMBER.fullmatch(number) is None:
        plan.problem(line, "candidate_number", number, codes.FOUR_DIGITS)
    else:
        plan.problem(line, "candidate_number", number, codes.NO_ENTRY)


def _compare(
    plan: Plan,
    line: int,
    sitting: Sitting,
    found: _Known,
    values: Values,
    cells: tuple[str, ...],
) -> None:
    entry_id, latest = found
    if latest is not None and latest[1:] == values:
        plan.unchanged += 1
        return
    why = why_held(sitting.exam, values)
    if latest is None:
        plan.added += 1
        plan.inserts.append((entry_id, 1, *values, why))
    else:
        plan.changed += 1
        plan.updates.append((entry_id, latest[0] + 1, *values, why))
        _differences(plan, line, cells, latest, values)
    if why:
        plan.note(line, " ".join(cells[:3]), why)


def _differences(
    plan: Plan,
    line: int,
    cells: tuple[str, ...],
    latest: tuple[Any, ...],
    values: Values,
) -> None:
    key = " ".join(cells[:3])
    for column, before, after in zip(COLUMNS[3:], latest[1:], values, strict=True):
        if before != after:
            plan.change(line, key, column, before, after)


def _known(session_id: int) -> dict[tuple[str, str], _Known]:
    results = db.session.execute(
        select(_TABLE.c.entry_id, _TABLE.c.version, *(_TABLE.c[n] for n in _STORED))
        .join(Entry, Entry.id == _TABLE.c.entry_id)
        .where(Entry.session_id == session_id)
        .order_by(_TABLE.c.entry_id, _TABLE.c.version)
    )
    # The last version of an entry replaces those before it.
    latest: dict[int, Any] = {row[0]: tuple(row[1:]) for row in results}
    entries = db.session.execute(
        select(Centre.number, Entry.candidate_number, Entry.id)
        .join(Centre, Centre.id == Entry.centre_id)
        .where(Entry.session_id == session_id)
    )
    return {
        (centre, number): (entry_id, latest.get(entry_id))
        for centre, number, entry_id in entries
    }


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write each result as a version of its own; return how many left a release.

    What is replaced leaves the releases that are not out yet, before it is replaced.
    """
    replaced = [row[0] for row in plan.updates]
    left = publication.leave_pending_releases(replaced, at=at) if replaced else 0
    for rows in (plan.inserts, plan.updates):
        for start in range(0, len(rows), PART):
            _insert(tx, rows[start : start + PART], at)
    return left


def _insert(tx: Session, rows: list[Any], at: datetime) -> None:
    """Hand rows to the driver as they are stored.

    SQLAlchemy would ask each column about each value once more, which took a quarter of
    the time of an import; what is written has been read value by value before.
    """
    connection = tx.connection()
    dialect = connection.dialect
    columns = (*_WRITTEN, "imported_at", "withdrawn_why")
    statement = insert(_TABLE).compile(  # type: ignore[arg-type]
        dialect=dialect, column_keys=columns
    )
    instant = _TABLE.c.imported_at.type.dialect_impl(dialect).bind_processor(dialect)
    same = (instant(at) if instant else at, "")
    stored: list[Any] = [(*row[:2], row[2].value, *row[3:], *same) for row in rows]
    if statement.positiontup is None:
        stored = [dict(zip(columns, row, strict=True)) for row in stored]
    elif tuple(statement.positiontup) != columns:
        pick = itemgetter(*map(columns.index, statement.positiontup))
        stored = [pick(row) for row in stored]
    connection.exec_driver_sql(str(statement), stored)
