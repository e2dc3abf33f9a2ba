"""Enquiries about results: asked for by candidates, passed on by centres, decided here.

The candidate asks, the centre takes the fee and passes it on, the board decides. An
outcome that changes the result is an amended version, which takes two signatures.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import CandidateAccount, Enquiry, Entry, Result, User
from app.services import access, audit, calendar, corrections, publication
from app.services.enquiries import mails
from app.services.enquiries.standing import Asked as Asked
from app.services.enquiries.standing import Known as Known
from app.services.enquiries.standing import as_known as as_known
from app.services.enquiries.standing import grade_changed as grade_changed
from app.services.enquiries.terms import ANSWER_DAYS
from app.services.enquiries.terms import Offer as Offer
from app.services.enquiries.terms import offer as offer
from app.services.localtime import today
from app.transactions import atomic
from app.values import (
    AuditAction,
    ComponentCode,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
)

# What a form and the column hold.
LONGEST = 1000

STALE = _l("This cannot be asked for any more. Look at the page again.")
NOT_WAITING = _l("Somebody has answered this enquiry already, or it was cancelled.")
WITH_BOARD = _l(
    "Your centre has answered this already, so it cannot be cancelled here. Please talk"
    " to your centre."
)
NOT_WITH_BOARD = _l("This enquiry is decided already, or not with the board.")
SAY_WHY = _l("Say why. The candidate reads it.")
TOO_LONG = _l("This is too long: use at most %(limit)d characters.", limit=LONGEST)


# --- What the candidate does ----------------------------------------------------------


def request(
    entry: Entry, kind: EnquiryKind, words: str, *, by: CandidateAccount, at: datetime
) -> Enquiry:
    """Ask the centre for a check of the candidate's own published result.

    Raises Refused when this kind cannot be asked for now, Conflict when one is going
    on already.
    """
    words = _text(words, "words")
    with atomic() as tx:
        access.hold_own_entry(entry.id, by)
        result = publication.published_result(entry, at=at)
        terms = offer(entry, result, at=at)
        if terms.going_on is not None:
            raise Conflict(terms.why_not)
        if result is None or terms.kind is not kind:
            raise Refused(terms.why_not or STALE)
        made = Enquiry(
            entry_id=entry.id,
            account_id=by.id,
            kind=kind,
            result_id=result.id,
            words=words,
            fee=terms.fee,
            requested_at=at,
        )
        try:
            with tx.begin_nested():
                tx.add(made)
        except IntegrityError:
            raise Conflict(_l("You have asked for this already.")) from None
        _trace(AuditAction.enquiry_requested, made, by, at, kind=kind)
        mails.requested(made, at=at)
    return made


def cancel(enquiry: Enquiry, *, by: CandidateAccount, at: datetime) -> None:
    """Take a request back while the centre has not answered it."""
    with atomic():
        access.hold_own_entry(enquiry.entry_id, by)
        if not _move(enquiry, EnquiryState.requested, EnquiryState.cancelled):
            raise Conflict(WITH_BOARD)
        _trace(AuditAction.enquiry_cancelled, enquiry, by, at)
    db.session.refresh(enquiry)


def own(entry: Entry, reference: str) -> Enquiry:
    """Return an enquiry about an entry, or raise NotFound."""
    found = db.session.scalar(
        select(Enquiry).where(
            Enquiry.reference == reference, Enquiry.entry_id == entry.id
        )
    )
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


# --- What the centre does -------------------------------------------------------------


def accept(enquiry: Enquiry, *, by: User, at: datetime) -> None:
    """Pass a request on to the board, its fee paid; the days to the answer begin."""
    due = calendar.working_days_after(today(at), ANSWER_DAYS[enquiry.kind])
    with atomic():
        values = {"accepted_at": at, "accepted_by_id": by.id, "answer_due_on": due}
        if not _move(enquiry, EnquiryState.requested, EnquiryState.accepted, **values):
            raise Conflict(NOT_WAITING)
        _trace(AuditAction.enquiry_accepted, enquiry, by, at, due_on=due)
        mails.passed_on(enquiry, due, at=at)
    db.session.refresh(enquiry)


def refuse(enquiry: Enquiry, why: str, *, by: User, at: datetime) -> None:
    """Decline a request, with a reason that the candidate reads on the exam's page."""
    why = _text(why, "why")
    if not why:
        raise Refused(SAY_WHY, field="why")
    with atomic():
        values = {"decided_at": at, "decided_by_id": by.id, "answer": why}
        if not _move(enquiry, EnquiryState.requested, EnquiryState.refused, **values):
            raise Conflict(NOT_WAITING)
        _trace(AuditAction.enquiry_refused, enquiry, by, at)
        mails.refused(enquiry, at=at)
    db.session.refresh(enquiry)


