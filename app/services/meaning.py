"""What a result means, in plain words for the person who earned it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _

from app.models import Result
from app.services import levels, statuses
from app.services.exams import Exam
from app.services.statuses import Words
from app.values import ResultStatus


class Kind(StrEnum):
    """Every kind of result there is; the last four are statuses without any score."""

    passed = "passed"
    level = "level"
    shields = "shields"
    scores = "scores"
    not_reported = "not_reported"
    failed = "failed"
    pending = "pending"
    withheld = "withheld"
    absent_part = "absent_part"
    absent_all = "absent_all"


_CERTIFIED = frozenset({Kind.passed, Kind.level, Kind.shields})
# With these only the centre can help now.
_ASK_CENTRE = frozenset({Kind.withheld, Kind.absent_part, Kind.absent_all})
_PASSES = ("A", "B", "C", "Pass with Distinction", "Pass with Merit", "Pass")
# By then certificates were handed out, or those left over destroyed.
YEAR = timedelta(days=366)
_FAILS = ("D", "E", "Fail")


@dataclass(frozen=True)
class Meaning:
    """A result in the order in which people ask.

    lead: the result in a sentence. means: what it says. follows: what happens next by
    itself. advice: what its owner can do.
    """

    kind: Kind
    lead: str
    means: tuple[str, ...]
    follows: tuple[str, ...]
    advice: tuple[str, ...]
    ask_centre: bool

    @property
    def certificate(self) -> bool:
        """A certificate comes with it."""
        return self.kind in _CERTIFIED

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that it says, from the first sentence to the last."""
        return (self.lead, *self.means, *self.follows, *self.advice)


def of(exam: Exam, result: Result, *, past: bool = False) -> Meaning:
    """Return what a result of an exam means, in the reader's language.

    `exam` is that of the day it was sat; `past` says that this is more than a year ago,
    so that nothing is still on its way.
    """
    kind = kind_of(exam, result)
    if result.status is not ResultStatus.graded:
        words = statuses.words(result.status)
    elif kind is Kind.passed:
        words = _passed(exam, result, past)
    elif kind is Kind.level:
        words = _level_below(exam, result, past)
    elif kind is Kind.shields:
        words = _shields(exam, result, past)
    elif kind is Kind.failed:
        words = _failed(exam, result)
    else:
        words = _no_grade(exam, result)
    unsaid = kind is Kind.not_reported and result.overall is None
    return Meaning(kind, *words, ask_centre=unsaid or kind in _ASK_CENTRE)


def is_past(exam_date: date, *, at: datetime) -> bool:
    """Return whether an exam was sat more than a year ago."""
    return at.date() - exam_date > YEAR


def kind_of(exam: Exam, result: Result) -> Kind:
    """Return which kind of result it is: what was awarded decides, not the score."""
    if result.status is not ResultStatus.graded:
        return Kind(result.status.value)
    if exam.kind == "shields" and result.overall is not None:
        return Kind.shields
    if result.grade in _PASSES:
        return Kind.passed
    if result.grade in _FAILS:
        return Kind.failed
    # A level without a grade contradicts every scheme; an officer accepted it so.
    if result.grade or result.cefr:
        return Kind.level
    if result.overall is not None and result.overall >= exam.minimum:
        return Kind.scores
    return Kind.not_reported


def earns_certificate(exam: Exam, result: Result) -> bool:
    """Return whether a certificate comes with a result: a pass, a level, shields."""
    return kind_of(exam, result) in _CERTIFIED


def _passed(exam: Exam, result: Result, past: bool) -> Words:
    grade = result.grade or ""
    means = [_level(exam, result.cefr, past)] if result.cefr else []
    if exam.kind != "labels" or grade != "Pass":
        means.append(_grade(grade))
    else:
        means.append(_("You have shown all that this module asks for."))
    return Words(
        _lead(exam, grade), tuple(means), (_certificate(past),), (_send(past),)
    )


def _lead(exam: Exam, grade: str) -> str:
    if grade == "Pass with Distinction":
        return _("You passed %(exam)s with Distinction.", exam=exam.name)
    if grade == "Pass with Merit":
        return _("You passed %(exam)s with Merit.", exam=exam.name)
    if grade == "Pass":
        return _("You passed %(exam)s.", exam=exam.name)
    return _("You passed %(exam)s with Grade %(grade)s.", exam=exam.name, grade=grade)


