"""What an officer does to a single result: let a held one go, take one back, amend it.

An amended result is a version of its own, in no release: it takes two signatures to
come out, like every other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Entry, Mail, Result, User
from app.services import announcing, audit, grading, publication, readers
from app.services.grading import Exam
from app.services.importing.plan import Plan
from app.services.importing.scores import Values, read_values, why_held
from app.transactions import atomic
from app.values import AuditAction, ComponentCode, ImportKind, MailState, ResultStatus

_PARTS = tuple(ComponentCode)
_SCORES = tuple(f"score_{code.lower()}" for code in _PARTS)
FIGURES = ("status", "overall", "grade", "cefr", *_SCORES)


@dataclass(frozen=True)
class Amendment:
    """What an amended result would say, beside the version that holds now.

    newest: the version that it would follow, which need not be out. why_held: how it
    contradicts the rule; it would wait for an officer's second look.
    """

    values: Values
    before: Result
    newest: Result
    why_held: str

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """The columns that would differ, with what they hold now and then."""
        return _differences(_figures(self.before), self.values)

    @property
    def changes_grade(self) -> bool:
        """Whether the grade would be another one."""
        return bool(self.values[2] != self.before.grade)


def proposed(
    entry: Entry,
    scores: Mapping[ComponentCode, int],
    *,
    overall: int | None = None,
    grade: str | None = None,
    cefr: str | None = None,
    at: datetime,
) -> Amendment:
    """Return what amending a result would write; nothing is written.

    It is read and checked just as a row of a results file. What is left out is worked
    out by the rule; what is given and contradicts it will be held, never corrected.
    Raises Refused for figures that hold already or are no result of this exam.
    """
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    if overall is grade is cefr is None and exam.components:
        overall, grade, cefr = _by_the_rule(exam, scores)
    cells = (overall, grade, cefr, *(scores.get(code) for code in _PARTS))
    text = tuple("" if cell is None else str(cell) for cell in cells)
    plan = Plan(ImportKind.results, b"")
    values = read_values(plan, 1, exam, ("", "", "", ResultStatus.graded, *text))
    if values is None:
        # What a part lacks comes before what could not be worked out without it.
        wrong = sorted(plan.problems, key=lambda one: one.column not in _PARTS)[0]
        raise Refused(wrong.message, field=_field(wrong.column))
    newest = _newest(entry)
    out = publication.published_result(entry, at=at)
    if out is not None and _figures(out) == values:
        raise Refused(UNCHANGED)
    return Amendment(values, out or newest, newest, why_held(exam, values))


def differences(result: Result, *, at: datetime) -> list[tuple[str, Any, Any]]:
    """Return the columns in which a version to come differs from what is out."""
    now = publication.published_result(result.entry, at=at)
    return _differences(_figures(now), _figures(result)) if now else []


def standing_figures(entry: Entry, *, at: datetime) -> Result:
    """Return the version that an amendment changes: the one that is out, if any."""
    return publication.published_result(entry, at=at) or _newest(entry)


def amend(
    entry: Entry,
    scores: Mapping[ComponentCode, int],
    *,
    overall: int | None = None,
    grade: str | None = None,
    cefr: str | None = None,
    by: User,
    at: datetime,
) -> Result:
    """Write what a result says now as its next version, in no release yet.

    The newest version is returned as it is when it says the same and is not out. Raises
    Refused as `proposed` does.
    """
    with atomic():
        hold(entry, at=at)
        given = {"overall": overall, "grade": grade, "cefr": cefr}
        new = proposed(entry, scores, **given, at=at)  # type: ignore[arg-type]
        newest = new.newest
        if _figures(newest) == new.values and newest.withdrawn_at is None:
            return newest
        publication.leave_pending_releases([entry.id], at=at)
        row = _next_version(new, at)
        subject = f"entry:{entry.reference}"
        audit.append(
            AuditAction.result_amended, subject, by=by, at=at, version=row.version
        )
    return row


def hold(entry: Entry, *, at: datetime) -> None:
    """Hold all that amending a result changes until the commit, before the trail.

    One amendment of an entry comes after the other, and no release is signed meanwhile.
    """
    row = select(Entry.id).where(Entry.id == entry.id)
    db.session.execute(row.with_for_update())
    publication.hold_pending_releases(at=at)


UNCHANGED = _l(
    "These are the figures that hold now. If nothing is to change, say so instead."
)


def _by_the_rule(
    exam: Exam, scores: Mapping[ComponentCode, int]
) -> tuple[int | None, str | None, str | None]:
    """Return what the components give, or nothing while one is missing or wrong."""
    bounds = grading.score_range(exam)
    if not all(score in bounds for score in scores.values()):
        return None, None, None
    try:
        overall = grading.overall(exam, scores)
    except ValueError:
        return None, None, None
    return overall, *grading.outcome(exam, overall)


def _field(column: str) -> str:
    return f"score_{column.lower()}" if column in _PARTS else column


def _newest(entry: Entry) -> Result:
    newest = select(Result).where(Result.entry_id == entry.id)
    newest = newest.order_by(Result.version.desc()).limit(1)
    found = db.session.scalar(newest)
    if found is None:
        raise Refused(_l("There is no result yet that could be amended."))
    return found


def _differences(
    now: tuple[Any, ...], then: tuple[Any, ...]
) -> list[tuple[str, Any, Any]]:
    pairs = zip(FIGURES, now, then, strict=True)
    return [(name, old, new) for name, old, new in pairs if old != new]


def _figures(result: Result) -> tuple[Any, ...]:
    return tuple(getattr(result, name) for name in FIGURES)


def _next_version(new: Amendment, at: datetime) -> Result:
    row = Result(
        entry_id=new.newest.entry_id,
        version=new.newest.version + 1,
        imported_at=at,
        held_why=new.why_held,
        **dict(zip(FIGURES, new.values, strict=True)),
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Conflict(
            _l("Somebody else has just changed this result. Look at it again.")
        ) from None
    return row


def accept_difference(result: Result, *, by: User, at: datetime) -> None:
    """Let a held result go into a release although it contradicts the rule."""
    with atomic() as tx:
        why = result.held_why
        done = tx.execute(
            update(Result)
            .where(Result.id == result.id, Result.held_why != "")
            .values(held_why="", accepted_by_id=by.id, accepted_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is not held any more."))
        audit.append(
            AuditAction.result_accepted,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            fields=why,
        )
    db.session.refresh(result)


def withdraw_result(result: Result, *, by: User, why: str, at: datetime) -> None:
    """Take one published result back: it is hidden from this moment on."""
    if not why.strip():
        raise Refused(_l("Say why the result is withdrawn."), field="why")
    with atomic() as tx:
        out = publication.published_result(result.entry, at=at)
        done = tx.execute(
            update(Result)
            .where(
                Result.entry_id == result.entry_id,
                Result.version <= result.version,
                Result.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=at, withdrawn_why=why.strip())
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is already withdrawn."))
        _drop_notices(result)
        if out is not None and out.version <= result.version:
            readers.tell_withdrawn(out, at=at)
        audit.append(
            AuditAction.result_withdrawn,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            why=why.strip(),
        )
    db.session.refresh(result)


def _drop_notices(result: Result) -> None:
    """Nobody is told any more that a result is out which has been taken back."""
    keys = announcing.dedupe_keys(result)
    db.session.execute(
        update(Mail)
        .where(Mail.dedupe_key.in_(keys), Mail.state == MailState.queued)
        .values(state=MailState.dropped)
    )
