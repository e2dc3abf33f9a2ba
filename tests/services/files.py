"""Import files of the tests: a good row of each kind, and ways to change it."""

import csv
import io
from typing import Any

from app.extensions import db
from app.models import AuditRow, ImportFile
from app.services import importing
from app.values import ImportKind
from tests.cast import NOW

GOOD = {
    ImportKind.centres: {
        "number": "IT024",
        "name": "Centro Esami Pisa",
        "city": "Pisa",
        "country": "IT",
        "email": "exams@centro.example",
        "phone": "+39 050 123456",
        "website": "https://centro.example/exams",
        "address": "Via Roma 1, 56100 Pisa",
        "timezone": "Europe/Rome",
    },
    ImportKind.schools: {
        "number": "S-200",
        "name": "Liceo Volta",
        "centre": "IT024",
        "city": "Lucca",
        "email": "volta@school.example",
    },
    ImportKind.sessions: {
        "code": "2611-CAE-P",
        "exam": "CAE",
        "mode": "paper",
        "label": "November 2026",
        "exam_date": "2026-11-21",
        "final_date": "",
    },
    ImportKind.timetable: {
        "session": "2611-FCE-P",
        "centre": "IT024",
        "component": "R",
        "date": "2026-11-14",
        "start": "09:00",
        "venue": "Palazzo dei Congressi",
        "room": "Sala 2",
        "candidate_number": "",
    },
    ImportKind.entries: {
        "session": "2611-FCE-P",
        "centre": "IT024",
        "candidate_number": "0101",
        "family_name": "Benali",
        "first_name": "Samir",
        "date_of_birth": "2008-03-05",
        "email": "samir@mail.example",
        "school": "",
        "group": "4B",
        "guardian_email": "",
        "language": "it",
    },
    ImportKind.results: {
        "session": "2611-FCE-P",
        "centre": "IT024",
        "candidate_number": "0001",
        "status": "graded",
        "overall": "172",
        "grade": "C",
        "cefr": "B2",
        "R": "172",
        "U": "170",
        "W": "168",
        "L": "175",
        "S": "175",
        "RW": "",
    },
}


def row(kind: str, **changes: str) -> dict[str, str]:
    """The good row of a kind, with some cells changed."""
    good = GOOD[ImportKind(kind)]
    assert changes.keys() <= good.keys()
    return {**good, **changes}


def csv_file(*rows: dict[str, str]) -> bytes:
    """A file with the columns of its first row."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def check(kind: str, content: bytes) -> importing.Plan:
    """What importing the file would do."""
    return importing.check(ImportKind(kind), content, at=NOW)


def load(kind: str, *rows: dict[str, str], **values: Any) -> importing.Summary:
    """Import rows that are expected to be good."""
    return load_bytes(kind, csv_file(*rows), **values)


def load_bytes(kind: str, content: bytes, by: Any = None) -> importing.Summary:
    plan, summary = importing.load(
        ImportKind(kind), content, by=by, at=NOW, file_name=f"{kind}.csv"
    )
    assert summary is not None, [str(problem) for problem in plan.problems]
    return summary


def problems(kind: str, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
    """The line, column and words of what is wrong; and nothing was written."""
    return problems_in(kind, csv_file(*rows))


def problems_in(kind: str, content: bytes) -> list[tuple[int, str, str]]:
    before = snapshot()
    plan, summary = importing.load(
        ImportKind(kind), content, by=None, at=NOW, file_name="wrong.csv"
    )
    assert (summary is None) == bool(plan.problem_count)
    if summary is None:
        assert snapshot() == before
    return [(one.line, one.column, str(one.message)) for one in plan.problems]


def snapshot() -> dict[str, list[Any]]:
    """Every row that an import could write, the trail included."""
    tables = db.metadata.tables
    names = (
        "centre",
        "school",
        "exam_session",
        "timetable_slot",
        "entry",
        "result",
        AuditRow.__tablename__,
        ImportFile.__tablename__,
    )
    return {
        name: db.session.execute(db.select(tables[name]).order_by("id")).all()
        for name in names
    }