# --- What the board does --------------------------------------------------------------


def decide_unchanged(enquiry: Enquiry, words: str, *, by: User, at: datetime) -> None:
    """Answer that the result stays as it is; candidate and centre are told at once."""
    with atomic():
        _decide(enquiry, EnquiryOutcome.unchanged, words, by, at, told_at=at)
        mails.answered(enquiry, at=at)
    db.session.refresh(enquiry)


def decide_changed(
    enquiry: Enquiry,
    scores: Mapping[ComponentCode, int],
    words: str,
    *,
    grade: str | None = None,
    by: User,
    at: datetime,
) -> Result:
    """Answer with an amended result, which the candidate hears of once it is out.

    Up, down or the same grade with other scores. Returns the new version, which waits
    for two signatures. Raises Refused for figures that hold already or cannot be.
    """
    with atomic() as tx:
        # All of it before the trail is written, which others write last; and the row
        # is changed once, or the database would look for its account again.
        corrections.hold(enquiry.entry, at=at)
        row = select(Enquiry.id).where(Enquiry.id == enquiry.id)
        tx.execute(row.with_for_update())
        new = corrections.amend(enquiry.entry, scores, grade=grade, by=by, at=at)
        if new.id == enquiry.result_id:
            # It was taken back meanwhile, and is to come out again as it was.
            raise Refused(corrections.UNCHANGED)
        changed = EnquiryOutcome.changed
        _decide(enquiry, changed, words, by, at, new_result_id=new.id)
    db.session.refresh(enquiry)
    return new


def _decide(
    enquiry: Enquiry,
    outcome: EnquiryOutcome,
    words: str,
    by: User,
    at: datetime,
    **values: Any,
) -> None:
    values |= {"outcome": outcome, "answer": _text(words, "words")}
    values |= {"decided_at": at, "decided_by_id": by.id}
    if not _move(enquiry, EnquiryState.accepted, EnquiryState.decided, **values):
        raise Conflict(NOT_WITH_BOARD)
    _trace(AuditAction.enquiry_decided, enquiry, by, at)


# --- What others ask ------------------------------------------------------------------


def going_on(entry: Entry) -> bool:
    """Tell whether an enquiry about an entry is not over: asked, looked into, not told.

    For the board's own pages; what the outside may know is in `offer`.
    """
    row = select(Enquiry.id).where(Enquiry.entry_id == entry.id, unfinished())
    return db.session.scalar(row.limit(1)) is not None


def unfinished() -> ColumnElement[bool]:
    """Return the condition: asked, looked into, or decided and not told yet."""
    return or_(
        Enquiry.state.in_([EnquiryState.requested, EnquiryState.accepted]),
        and_(Enquiry.outcome == EnquiryOutcome.changed, Enquiry.told_at.is_(None)),
    )


def _text(words: str, field: str) -> str:
    text = words.strip()
    if len(text) > LONGEST:
        raise Refused(TOO_LONG, field=field)
    return text


def _move(enquiry: Enquiry, was: EnquiryState, to: EnquiryState, **values: Any) -> bool:
    """Take an enquiry from one state to the next, unless somebody else was first."""
    moved = db.session.execute(
        update(Enquiry)
        .where(Enquiry.id == enquiry.id, Enquiry.state == was)
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def _trace(
    action: AuditAction, row: Enquiry, by: audit.Actor, at: datetime, **detail: Any
) -> None:
    entry = row.entry.reference
    audit.append(
        action, f"enquiry:{row.reference}", by=by, at=at, entry=entry, **detail
    )
