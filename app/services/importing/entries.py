"""Entries, by session, centre and candidate number; these never change."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.extensions import db
from app.models import Entry
from app.services import identifiers
from app.services.importing import codes, comparing, reading
from app.services.importing.cells import Cells
from app.services.importing.codes import Sitting
from app.services.importing.plan import Plan
from app.services.names import folded
from app.values import Language, new_reference

COLUMNS = (
    "session",
    "centre",
    "candidate_number",
    "family_name",
    "first_name",
    "date_of_birth",
    "email",
    "school",
    "group",
    "guardian_email",
    "language",
)
_STORED = (
    "family_name",
    "first_name",
    "date_of_birth",
    "email",
    "school_id",
    "group_name",
    "guardian_email",
    "language",
)
# Nobody who sits an exam was born before; such a date is a slip of the pen.
EARLIEST_BIRTH = date(1900, 1, 1)
# The youngest learners are six; a year of birth that is the year of the exam is a slip.
YOUNGEST = timedelta(days=3 * 365)

# A new entry, to be numbered once the whole file has been read: its line, the day of
# its exam, and the number of its centre and its own.
_New = tuple[int, date, str, str]


def read(plan: Plan, at: datetime) -> None:
    """Compare each row with the entry of its session, centre and candidate number."""
    sittings, centres, schools = codes.sittings(), codes.centres(), codes.schools()
    numbers = {school_id: number for number, (school_id, _) in schools.items()}
    shown = {"school_id": ("school", numbers), "group_name": ("group", None)}
    known: dict[int, dict[Any, comparing.Stored]] = {}
    new: list[_New] = []
    for line, values in reading.rows(plan, COLUMNS):
        cells = Cells(plan, line, COLUMNS, values)
        sitting = codes.find(cells, "session", sittings, codes.NO_SESSION)
        centre_id = codes.find(cells, "centre", centres, codes.NO_CENTRE)
        cells.match("candidate_number", codes.CANDIDATE_NUMBER, codes.FOUR_DIGITS)
        entry = _entry(cells, sitting, centre_id, schools)
        if sitting and (gone := codes.withdrawn(sitting.exam, sitting.exam_date)):
            cells.wrong("session", gone)
        key = values[:3]
        if not cells.good or plan.repeats(line, key, "candidate_number", key[2]):
            continue
        if sitting.id not in known:
            known[sitting.id] = _entries(sitting.id)
        stored = known[sitting.id].get((centre_id, key[2]))
        identity = {
            "session_id": sitting.id,
            "centre_id": centre_id,
            "candidate_number": key[2],
        }
        changed = comparing.compare(
            plan, line, " ".join(key), identity, entry, stored, shown
        )
        if changed is None:
            new.append((line, sitting.exam_date, key[1], key[2]))
            plan.inserts[-1]["folded_name"] = _folded(entry)
        elif {"family_name", "first_name"} & changed.keys():
            changed["folded_name"] = _folded(entry)
    if new and not plan.problem_count:
        _number(plan, new)


def _entry(
    cells: Cells,
    sitting: Sitting | None,
    centre_id: int | None,
    schools: dict[str, tuple[int, int]],
) -> dict[str, Any]:
    latest = (sitting.exam_date if sitting else codes.LATEST_EXAM) - YOUNGEST
    return {
        "family_name": cells.text("family_name", 120),
        # Some people have one name.
        "first_name": cells.text("first_name", 120, empty=True),
        "date_of_birth": cells.day("date_of_birth", EARLIEST_BIRTH, latest),
        "email": cells.email("email"),
        "school_id": _school(cells, centre_id, schools),
        "group_name": cells.text("group", 40, empty=True),
        "guardian_email": cells.email("guardian_email", empty=True),
        "language": cells.choice("language", Language, default=Language.en),
    }


def _school(
    cells: Cells, centre_id: int | None, schools: dict[str, tuple[int, int]]
) -> int | None:
    if not cells.values["school"]:
        return None
    found = codes.find(cells, "school", schools, codes.NO_SCHOOL)
    if found is None:
        return None
    school_id, of_centre = found
    # A wrong school would be shown somebody else's student.
    if centre_id is not None and of_centre != centre_id:
        cells.wrong("school", _l("This school belongs to another centre."))
    return school_id


def _folded(entry: dict[str, Any]) -> str:
    return folded(f"{entry['first_name']} {entry['family_name']}")


def _entries(session_id: int) -> dict[Any, comparing.Stored]:
    table = Entry.__table__
    query = select(
        table.c.centre_id,
        table.c.candidate_number,
        table.c.id,
        *(table.c[name] for name in _STORED),
    ).where(table.c.session_id == session_id)
    return comparing.stored_rows(db.session.execute(query).all(), _STORED, 2)


def _number(plan: Plan, new: list[_New]) -> None:
    allotment = identifiers.numbers_of({centre for _, _, centre, _ in new})
    for (line, *wanted), row in zip(new, plan.inserts, strict=True):
        try:
            row["statement_number"] = allotment.allot(*wanted)  # type: ignore[arg-type]
        except Refused as refused:
            number = row["candidate_number"]
            plan.problem(line, "candidate_number", number, refused.message)


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write what the plan says about entries; each new one gets its reference."""
    for row in plan.inserts:
        row.update(created_at=at, reference=new_reference())
    comparing.write(tx, Entry.__table__, plan.inserts, plan.updates)  # type: ignore[arg-type]
    return 0
