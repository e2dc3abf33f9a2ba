"""Which shares meet what an organisation asks for: fitting.py's rule, as a condition.

A test holds the two against each other.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    extract,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.models import Entry, ExamSession, Requirement, Result, Share
from app.services import grading, publication
from app.services.requirements.fitting import FAILED
from app.services.schemes import SCHEMES
from app.services.signing import Moment
from app.values import ComponentCode, ExamCode, ResultStatus, ShareScope

# Named apart from what a list around the condition has joined itself.
_entry, _session = aliased(Entry), aliased(ExamSession)


def met(
    organisation_id: int, *, on: date, at: Moment, programme: str | None = None
) -> ColumnElement[bool]:
    """Return the condition that what a Share opens meets what is asked for.

    Of one programme, or, for an exam that it does not list, of everything else; without
    a programme: of any. `on` is the reader's day.
    """
    fits = _asked(organisation_id, programme).where(~_against(on), ~_untold())
    return _of_share(at).where(fits.exists()).correlate(Share).exists()


def missed(
    organisation_id: int, *, on: date, at: Moment, programme: str | None = None
) -> ColumnElement[bool]:
    """Return the condition that what a Share opens certainly does not meet it.

    Neither this nor `met` holds where it cannot be told, where no result is to be seen,
    and for organisations that list no exams.
    """
    lists = exists().where(Requirement.organisation_id == organisation_id)
    open_to = _asked(organisation_id, programme).where(~_against(on))
    seen = _of_share(at).where(~open_to.exists()).correlate(Share)
    return and_(lists, seen.exists())


def _of_share(at: Moment) -> Select[int]:
    """Select the visible, graded result of the Share that stands around this."""
    return (
        select(Result.id)
        .join(_entry, _entry.id == Result.entry_id)
        .join(_session, _session.id == _entry.session_id)
        .where(
            Result.entry_id == Share.entry_id,
            Result.status == ResultStatus.graded,
            publication.visible(at),
        )
    )


def _asked(organisation_id: int, programme: str | None) -> Select[int]:
    """Select the requirements that apply to the exam of the session around this."""
    rows = select(Requirement.id).where(
        Requirement.organisation_id == organisation_id,
        Requirement.exam == _session.exam,
    )
    rows = rows.correlate(Share, Result, _entry, _session)
    if programme is None:
        return rows
    own = aliased(Requirement)
    named = exists().where(
        own.organisation_id == organisation_id,
        own.exam == Requirement.exam,
        own.programme == programme,
    )
    return rows.where(
        or_(
            Requirement.programme == programme,
            and_(Requirement.programme == "", ~named.correlate(Requirement)),
        )
    )


def _against(on: date) -> ColumnElement[bool]:
    """Return the condition that something that can be seen speaks against it."""
    taken = _session.exam_date
    months = 12 * (on.year - extract("year", taken)) + on.month
    months = months - extract("month", taken)
    months = months + case((extract("day", taken) < on.day, 1), else_=0)
    too_old = and_(Requirement.months.is_not(None), months > Requirement.months)
    with_bands = [code for code, exam in grading.EXAMS.items() if exam.bands]
    nothing = and_(
        _session.exam.in_(with_bands), Result.grade.is_(None), Result.cefr.is_(None)
    )
    failed = func.coalesce(Result.grade, "").in_(FAILED)
    below = [_below(Requirement.overall, Result.overall)]
    below += [and_(_parts_open(), _below(*pair)) for pair in _parts()]
    return or_(too_old, nothing, failed, and_(_on_scale(), or_(*below)))


def _untold() -> ColumnElement[bool]:
    """Return the condition that something asked for cannot be seen."""
    wanted = [Requirement.overall, *(least for least, _ in _parts())]
    hidden = [and_(Requirement.overall.is_not(None), Result.overall.is_(None))]
    hidden += [
        and_(least.is_not(None), or_(not_(_parts_open()), score.is_(None)))
        for least, score in _parts()
    ]
    asks = or_(*(column.is_not(None) for column in wanted))
    return case((_on_scale(), or_(*hidden)), else_=asks)


def _below(least: Any, score: Any) -> ColumnElement[bool]:
    return and_(least.is_not(None), score.is_not(None), score < least)


def _parts() -> list[tuple[Any, Any]]:
    names = [f"score_{code.lower()}" for code in ComponentCode]
    return [(getattr(Requirement, name), getattr(Result, name)) for name in names]


def _parts_open() -> ColumnElement[bool]:
    return Share.scope != ShareScope.overall


def _on_scale() -> ColumnElement[bool]:
    """Return the condition that an exam was measured as it is today."""
    since: dict[date, list[ExamCode]] = {}
    for code, history in SCHEMES.items():
        same = [day for day, exam in history if exam.kind == grading.exam(code).kind]
        since.setdefault(min(same), []).append(code)
    return or_(
        *(
            and_(
                _session.exam.in_(codes),
                true() if day == date.min else _session.exam_date >= day,
            )
            for day, codes in since.items()
        )
    )
