"""Scores that follow the published grade statistics of each exam, roughly."""

import random
from dataclasses import dataclass

from app.services import grading
from app.values import ComponentCode, ExamCode, ResultStatus

# Per cent of candidates by band, best first: B1 Preliminary, France 2020; C1 Advanced,
# France 2013; Business Vantage, Italy 2016. Other exams follow the nearest of them.
SHARES = {
    "B1": (20.6, 23.6, 42.8, 12.8, 0.2),
    "C1": (7.4, 16.4, 46.8, 25.5, 3.9),
    "BEC": (4.3, 16.7, 54.6, 23.7, 0.8),
}
LIKE = {
    ExamCode.KET: "B1",
    ExamCode.KETFS: "B1",
    ExamCode.PET: "B1",
    ExamCode.PETFS: "B1",
    ExamCode.FCE: "C1",
    ExamCode.FCEFS: "C1",
    ExamCode.CAE: "C1",
    ExamCode.CPE: "C1",
    ExamCode.BECP: "BEC",
    ExamCode.BECV: "BEC",
    ExamCode.BECH: "BEC",
}
# How far a person's components lie from their mean, in points of the scale.
SPREAD = 7.0


@dataclass(frozen=True)
class Drawn:
    """One invented outcome, ready for the columns of a result."""

    status: ResultStatus
    overall: int | None = None
    grade: str | None = None
    cefr: str | None = None
    scores: dict[ComponentCode, int] | None = None


def draw_outcome(draw: random.Random, exam: grading.Exam) -> Drawn:
    """Return one outcome of an exam; three in a hundred are not graded."""
    status = draw.choices(list(ResultStatus), (970, 8, 4, 8, 10))[0]
    if status is not ResultStatus.graded:
        return Drawn(status)
    if exam.kind == "labels":
        grade = draw.choices(exam.labels, (8, 17, 60, 15))[0]
        return Drawn(status, grade=grade)
    if exam.kind == "shields":
        shields = {part.code: draw.choice((2, 3, 4, 4, 5)) for part in exam.components}
        return Drawn(status, overall=sum(shields.values()), scores=shields)
    if exam.kind == "points":
        band = _band(draw, exam)
        points = draw.randint(max(1, band.low), band.high)
        return Drawn(status, points, band.grade, band.cefr)
    scores = _scale_scores(draw, exam)
    overall = grading.overall(exam, scores)
    outcome = grading.outcome(exam, overall)
    return Drawn(status, overall, outcome.grade, outcome.cefr, scores)


def _scale_scores(draw: random.Random, exam: grading.Exam) -> dict[ComponentCode, int]:
    band = _band(draw, exam)
    mean = draw.uniform(band.low, band.high)
    parts = {}
    for part in exam.components:
        score = round(draw.gauss(mean, SPREAD))
        parts[part.code] = max(exam.minimum, min(exam.maximum, score))
    return parts


def _band(draw: random.Random, exam: grading.Exam) -> grading.Band:
    return draw.choices(exam.bands, SHARES[LIKE[exam.code]])[0]
