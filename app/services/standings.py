"""What is known of where entries stand, read from the tables for many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import CandidateAccount, Certificate, Entry, Release, Result
from app.services import (
    access,
    certificates,
    grading,
    localtime,
    publication,
    signing,
    timeline,
)
from app.services.grading import Exam
from app.services.timeline import Known, Stage, Standing
from app.values import ResultStatus

# A share of a smaller session would say something about each of the others.
SMALLEST_SESSION = 20
# After a year people come back to an exam now and then, no longer to follow it.
RECENT = timedelta(days=365)
# Older exams on one page, a line each.
OLDER_ROWS = 20
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Whereabouts:
    """One entry with all that its candidate may know of where it stands."""

    entry: Entry
    exam: Exam
    result: Result | None
    standing: Standing
    certificate: Certificate | None
    # Long over: the result has been out for a while, and no certificate waits.
    older: bool
    # How many results of its session are out, in percent; None where that is not said.
    percent_out: int | None

    @property
    def graded(self) -> bool:
        """Whether the result that is out is one with a grade or scores."""
        return self.result is not None and self.result.status is ResultStatus.graded


@dataclass(frozen=True)
class Home:
    """The exams of an account: those of now, and a page of the older ones."""

    now: list[Whereabouts]
    older: list[Whereabouts]
    number: int
    has_next: bool


def of(entry: Entry, *, at: datetime) -> Whereabouts:
    """Return where one entry stands at an instant."""
    return of_many([entry], at=at)[0]


def of_many(entries: Sequence[Entry], *, at: datetime) -> list[Whereabouts]:
    """Return where entries stand at an instant, in their order.

    Everything that depends on a result depends on whether it is out: before that, and
    after it was taken back, nothing of it or its certificate is in the answer.
    """
    keys = [entry.id for entry in entries]
    results = publication.published_results(keys, at=at)
    instants = _came_out(results.values())
    papers = certificates.of_entries(results)
    waiting = [entry for entry in entries if entry.id not in results]
    hidden = hidden_since([entry.id for entry in waiting], at=at)
    percents = percent_out([entry.session_id for entry in waiting], at=at)
    return [
        _where(
            entry,
            results.get(entry.id),
            percents.get(entry.session_id),
            Known(
                released_at=instants.get(entry.id),
                hidden_at=hidden.get(entry.id),
                certificate=papers.get(entry.id),
            ),
            at,
        )
        for entry in entries
    ]


def _where(
    entry: Entry, result: Result | None, percent: int | None, known: Known, at: datetime
) -> Whereabouts:
    exam = grading.exam(entry.session.exam)
    certified = result is not None and certificates.earned(exam, result)
    standing = timeline.standing(
        entry.session,
        out=result is not None,
        at=at,
        zone=ZoneInfo(entry.centre.timezone),
        known=replace(known, certified=certified),
    )
    return Whereabouts(
        entry,
        exam,
        result,
        standing,
        known.certificate,
        _older(standing, entry, at),
        percent if result is None else None,
    )


def home(account: CandidateAccount, page: int = 1, *, at: datetime) -> Home:
    """Return an account's exams: what is out first, the newest on top, older ones last.

    The older ones come a page at a time.
    """
    found = of_many(access.own_entries(account), at=at)
    now = sorted((one for one in found if not one.older), key=_waiting)
    older = [one for one in found if one.older]
    # Who has long been through with everything still sees the last one in full.
    if older and not now:
        now, older = older[:1], older[1:]
    number = min(max(page, 1), LAST_PAGE)
    start = (number - 1) * OLDER_ROWS
    rows = older[start : start + OLDER_ROWS]
    return Home(now, rows, number, len(older) > start + OLDER_ROWS)


def hidden_since(entry_ids: Sequence[int], *, at: datetime) -> dict[int, datetime]:
    """Return since when results of entries are hidden again that had been out.

    It tells nothing of one that was never out: neither that it exists, nor that it was
    taken back before its instant. Which of the entries show another result now is for
    the caller to know.
    """
    if not entry_ids:
        return {}
    with_its_release = Result.hidden_at <= at
    alone = and_(
        Result.withdrawn_at <= at,
        signing.came_out(at),
        Result.withdrawn_at >= Release.instant,
        Result.withdrawn_at >= Release.approved_at,
        or_(
            Release.withdrawn_at.is_(None), Result.withdrawn_at <= Release.withdrawn_at
        ),
    )
    since = case((alone, Result.withdrawn_at), else_=Result.hidden_at)
    rows = db.session.execute(
        select(Result.entry_id, func.max(since, type_=Result.hidden_at.type))
        .join(Release, Release.id == Result.release_id, isouter=True)
        .where(Result.entry_id.in_(entry_ids), or_(with_its_release, alone))
        .group_by(Result.entry_id)
    )
    return dict(rows.all())


def percent_out(session_ids: Sequence[int], *, at: datetime) -> dict[int, int]:
    """Return how many results of sessions are out, in percent, rounded down to five.

    Counted are the people whose result may be seen. Left out are sessions where it
    would tell too much or nothing: small ones, and those of which less than 5 % or more
    than 95 % are out.
    """
    out = _how_many_out(session_ids, at)
    entered = _counts(
        select(Entry.session_id, func.count())
        .where(Entry.session_id.in_(out))
        .group_by(Entry.session_id)
    )
    shares = {
        key: 100 * out[key] / count
        for key, count in entered.items()
        if count >= SMALLEST_SESSION
    }
    return {
        key: int(share) // 5 * 5 for key, share in shares.items() if 5 <= share <= 95
    }


def _how_many_out(session_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """Return the number of people of each session whose result may be seen.

    A release knows how many results it was signed for. From that are taken the few that
    were withdrawn alone, and those that correct one of another release, once counted.
    """
    stands = and_(signing.in_force(at), Release.withdrawn_at.is_(None))
    of_sessions = and_(Release.session_id.in_(session_ids), stands)
    signed = _counts(
        select(Release.session_id, func.sum(Release.result_count))
        .where(of_sessions)
        .group_by(Release.session_id)
    )
    first, its_release = aliased(Result), aliased(Release)
    counted_already = exists().where(
        first.entry_id == Result.entry_id,
        first.version < Result.version,
        first.withdrawn_at.is_(None),
        first.release_id == its_release.id,
        signing.in_force(at, its_release),
        its_release.withdrawn_at.is_(None),
    )
    too_many = _counts(
        select(Release.session_id, func.count())
        .join(Result, Result.release_id == Release.id)
        .where(
            Release.session_id.in_(signed),
            stands,
            # The words of ix_result_changed, which leaves only few rows to look at.
            text("(result.version > 1 OR result.withdrawn_at IS NOT NULL)"),
            or_(Result.withdrawn_at.is_not(None), counted_already),
        )
        .group_by(Release.session_id)
    )
    return {key: count - too_many.get(key, 0) for key, count in signed.items()}


def _older(standing: Standing, entry: Entry, at: datetime) -> bool:
    waits = standing.stage in (Stage.sent, Stage.ready)
    past = entry.session.exam_date < localtime.today(at) - RECENT
    return standing.out and past and not waits


def _waiting(one: Whereabouts) -> bool:
    return one.result is None


def _counts(query: Select[int, int]) -> dict[int, int]:
    return {key: int(count) for key, count in db.session.execute(query)}


def _came_out(results: Iterable[Result]) -> dict[int, datetime]:
    """Return when results came out, by entry: signed late, from the signature on."""
    releases = {row.entry_id: row.release_id for row in results}
    rows = db.session.execute(
        select(Release.id, Release.instant, Release.approved_at).where(
            Release.id.in_(releases.values())
        )
    )
    out = {key: max(instant, signed or instant) for key, instant, signed in rows}
    return {entry: out[key] for entry, key in releases.items() if key in out}
