"""What registrars do beside reading: they require, look up, compare and take note."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from app.extensions import db
from app.models import Entry, Member, Share
from app.services import (
    changes,
    corrections,
    list_checks,
    lookups,
    publication,
    requirements,
)
from app.services.demo.cast import Cast
from app.services.downloads import templates
from app.services.downloads.templates import Layout
from app.services.requirements import Terms
from app.values import ComponentCode, ExamCode, RowPer

BACHELOR, MASTER = "Bachelor's degrees", "Master's degrees taught in English"
MOST_OF_A_LIST = 30


def happen(cast: Cast) -> None:
    """Let them write down what they ask for, look, compare and take note."""
    _requirements(cast)
    _templates(cast)
    _lookups(cast)
    _list_check(cast)
    _changes(cast)


def _requirements(cast: Cast) -> None:
    """Two programmes of one university, and everything else of another."""
    rita, other = cast.member("tirreno.example"), cast.member("martesana.example")
    speaking = {ComponentCode.S: 169, ComponentCode.W: 169}
    for by, terms in (
        (rita, Terms(BACHELOR, ExamCode.FCE, overall=165, months=24)),
        (rita, Terms(BACHELOR, ExamCode.FCEFS, overall=165, months=24)),
        (rita, Terms(MASTER, ExamCode.CAE, overall=185, months=36)),
        (rita, Terms(MASTER, ExamCode.FCE, overall=180, scores=speaking, months=24)),
        (rita, Terms("", ExamCode.CPE)),
        (other, Terms("", ExamCode.FCE, overall=160)),
        (other, Terms("", ExamCode.CAE, overall=180)),
    ):
        requirements.save(terms, by=by, at=cast.ago(35))


def _templates(cast: Cast) -> None:
    """One for the student office, used by default, and one for research."""
    rita = cast.member("tirreno.example")
    office = Layout(
        "Student office",
        (
            ("family_name", "Cognome"),
            ("first_name", "Nome"),
            ("date_of_birth", "Data di nascita"),
            ("exam", "Esame"),
            ("overall", "Punteggio"),
            ("cefr", "QCER"),
            ("statement_number", "Numero"),
            ("status", "Stato"),
        ),
        "day_first",
    )
    parts = Layout(
        "Parts of the exam",
        tuple((key, "") for key in ("statement_number", "exam", "part", "part_score")),
        "iso",
        RowPer.component,
    )
    kept = templates.save(None, office, by=rita, at=cast.ago(34))
    templates.save(None, parts, by=rita, at=cast.ago(33))
    templates.choose(rita, kept)


def _lookups(cast: Cast) -> None:
    """Three results found by what is printed on the Statement; one a moment ago."""
    for domain, key, purpose, days in (
        ("northgate.example", "amina", "Application 2027", 0.5),
        ("tirreno.example", "noemi", "Enrolment desk", 2.0),
        ("skills.example", "davide", "Recognition of a qualification", 1.3),
        ("tirreno.example", "livia", "Enrolment desk", 0.01),
    ):
        entry, member = cast.entry(key), cast.member(domain)
        number, born = entry.statement_number, entry.date_of_birth
        at = cast.ago(days)
        lookups.find(member, number, born, purpose=purpose, at=at)


def _list_check(cast: Cast) -> None:
    """Applicants who claim a level and a score: most rightly, some not."""
    rita = cast.member("tirreno.example")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("Statement number", "Date of birth", "Level", "Overall score"))
    table.writerows(_claims(rita, cast))
    content = out.getvalue().encode()
    name = "applicants-autumn.csv"
    list_checks.ask(rita, name, content, purpose="Enrolment", at=cast.ago(1.9))
    list_checks.run_due(at=cast.ago(1.9) + timedelta(seconds=20))


def _claims(rita: Member, cast: Cast) -> Iterable[tuple[object, ...]]:
    query = select(Entry).join(Share, Share.entry_id == Entry.id)
    shared = query.where(Share.organisation_id == rita.organisation_id)
    entries = db.session.scalars(shared.order_by(Entry.id).limit(MOST_OF_A_LIST)).all()
    results = publication.published_results([e.id for e in entries], at=cast.at)
    for n, entry in enumerate(dict.fromkeys(entries)):
        born, result = f"{entry.date_of_birth:%d/%m/%Y}", results.get(entry.id)
        level = (result and result.cefr) or ""
        overall = (result and result.overall) or ""
        # Every seventh claims more than was reached, every ninth has a wrong day.
        claimed = "C2" if n % 7 == 3 else level if level in ("B1", "B2", "C1") else ""
        day = "01/01/1999" if n % 9 == 5 else born
        yield entry.statement_number, day, claimed, overall
    yield "26CZZ", "01/01/2005", "B2", 170


def _changes(cast: Cast) -> None:
    """A result was taken back after it was read; a change was taken note of."""
    nina = cast.entry("nina")
    result = publication.published_result(nina, at=cast.ago(3))
    assert result is not None
    why = "The papers of two candidates had been exchanged."
    officer = cast.team["officer"]
    corrections.withdraw_result(result, by=officer, why=why, at=cast.ago(3))
    other = cast.member("martesana.example")
    at = cast.ago(6)
    marks = [change.mark for change in changes.page_for(other, at=at).rows]
    changes.acknowledge(marks, by=other, at=at)
