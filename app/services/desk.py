"""What needs doing in the back office today: one question each, few indexed queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import Centre, Entry, ExamSession, Mail, Organisation, Release, Result
from app.services import publication
from app.services.localtime import today
from app.values import MailState, OrganisationStatus

# A desk shows what fits on a page; the lists behind it show the rest.
SHOWN = 20
# Confirmations have to reach candidates before the exam; a month is late already.
EXAM_NEAR = timedelta(days=30)
FINAL_NEAR = timedelta(days=7)
# Longer ago than this, what is missing is no news for a desk.
FINAL_PAST = timedelta(days=120)


@dataclass(frozen=True)
class AwaitedRelease:
    """A release that waits: for its second signature, or for its instant."""

    id: int
    session: str
    centre: str | None
    instant: datetime
    results: int
    proposed_by_id: int
    proposed_by: str
    # The instant went by without a second signature.
    late: bool


@dataclass(frozen=True)
class Application:
    """An organisation that waits for an answer, and the day it was promised for."""

    id: int
    name: str
    place: str
    due_on: date
    overdue: bool
    domain_matches: bool


@dataclass(frozen=True)
class SessionCount:
    """How many entries of a session something is true of."""

    session_id: int
    session: str
    day: date
    count: int
    # The day has passed.
    past: bool = False


@dataclass(frozen=True)
class UnissuedConfirmations:
    """Entries of a centre without a Confirmation of Entry, shortly before the exam."""

    session: str
    centre: str
    exam_date: date
    count: int


def releases_to_sign(*, at: datetime) -> list[AwaitedRelease]:
    """Return the releases that lack a second signature, nearest instant first."""
    return _awaited(at, Release.approved_by_id.is_(None))


def releases_coming(*, at: datetime) -> list[AwaitedRelease]:
    """Return the signed releases whose instant lies ahead, nearest first."""
    return _awaited(at, Release.approved_by_id.is_not(None), Release.instant > at)


def applications(*, at: datetime) -> list[Application]:
    """Return the applications that wait for an answer, the most overdue first."""
    rows = db.session.scalars(
        select(Organisation)
        .where(Organisation.status == OrganisationStatus.applied)
        .order_by(Organisation.due_on, Organisation.id)
        .limit(SHOWN)
    )
    day = today(at)
    return [
        Application(
            row.id,
            row.name,
            f"{row.city}, {row.country}",
            row.due_on,
            row.due_on < day,
            row.domain_matches,
        )
        for row in rows
    ]


def held_results() -> list[SessionCount]:
    """Return, per session, how many newest results wait for an officer's look."""
    later = aliased(Result)
    newer = exists().where(
        later.entry_id == Result.entry_id, later.version > Result.version
    )
    query = _per_session(ExamSession.exam_date).join(
        Result, Result.entry_id == Entry.id
    )
    held = (Result.held_why != "", Result.withdrawn_at.is_(None), ~newer)
    return _counts(query.where(*held), None)


def results_due(*, at: datetime) -> list[SessionCount]:
    """Return the sessions near or past their final date that lack results.

    A result counts as there once it is out, or is signed to come out.
    """
    day = today(at)
    published = exists().where(Result.entry_id == Entry.id, publication.visible(at))
    signed = select(Release.id).where(
        Release.withdrawn_at.is_(None),
        Release.approved_by_id.is_not(None),
        Release.instant > at,
    )
    coming = exists().where(
        Result.entry_id == Entry.id,
        Result.release_id.in_(signed),
        Result.withdrawn_at.is_(None),
    )
    query = _per_session(ExamSession.final_date).where(
        ExamSession.final_date.between(day - FINAL_PAST, day + FINAL_NEAR),
        ~published,
        ~coming,
    )
    return _counts(query, day)


def confirmations_to_issue(
    *, at: datetime, centre_id: int | None = None
) -> list[UnissuedConfirmations]:
    """Return who still lacks a Confirmation of Entry within a month of the exam."""
    day = today(at)
    query = (
        select(
            ExamSession.code, Centre.number, ExamSession.exam_date, func.count(Entry.id)
        )
        .select_from(ExamSession)
        .join(Entry, Entry.session_id == ExamSession.id)
        .join(Centre, Centre.id == Entry.centre_id)
        .where(
            ExamSession.exam_date.between(day, day + EXAM_NEAR),
            Entry.id_number.is_(None),
        )
        .group_by(ExamSession.code, Centre.number, ExamSession.exam_date)
        .order_by(ExamSession.exam_date, ExamSession.code, Centre.number)
        .limit(SHOWN)
    )
    if centre_id is not None:
        query = query.where(Entry.centre_id == centre_id)
    return [UnissuedConfirmations(*row) for row in db.session.execute(query)]


def coming_sessions(*, at: datetime, centre_id: int) -> list[SessionCount]:
    """Return the sessions ahead of a centre, with how many candidates it entered."""
    query = _per_session(ExamSession.exam_date).where(
        Entry.centre_id == centre_id, ExamSession.exam_date >= today(at)
    )
    return _counts(query, None)


def failed_mail() -> int:
    """Count the e-mails that were given up."""
    query = select(func.count()).where(Mail.state == MailState.failed)
    return db.session.scalar(query) or 0


def _awaited(at: datetime, *conditions: ColumnElement[bool]) -> list[AwaitedRelease]:
    rows = db.session.scalars(
        select(Release)
        .options(
            joinedload(Release.session),
            joinedload(Release.centre),
            joinedload(Release.proposed_by),
        )
        .where(Release.withdrawn_at.is_(None), *conditions)
        .order_by(Release.instant, Release.id)
        .limit(SHOWN)
    )
    return [
        AwaitedRelease(
            row.id,
            row.session.code,
            row.centre.number if row.centre else None,
            row.instant,
            row.result_count,
            row.proposed_by_id,
            row.proposed_by.get_full_name(),
            row.instant <= at,
        )
        for row in rows
    ]


def _per_session(day: Any) -> Select[Any]:
    return (
        select(ExamSession.id, ExamSession.code, day, func.count(Entry.id))
        .select_from(ExamSession)
        .join(Entry, Entry.session_id == ExamSession.id)
        .group_by(ExamSession.id, ExamSession.code, day)
        .order_by(day, ExamSession.code)
        .limit(SHOWN)
    )


def _counts(query: Select[Any], now: date | None) -> list[SessionCount]:
    return [
        SessionCount(key, code, day, count, past=now is not None and day < now)
        for key, code, day, count in db.session.execute(query)
    ]
