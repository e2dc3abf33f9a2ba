"""Proving that an entry is one's own, with what its Confirmation of Entry says.

Unknown, wrong, locked: one sentence for all, after the same work and the same writing,
so that nobody learns from the answer which ID Numbers exist.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import Entry
from app.services import audit, credentials, notices, throttle, tokens
from app.services.doors import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction

# Wrong tries after which a Secret Number is locked. Its owner can unlock it with a link
# by e-mail, so that a classmate who knows an ID Number cannot end it for good.
SECRET_TRIES = 10
# How often, by the digits of the secret: 40 tries in all at 8 digits succeed once in
# 2.5 million, even when the date of birth is known; 20 at the 4 digits of older papers,
# once in five hundred.
UNLOCKS, UNLOCKS_OF_SHORT, LONG = 3, 1, 8

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
    Number for good, although it is refused: the tenth locks it until it is unlocked
    with the link that its owner is sent, or issued again.
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


def locked(token: str, *, at: datetime) -> Entry:
    """Return the entry whose Secret Number a mailed link unlocks, while it does."""
    kind, key, state = tokens.read(Purpose.unlock_secret, token, at=at)
    entry = None
    if kind == Entry.__name__:
        entry = db.session.get(Entry, key, populate_existing=True)
    tokens.require_unused(Purpose.unlock_secret, entry, state)
    assert entry is not None
    return entry


def unlock(token: str, *, address: str, at: datetime) -> Entry:
    """Give a locked Secret Number ten more tries; the link is worthless from then on.

    What was tried from this address is forgotten: the owner is here now.
    """
    entry = locked(token, at=at)
    with atomic() as tx:
        # Before the entry, in the order in which a try takes hold of both.
        number = entry.id_number or ""
        throttle.give_back(Door.candidate_registration, number, address)
        done = tx.execute(
            update(Entry)
            .where(
                Entry.id == entry.id,
                Entry.secret == entry.secret,
                Entry.account_id.is_(None),
                Entry.secret_failures == SECRET_TRIES,
            )
            .values(secret_failures=0)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(tokens.WORTHLESS)
        subject = f"entry:{entry.reference}"
        audit.append(AuditAction.secret_unlocked, subject, by=None, at=at)
    return entry


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
        _offer_unlocking(entry, at)


def _offer_unlocking(entry: Entry, at: datetime) -> None:
    """Send the link that unlocks, while there is something to register and unlock."""
    if entry.account_id is not None:
        return
    short = len(credentials.printed(entry)) < LONG
    before = tokens.unlocked(entry)
    if before < (UNLOCKS_OF_SHORT if short else UNLOCKS):
        notices.secret_unlock(entry, before, at=at)


def _nobody(number: str) -> Entry:
    """Return what an unknown number is compared with: a secret that nobody can type."""
    return Entry(id_number=number, secret=credentials.sealed(number, "unknown"))