def _grade(grade: str) -> str:
    """What a pass says beside the others."""
    return {
        "A": _("Grade A is the highest of the three grades."),
        "B": _("Grade B is the second of the three grades, well above a pass."),
        "C": _("Grade C is a full pass."),
        "Pass with Distinction": _("A Pass with Distinction is the highest result."),
        "Pass with Merit": _("A Pass with Merit is well above a pass."),
        "Pass": _("It is a full pass."),
    }[grade]


def _level(exam: Exam, level: str, past: bool) -> str:
    values = {"level": level}
    if level == exam.target_cefr:
        if past:
            return _("It certifies Level %(level)s, the level of this exam.", **values)
        return _(
            "Your English is at Level %(level)s, the level of this exam.", **values
        )
    if levels.above(level, exam.target_cefr):
        if past:
            return _(
                "It certifies Level %(level)s, the level above the level of this exam.",
                **values,
            )
        return _(
            "Your English is at Level %(level)s. This is the level above the level"
            " of this exam, and your certificate says so.",
            **values,
        )
    return _("It certifies Level %(level)s.", **values)


def _level_below(exam: Exam, result: Result, past: bool) -> Words:
    level = result.cefr or (result.grade or "").removeprefix("Level ")
    values = {"exam": exam.name, "level": level, "target": exam.target_cefr}
    lead = _("Your English is at Level %(level)s.", **values)
    if past:
        lead = _("Your result is at Level %(level)s.", **values)
    counts = _(
        "This is a result that counts. Your score is below a pass in %(exam)s"
        " at Level %(target)s, and you receive a certificate for Level %(level)s.",
        **values,
    )
    return Words(lead, (counts,), (_certificate(past),), (_send(past),))


def _shields(exam: Exam, result: Result, past: bool) -> Words:
    lead = _(
        "You earned %(total)s of %(maximum)s shields in %(exam)s.",
        total=result.overall,
        maximum=exam.maximum,
        exam=exam.name,
    )
    scale = _(
        "Nobody fails this exam. Each part can earn five shields: five mean"
        " that you did very well, one means that there is more to learn."
    )
    advice = _("Look at the shields of each part together with your teacher.")
    return Words(lead, (scale,), (_certificate(past),), (advice,))


def _failed(exam: Exam, result: Result) -> Words:
    lead = _("You did not pass %(exam)s this time.", exam=exam.name)
    if result.grade == "D":
        means = _("Grade D was the grade just below a pass.")
    elif result.grade == "E":
        means = _("Grade E was the lowest of the five grades.")
    else:
        means = _("Your result is below a pass, and below any level of the exam.")
        if exam.kind == "labels":
            means = _("Your answers did not yet show all that this module asks for.")
    advice = _("Your centre can tell you when you can take it again.")
    if exam.until:
        advice = _("This exam is not offered any more. Others are at its level.")
    return Words(lead, (means,), (_no_certificate(),), (advice,))


def _no_grade(exam: Exam, result: Result) -> Words:
    """Scores without a grade, or not even these."""
    ask = _("Your centre or teacher can help you to choose the next exam.")
    if result.overall is None:
        return Words(
            _("No result was reported for you in %(exam)s.", exam=exam.name),
            (_("There is no overall score, and so no grade and no level."),),
            (_no_certificate(),),
            (_("Please ask your centre. They can find out why."),),
        )
    if result.overall < exam.minimum:
        means = _(
            "Your overall score is below %(minimum)s, where this exam begins to"
            " measure. It says little about how much English you know: this exam was"
            " too hard to show it.",
            minimum=exam.minimum,
        )
        lead = _("Your score in %(exam)s was too low to report.", exam=exam.name)
        return Words(lead, (means,), (_no_certificate(),), (ask,))
    means = _(
        "Your overall score is below the lowest level that this exam reports. Your"
        " scores show what went well and what to work on."
    )
    lead = _("You have scores, but no grade in %(exam)s this time.", exam=exam.name)
    return Words(lead, (means,), (_no_certificate(),), (ask,))


def _certificate(past: bool) -> str:
    if past:
        return _(
            "Your certificate was sent to your centre at the time. If it never reached"
            " you, ask your centre."
        )
    return _(
        "Your certificate is sent to your centre 4 to 8 weeks after the results. Your"
        " centre tells you how to get it."
    )


def _no_certificate() -> str:
    return _("No certificate comes with this result.")


def _send(past: bool) -> str:
    if past:
        return _("You can still send this result to an organisation.")
    return _("You need not wait for the certificate: you can send your result now.")
