"""The codes that files refer to: sessions, centres and schools, looked up once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.extensions import db
from app.models import Centre, ExamSession, School
from app.services import grading
from app.services.importing.cells import Cells

CENTRE_NUMBER = re.compile(r"[A-Z]{2}[0-9]{3}")
CANDIDATE_NUMBER = re.compile(r"[0-9]{4}")
SESSION_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,23}")
SCHOOL_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,19}")

FOUR_DIGITS = _l("A candidate number has four digits, such as 0001.")
# The year is printed with two digits, and verification reaches back to 2005.
EARLIEST_EXAM, LATEST_EXAM = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An exam session as files refer to it, with the exam as it was on its day."""

    id: int
    code: str
    exam: grading.Exam
    exam_date: date


def sittings() -> dict[str, Sitting]:
    """Return every exam session by its code."""
    rows = db.session.execute(
        select(
            ExamSession.code, ExamSession.id, ExamSession.exam, ExamSession.exam_date
        )
    )
    return {
        code: Sitting(id, code, grading.exam_on(exam, day), day)
        for code, id, exam, day in rows
    }


def centres() -> dict[str, int]:
    """Return the key of every centre by its number."""
    rows = db.session.execute(select(Centre.number, Centre.id))
    return {row.number: row.id for row in rows}


def schools() -> dict[str, tuple[int, int]]:
    """Return the key of every school and of its centre, by the school's number."""
    rows = db.session.execute(select(School.number, School.id, School.centre_id))
    return {number: (id, centre_id) for number, id, centre_id in rows}


def find(cells: Cells, column: str, known: Mapping[str, Any], message: Any) -> Any:
    """Return what a code stands for; report it when it stands for nothing."""
    code = cells.values[column]
    found = known.get(code)
    if found is None:
        cells.wrong(column, message if code else _l("The value is missing."))
    return found


def withdrawn(exam: grading.Exam, exam_date: date) -> Any:
    """Return why an exam cannot be sat on a day any more; empty when it can."""
    if exam.until is None or exam_date <= exam.until:
        return ""
    return _l(
        "%(exam)s was withdrawn after %(day)s.",
        exam=exam.name,
        day=exam.until.isoformat(),
    )


NO_SESSION = _l("There is no session with this code.")
NO_CENTRE = _l("There is no centre with this number.")
NO_SCHOOL = _l("There is no school with this number.")
NO_ENTRY = _l("This centre has entered no such candidate for this session.")
