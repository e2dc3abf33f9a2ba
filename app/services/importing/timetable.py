"""The timetable: when and where each paper is taken, by everybody or by one candidate.

A paper that yields two scores is listed under the first of them: R stands for the paper
"Reading and Use of English", and U has no row of its own.
"""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Entry, TimetableSlot
from app.services import grading
from app.services.importing import codes, comparing, reading
from app.services.importing.cells import Cells
from app.services.importing.codes import Sitting
from app.services.importing.plan import Plan
from app.values import ComponentCode

COLUMNS = (
    "session",
    "centre",
    "component",
    "date",
    "start",
    "venue",
    "room",
    "candidate_number",
)
_STORED = ("day", "start", "venue", "room")
_SHOWN = {"day": ("date", None)}
# Speaking may be days before or after the other papers, never months.
SPREAD = timedelta(days=60)


def read(plan: Plan, at: datetime) -> None:
    """Compare each row with the slot of its session, centre, paper and candidate."""
    sittings, centres = codes.sittings(), codes.centres()
    known: dict[int, dict[Any, comparing.Stored]] = {}
    entered: dict[int, set[tuple[int, str]]] = {}
    for line, values in reading.rows(plan, COLUMNS):
        cells = Cells(plan, line, COLUMNS, values)
        sitting = codes.find(cells, "session", sittings, codes.NO_SESSION)
        centre_id = codes.find(cells, "centre", centres, codes.NO_CENTRE)
        if sitting is None:
            continue
        if sitting.id not in known:
            known[sitting.id] = _slots(sitting.id)
            entered[sitting.id] = _entered(sitting.id)
        identity = {
            "session_id": sitting.id,
            "centre_id": centre_id,
            "component": _paper(cells, sitting),
            "candidate_number": _candidate(cells, centre_id, entered[sitting.id]),
        }
        slot = _slot(cells, sitting)
        if not cells.good or _repeated(cells, tuple(identity.values())):
            continue
        key = tuple(identity.values())[1:]
        label = " ".join(filter(None, (*values[:3], values[7])))
        stored = known[sitting.id].get(key)
        comparing.compare(plan, line, label, identity, slot, stored, _SHOWN)


def _repeated(cells: Cells, key: tuple[Any, ...]) -> bool:
    value = cells.values["component"]
    return cells.plan.repeats(cells.line, key, "component", value)


def _slot(cells: Cells, sitting: Sitting) -> dict[str, Any]:
    first, last = sitting.exam_date - SPREAD, sitting.exam_date + SPREAD
    return {
        "day": cells.day("date", first, last),
        "start": cells.start("start"),
        "venue": cells.text("venue", 160),
        "room": cells.text("room", 60, empty=True),
    }


def _paper(cells: Cells, sitting: Sitting) -> ComponentCode | None:
    exam = sitting.exam
    papers = [code for code, _ in exam.papers]
    code = cells.values["component"]
    if code in papers:
        return ComponentCode(code)
    if not papers:
        message = _l("%(exam)s has no papers with a timetable.", exam=exam.name)
    elif code in {part.code for part in exam.components}:
        message = _l(
            "This is part of the paper %(paper)s: write R.", paper=_joint(exam)
        )
    else:
        message = _l(
            "%(exam)s has the papers %(papers)s.",
            exam=exam.name,
            papers=", ".join(papers),
        )
    cells.wrong("component", message)
    return None


def _joint(exam: grading.Exam) -> str:
    return grading.paper_name(exam, ComponentCode.R) or ""


def _candidate(
    cells: Cells, centre_id: int | None, entered: set[tuple[int, str]]
) -> str | None:
    number = cells.values["candidate_number"]
    if not number:
        return None
    cells.match("candidate_number", codes.CANDIDATE_NUMBER, codes.FOUR_DIGITS)
    if cells.good and (centre_id, number) not in entered:
        cells.wrong("candidate_number", codes.NO_ENTRY)
    return number


def _slots(session_id: int) -> dict[Any, comparing.Stored]:
    slot = TimetableSlot
    columns = (getattr(slot, name) for name in _STORED)
    query = select(
        slot.centre_id, slot.component, slot.candidate_number, slot.id, *columns
    ).where(slot.session_id == session_id)
    return comparing.stored_rows(db.session.execute(query).all(), _STORED, 3)


def _entered(session_id: int) -> set[tuple[int, str]]:
    query = select(Entry.centre_id, Entry.candidate_number).where(
        Entry.session_id == session_id
    )
    return {(centre_id, number) for centre_id, number in db.session.execute(query)}


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write what the plan says about the timetable."""
    comparing.write(tx, TimetableSlot.__table__, plan.inserts, plan.updates)  # type: ignore[arg-type]
    return 0
