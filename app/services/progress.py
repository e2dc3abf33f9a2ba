"""Which exam comes next, by the level that a result shows."""

from flask_babel import gettext as _

from app.models import Result
from app.services import grading
from app.services.exams import EXAMS, Exam
from app.services.meaning import Kind, kind_of
from app.values import ExamCode

_E = ExamCode
_NEXT = {
    _E.KET: _E.PET,
    _E.KETFS: _E.PETFS,
    _E.PET: _E.FCE,
    _E.PETFS: _E.FCEFS,
    _E.FCE: _E.CAE,
    _E.FCEFS: _E.CAE,
    _E.CAE: _E.CPE,
    _E.BECP: _E.FCE,
    _E.BECV: _E.CAE,
    _E.BECH: _E.CPE,
    _E.YLES: _E.YLEM,
    _E.YLEM: _E.YLEF,
    _E.YLEF: _E.KETFS,
}
_EASIER = {
    _E.PET: _E.KET,
    _E.PETFS: _E.KETFS,
    _E.FCE: _E.PET,
    _E.FCEFS: _E.PETFS,
    _E.CAE: _E.FCE,
    _E.CPE: _E.CAE,
    _E.BECP: _E.KET,
    _E.BECV: _E.PET,
    _E.BECH: _E.FCE,
}
# What is taken today at the level of an exam that was withdrawn.
_INSTEAD = {_E.BECP: _E.PET, _E.BECV: _E.FCE, _E.BECH: _E.CAE}
# From so many shields on, in all or for each part, a child is ready for the next exam.
READY_IN_ALL = 10
READY_EACH = 4


def next_exam(exam: Exam, result: Result) -> str:
    """Return which exam to think of next after a graded result, in a sentence."""
    kind = kind_of(exam, result)
    if kind is Kind.shields:
        return _after_shields(exam, result)
    if exam.kind == "labels":
        if kind is Kind.passed:
            return _("Your centre can tell you about the modules that come next.")
        return _again(exam)
    if kind is Kind.passed:
        return _upwards(exam)
    if kind in (Kind.scores, Kind.not_reported) and exam.code in _EASIER:
        easier = grading.exam(_EASIER[exam.code])
        return _(
            "%(easier)s, at Level %(level)s, may suit you better for now.",
            easier=easier.name,
            level=easier.target_cefr,
        )
    return _again(exam)


def ready(exam: Exam, result: Result) -> bool:
    """Return whether a child's shields show that the next exam can be taken."""
    held = [result.scores.get(part.code, 0) for part in exam.components]
    return (result.overall or 0) >= READY_IN_ALL or min(held) >= READY_EACH


def _after_shields(exam: Exam, result: Result) -> str:
    following = EXAMS[_NEXT[exam.code]].name
    if ready(exam, result):
        return _("You are ready for the next level: %(exam)s.", exam=following)
    return _(
        "Practise a little more at this level. Then the next exam is %(exam)s.",
        exam=following,
    )


def _upwards(exam: Exam) -> str:
    if exam.code not in _NEXT:
        return _("There is no higher exam: this is the highest of all.")
    following = EXAMS[_NEXT[exam.code]]
    return _(
        "The next exam on the way up is %(exam)s, at Level %(level)s.",
        exam=following.name,
        level=following.target_cefr,
    )


def _again(exam: Exam) -> str:
    if exam.code in _INSTEAD:
        return _(
            "This exam is not offered any more. %(exam)s is at its level today.",
            exam=EXAMS[_INSTEAD[exam.code]].name,
        )
    return _("You can take %(exam)s again when you are ready.", exam=exam.name)
