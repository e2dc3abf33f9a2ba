"""One result of a candidate's own: on a page, and as a paper to take along."""

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound
from app.models import Result
from app.services import (
    access,
    amending,
    documents,
    grading,
    interpretation,
    meaning,
    scale,
)
from app.services.certificates import collection
from app.services.exams import Exam
from app.values import ResultStatus
from app.views.candidate.pages import pages
from app.views.guards import candidate_only


@pages.get("/results/<reference>")
@candidate_only
def result(reference: str) -> ResponseReturnValue:
    """Show a result: what it is, what it means, what happens next."""
    at = clock.now()
    entry, found, paper = access.own_result_and_paper(g.candidate, reference, at=at)
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    past = meaning.is_past(entry.session.exam_date, at=at)
    return render_template(
        "candidate/result.html",
        entry=entry,
        result=found,
        exam=exam,
        past=past,
        label=grading.label_of(exam, found),
        meaning=meaning.of(exam, found, past=past),
        said=interpretation.of(exam, found),
        overall=None if found.overall is None else grading.shown(exam, found.overall),
        scores=_scores(exam, found),
        picture=scale.picture(exam, found.overall, found.scores),
        amended=amending.amended(found, at=at),
        certificate=paper,
        kept_no_more=paper is not None and collection.kept_no_more(paper, at=at),
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


def _scores(exam: Exam, result: Result) -> list[tuple[str, str, str]]:
    """Return name, score and level of each component that the result carries."""
    held = result.scores
    return [
        (
            _(part.name),
            grading.shown(exam, held[part.code]),
            _level(exam, held[part.code]),
        )
        for part in exam.components
        if part.code in held
    ]


def _level(exam: Exam, score: int) -> str:
    if exam.kind != "scale":
        return ""
    # What is not reported has no level either.
    return "–" if score < exam.minimum else grading.cefr_of(score) or _("below A1")
