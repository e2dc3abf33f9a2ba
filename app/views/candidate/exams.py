"""A candidate's exams, and the result of each once it is out."""

from zoneinfo import ZoneInfo

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound
from app.models import Result
from app.services import (
    access,
    documents,
    grading,
    meaning,
    publication,
    scale,
    timeline,
)
from app.services.grading import Exam
from app.values import ResultStatus
from app.views.candidate.pages import pages
from app.views.guards import candidate_only


@pages.get("/")
@candidate_only
def home() -> ResponseReturnValue:
    """Show each exam, and where it stands."""
    at = clock.now()
    entries = access.own_entries(g.candidate)
    results = publication.published_results([entry.id for entry in entries], at=at)
    # What people come for stands first; both parts keep the newest exam on top.
    entries.sort(key=lambda entry: entry.id not in results)
    exams = [
        (
            entry,
            grading.exam(entry.session.exam),
            timeline.standing(
                entry.session,
                out=entry.id in results,
                at=at,
                zone=ZoneInfo(entry.centre.timezone),
            ),
        )
        for entry in entries
    ]
    return render_template("candidate/home.html", exams=exams, account=g.candidate)


@pages.get("/results/<reference>")
@candidate_only
def result(reference: str) -> ResponseReturnValue:
    """Show a result: what it is, what it means, what happens next."""
    entry, found = access.own_result(g.candidate, reference, at=clock.now())
    exam = grading.exam(entry.session.exam)
    return render_template(
        "candidate/result.html",
        entry=entry,
        result=found,
        exam=exam,
        label=grading.result_label(exam, found.grade, found.cefr, found.status),
        meaning=meaning.of(exam, found),
        overall=None if found.overall is None else grading.shown(exam, found.overall),
        scores=_scores(exam, found),
        picture=scale.picture(exam.code, found.overall, found.scores),
        graded=found.status is ResultStatus.graded,
    )


@pages.get("/results/<reference>/statement.pdf")
@candidate_only
def statement(reference: str) -> ResponseReturnValue:
    """Hand out the Statement of Results as a PDF."""
    at = clock.now()
    entry, found = access.own_result(g.candidate, reference, at=at)
    if found.status is not ResultStatus.graded:
        raise NotFound(access.NOTHING_HERE)
    name = f"Statement-of-Results-{entry.statement_number}.pdf"
    return Response(
        documents.statement_of_results(entry, found, at=at),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _scores(exam: Exam, result: Result) -> list[tuple[str, str, str | None]]:
    """Return name, score and level of each component that the result carries."""
    held = result.scores
    return [
        (
            _(part.name),
            grading.shown(exam, held[part.code]),
            grading.cefr_of(held[part.code]) if exam.kind == "scale" else None,
        )
        for part in exam.components
        if part.code in held
    ]
