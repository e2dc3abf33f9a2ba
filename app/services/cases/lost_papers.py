"""A Confirmation of Entry that is lost: asked for without an account, found again.

Nothing that is typed here opens anything. The centre looks up the entry, sees the
person's identity document, and issues again; see confirmations.reissue.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, update
from sqlalchemy import case as when_then
from sqlalchemy.orm import joinedload

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Centre, CentreCase, Entry, User
from app.services import access, mail, throttle
from app.services.cases import casebook
from app.services.doors import Door
from app.services.names import folded
from app.transactions import atomic
from app.values import AuditAction, CaseKind, CaseState, ExamCode, Language

# The same person at the same centre within this time has asked already.
ALREADY = timedelta(days=1)
# Cases that one e-mail address opens in a day: a family's, not a flood's.
MOST_A_DAY = 5
SUGGESTED = 10


@dataclass(frozen=True)
class LostPaper:
    """What somebody knows about the entry whose paper they have lost."""

    name: str
    date_of_birth: date
    email: str
    exam: ExamCode | None
    when: str
    school: str
    words: str
    language: Language


def centre(number: str) -> Centre:
    """Return the centre with this number, or NotFound."""
    found = db.session.scalar(select(Centre).where(Centre.number == number))
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


def ask_for_paper(
    centre: Centre, lost: LostPaper, *, address: str, at: datetime
) -> CentreCase:
    """Put a request into a centre's queue, and send the person a link to its page.

    The same person asking the same centre again within a day is answered as before, and
    nothing more is written or sent. Tries are charged to the e-mail address and to the
    network address, so that neither a mailbox nor a queue is flooded.
    """
    door = Door.lost_confirmation
    throttle.charge(door, lost.email, address, at=at)
    throttle.charge(door, f"from {address}", address, at=at)
    with atomic() as tx:
        casebook.waiting_for(centre.id)
        already = _asked_already(centre, lost, at)
        if already is not None:
            return already
        _require_quiet(lost.email, at)
        case = _opened(centre, lost, at)
        tx.add(case)
        tx.flush()
        if lost.words.strip():
            casebook.say(case, lost.words, by=None, at=at)
        mail.queue(
            "case_received",
            to=mail.Address(case.email, case.language),
            about=case.reference,
            at=at,
            # Not the name that was typed: the address may be a stranger's.
            name="",
            centre=centre.name,
            path=f"/candidate/lost/request/{case.reference}",
        )
        casebook.tell_centre(centre, at=at)
        casebook.trace(AuditAction.case_opened, case, None, at, centre=centre.number)
    return case


def suggestions(case: CentreCase, text: str = "") -> list[tuple[Entry, bool, bool]]:
    """Return entries of the case's centre that may be the person's, likeliest first.

    With each, whether the name is the same, and the date of birth. `text` looks for
    another name than the one that the person gave.
    """
    name = folded(text or case.name)
    words = name.split()[:6]
    like = and_(
        *(Entry.folded_name.contains(word, autoescape=True) for word in words),
        true() if words else false(),
    )
    same_name = Entry.folded_name == name
    born = Entry.date_of_birth == case.date_of_birth
    rank = when_then((like & born, 0), (like, 1), else_=2)
    entries = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.session), joinedload(Entry.school))
        .where(Entry.centre_id == case.centre_id, or_(like, born))
        .order_by(rank, when_then((same_name, 0), else_=1), Entry.id.desc())
        .limit(SUGGESTED)
    )
    return [
        (entry, entry.folded_name == name, entry.date_of_birth == case.date_of_birth)
        for entry in entries
    ]


def entry_of(case: CentreCase, reference: str) -> Entry:
    """Return an entry of the case's own centre, or NotFound."""
    entry = db.session.scalar(
        select(Entry).where(
            Entry.reference == reference, Entry.centre_id == case.centre_id
        )
    )
    if entry is None:
        raise NotFound(access.NOTHING_HERE)
    return entry


def waiting_for(entry: Entry) -> CentreCase | None:
    """Return the case of somebody who waits for this entry's new paper, if one does."""
    return db.session.scalars(
        select(CentreCase)
        .where(
            CentreCase.entry_id == entry.id,
            CentreCase.kind == CaseKind.lost_confirmation,
            CentreCase.state != CaseState.closed,
        )
        .order_by(CentreCase.id.desc())
    ).first()


def match(case: CentreCase, entry: Entry, *, by: User, at: datetime) -> None:
    """Note which entry of the same centre a lost paper belongs to."""
    if entry.centre_id != case.centre_id:
        raise NotFound(access.NOTHING_HERE)
    with atomic() as tx:
        matched = tx.execute(
            update(CentreCase)
            .where(
                CentreCase.id == case.id,
                CentreCase.kind == CaseKind.lost_confirmation,
                CentreCase.state != CaseState.closed,
            )
            .values(entry_id=entry.id)
        )
        if matched.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This conversation is closed."))
        about = {"entry": entry.reference}
        casebook.trace(AuditAction.record_changed, case, by, at, **about)
    db.session.refresh(case)


def _opened(centre: Centre, lost: LostPaper, at: datetime) -> CentreCase:
    return CentreCase(
        kind=CaseKind.lost_confirmation,
        centre_id=centre.id,
        name=lost.name.strip()[:200],
        date_of_birth=lost.date_of_birth,
        email=lost.email.strip(),
        exam=lost.exam,
        when=lost.when.strip()[:80],
        school=lost.school.strip()[:160],
        language=lost.language,
        opened_at=at,
    )


def _asked_already(centre: Centre, lost: LostPaper, at: datetime) -> CentreCase | None:
    rows = db.session.scalars(
        select(CentreCase).where(
            CentreCase.centre_id == centre.id,
            CentreCase.kind == CaseKind.lost_confirmation,
            CentreCase.state != CaseState.closed,
            CentreCase.opened_at > at - ALREADY,
            CentreCase.date_of_birth == lost.date_of_birth,
            _of_address(lost.email),
        )
    )
    name = folded(lost.name)
    return next((row for row in rows if folded(row.name) == name), None)


def _require_quiet(email: str, at: datetime) -> None:
    asked = db.session.scalar(
        select(func.count(CentreCase.id)).where(
            CentreCase.opened_at > at - ALREADY, _of_address(email)
        )
    )
    if (asked or 0) >= MOST_A_DAY:
        raise Refused(ENOUGH, status=429)


def _of_address(email: str) -> ColumnElement[bool]:
    return func.lower(CentreCase.email) == email.strip().lower()


ENOUGH = _l(
    "Several requests with this email address have been sent today. Please wait for"
    " the answer, or telephone your centre."
)
