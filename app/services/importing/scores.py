"""The outcome in one row of a results file: read, bounded, and set beside the rule."""

from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l

from app.services import grading
from app.services.exams import CEFR_BOUNDS
from app.services.importing.plan import Plan
from app.values import ComponentCode, ResultStatus

# Status, overall score, grade and level, then R, U, W, L, S and RW.
Values = tuple[
    ResultStatus,
    int | None,
    str | None,
    str | None,
    int | None,
    int | None,
    int | None,
    int | None,
    int | None,
    int | None,
]
_PARTS = tuple(ComponentCode)
_FILE = ("overall", "grade", "cefr", *_PARTS)
_LEVELS = frozenset(level for _, level in CEFR_BOUNDS)
_STATUSES = {status.value: status for status in ResultStatus}
# Whole numbers as they are written: no sign, no leading zero, no decimals.
_WHOLE = {str(number): number for number in range(1, 1000)}
# Grades that an exam gave until a level below a pass took their place.
_BEFORE_LEVELS = ("D", "E")
_MISSING = _l("The value is missing.")


def read_values(
    plan: Plan, line: int, exam: grading.Exam, cells: tuple[str, ...]
) -> Values | None:
    """Return what a row says of a result, or None and its problems in the plan.

    A result that is not graded carries nothing; a graded one carries all that its exam
    reports and nothing else.
    """
    status = _STATUSES.get(cells[3])
    if status is None:
        message = _l("Write one of: %(names)s.", names=", ".join(_STATUSES))
        plan.problem(line, "status", cells[3], message if cells[3] else _MISSING)
        return None
    if status is not ResultStatus.graded:
        return _nothing(plan, line, status, cells)
    before = plan.problem_count
    overall = _overall(plan, line, exam, cells[4])
    grade = _grade(plan, line, exam, cells[5])
    cefr = _cefr(plan, line, cells[6])
    scores = _scores(plan, line, exam, cells[7:])
    if plan.problem_count > before:
        return None
    return (status, overall, grade, cefr, *scores)  # type: ignore[return-value]


def why_held(exam: grading.Exam, values: Values) -> str:
    """Return how a graded result contradicts the rule; empty when it does not.

    Overall score, grade and level are each compared with what the components give;
    before the scale, grade and level with what the points give.
    """
    if values[0] is not ResultStatus.graded or exam.kind == "labels":
        return ""
    rule = (
        _of_points(exam, values) if exam.kind == "points" else _of_parts(exam, values)
    )
    if values[1:4] == rule:
        return ""
    return "; ".join(
        f"{name} {_said(given)}, by the rule {_said(due)}"
        for name, given, due in zip(_FILE, values[1:4], rule, strict=False)
        if given != due
    )


def _of_parts(exam: grading.Exam, values: Values) -> tuple[Any, ...]:
    scores = {
        code: score
        for code, score in zip(_PARTS, values[4:], strict=True)
        if score is not None
    }
    overall = grading.overall(exam, scores)
    return (overall, *grading.outcome(exam, overall))


def _of_points(exam: grading.Exam, values: Values) -> tuple[Any, ...]:
    """Return what points earned; where none are given, what the grade stood for.

    From when on the best grade certified the level above is not known, nor whether a
    level was always stated: both are right.
    """
    _, points, given, level = values[:4]
    if points is not None:
        grade, cefr = grading.outcome(exam, points)
    else:
        bands = (band for band in exam.bands if band.grade == given)
        grade, cefr = next(((b.grade, b.cefr) for b in bands), (None, None))
    passes = cefr is not None and not str(grade).startswith("Level ")
    if cefr is not None and (level is None or (passes and level == exam.target_cefr)):
        cefr = level
    return (points, grade, cefr)


def _said(value: Any) -> str:
    return "none" if value is None else str(value)


def _nothing(
    plan: Plan, line: int, status: ResultStatus, cells: tuple[str, ...]
) -> Values | None:
    filled = [place for place, cell in enumerate(cells[4:]) if cell]
    for place in filled:
        message = _l("A result that is %(status)s carries nothing here.", status=status)
        plan.problem(line, _FILE[place], cells[4 + place], message)
    if filled:
        return None
    return (status, None, None, None, None, None, None, None, None, None)


def _overall(plan: Plan, line: int, exam: grading.Exam, cell: str) -> int | None:
    if exam.kind == "labels":
        _refuse_foreign(plan, line, exam, "overall", cell)
        return None
    if exam.kind == "points" and not cell:
        # Of old results the grade alone may be known.
        return None
    return _whole(plan, line, "overall", cell, grading.overall_range(exam))


def _scores(
    plan: Plan, line: int, exam: grading.Exam, cells: tuple[str, ...]
) -> list[int | None]:
    bounds = grading.score_range(exam)
    scores: list[int | None] = []
    for code, cell, own in zip(_PARTS, cells, _own(exam), strict=True):
        if own:
            scores.append(_whole(plan, line, code, cell, bounds))
        else:
            scores.append(None)
            _refuse_foreign(plan, line, exam, code, cell)
    return scores


@cache
def _own(exam: grading.Exam) -> tuple[bool, ...]:
    own = {part.code for part in exam.components}
    return tuple(part in own for part in _PARTS)


def _refuse_foreign(
    plan: Plan, line: int, exam: grading.Exam, column: str, cell: str
) -> None:
    if cell:
        message = _l("%(exam)s has no such score.", exam=exam.name)
        plan.problem(line, column, cell, message)


def _whole(plan: Plan, line: int, column: str, cell: str, bounds: range) -> int | None:
    number = _WHOLE.get(cell)
    if number is not None and number in bounds:
        return number
    message = _l(
        "Write a whole number from %(low)s to %(high)s.", low=bounds[0], high=bounds[-1]
    )
    plan.problem(line, column, cell, message if cell else _MISSING)
    return None


def _grade(plan: Plan, line: int, exam: grading.Exam, cell: str) -> str | None:
    if not cell:
        if exam.kind in ("labels", "points"):
            plan.problem(line, "grade", cell, _MISSING)
        return None
    grade = grading.spelled_grade(cell)
    if grade is None or (grade in _BEFORE_LEVELS and grade not in _awarded(exam)):
        message = _l("No exam awards this grade.")
        plan.problem(line, "grade", cell, message)
    elif exam.kind == "labels" and grade not in exam.labels:
        message = _l("Write one of: %(names)s.", names=", ".join(exam.labels))
        plan.problem(line, "grade", cell, message)
    return grade


@cache
def _awarded(exam: grading.Exam) -> frozenset[str | None]:
    return frozenset(band.grade for band in exam.bands)


def _cefr(plan: Plan, line: int, cell: str) -> str | None:
    if cell and cell not in _LEVELS:
        message = _l("Write one of: %(names)s.", names=", ".join(sorted(_LEVELS)))
        plan.problem(line, "cefr", cell, message)
    return cell or None
