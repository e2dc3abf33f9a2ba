"""The exams, and how component scores become an overall score, a grade and a level.

Grade and CEFR level come from the overall score alone. Ties are rounded half up: the
direction is not published; see docs/decisions/0003-grading-and-imports.md.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from app.models import Result
from app.services.exams import (
    CEFR_BOUNDS,
    EXAMS,
    LOWEST_SCORE,
    MOST_SHIELDS,
    Band,
    Component,
    Exam,
)
from app.services.schemes import SCHEMES
from app.values import ComponentCode, ExamCode, ResultStatus

__all__ = [
    "EXAMS",
    "Band",
    "Component",
    "Exam",
    "Outcome",
    "cefr_of",
    "exam",
    "exam_on",
    "label_of",
    "outcome",
    "overall",
    "overall_range",
    "paper_name",
    "rank",
    "result_label",
    "score_range",
    "shown",
    "spelled_grade",
]


class Outcome(NamedTuple):
    """What an overall score earns; both are None below the lowest band."""

    grade: str | None
    cefr: str | None


def exam(code: ExamCode | str) -> Exam:
    """Return the exam of a code as it is today; raises ValueError for an unknown one.

    A result is judged and shown by `exam_on`.
    """
    return EXAMS[ExamCode(code)]


def exam_on(code: ExamCode | str, day: date) -> Exam:
    """Return the exam of a code as it was graded for those who sat it on a day."""
    return next(exam for since, exam in SCHEMES[ExamCode(code)] if day >= since)


def overall(exam: Exam, scores: Mapping[ComponentCode, int]) -> int:
    """Return the weighted mean of all components, rounded half up; shields are added.

    Raises ValueError when a component is missing, foreign, or the exam has none.
    """
    total = weights = 0
    for part in exam.components:
        if part.code not in scores:
            raise ValueError(f"{exam.code} lacks {part.name}")
        total += part.weight * scores[part.code]
        weights += part.weight
    if not weights or len(scores) != len(exam.components):
        raise ValueError(f"{exam.code} is not scored by {sorted(scores)}")
    if exam.kind == "shields":
        return total
    return (2 * total + weights) // (2 * weights)


def outcome(exam: Exam, overall: int) -> Outcome:
    """Return the grade and the CEFR level of an overall score.

    Shields and labels have neither; below the lowest band there is no grade and no
    level either. Raises ValueError above the maximum of the exam.
    """
    if not exam.bands:
        return Outcome(None, None)
    if overall > exam.maximum:
        raise ValueError(f"{exam.code} ends at {exam.maximum}, not {overall}")
    for band in exam.bands:
        if overall >= band.low:
            return Outcome(band.grade, band.cefr)
    return Outcome(None, None)


def cefr_of(score: int) -> str | None:
    """Return the CEFR level that a score on the scale lies in; None below A1.

    For a component it is an indication only.
    """
    return next((level for low, level in CEFR_BOUNDS if score >= low), None)


def score_range(exam: Exam) -> range:
    """Return the scores that a component of the exam may have been given."""
    if exam.kind == "shields":
        return range(1, MOST_SHIELDS + 1)
    if not exam.components:
        return range(0)
    return range(LOWEST_SCORE, exam.maximum + 1)


def overall_range(exam: Exam) -> range:
    """Return the overall scores that a result of the exam may carry."""
    if exam.kind == "shields":
        return range(len(exam.components), exam.maximum + 1)
    if exam.kind == "points":
        # Who earned none has a grade without points.
        return range(1, exam.maximum + 1)
    return score_range(exam)


# --- In words -------------------------------------------------------------------------

_STATUS_LABELS = {
    ResultStatus.pending: _l("Pending"),
    ResultStatus.withheld: _l("Withheld"),
    ResultStatus.absent_part: _l("X (absent from part of the exam)"),
    ResultStatus.absent_all: _l("Z (absent from all parts of the exam)"),
}
_GRADE_LABELS = {
    "A": _l("Pass at Grade A"),
    "B": _l("Pass at Grade B"),
    "C": _l("Pass at Grade C"),
    "Pass with Distinction": _l("Pass with Distinction"),
    "Pass with Merit": _l("Pass with Merit"),
    "Pass": _l("Pass"),
    "Level A1": _l("Level A1"),
    "Level A2": _l("Level A2"),
    "Level B1": _l("Level B1"),
    "Level B2": _l("Level B2"),
    "Level C1": _l("Level C1"),
    "D": _l("Grade D"),
    "E": _l("Grade E"),
    "Fail": _l("Fail"),
}
_RANKS = {grade: place for place, grade in enumerate(_GRADE_LABELS)}
_SPELLINGS = {grade.casefold(): grade for grade in _GRADE_LABELS}
# How results files and the printed page spell grades otherwise.
_PREFIXES = ("council of europe ", "pass at grade ", "grade ")


def result_label(
    exam: Exam, grade: str | None, cefr: str | None, status: ResultStatus
) -> str:
    """Return the result as it is printed, such as "Pass at Grade B" or "Level B1"."""
    if status is not ResultStatus.graded:
        return _STATUS_LABELS[status]
    if grade is not None:
        return _GRADE_LABELS.get(grade, grade)
    if exam.kind == "shields":
        return _l("Shields awarded")
    # A level without a grade contradicts every scheme; an officer accepted it so.
    if cefr is not None:
        return _GRADE_LABELS.get(f"Level {cefr}", cefr)
    return _l("Score only") if exam.kind == "scale" else _l("Not reported")


def label_of(exam: Exam, result: Result) -> str:
    """Return a result as it is printed; without a score there is nothing to report."""
    below = result.overall is None or result.overall < exam.minimum
    awarded = result.grade is not None or result.cefr is not None
    if result.status is ResultStatus.graded and below and not awarded:
        return _l("Not reported")
    return result_label(exam, result.grade, result.cefr, result.status)


def rank(grade: str | None) -> int:
    """Return the place of a grade among all, the best first and no grade last."""
    return _RANKS.get(grade or "", len(_RANKS))


def shown(exam: Exam, score: int) -> str:
    """Return a score as it is shown: "below 122", or before the scale "78/100"."""
    if exam.kind == "points":
        return f"{score}/{exam.maximum}"
    if exam.kind == "scale" and score < exam.minimum:
        return _l("below %(n)s", n=exam.minimum)
    return str(score)


def spelled_grade(text: str) -> str | None:
    """Return the house's spelling of a grade, or None for a word that is no grade.

    "Pass at Grade B" is B, and "Council of Europe Level B1" is Level B1.
    """
    folded = " ".join(text.split()).casefold()
    for prefix in _PREFIXES:
        folded = folded.removeprefix(prefix)
    return _SPELLINGS.get(folded)


def paper_name(exam: Exam, code: ComponentCode) -> str | None:
    """Return the paper that a slot of the timetable is for, or None if it has none.

    Some papers yield two scores and are timetabled under the first of them: R stands
    for "Reading and Use of English", and U has no slot of its own.
    """
    return next((name for key, name in exam.papers if key == code), None)
