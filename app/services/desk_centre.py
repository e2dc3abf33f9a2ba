"""What waits for a centre's staff, and what of the centres waits for the board.

Counts and dates only, a few indexed queries each.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    CaseMessage,
    Centre,
    CentreCase,
    Certificate,
    Enquiry,
    Entry,
)
from app.services import calendar, localtime
from app.values import CaseState, CertificateState, EnquiryState

# A desk shows what fits on a page; the lists behind it show the rest.
SHOWN = 20
# A certificate that nobody collects is destroyed; a month is time enough to ask.
DESTROYED_SOON = timedelta(days=30)
# A candidate waits so many working days for their centre before the board looks.
PATIENCE = 3


class Kind(StrEnum):
    """The things that wait for a centre."""

    cases = "cases"
    enquiries = "enquiries"
    appointments = "appointments"
    to_post = "to_post"
    certificates_ending = "certificates_ending"
    certificates_sent = "certificates_sent"


@dataclass(frozen=True)
class Waiting:
    """How many of a kind wait, and the earliest day of them where it matters."""

    kind: Kind
    count: int
    first: date | None = None
    # The last day that counts, where there is one.
    until: date | None = None


@dataclass(frozen=True)
class SlowCentre:
    """A centre whose candidates have waited too long for an answer."""

    number: str
    name: str
    count: int
    since: date


@dataclass(frozen=True)
class AcceptedEnquiry:
    """An enquiry that the board has to decide, and the day it was promised for."""

    id: int
    candidate: str
    session: str
    due_on: date
    overdue: bool


def waiting_at(centre_id: int, *, at: datetime) -> list[Waiting]:
    """Return what waits for a centre, most urgent kind first; nothing that is none."""
    soon = localtime.today(at) + DESTROYED_SOON
    enquiries = (
        select(func.count(Enquiry.id), func.min(Enquiry.requested_at))
        .join(Entry, Entry.id == Enquiry.entry_id)
        .where(Enquiry.state == EnquiryState.requested, Entry.centre_id == centre_id)
    )
    asked = (
        Certificate.collect_on >= localtime.today(at),
        Certificate.collect_agreed_at.is_(None),
    )
    on_its_way = _certificates(centre_id, CertificateState.sent, Certificate.sent_on)

    def here(day: Any) -> Select[Any, Any]:
        return _certificates(centre_id, CertificateState.arrived, day)

    questions = _open_cases().where(CentreCase.centre_id == centre_id)
    ending = here(Certificate.keep_until).where(Certificate.keep_until <= soon)
    found = [
        _counted(Kind.cases, questions),
        _counted(Kind.enquiries, enquiries),
        _counted(Kind.appointments, here(Certificate.collect_on).where(*asked)),
        _counted(
            Kind.to_post, here(Certificate.arrived_on).where(Certificate.post_to != "")
        ),
        _counted(Kind.certificates_ending, ending, soon),
        _counted(Kind.certificates_sent, on_its_way),
    ]
    return [waiting for waiting in found if waiting.count]


def certificates_at(centre_id: int) -> int:
    """Count the certificates that a centre keeps until they are collected."""
    kept = _certificates(centre_id, CertificateState.arrived, Certificate.arrived_on)
    return int(db.session.execute(kept).one()[0])


def slow_centres(*, at: datetime) -> list[SlowCentre]:
    """Return the centres with cases that wait for more than three working days.

    A case waits since the last word of the person, not since it was first opened.
    """
    rows = db.session.execute(
        select(Centre.number, Centre.name, func.count(), func.min(_waits_since()))
        .select_from(CentreCase)
        .join(Centre, Centre.id == CentreCase.centre_id)
        .where(CentreCase.state == CaseState.open, _waits_since() < _patience_ends(at))
        .group_by(Centre.number, Centre.name)
        .order_by(func.min(_waits_since()), Centre.number)
        .limit(SHOWN)
    )
    return [
        SlowCentre(number, name, count, localtime.today(since))
        for number, name, count, since in rows
    ]


def enquiries_to_decide(*, at: datetime) -> list[AcceptedEnquiry]:
    """Return the enquiries that centres have passed on, the most overdue first."""
    day = localtime.today(at)
    rows = db.session.scalars(
        select(Enquiry)
        .options(joinedload(Enquiry.entry).joinedload(Entry.session))
        .where(Enquiry.state == EnquiryState.accepted)
        .order_by(Enquiry.answer_due_on, Enquiry.id)
        .limit(SHOWN)
    )
    return [
        AcceptedEnquiry(
            row.id,
            str(row.entry),
            row.entry.session.code,
            row.answer_due_on,
            row.answer_due_on < day,
        )
        for row in rows
        if row.answer_due_on is not None
    ]


def _open_cases() -> Select[int, datetime]:
    return select(func.count(CentreCase.id), func.min(_waits_since())).where(
        CentreCase.state == CaseState.open
    )


def _certificates(
    centre_id: int, state: CertificateState, day: Any
) -> Select[Any, Any]:
    return (
        select(func.count(Certificate.id), func.min(day))
        .join(Entry, Entry.id == Certificate.entry_id)
        .where(Entry.centre_id == centre_id, Certificate.state == state)
    )


def _waits_since() -> ColumnElement[datetime]:
    last = select(func.max(CaseMessage.at)).where(CaseMessage.case_id == CentreCase.id)
    return func.coalesce(
        last.correlate(CentreCase).scalar_subquery(),
        CentreCase.opened_at,
        type_=CentreCase.opened_at.type,
    )


def _counted(kind: Kind, query: Select[Any, Any], until: date | None = None) -> Waiting:
    count, first = db.session.execute(query).one()
    if isinstance(first, datetime):
        first = localtime.today(first)
    return Waiting(kind, count, first, until)


def _patience_ends(at: datetime) -> datetime:
    """Return the instant before which somebody has waited too long already."""
    day, left = localtime.today(at), PATIENCE
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return datetime.combine(day, time(), tzinfo=localtime.board_zone())
