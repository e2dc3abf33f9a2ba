"""The page of one exam: the whole way from the entry to the certificate."""

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.services import (
    access,
    ages,
    cases,
    certificates,
    enquiries,
    grading,
    rules,
    standings,
)
from app.services.certificates import arranging
from app.services.grading import Exam
from app.services.timetable import Sitting, timetable_of
from app.views.candidate.pages import pages
from app.views.guards import candidate_only


@pages.get("/exams/<reference>")
@candidate_only
def exam(reference: str) -> ResponseReturnValue:
    """Show where an exam stands, and what its candidate can do about it now."""
    at = clock.now()
    entry = access.own_entry(g.candidate, reference)
    where = standings.of(entry, at=at)
    to_come = where.standing.stage in ("entered", "exam")
    sittings = timetable_of(entry) if to_come else []
    return render_template(
        "candidate/exam.html",
        entry=entry,
        where=where,
        exam=where.exam,
        result=where.result,
        standing=where.standing,
        certificate=where.certificate,
        missed=where.certificate and arranging.missed(where.certificate, at=at),
        give_back=where.result is not None and certificates.to_give_back(entry),
        case=cases.of_entry(entry),
        enquiry=enquiries.offer(entry, where.result, at=at),
        rules=rules.of(entry.centre),
        minor=ages.under(ages.ADULT, entry.date_of_birth, at=at),
        sittings=[(one, _papers(where.exam, one)) for one in sittings],
    )


def _papers(exam: Exam, sitting: Sitting) -> str:
    """Return the names of the papers that are taken in one go."""
    codes = sitting.papers
    return ", ".join(_(grading.paper_name(exam, code) or code.value) for code in codes)
