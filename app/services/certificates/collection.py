"""A certificate at its centre: it arrives, is handed over, posted, or destroyed.

Each act is done by whoever is first: of two people who try, the other is told.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import joinedload

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Centre, Certificate, Entry, ExamSession, User
from app.services import audit, notices, publication, rules
from app.transactions import atomic
from app.values import AuditAction, CertificateState, DayPart

AT_CENTRE = Certificate.state == CertificateState.arrived


def sessions_on_the_way(centre: Centre) -> list[ExamSession]:
    """Return the sessions of which the board has sent a centre certificates."""
    return list(
        db.session.scalars(
            select(ExamSession)
            .where(
                ExamSession.id.in_(
                    select(Entry.session_id)
                    .join(Certificate, Certificate.entry_id == Entry.id)
                    .where(
                        Entry.centre_id == centre.id,
                        Certificate.state == CertificateState.sent,
                    )
                )
            )
            .order_by(ExamSession.exam_date.desc(), ExamSession.code)
        )
    )


def on_the_way(session: ExamSession, centre: Centre) -> list[Certificate]:
    """Return the certificates of a session that the board has sent to a centre."""
    entry = joinedload(Certificate.entry)
    return list(
        db.session.scalars(
            select(Certificate)
            .join(Entry, Entry.id == Certificate.entry_id)
            .options(entry.joinedload(Entry.account), entry.joinedload(Entry.session))
            .where(
                Entry.session_id == session.id,
                Entry.centre_id == centre.id,
                Certificate.state == CertificateState.sent,
            )
            .order_by(Entry.candidate_number)
        )
    )


def arrive(
    certificates: Iterable[Certificate], day: date, *, by: User, at: datetime
) -> int:
    """Write down that certificates have reached their centre, and tell their owners.

    The centre keeps each for as many months as its rules say. Those that had arrived
    already are passed over; returns how many arrived.
    """
    rows = sorted(certificates, key=lambda row: row.id)
    keys = [row.id for row in rows]
    held = select(Certificate.id).where(Certificate.id.in_(keys))
    with atomic() as tx:
        # All of them before the trail is written, which others write last.
        tx.execute(held.order_by(Certificate.id).with_for_update())
        return sum(_arrive(row, day, by, at) for row in rows)


def _arrive(row: Certificate, day: date, by: User, at: datetime) -> bool:
    centre = row.entry.centre
    if not row.sent_on <= day <= today_at(centre, at):
        words = _l("Choose a day between the day they were sent and today.")
        raise Refused(words, field="day")
    until = months_after(day, rules.of(centre).keeps_months)
    done = db.session.execute(
        update(Certificate)
        .where(Certificate.id == row.id, Certificate.state == CertificateState.sent)
        .values(state=CertificateState.arrived, arrived_on=day, keep_until=until)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    db.session.refresh(row)
    trace(AuditAction.certificate_arrived, row, by, at, day=day.isoformat())
    tell("certificate_arrived", row, at=at, keep_until=until.isoformat())
    return True


def agree(
    certificate: Certificate,
    day: date | None,
    part: DayPart | None,
    *,
    by: User,
    at: datetime,
) -> None:
    """Confirm to the candidate the appointment on this day; they are told.

    Raises Conflict when they have changed it, it is over, or the certificate is gone.
    """
    if day is not None and day < today_at(certificate.entry.centre, at):
        raise Conflict(
            _l("The day of this appointment is over. Offer the candidate another one.")
        )
    with atomic():
        turn(
            certificate,
            AT_CENTRE,
            Certificate.collect_on.is_not(None),
            Certificate.collect_on == day,
            Certificate.collect_part == part,
            Certificate.collect_agreed_at.is_(None),
            collect_agreed_at=at,
        )
        action = AuditAction.certificate_arranged
        trace(action, certificate, by, at, agreed=True)
        when = {"day": str(certificate.collect_on), "part": str(part)}
        tell("certificate_agreed", certificate, at=at, about=at.isoformat(), **when)


def hand_over(
    certificate: Certificate, to: str, day: date, *, by: User, at: datetime
) -> None:
    """Write down who signed for a certificate and took it; its owner gets a receipt."""
    if not to.strip():
        raise Refused(_l("Enter the name of the person who signed."), field="to")
    _require_day(certificate, day, at)
    _require_out(certificate, at)
    with atomic():
        state = CertificateState.collected
        turn(certificate, AT_CENTRE, state=state, ended_on=day, handed_to=to.strip())
        action = AuditAction.certificate_handed_over
        trace(action, certificate, by, at, day=day.isoformat())
        tell("certificate_collected", certificate, at=at, day=day.isoformat())


def post(
    certificate: Certificate, tracking: str, day: date, *, by: User, at: datetime
) -> None:
    """Write down that a certificate was posted to where its owner wanted it."""
    if not tracking.strip():
        raise Refused(_l("Enter the number of the parcel."), field="to")
    _require_day(certificate, day, at)
    _require_out(certificate, at)
    with atomic():
        turn(
            certificate,
            AT_CENTRE,
            Certificate.post_to != "",
            state=CertificateState.posted,
            ended_on=day,
            handed_to=tracking.strip(),
        )
        action = AuditAction.certificate_handed_over
        trace(action, certificate, by, at, day=day.isoformat(), posted=True)
        tell("certificate_posted", certificate, at=at, day=day.isoformat())


def destroy(certificate: Certificate, day: date, *, by: User, at: datetime) -> None:
    """Write down that a certificate nobody collected was destroyed, its time over."""
    if certificate.keep_until is not None and day <= certificate.keep_until:
        raise Refused(
            _l("It may be destroyed only after the day until which it is kept."),
            field="day",
        )
    _require_day(certificate, day, at)
    with atomic():
        state, over = CertificateState.destroyed, Certificate.keep_until < day
        turn(certificate, AT_CENTRE, over, state=state, ended_on=day)
        action = AuditAction.certificate_destroyed
        trace(action, certificate, by, at, day=day.isoformat())


def tell(
    kind: str, certificate: Certificate, *, at: datetime, about: str = "", **values: Any
) -> None:
    """Tell its owner something about a certificate, unless the result is hidden."""
    entry = certificate.entry
    if publication.published_result(entry, at=at) is None:
        return
    notices.tell(
        kind,
        entry,
        about=f"{certificate.reference}:{about}" if about else certificate.reference,
        at=at,
        exam=entry.session.exam.value,
        session=entry.session.label,
        path=f"/candidate/exams/{entry.reference}/certificate",
        **values,
    )


def today_at(centre: Centre, at: datetime) -> date:
    """Return the day that it is at a centre."""
    return at.astimezone(ZoneInfo(centre.timezone)).date()


def kept_no_more(certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether the last day on which a certificate is kept has passed."""
    last = certificate.keep_until
    return last is not None and last < today_at(certificate.entry.centre, at)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, 28)


