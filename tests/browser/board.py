"""A small board as its files describe it, and the commands that bring it up."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pypdf import PdfReader

from tests.browser.people import PASSWORD, Candidate
from tests.browser.service import Service

CENTRE = "IT024"
SESSION = "B2F-P-1"
OFFICER = "olga.officer@board.example"
APPROVER = "aldo.approver@board.example"
PARTNERSHIPS = "piera.partners@board.example"
STAFF = {
    OFFICER: "Results officer",
    APPROVER: "Release approver",
    PARTNERSHIPS: "Partnerships officer",
}
# B2 First of Amina: 172 is Grade C, level B2; each part has a score of its own.
AMINAS = {"R": 173, "U": 170, "W": 168, "L": 175, "S": 174}
RESULT_COLUMNS = (
    *("session", "centre", "candidate_number", "status", "overall", "grade", "cefr"),
    *(*AMINAS, "RW"),
)


def exam_day() -> date:
    """Return a day long enough ago for results to exist, within their window."""
    return datetime.now(UTC).date() - timedelta(days=20)


def files() -> dict[str, list[dict[str, str]]]:
    """Return the rows of each file, in the order in which the files are imported."""
    sat = exam_day().isoformat()
    sitting = {"session": SESSION, "centre": CENTRE}
    place = {"venue": "Centro Esami, Via Roma 1", "room": "Aula 2"}
    papers = {"R": "09:00", "W": "10:45", "L": "12:30"}
    people = (
        ("0001", "Benali", "Amina", "2009-03-05", "amina@mail.example", "S-100"),
        ("0002", "Ivanov", "Boris", "2008-07-01", "boris@mail.example", ""),
    )
    names = [
        "candidate_number",
        "family_name",
        "first_name",
        "date_of_birth",
        "email",
        "school",
    ]
    return {
        "centres": [
            {
                "number": CENTRE,
                "name": "Centro Galileo",
                "city": "Pisa",
                "country": "IT",
                "email": "esami@it024.example",
                "phone": "+39 050 123456",
                "website": "https://it024.example",
                "address": "Via Roma 1, 56100 Pisa",
                "timezone": "Europe/Rome",
            }
        ],
        "schools": [
            {
                "number": "S-100",
                "name": "Liceo Galileo",
                "centre": CENTRE,
                "city": "Pisa",
                "email": "esami@liceo.example",
            }
        ],
        "sessions": [
            {
                "code": SESSION,
                "exam": "FCE",
                "mode": "paper",
                "label": "Autumn session",
                "exam_date": sat,
                "final_date": "",
            }
        ],
        "entries": [
            {
                **sitting,
                **dict(zip(names, person, strict=True)),
                "group": "",
                "guardian_email": "",
                "language": "en",
            }
            for person in people
        ],
        "timetable": [
            {
                **sitting,
                "component": paper,
                "date": sat,
                "start": start,
                **place,
                "candidate_number": "",
            }
            for paper, start in papers.items()
        ]
        + [
            {
                **sitting,
                "component": "S",
                "date": sat,
                "start": "15:00",
                **place,
                "candidate_number": number,
            }
            for number in ("0001", "0002")
        ],
    }


def result_rows(**changes: str) -> list[dict[str, str]]:
    """Return a results file's rows: Amina's Grade C, and Boris's that is pending."""
    sitting = {"session": SESSION, "centre": CENTRE}
    empty = dict.fromkeys(RESULT_COLUMNS, "")
    amina = {"candidate_number": "0001", "status": "graded", "overall": "172"}
    amina |= {"grade": "C", "cefr": "B2", **{k: str(v) for k, v in AMINAS.items()}}
    boris = {"candidate_number": "0002", "status": "pending"}
    return [empty | sitting | amina | changes, empty | sitting | boris]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as a CSV file and return its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(service: Service) -> None:
    """Fill the empty database from files, and add the board's staff."""
    with service.operator() as flask:
        for kind, rows in files().items():
            path = write(service.folder / f"{kind}.csv", rows)
            said = flask("import", kind, str(path))
            assert f"import {kind}: {len(rows)} added" in said, said
        for email, role in STAFF.items():
            words = ("create-staff", email, "--role", role, "--password-stdin")
            flask(*words, stdin=PASSWORD + "\n")


def confirmed(service: Service) -> Candidate:
    """Print the Confirmations of Entry; return Amina with what hers says."""
    out = service.folder / "confirmations"
    words = ("--session", SESSION, "--centre", CENTRE, "--out", str(out))
    said = service.flask("confirmations", *words)
    assert "2 written" in said, said
    assert sorted(path.name for path in out.iterdir()) == ["0001.pdf", "0002.pdf"]
    text = printed((out / "0001.pdf").read_bytes())
    assert "Amina Benali" in text
    return Candidate.from_paper(text, "05/03/2009", "amina@mail.example")


def printed(content: bytes) -> str:
    """Return the words of a PDF, whitespace folded."""
    with PdfReader(io.BytesIO(content)) as reader:
        text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.split())


def release_number(said: str) -> str:
    """Return the number of the release that a command has just proposed."""
    return said.partition("release ")[2].partition(":")[0]
