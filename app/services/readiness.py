"""What a release proposed now would hold, and what it would leave behind."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Centre, Entry, ExamSession, Release, Result
from app.services import grading, publication
from app.values import ResultStatus


@dataclass(frozen=True)
class Contents:
    """Results that come out together, by status, and the graded ones by grade."""

    statuses: dict[ResultStatus, int]
    # None is below the lowest band.
    grades: dict[str | None, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.statuses.values())

    @property
    def graded(self) -> int:
        """Those with a score."""
        return self.statuses[ResultStatus.graded]


@dataclass(frozen=True)
class Report:
    """The state of every entry of a session, before its release is proposed."""

    entries: int
    contents: Contents
    held: int
    missing: int
    # Bound to another release that stands, whether it is out or not.
    released: int

    @property
    def ready(self) -> int:
        """Results that a release proposed now would hold."""
        return self.contents.total

    @property
    def withdrawn(self) -> int:
        """Entries whose newest result was taken back."""
        counted = self.ready + self.held + self.missing + self.released
        return self.entries - counted


@dataclass(frozen=True)
class ReadySession:
    """A session with results that no release holds yet."""

    session: ExamSession
    ready: int


@dataclass(frozen=True)
class ReadyCentre:
    """A centre with results of one session that no release holds yet."""

    centre: Centre
    ready: int


def report(session: ExamSession, centre: Centre | None) -> Report:
    """Count what is ready, held back, missing and released already in a session."""
    scope = [Entry.session_id == session.id]
    if centre is not None:
        scope.append(Entry.centre_id == centre.id)
    standing = Result.release_id.in_(
        select(Release.id).where(Release.withdrawn_at.is_(None))
    )
    with_result = exists().where(Result.entry_id == Entry.id)
    return Report(
        entries=_entries(*scope),
        contents=_contents(Result.id.in_(publication.ready_results(session, centre))),
        held=_newest(Result.held_why != "", Result.withdrawn_at.is_(None), *scope),
        missing=_entries(~with_result, *scope),
        released=_newest(standing, Result.withdrawn_at.is_(None), *scope),
    )


def contents(release: Release) -> Contents:
    """Count what a release holds: what its second signature is for."""
    return _contents(Result.release_id == release.id)


def sessions_with_ready_results() -> list[ReadySession]:
    """Return the sessions that have something to propose, newest exam first."""
    counted = (
        select(Entry.session_id, func.count().label("ready"))
        .join(Result, Result.entry_id == Entry.id)
        .where(publication.ready())
        .group_by(Entry.session_id)
        .subquery()
    )
    rows = db.session.execute(
        select(ExamSession, counted.c.ready)
        .join(counted, counted.c.session_id == ExamSession.id)
        .order_by(ExamSession.exam_date.desc(), ExamSession.code)
    )
    return [ReadySession(session, ready) for session, ready in rows]


def centres_with_ready_results(session: ExamSession) -> list[ReadyCentre]:
    """Return the centres of a session that have something to propose, by number."""
    rows = db.session.execute(
        select(Centre, func.count())
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .join(Centre, Centre.id == Entry.centre_id)
        .where(Entry.session_id == session.id, publication.ready())
        .group_by(Centre.id)
        .order_by(Centre.number)
    )
    return [ReadyCentre(centre, ready) for centre, ready in rows]


def _contents(condition: ColumnElement[bool]) -> Contents:
    statuses: Counter[ResultStatus] = Counter()
    grades: Counter[str | None] = Counter()
    rows = db.session.execute(
        select(Result.status, Result.grade, func.count())
        .where(condition)
        .group_by(Result.status, Result.grade)
    )
    for status, grade, count in rows:
        statuses[status] += count
        if status is ResultStatus.graded:
            grades[grade] += count
    return Contents(
        statuses={status: statuses[status] for status in ResultStatus},
        grades=dict(sorted(grades.items(), key=lambda pair: grading.rank(pair[0]))),
    )


def _entries(*conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Entry).where(*conditions)
    return db.session.scalar(query) or 0


def _newest(*conditions: ColumnElement[bool]) -> int:
    later = aliased(Result)
    query = (
        select(func.count())
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .where(
            *conditions,
            ~exists().where(
                later.entry_id == Result.entry_id, later.version > Result.version
            ),
        )
    )
    return db.session.scalar(query) or 0
