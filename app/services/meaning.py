"""What a result means, in plain words for the person who earned it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.models import Result
from app.services.grading import Exam
from app.values import ResultStatus


@dataclass(frozen=True)
class Meaning:
    """A first sentence, what follows from it, and whether a certificate comes."""

    lead: Any
    more: tuple[Any, ...] = ()
    certificate: bool = False
    # Only the centre can help now.
    ask_centre: bool = False


def of(exam: Exam, result: Result) -> Meaning:
    """Return what a result of an exam means."""
    if result.status is not ResultStatus.graded:
        return _UNGRADED[result.status]
    if exam.kind == "labels":
        return _word(exam, result.grade)
    if exam.kind == "shields":
        return _shields(exam, result.overall)
    if result.grade is None:
        return _scores_only(exam)
    if result.grade.startswith("Level "):
        return _level_below(exam, result.cefr or result.grade.removeprefix("Level "))
    return _pass(exam, result.grade, result.cefr)


def _pass(exam: Exam, grade: str, cefr: str | None) -> Meaning:
    values = {"exam": exam.name, "grade": grade, "level": cefr}
    if grade in ("A", "B", "C"):
        lead = _l("You passed %(exam)s with Grade %(grade)s.", **values)
    else:
        lead = _word(exam, grade).lead
    if cefr is None:
        return Meaning(lead, certificate=True)
    if cefr == exam.target_cefr:
        level = _l(
            "Your English is at Level %(level)s, the level of this exam.", **values
        )
    else:
        level = _l(
            "Your English is at Level %(level)s. This is the level above the level"
            " of this exam, and your certificate says so.",
            **values,
        )
    return Meaning(lead, (level,), certificate=True)


def _level_below(exam: Exam, level: str) -> Meaning:
    values = {"exam": exam.name, "level": level, "target": exam.target_cefr}
    return Meaning(
        _l("Your English is at Level %(level)s.", **values),
        (
            _l(
                "This is a result that counts. Your score is below a pass in %(exam)s"
                " at Level %(target)s, and you receive a certificate for"
                " Level %(level)s.",
                **values,
            ),
        ),
        certificate=True,
    )


def _scores_only(exam: Exam) -> Meaning:
    return Meaning(
        _l("You have scores, but no grade in %(exam)s this time.", exam=exam.name),
        (
            _l(
                "Your overall score is below the lowest level that this exam reports,"
                " so there is no certificate. Your scores show what went well and"
                " what to work on. Your centre or teacher can help you to choose the"
                " next exam."
            ),
        ),
    )


def _shields(exam: Exam, total: int | None) -> Meaning:
    return Meaning(
        _l(
            "You earned %(total)s of %(maximum)s shields in %(exam)s.",
            total=total or 0,
            maximum=exam.maximum,
            exam=exam.name,
        ),
        (
            _l(
                "Nobody fails this exam. Each part can earn five shields: five mean"
                " that you did very well, one means that there is more to learn."
            ),
        ),
        certificate=True,
    )


def _word(exam: Exam, grade: str | None) -> Meaning:
    values = {"exam": exam.name}
    words = {
        "Pass with Distinction": _l("You passed %(exam)s with Distinction.", **values),
        "Pass with Merit": _l("You passed %(exam)s with Merit.", **values),
        "Pass": _l("You passed %(exam)s.", **values),
    }
    if grade in words:
        return Meaning(words[grade], certificate=True)
    return Meaning(
        _l("You did not pass %(exam)s this time.", **values),
        (_l("Your centre can tell you when you can take it again."),),
    )


_UNGRADED = {
    ResultStatus.pending: Meaning(
        _l("Your result is not ready yet."),
        (
            _l(
                "It will follow. You do not need to do anything: we will send you an"
                " email when it is out. If you have heard nothing after two weeks,"
                " contact your centre."
            ),
        ),
    ),
    ResultStatus.withheld: Meaning(
        _l("Your result cannot be shown at the moment."),
        (
            _l(
                "Please contact your centre. They can find out why, and tell you what"
                " happens next."
            ),
        ),
        ask_centre=True,
    ),
    ResultStatus.absent_part: Meaning(
        _l("You were absent from part of the exam, so there is no result."),
        (_l("If you took every part, please contact your centre soon."),),
        ask_centre=True,
    ),
    ResultStatus.absent_all: Meaning(
        _l("You were absent from the exam, so there is no result."),
        (_l("If you did take it, please contact your centre soon."),),
        ask_centre=True,
    ),
}
