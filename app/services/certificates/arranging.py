"""How a candidate wants to get their certificate: come, send somebody, or by post."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import CandidateAccount, Certificate, Entry, User
from app.services import access, audit, calendar, rules
from app.services.certificates.collection import (
    AT_CENTRE,
    kept_no_more,
    tell,
    today_at,
    trace,
    turn,
)
from app.transactions import atomic
from app.values import AuditAction, CertificateState, DayPart

# Nobody plans a walk to the counter further ahead.
FURTHEST = timedelta(days=90)
# As if nothing had been arranged.
NOTHING: dict[str, Any] = {
    "collect_on": None,
    "collect_part": None,
    "collector": "",
    "post_to": "",
}


@dataclass(frozen=True)
class Wish:
    """A day to come, perhaps with somebody else's name; or where to post it to."""

    collect_on: date | None = None
    part: DayPart | None = None
    collector: str = ""
    post_to: str = ""


def arrange(
    certificate: Certificate, wish: Wish, *, by: CandidateAccount, at: datetime
) -> None:
    """Write down how the owner of a certificate wants to get it, until it is gone.

    It replaces what they wanted before; the centre agrees anew. Raises Conflict when
    it is not at the centre, Refused when the centre cannot do it this way.
    """
    entry = certificate.entry
    if entry.school_id is not None:
        raise Refused(_l("Your school collects it for you. Ask there."), status=409)
    if wish.post_to.strip():
        _require_post(entry)
        values: dict[str, Any] = {**NOTHING}
        values["post_to"] = wish.post_to.strip()
    else:
        _require_day(certificate, wish, at)
        values = {**NOTHING, "collect_on": wish.collect_on, "collect_part": wish.part}
        values["collector"] = wish.collector.strip()
    _write(certificate, values, by, at, post=bool(wish.post_to.strip()))


def offer(
    certificate: Certificate,
    seen: tuple[date | None, DayPart | None],
    wish: Wish,
    *,
    by: User,
    at: datetime,
) -> None:
    """Move an appointment to a day that suits the centre; its owner is told.

    They are expected then, unless they choose another day. `seen` is the appointment
    that the centre read: Conflict when they have changed it since, or it is gone.
    """
    _require_day(certificate, wish, at)
    if (wish.collect_on, wish.part) == seen:
        words = _l("Choose another day, or the other part of it.")
        raise Refused(words, field="collect_on")
    day, part = seen
    with atomic():
        turn(
            certificate,
            AT_CENTRE,
            Certificate.collect_on.is_not(None),
            Certificate.collect_on == day,
            Certificate.collect_part == part,
            collect_on=wish.collect_on,
            collect_part=wish.part,
            collect_agreed_at=at,
        )
        action = AuditAction.certificate_arranged
        trace(action, certificate, by, at, offered=str(wish.collect_on))
        tell(
            "certificate_moved",
            certificate,
            at=at,
            about=at.isoformat(),
            day=str(wish.collect_on),
            part=str(wish.part),
        )


def cancel(certificate: Certificate, *, by: CandidateAccount, at: datetime) -> None:
    """Take back what was arranged; the certificate stays at the centre."""
    _write(certificate, NOTHING, by, at, cancelled=True)


def first_day(certificate: Certificate, *, at: datetime) -> date:
    """Return the first day on which it can be collected: the next working day."""
    return calendar.working_days_after(today_at(certificate.entry.centre, at), 1)


def last_day(certificate: Certificate, *, at: datetime) -> date:
    """Return the last day for which a collection can be arranged now."""
    furthest = today_at(certificate.entry.centre, at) + FURTHEST
    return min(furthest, certificate.keep_until or furthest)


def has_days(certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether a collection can still be arranged before the keeping ends."""
    return first_day(certificate, at=at) <= last_day(certificate, at=at)


def missed(certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether the day that was arranged is over, and nobody has come."""
    day = certificate.collect_on
    if certificate.state is not CertificateState.arrived or day is None:
        return False
    return day < today_at(certificate.entry.centre, at)


def waits_for_centre(certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether a day that was asked for is still to be confirmed."""
    asked = certificate.collect_on is not None and certificate.collect_agreed_at is None
    return asked and not missed(certificate, at=at)


def too_late(certificate: Certificate, *, at: datetime) -> bool:
    """Tell whether it is kept still, nothing is arranged, and no day is left for it."""
    day = certificate.collect_on
    arranged = certificate.post_to or (day and not missed(certificate, at=at))
    if arranged or kept_no_more(certificate, at=at):
        return False
    return not has_days(certificate, at=at)


def _require_post(entry: Entry) -> None:
    if not rules.of(entry.centre).posts_certificates:
        raise Refused(_l("Your centre does not post certificates."), field="post_to")


def _require_day(certificate: Certificate, wish: Wish, at: datetime) -> None:
    day = wish.collect_on
    if day is None:
        raise Refused(_l("Choose a day."), field="collect_on")
    if wish.part is None:
        raise Refused(_l("Choose morning or afternoon."), field="part")
    if day < first_day(certificate, at=at):
        raise Refused(_l("Choose a later day."), field="collect_on")
    if day > last_day(certificate, at=at):
        raise Refused(_l("Choose an earlier day."), field="collect_on")
    if not calendar.is_working_day(day):
        words = _l("The centre is closed on this day. Choose a working day.")
        raise Refused(words, field="collect_on")


def _write(
    certificate: Certificate,
    values: dict[str, Any],
    by: CandidateAccount,
    at: datetime,
    **detail: Any,
) -> None:
    entry = certificate.entry
    if entry.account_id != by.id:
        raise NotFound(access.NOTHING_HERE)
    own = select(Entry.id).where(Entry.account_id == by.id)
    with atomic() as tx:
        done = tx.execute(
            update(Certificate)
            .where(
                Certificate.id == certificate.id,
                AT_CENTRE,
                Certificate.entry_id.in_(own),
            )
            .values(**values, collect_agreed_at=None)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(
                _l("Your certificate is not at the centre any more, or not yet.")
            )
        action = AuditAction.certificate_arranged
        audit.append(action, f"entry:{entry.reference}", by=by, at=at, **detail)
    db.session.refresh(certificate)
