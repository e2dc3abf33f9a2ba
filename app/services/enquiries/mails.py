"""What is written about an enquiry, to its candidate and to the centre: never a mark.

What was found stands on the exam's page and in the back office; a message only says
that it is there.
"""

from datetime import date, datetime

from app.models import Enquiry
from app.services import mail, notices
from app.services.cases.casebook import language_of

# Where a centre answers.
CENTRE_PATH = "/admin/"


def requested(enquiry: Enquiry, *, at: datetime) -> None:
    """Confirm the request to the candidate, and put it before the centre."""
    _to_candidate("enquiry_received", enquiry, at)
    _to_centre("enquiry_for_centre", enquiry, at)


def passed_on(enquiry: Enquiry, due: date, *, at: datetime) -> None:
    """Tell the candidate that the board looks at it, and by when it answers."""
    _to_candidate("enquiry_passed_on", enquiry, at, due_on=due.isoformat())


def refused(enquiry: Enquiry, *, at: datetime) -> None:
    """Tell the candidate that the centre has answered."""
    _to_candidate("enquiry_refused", enquiry, at)


def answered(enquiry: Enquiry, *, at: datetime) -> int:
    """Tell candidate and centre that the board has answered; return how many are."""
    _to_candidate("enquiry_answered", enquiry, at)
    _to_centre("enquiry_closed_for_centre", enquiry, at)
    return 2


def _to_candidate(kind: str, enquiry: Enquiry, at: datetime, **values: str) -> None:
    entry = enquiry.entry
    notices.tell(
        kind,
        entry,
        about=enquiry.reference,
        at=at,
        exam=entry.session.exam.value,
        session=entry.session.label,
        path=f"/candidate/exams/{entry.reference}",
        **values,
    )


def _to_centre(kind: str, enquiry: Enquiry, at: datetime) -> None:
    entry = enquiry.entry
    centre = entry.centre
    if not centre.email:
        return
    mail.queue(
        kind,
        to=mail.Address(centre.email, language_of(centre)),
        about=enquiry.reference,
        at=at,
        name=centre.name,
        candidate=str(entry),
        exam=entry.session.exam.value,
        session=entry.session.label,
        path=CENTRE_PATH,
    )
