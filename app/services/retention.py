"""What is erased when its time is over; docs/privacy.md tells people the same.

Whatever there may be much of goes in parts, so that others get their turn in between.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.sql.dml import Delete, Update

from app.models import (
    ApplicantMessage,
    CentreCase,
    Certificate,
    Enquiry,
    Entry,
    ExamSession,
    Invitation,
    JoinRequest,
    Mail,
    MemberQuestion,
    Share,
    ShareAccess,
    ShareLink,
    SignIn,
)
from app.services import audit, localtime
from app.transactions import atomic
from app.values import AuditAction, EnquiryState, MailState

# Long enough to look into a sign-in or a message that somebody disputes.
SIGN_INS = timedelta(days=90)
MAILS = timedelta(days=90)
# A term: whoever has had no answer by then has asked somebody else.
JOIN_REQUESTS = timedelta(days=90)
# Two academic years after an organisation last looked.
SHARES = timedelta(days=730)
# As long as somebody may ask who was shown a result, or what a centre had answered.
LINKS = INVITATIONS = CASES = MESSAGES = timedelta(days=365)
# As long as a check of a result, a missing certificate, or what the board answered an
# organisation, may be argued about.
WORDS = CERTIFICATES = QUESTIONS = timedelta(days=730)
# As long as a candidate may need to be found again.
ADDRESSES_YEARS = 10
# Rows that go in one transaction.
BATCH = 500

Stop: TypeAlias = Callable[[], bool]


def _go_on() -> bool:
    return False


def forget_sign_ins(*, at: datetime) -> int:
    """Delete sign-ins that ended, or ran out, 90 days ago; return how many."""
    before = at - SIGN_INS
    return _run(
        delete(SignIn).where(or_(SignIn.ended_at < before, SignIn.expires_at < before))
    )


def forget_mails(*, at: datetime) -> int:
    """Delete messages 90 days after they were sent or given up; return how many."""
    before = at - MAILS
    given_up = Mail.state.in_([MailState.failed, MailState.dropped])
    return _run(
        delete(Mail).where(
            or_(Mail.sent_at < before, given_up & (Mail.queued_at < before))
        )
    )


def erase_addresses(*, at: datetime, stop: Stop = _go_on) -> int:
    """Erase the e-mail addresses of entries ten years after the exam; return how many.

    The entry itself stays: it identifies a result that is verified for good.
    """
    day = years_before(at, ADDRESSES_YEARS)
    old = select(ExamSession.id).where(ExamSession.exam_date < day)
    over = and_(
        Entry.session_id.in_(old), or_(Entry.email != "", Entry.guardian_email != "")
    )
    gone = update(Entry).values(email="", guardian_email="")
    return _erase("entries", Entry, over, gone, at, stop)


def erase_shares(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete shares 24 months after the last look at them; return how many.

    A share that nobody looked at counts from the day it was made.
    """
    before = at - SHARES
    looked = exists().where(ShareAccess.share_id == Share.id, ShareAccess.at >= before)
    over = and_(Share.at < before, ~looked)
    return _erase("shares", Share, over, delete(Share), at, stop)


def erase_links(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete links, and the looks through them, a year after they ended."""
    before = at - LINKS
    over = or_(ShareLink.revoked_at < before, ShareLink.expires_at < before)
    return _erase("links", ShareLink, over, delete(ShareLink), at, stop)


def erase_invitations(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete invitations a year after they were made, answered or not."""
    over = Invitation.at < at - INVITATIONS
    return _erase("invitations", Invitation, over, delete(Invitation), at, stop)


def erase_join_requests(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete requests to join 90 days after they were made, answered or not.

    Who asked is forgotten before, when they are answered.
    """
    over = JoinRequest.asked_at < at - JOIN_REQUESTS
    return _erase("join requests", JoinRequest, over, delete(JoinRequest), at, stop)


def erase_applicant_messages(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete what was asked and answered about an application a year afterwards."""
    table, over = ApplicantMessage, ApplicantMessage.at < at - MESSAGES
    return _erase("applicant messages", table, over, delete(table), at, stop)


def erase_cases(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete cases with their messages a year after they were closed."""
    over = CentreCase.closed_at < at - CASES
    return _erase("cases", CentreCase, over, delete(CentreCase), at, stop)


def erase_enquiry_words(*, at: datetime, stop: Stop = _go_on) -> int:
    """Erase what candidates wrote in enquiries two years after these were over.

    That there was one, and its outcome, stays with the result.
    """
    before = at - WORDS
    cancelled = Enquiry.state == EnquiryState.cancelled
    ended = or_(
        Enquiry.decided_at < before, cancelled & (Enquiry.requested_at < before)
    )
    over = and_(Enquiry.words != "", ended)
    gone = update(Enquiry).values(words="")
    return _erase("enquiries", Enquiry, over, gone, at, stop)


def erase_certificate_names(*, at: datetime, stop: Stop = _go_on) -> int:
    """Erase who may collect a certificate, and where it goes, two years after it went.

    That it was handed over stays with the result.
    """
    names = (Certificate.collector, Certificate.post_to, Certificate.handed_to)
    day = localtime.today(at) - CERTIFICATES
    over = and_(Certificate.ended_on < day, or_(*(name != "" for name in names)))
    gone = update(Certificate).values(collector="", post_to="", handed_to="")
    return _erase("certificates", Certificate, over, gone, at, stop)


def erase_questions(*, at: datetime, stop: Stop = _go_on) -> int:
    """Delete what members asked the board, and the answers, two years afterwards."""
    over = MemberQuestion.asked_at < at - QUESTIONS
    gone = delete(MemberQuestion)
    return _erase("questions", MemberQuestion, over, gone, at, stop)


def years_before(at: datetime, years: int) -> date:
    """Return the day so many years ago; one that a year lacks is the 28th."""
    day = at.date()
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _erase(
    what: str,
    table: Any,
    over: ColumnElement[bool],
    statement: Delete | Update,
    at: datetime,
    stop: Stop,
) -> int:
    """Erase rows of a table whose time is over, in parts; each leaves its trace."""
    erased = 0
    while not stop():
        with atomic() as tx:
            keys = tx.scalars(select(table.id).where(over).limit(BATCH)).all()
            # Asked again: somebody may have looked at one in the meantime.
            gone = _run(statement.where(table.id.in_(keys), over)) if keys else 0
            if gone:
                subject = f"retention:{what}"
                audit.append(AuditAction.erased, subject, by=None, at=at, rows=gone)
        erased += gone
        if len(keys) < BATCH:
            break
    return erased


def _run(statement: Delete | Update) -> int:
    with atomic() as session:
        done = session.execute(statement.execution_options(synchronize_session=False))
        return int(done.rowcount)  # type: ignore[attr-defined]
