"""What candidates need from their centre: asked for, answered, closed.

A missing result is reported here; a lost paper in lost_papers.py. What follows is the
same for both: the centre answers, the person may write again, and in the end it closes.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    CaseMessage,
    CentreCase,
    Entry,
    Result,
    User,
)
from app.services import access, publication, throttle, timeline
from app.services.cases import casebook
from app.services.doors import Door
from app.services.timeline import Stage
from app.transactions import atomic
from app.values import AuditAction, CaseKind, CaseState

# Messages that one person writes about one case: whoever needs more should telephone.
MOST_WRITTEN = 20
# After its last word: what was answered has served, the rest was settled elsewhere.
ANSWERED_DAYS = 30
FORGOTTEN_DAYS = 365
# Cases closed in one run of the job.
BATCH = 500

# --- A missing result -----------------------------------------------------------------


def require_missing(entry: Entry, *, at: datetime) -> None:
    """Refuse to look for a result that is out, or whose last date has not passed.

    Days are those of the centre's clock. Before the last date the answer depends on
    dates alone.
    """
    out = publication.published_result(entry, at=at) is not None
    zone = ZoneInfo(entry.centre.timezone)
    standing = timeline.standing(entry.session, out=out, at=at, zone=zone)
    if out:
        raise Refused(_l("Your result is out. You find it in My exams."), status=409)
    if standing.stage is not Stage.last_day:
        day = format_date(standing.last_day, "d MMMM y")
        raise Refused(
            _l(
                "Please wait until %(day)s. Results come out until the end of that"
                " day, and not everybody's at the same time.",
                day=day,
            ),
            status=409,
        )


def report_missing(
    entry: Entry, words: str, *, by: CandidateAccount, at: datetime
) -> CentreCase:
    """Ask the centre where the candidate's own result is, once its last date is over.

    While a case about it is open, that one is returned.
    """
    if entry.account_id != by.id or by.ended_at is not None:
        raise NotFound(access.NOTHING_HERE)
    require_missing(entry, at=at)
    case = CentreCase(
        kind=CaseKind.missing_result,
        centre_id=entry.centre_id,
        entry_id=entry.id,
        account_id=by.id,
        language=by.language,
        opened_at=at,
    )
    with atomic() as tx:
        access.hold_own_entry(entry.id, by)
        try:
            with tx.begin_nested():
                tx.add(case)
        except IntegrityError:
            # Reported already, or a moment ago by the same form sent twice.
            return _going_on(entry)
        if words.strip():
            casebook.say(case, words, by=None, at=at)
        casebook.tell_centre(entry.centre, at=at)
        casebook.trace(AuditAction.case_opened, case, by, at, entry=entry.reference)
    return case


def of_entry(entry: Entry) -> CentreCase | None:
    """Return the latest case about a missing result of an entry, with its messages.

    Only what its present account asked: an earlier one's words are not theirs.
    """
    theirs = CentreCase.account_id == entry.account_id
    mine = _newest_first().where(CentreCase.entry_id == entry.id, theirs)
    return db.session.scalar(mine.limit(1))


# --- The conversation -----------------------------------------------------------------


def answer(case: CentreCase, text: str, *, by: User, at: datetime) -> None:
    """Answer in the centre's words, and tell the person that there is an answer.

    The e-mail does not hold the words. The same form sent twice answers once. Raises
    Conflict when the case is closed.
    """
    with atomic():
        casebook.turn(case, CaseState.answered)
        if casebook.said_just_now(case, text, by=by, at=at):
            return
        message = casebook.say(case, text, by=by, at=at)
        casebook.tell_person(case, f"{case.reference}:{message.id}", at)
        casebook.trace(AuditAction.case_answered, case, by, at)
    db.session.refresh(case)


def write(
    case: CentreCase,
    text: str,
    *,
    by: CandidateAccount | None,
    at: datetime,
    address: str = "",
) -> None:
    """Add what the person has to say; it is the centre's turn again.

    The same form sent twice says it once.
    `by` is None on the page of somebody without an account: then each try is charged.
    Raises Conflict when the case is closed.
    """
    if by is None:
        throttle.charge(Door.lost_confirmation, case.reference, address, at=at)
    elif case.entry is None or {case.entry.account_id, case.account_id} != {by.id}:
        raise NotFound(access.NOTHING_HERE)
    with atomic() as tx:
        casebook.turn(case, CaseState.open)
        if casebook.said_just_now(case, text, by=None, at=at):
            return
        own = select(func.count(CaseMessage.id)).where(
            CaseMessage.case_id == case.id, CaseMessage.user_id.is_(None)
        )
        if (tx.scalar(own) or 0) >= MOST_WRITTEN:
            raise Refused(TOO_MUCH, field="words", status=429)
        casebook.say(case, text, by=None, at=at)
        casebook.tell_centre(case.centre, at=at)
        casebook.trace(AuditAction.case_opened, case, by, at, again=True)
    db.session.refresh(case)


def close(case: CentreCase, *, by: User | None, at: datetime) -> None:
    """End a case; its page stays, and says so. Raises Conflict when it is closed."""
    with atomic():
        casebook.turn(case, CaseState.closed, at)
        casebook.trace(AuditAction.case_closed, case, by, at)
    db.session.refresh(case)


def close_over(*, at: datetime) -> int:
    """Close the cases that are over; return how many.

    Over is what was answered a month ago, a missing result that is out, and what
    nobody has written about for a year.
    """
    written = select(func.max(CaseMessage.at)).where(
        CaseMessage.case_id == CentreCase.id
    )
    last_word = func.coalesce(written.scalar_subquery(), CentreCase.opened_at)
    out = exists().where(
        Result.entry_id == CentreCase.entry_id, publication.visible(at)
    )
    over = or_(
        and_(
            CentreCase.state == CaseState.answered,
            last_word < at - timedelta(days=ANSWERED_DAYS),
        ),
        and_(CentreCase.kind == CaseKind.missing_result, out),
        last_word < at - timedelta(days=FORGOTTEN_DAYS),
    )
    query = select(CentreCase).where(CentreCase.state != CaseState.closed, over)
    closed = 0
    for case in db.session.scalars(query.order_by(CentreCase.id).limit(BATCH)).all():
        try:
            close(case, by=None, at=at)
        except Conflict:
            continue
        closed += 1
    return closed


TOO_MUCH = _l("You have written many messages. Please telephone your centre instead.")


def _going_on(entry: Entry) -> CentreCase:
    mine = _newest_first().where(CentreCase.entry_id == entry.id)
    return db.session.scalars(mine.where(CentreCase.state != CaseState.closed)).one()


def _newest_first() -> Select[CentreCase]:
    return (
        select(CentreCase)
        .options(selectinload(CentreCase.messages))
        .where(CentreCase.kind == CaseKind.missing_result)
        .order_by(CentreCase.id.desc())
    )