# --- How it is done -------------------------------------------------------------------


def _require_day(certificate: Certificate, day: date, at: datetime) -> None:
    today = today_at(certificate.entry.centre, at)
    if certificate.arrived_on and not certificate.arrived_on <= day <= today:
        words = _l("Choose a day between its arrival and today.")
        raise Refused(words, field="day")


def _require_out(certificate: Certificate, at: datetime) -> None:
    """Refuse to let a certificate go that says what does not hold any more."""
    out = publication.published_result(certificate.entry, at=at)
    if out is None or out.grade != certificate.result.grade:
        words = _l(
            "The result on it was taken back or amended. Keep it, and ask the board."
        )
        raise Refused(words, status=409)


def turn(certificate: Certificate, *still: ColumnElement[bool], **values: Any) -> None:
    """Change a certificate that is still what the act needs it to be."""
    done = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate.id, *still)
        .values(**values)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(
            _l("Somebody has changed this in the meantime. Look at it again.")
        )
    db.session.refresh(certificate)


def trace(
    action: AuditAction, certificate: Certificate, by: User, at: datetime, **detail: Any
) -> None:
    """Write down what a centre did with a certificate."""
    subject = f"entry:{certificate.entry.reference}"
    audit.append(action, subject, by=by, at=at, **detail)
