"""Proving that an entry is one's own, with what its Confirmation of Entry says.

Unknown, wrong, locked: one sentence for all, after the same work and the same writing,
so that nobody learns from the answer which ID Numbers exist.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update

from app.errors import Refused, TooManyTries
from app.extensions import db
from app.models import Entry
from app.services import audit, credentials, throttle
from app.services.throttle import Door
from app.transactions import atomic
from app.values import AuditAction

# Wrong tries that one Secret Number survives in its whole life: with 8 digits, guessing
# succeeds once in ten million; with the 4 digits of older papers, once in a thousand.
SECRET_TRIES = 10

NO_MATCH = _l(
    "We cannot match these details. Please check each one on your Confirmation of"
    " Entry and try again. After several wrong tries, ask your centre for a new"
    " Secret Number."
)


def proved(
    number: str, secret: str, date_of_birth: date, *, address: str, at: datetime
) -> Entry:
    """Return the entry whose number, Secret Number and date of birth were all typed.

    The try is charged first. A wrong one on a real entry counts against its Secret
    Number for good, although it is refused: the tenth ends it until it is reissued.
    """
    with atomic():
        found = _tried(number, secret, date_of_birth, address=address, at=at)
    if isinstance(found, Refused):
        raise found
    return found


def still_holds(
    entry: Entry, sealed_secret: str | None
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a proof given a moment ago can be acted on."""
    return (
        Entry.id == entry.id,
        Entry.account_id.is_(None),
        Entry.secret == sealed_secret,
        Entry.secret_failures < SECRET_TRIES,
    )


def _tried(
    number: str, secret: str, date_of_birth: date, *, address: str, at: datetime
) -> Entry | Refused:
    try:
        throttle.charge(Door.candidate_registration, number, address, at=at)
    except TooManyTries as spent:
        return spent
    # Locked, so that tries at the same moment are counted one after the other.
    entry = db.session.scalar(
        select(Entry)
        .where(Entry.id_number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    checks = (
        credentials.is_secret_of(entry or _nobody(number), secret),
        entry is not None and entry.date_of_birth == date_of_birth,
        entry is not None and entry.secret_failures < SECRET_TRIES,
    )
    if entry is not None and all(checks):
        return entry
    _count(entry, at)
    return Refused(NO_MATCH)


def _count(entry: Entry | None, at: datetime) -> None:
    failures = db.session.scalar(
        update(Entry)
        .where(
            Entry.id == (entry.id if entry else None),
            Entry.secret_failures < SECRET_TRIES,
        )
        .values(secret_failures=Entry.secret_failures + 1)
        .returning(Entry.secret_failures)
    )
    if entry is not None and failures == SECRET_TRIES:
        subject = f"entry:{entry.reference}"
        audit.append(AuditAction.secret_locked, subject, by=None, at=at)


def _nobody(number: str) -> Entry:
    """Return what an unknown number is compared with: a secret that nobody can type."""
    return Entry(id_number=number, secret=credentials.sealed(number, "unknown"))
