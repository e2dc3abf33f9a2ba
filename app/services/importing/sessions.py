"""Exam sessions, by their code."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Entry, ExamSession
from app.services import grading
from app.services.importing import codes, comparing, reading
from app.services.importing.cells import Cells
from app.services.importing.plan import Plan
from app.values import ExamCode, Mode

COLUMNS = ("code", "exam", "mode", "label", "exam_date", "final_date")
_STORED = COLUMNS[1:]
# By when results are out, where the file does not say.
WINDOW = {
    Mode.paper: timedelta(weeks=5),
    Mode.computer: timedelta(weeks=2),
    Mode.digital: timedelta(weeks=2),
}
# No results take longer than a year; a later date is a slip of the pen.
LONGEST_WINDOW = timedelta(days=366)


def read(plan: Plan, at: datetime) -> None:
    """Compare each row of the file with the session of its code."""
    columns = (getattr(ExamSession, name) for name in _STORED)
    rows = db.session.execute(select(ExamSession.code, ExamSession.id, *columns)).all()
    known = comparing.stored_rows(rows, _STORED, 1)
    for line, values in reading.rows(plan, COLUMNS):
        cells = Cells(plan, line, COLUMNS, values)
        code = cells.match(
            "code",
            codes.SESSION_CODE,
            _l("A session code has up to 24 letters, digits, dots and dashes."),
        )
        session = _session(cells)
        stored = known.get(code)
        if cells.good and stored and stored[1]["exam"] is not session["exam"]:
            _refuse_other_exam(cells, stored[0])
        if not cells.good or plan.repeats(line, code, "code", code):
            continue
        comparing.compare(plan, line, code, {"code": code}, session, stored)


def _session(cells: Cells) -> dict[str, Any]:
    exam = cells.choice("exam", ExamCode)
    mode = cells.choice("mode", Mode)
    label = cells.text("label", 60)
    exam_date = cells.day("exam_date", codes.EARLIEST_EXAM, codes.LATEST_EXAM)
    if exam is not None and exam_date is not None:
        message = codes.withdrawn(grading.exam(exam), exam_date)
        if message:
            cells.wrong("exam_date", message)
    final_date = _final_date(cells, exam_date, mode)
    return {
        "exam": exam,
        "mode": mode,
        "label": label,
        "exam_date": exam_date,
        "final_date": final_date,
    }


def _final_date(cells: Cells, exam_date: date | None, mode: Mode | None) -> date | None:
    if not cells.values["final_date"]:
        return exam_date + WINDOW[mode] if exam_date and mode else None
    first = exam_date or codes.EARLIEST_EXAM
    last = exam_date + LONGEST_WINDOW if exam_date else codes.LATEST_EXAM
    return cells.day("final_date", first, last)


def _refuse_other_exam(cells: Cells, session_id: int) -> None:
    entered = select(exists().where(Entry.session_id == session_id))
    if db.session.scalar(entered):
        message = _l("Candidates are entered for this session: its exam stays.")
        cells.wrong("exam", message)


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write what the plan says about exam sessions."""
    comparing.write(tx, ExamSession.__table__, plan.inserts, plan.updates)  # type: ignore[arg-type]
    return 0
