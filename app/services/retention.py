"""What is erased when its time is over; docs/privacy.md tells people the same."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.sql.dml import Delete, Update

from app.models import Entry, ExamSession, Mail, Share, ShareAccess, SignIn
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction, MailState

# Long enough to look into a sign-in or a message that somebody disputes.
SIGN_INS = timedelta(days=90)
MAILS = timedelta(days=90)
# Two academic years after an organisation last looked.
SHARES = timedelta(days=730)
# As long as a candidate may need to be found again.
ADDRESSES_YEARS = 10


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


def erase_addresses(*, at: datetime) -> int:
    """Erase the e-mail addresses of entries ten years after the exam; return how many.

    The entry itself stays: it identifies a result that is verified for good.
    """
    old = select(ExamSession.id).where(ExamSession.exam_date < _years_before(at))
    statement = (
        update(Entry)
        .where(
            Entry.session_id.in_(old),
            or_(Entry.email != "", Entry.guardian_email != ""),
        )
        .values(email="", guardian_email="")
    )
    return _erase("entries", statement, at)


def erase_shares(*, at: datetime) -> int:
    """Delete shares 24 months after the last look at them; return how many.

    A share that nobody looked at counts from the day it was made.
    """
    before = at - SHARES
    looked = exists().where(ShareAccess.share_id == Share.id, ShareAccess.at >= before)
    return _erase("shares", delete(Share).where(Share.at < before, ~looked), at)


def _erase(what: str, statement: Delete | Update, at: datetime) -> int:
    with atomic():
        gone = _run(statement)
        if gone:
            audit.append(
                AuditAction.erased, f"retention:{what}", by=None, at=at, rows=gone
            )
    return gone


def _run(statement: Delete | Update) -> int:
    with atomic() as session:
        done = session.execute(statement.execution_options(synchronize_session=False))
        return int(done.rowcount)  # type: ignore[attr-defined]


def _years_before(at: datetime) -> date:
    day = at.date()
    return day.replace(year=day.year - ADDRESSES_YEARS, day=min(day.day, 28))
