"""Whether a shared result is what an organisation asks for, as far as it can be told.

Only what the share's scope opens is looked at: an organisation learns nothing here that
it could not work out from the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.extensions import db
from app.models import Entry, Requirement, Result
from app.services import grading, showing
from app.services.grading import Exam
from app.values import ComponentCode, ShareScope

# Grades that certify nothing: no requirement is met by one of them.
FAILED = ("Fail", "D", "E")


class Fit(StrEnum):
    """What a result makes of a requirement."""

    meets = "meets"
    does_not = "does_not"
    # The scope leaves out what is asked for, or it was measured on another scale.
    cannot_tell = "cannot_tell"


@dataclass(frozen=True)
class Verdict:
    """What a result makes of one programme's requirement, and why, in words.

    programme: "" for everything else. reasons: empty where it meets.
    """

    programme: str
    fit: Fit
    reasons: tuple[str, ...]


def verdicts(
    organisation_id: int,
    results: Sequence[tuple[Entry, Result, ShareScope]],
    *,
    on: date,
) -> dict[int, list[Verdict]]:
    """Return what shared results make of an organisation's requirements, by entry key.

    `on` is the reader's day. The verdicts of an entry are in the order of the
    programmes, everything else last; there are none for organisations that list no
    exams. An exam that is not listed for a programme, nor for everything else, does
    not meet. The results are those that may be seen now.
    """
    if not results:
        return {}
    listed = _listed(organisation_id)
    return {
        entry.id: list(_of_one(entry, result, scope, listed, on))
        for entry, result, scope in results
    }


def _listed(organisation_id: int) -> list[Requirement]:
    rows = db.session.scalars(
        select(Requirement).where(Requirement.organisation_id == organisation_id)
    )
    return in_order(rows)


def in_order(rows: Iterable[Requirement]) -> list[Requirement]:
    """Sort by programme, everything else last, and by the order of the exams."""
    order = list(grading.EXAMS)
    return sorted(
        rows,
        key=lambda row: (
            not row.programme,
            row.programme.casefold(),
            row.programme,
            order.index(row.exam),
        ),
    )


def _of_one(
    entry: Entry,
    result: Result,
    scope: ShareScope,
    listed: list[Requirement],
    on: date,
) -> Iterator[Verdict]:
    mine = {row.programme: row for row in listed if row.exam == entry.session.exam}
    name = grading.exam(entry.session.exam).name
    if listed and not mine:
        reason = _("%(exam)s is not among the exams you list", exam=name)
        yield Verdict("", Fit.does_not, (reason,))
        return
    for programme in dict.fromkeys(row.programme for row in listed):
        if programme in mine:
            yield judged(mine[programme], entry, result, scope, on=on)
        elif "" not in mine:
            reason = _("%(exam)s is not among its exams", exam=name)
            yield Verdict(programme, Fit.does_not, (reason,))


def judged(
    asked: Requirement, entry: Entry, result: Result, scope: ShareScope, *, on: date
) -> Verdict:
    """Return what a result makes of a requirement for its exam, on a day."""
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    against = [
        *_too_old(asked, entry.session.exam_date, on),
        *_nothing_certified(exam, result),
    ]
    unknown: list[str] = []
    if exam.kind != grading.exam(exam.code).kind:
        if minimums(asked) or asked.overall is not None:
            unknown.append(_("its scores are not on the scale of today"))
    else:
        below, untold = _scores(asked, exam, result, scope)
        against += below
        unknown += untold
    if against:
        return Verdict(asked.programme, Fit.does_not, tuple(against))
    fit = Fit.cannot_tell if unknown else Fit.meets
    return Verdict(asked.programme, fit, tuple(unknown))


def months_needed(taken: date, on: date) -> int:
    """Return how many months an exam must count for to count still on a day.

    The day of the exam plus the months must not lie before the day; where a month has
    no such day, its last one counts: 29 February and 12 months is 28 February.
    """
    months = 12 * (on.year - taken.year) + on.month - taken.month
    return months + (taken.day < on.day)


def minimums(asked: Requirement) -> dict[ComponentCode, int]:
    """Return the least that is asked for of each component."""
    columns = ((code, f"score_{code.lower()}") for code in ComponentCode)
    pairs = ((code, getattr(asked, column)) for code, column in columns)
    return {code: least for code, least in pairs if least is not None}


def _too_old(asked: Requirement, taken: date, on: date) -> list[str]:
    if asked.months is None or months_needed(taken, on) <= asked.months:
        return []
    return [
        ngettext(
            "taken more than %(num)s month ago",
            "taken more than %(num)s months ago",
            asked.months,
        )
    ]


def _nothing_certified(exam: Exam, result: Result) -> list[str]:
    nothing = exam.bands and result.grade is None and result.cefr is None
    if nothing or result.grade in FAILED:
        return [_("the result is “%(label)s”", label=grading.label_of(exam, result))]
    return []


def _scores(
    asked: Requirement, exam: Exam, result: Result, scope: ShareScope
) -> tuple[list[str], list[str]]:
    """Return which scores are too low, and which are not to be seen."""
    opened = showing.scores_within(result, scope)
    # Words only for what is wanting: a list has many rows, and most of them meet.
    wanted = [(_l("Overall"), asked.overall, result.overall)]
    least = minimums(asked)
    wanted += [
        (_l(part.name), least.get(part.code), opened.get(part.code))
        for part in exam.components
    ]
    below: list[str] = []
    untold: list[str] = []
    for name, at_least, score in wanted:
        if at_least is None:
            continue
        if score is None:
            untold.append(
                _(
                    "%(part)s is not shown, at least %(least)s wanted",
                    part=name,
                    least=at_least,
                )
            )
        elif score < at_least:
            below.append(
                _(
                    "%(part)s %(score)s, at least %(least)s wanted",
                    part=name,
                    score=grading.shown(exam, score),
                    least=at_least,
                )
            )
    return below, untold
