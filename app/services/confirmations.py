"""ID Numbers and Secret Numbers: how candidates prove that an entry is theirs.

A centre issues them once, may print them again at any time, and may give an entry a new
Secret Number, which ends the old one.
"""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Centre, Entry, ExamSession, User
from app.services import audit, credentials, endings, identifiers
from app.transactions import atomic, end_read
from app.values import AuditAction

# Entries given their numbers with one round trip to the database.
CHUNK = 500
# Numbers are drawn from 35,152 million: a second draw is already a rarity.
TRIES = 5


def place(session_code: str, centre_number: str) -> tuple[ExamSession, Centre]:
    """Return a session and a centre that has entries for it; refuses any other."""
    session = db.session.scalar(
        select(ExamSession).where(ExamSession.code == session_code)
    )
    if session is None:
        raise Refused(_l("There is no session %(code)s.", code=session_code))
    centre = db.session.scalar(select(Centre).where(Centre.number == centre_number))
    if centre is None:
        raise Refused(_l("There is no centre %(number)s.", number=centre_number))
    entered = exists().where(*_belongs(session, centre))
    if not db.session.scalar(select(entered)):
        raise Refused(
            _l(
                "Centre %(number)s has nobody entered for session %(code)s.",
                number=centre_number,
                code=session_code,
            )
        )
    return session, centre


def issue(
    session: ExamSession, centre: Centre, *, by: User | None, at: datetime
) -> int:
    """Give an ID Number and a Secret Number to every entry that lacks them.

    Returns how many were issued. Numbers that exist stay as they are: what was printed
    before keeps working.
    """
    with atomic() as tx:
        waiting = list(
            tx.scalars(
                select(Entry)
                .where(*_belongs(session, centre), Entry.id_number.is_(None))
                .order_by(Entry.candidate_number)
                .with_for_update()
            )
        )
        for start in range(0, len(waiting), CHUNK):
            _issue_chunk(waiting[start : start + CHUNK], at)
        if waiting:
            audit.append(
                AuditAction.confirmations_issued,
                f"session:{session.code}",
                by=by,
                at=at,
                centre=centre.number,
                entries=len(waiting),
            )
    return len(waiting)


def reissue(
    entry: Entry,
    *,
    by: User,
    at: datetime,
    not_theirs: bool = False,
    seen: str | None = None,
) -> None:
    """Give an entry a new Secret Number; the old one and its wrong tries are over.

    `seen` is when the number was issued that the centre saw: Conflict if there has been
    another one since, whose paper may be in the candidate's hands.
    With `not_theirs` the centre says that the account which opened the entry is not the
    candidate's: it ends, and the new paper opens the entry to its owner. Otherwise an
    account stays as it is.
    """
    with atomic() as tx:
        if not_theirs:
            # First: it locks the account before its entries, as everybody does.
            endings.not_theirs(entry, by=by, at=at)
        tx.refresh(entry, with_for_update={"of": Entry})
        number, issued = entry.id_number, entry.secret_issued_at
        if number is None or issued is None:
            raise Refused(
                _l("No Secret Number has been issued for this candidate yet."),
                status=409,
            )
        if seen is not None and seen != issued.isoformat():
            raise Conflict(CHANGED)
        entry.secret = credentials.sealed(number, credentials.new_secret())
        entry.secret_issued_at = at
        entry.secret_failures = 0
        audit.append(
            AuditAction.secret_reissued,
            f"entry:{entry.reference}",
            by=by,
            at=at,
            account="ended" if not_theirs else "kept" if entry.account_id else "none",
        )


CHANGED = _l("Somebody has changed this in the meantime. Look at it again.")


def other_entries(entry: Entry) -> int:
    """Count the other entries of the account that opened this one; they end with it."""
    if entry.account_id is None:
        return 0
    same = (Entry.account_id == entry.account_id, Entry.id != entry.id)
    return db.session.scalar(select(func.count(Entry.id)).where(*same)) or 0


def count(session: ExamSession, centre: Centre) -> int:
    """Return how many entries have their numbers."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Entry)
            .where(*_belongs(session, centre), Entry.id_number.is_not(None))
        )
        or 0
    )


def printable(session: ExamSession, centre: Centre) -> Iterator[Entry]:
    """Yield the entries whose numbers have been issued, in the centre's own order.

    They come a chunk at a time, each with what its sheet needs, and no transaction is
    open while the caller draws them.
    """
    last = ""
    while True:
        rows = db.session.scalars(
            select(Entry)
            .options(
                joinedload(Entry.session),
                joinedload(Entry.centre),
                joinedload(Entry.school),
            )
            .where(
                *_belongs(session, centre),
                Entry.id_number.is_not(None),
                Entry.candidate_number > last,
            )
            .order_by(Entry.candidate_number)
            .limit(CHUNK)
        ).all()
        end_read()
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1].candidate_number


def _belongs(
    session: ExamSession, centre: Centre
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Entry.session_id == session.id, Entry.centre_id == centre.id


def _issue_chunk(entries: list[Entry], at: datetime) -> None:
    """Write numbers that nobody has; one that another process takes is drawn again."""
    for _ in range(TRIES):
        numbers = _unused_numbers(len(entries))
        try:
            with db.session.begin_nested():
                for entry, number in zip(entries, numbers, strict=True):
                    entry.id_number = number
                    entry.secret = credentials.sealed(number, credentials.new_secret())
                    entry.secret_issued_at = at
                    entry.secret_failures = 0
        except IntegrityError:
            continue
        return
    raise Conflict(_l("ID Numbers could not be drawn. Please try again."))


def _unused_numbers(count: int) -> list[str]:
    drawn: set[str] = set()
    while len(drawn) < count:
        fresh = {identifiers.new_id_number() for _ in range(count - len(drawn))}
        taken = select(Entry.id_number).where(Entry.id_number.in_(fresh))
        drawn |= fresh - set(db.session.scalars(taken))
    return list(drawn)
