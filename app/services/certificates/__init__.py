"""Certificates: which there are, sent by the board, and called back by it.

What happens at the centre is in collection.py. One that was recalled is followed by
another; every other end is an end. Nothing about a certificate is told while the result
of its entry is not out.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Centre,
    Certificate,
    Entry,
    ExamSession,
    Release,
    Result,
    User,
)
from app.services import (
    access,
    audit,
    grading,
    localtime,
    meaning,
    publication,
    signing,
)
from app.services.grading import Exam
from app.transactions import atomic
from app.values import AuditAction, CertificateState, ResultStatus

# Certificates follow their results within about two months; a session that takes
# longer is found by its code.
LATELY = timedelta(days=180)
MOST_SESSIONS = 60
# Its candidate, or somebody for them, has it.
HELD = (CertificateState.collected, CertificateState.posted)

# --- Which there are ------------------------------------------------------------------


def earned(exam: Exam, result: Result) -> bool:
    """Tell whether a result earns a certificate."""
    return meaning.earns_certificate(exam, result)


def of_entries(entry_ids: Iterable[int]) -> dict[int, Certificate]:
    """Return the certificate of each entry that has one; a recalled one is none.

    Whoever shows them asks first whether the result is out.
    """
    rows = db.session.scalars(
        select(Certificate).where(
            Certificate.entry_id.in_(list(entry_ids)),
            Certificate.state != CertificateState.recalled,
        )
    )
    return {row.entry_id: row for row in rows}


def own(
    account: CandidateAccount, reference: str, *, at: datetime
) -> tuple[Entry, Certificate]:
    """Return an entry of the account's own with its certificate.

    Raises NotFound while there is none, and whenever the result is not out.
    """
    entry, _result = access.own_result(account, reference, at=at)
    found = of_entries([entry.id]).get(entry.id)
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return entry, found


def to_give_back(entry: Entry) -> bool:
    """Tell whether the candidate holds a certificate that the board has recalled."""
    newest = db.session.scalar(
        select(Certificate)
        .where(Certificate.entry_id == entry.id)
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    if newest is None or newest.state is not CertificateState.recalled:
        return False
    # Whose hands it is in is forgotten after two years; that it went is in the trail.
    subject = f"entry:{entry.reference}"
    recall = audit.last_detail(AuditAction.certificate_recalled, subject)
    return recall.get("was") in HELD


# --- From the board to the centre -----------------------------------------------------


def to_send(
    session: ExamSession, centre: Centre | None, *, at: datetime
) -> list[tuple[Entry, Result]]:
    """Return what certificates can be sent for: earned, out, and none sent yet."""
    have = select(Certificate.entry_id).where(
        Certificate.state != CertificateState.recalled
    )
    query = (
        select(Entry, Result)
        .join(Result, Result.entry_id == Entry.id)
        .where(
            Entry.session_id == session.id,
            Entry.id.not_in(have),
            Result.status == ResultStatus.graded,
            publication.visible(at),
        )
        .order_by(Entry.id)
    )
    if centre is not None:
        query = query.where(Entry.centre_id == centre.id)
    exam = grading.exam(session.exam)
    rows = db.session.execute(query)
    return [(entry, result) for entry, result in rows if earned(exam, result)]


def centres_to_send_to(
    session: ExamSession, *, at: datetime
) -> list[tuple[Centre, int]]:
    """Return each centre with certificates to send, and how many, by its number."""
    counts = Counter(entry.centre_id for entry, _ in to_send(session, None, at=at))
    centres = select(Centre).where(Centre.id.in_(counts)).order_by(Centre.number)
    return [(centre, counts[centre.id]) for centre in db.session.scalars(centres)]


def released_sessions(*, at: datetime) -> list[ExamSession]:
    """Return the sessions whose results came out lately, the newest exam first."""
    released = select(Release.session_id).where(
        signing.in_force(at),
        Release.withdrawn_at.is_(None),
        Release.instant > at - LATELY,
    )
    query = select(ExamSession).where(ExamSession.id.in_(released))
    query = query.order_by(ExamSession.exam_date.desc(), ExamSession.code)
    return list(db.session.scalars(query.limit(MOST_SESSIONS)))


def send(
    session: ExamSession, centre: Centre | None, day: date, *, by: User, at: datetime
) -> int:
    """Write down that the board has sent the certificates of a session to its centres.

    Those are the ones that a visible result earns and that have not been sent; without
    a centre, every centre's. Returns how many; refuses a day to come, and none at all.
    """
    if not session.exam_date <= day <= localtime.today(at):
        raise Refused(_l("Choose a day between the exam and today."), field="day")
    with atomic() as tx:
        pairs = to_send(session, centre, at=at)
        if not pairs:
            raise Conflict(_l("There is no certificate left to send."))
        rows = [
            {"entry_id": entry.id, "result_id": result.id, "sent_on": day}
            for entry, result in pairs
        ]
        try:
            tx.execute(insert(Certificate), rows)
        except IntegrityError:
            raise Conflict(
                _l("Somebody else is sending these at this moment. Look again.")
            ) from None
        audit.append(
            AuditAction.certificate_sent,
            f"session:{session.code}",
            by=by,
            at=at,
            centre=centre.number if centre else None,
            day=day.isoformat(),
            certificates=len(rows),
        )
    return len(rows)


def recall_of(entry: Entry, *, by: User | None, at: datetime) -> bool:
    """Call the certificate of an entry back; afterwards another one can be sent.

    Returns whether there was one. Who holds it is asked to give it back.
    """
    current = of_entries([entry.id]).get(entry.id)
    if current is None:
        return False
    with atomic() as tx:
        was = current.state
        done = tx.execute(
            update(Certificate)
            .where(Certificate.id == current.id, Certificate.state == was)
            .values(state=CertificateState.recalled, ended_on=localtime.today(at))
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This certificate has moved. Look at it again."))
        audit.append(
            AuditAction.certificate_recalled,
            f"entry:{entry.reference}",
            by=by,
            at=at,
            was=was.value,
        )
    db.session.refresh(current)
    return True
