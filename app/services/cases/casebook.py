"""How cases are written down: whose turn it is, what was said, who is told.

Everything here happens inside the caller's transaction.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import CandidateAccount, CaseMessage, Centre, CentreCase, User
from app.services import audit, mail, notices
from app.values import AuditAction, CaseKind, CaseState, Language

# As long as the column that holds a message.
LONGEST = 2000


def say(case: CentreCase, text: str, *, by: User | None, at: datetime) -> CaseMessage:
    """Add a message to a case."""
    words = text.strip()
    if not words:
        raise Refused(_l("Write something first."), field="words")
    message = CaseMessage(
        case_id=case.id, at=at, user_id=by.id if by else None, text=words[:LONGEST]
    )
    db.session.add(message)
    db.session.flush()
    return message


def said_just_now(
    case: CentreCase, text: str, *, by: User | None, at: datetime
) -> bool:
    """Tell whether these are the last words of a case, said a moment ago.

    Comes after `turn`, which holds the case: of two forms sent at once, one is said.
    """
    last = db.session.scalar(
        select(CaseMessage)
        .where(CaseMessage.case_id == case.id)
        .order_by(CaseMessage.id.desc())
        .limit(1)
    )
    said = (by.id if by else None, text.strip()[:LONGEST])
    return (
        last is not None
        and (last.user_id, last.text) == said
        and at - last.at < audit.TWICE
    )


def tell_centre(centre: Centre, *, at: datetime) -> None:
    """Tell a centre how many cases wait for it, once an hour at most, and no names.

    Comes before the trail is written: whoever waits for the centre holds no other lock.
    """
    waiting = waiting_for(centre.id)
    if centre.email and waiting:
        mail.queue(
            "case_for_centre",
            to=mail.Address(centre.email, language_of(centre)),
            about=f"{centre.number}:{at:%Y-%m-%dT%H}",
            at=at,
            name="",
            centre=centre.name,
            count=waiting,
            path="/admin/cases/list/",
        )


def waiting_for(centre_id: int) -> int:
    """Lock a centre until the commit, and count the cases that wait for its answer."""
    db.session.execute(
        select(Centre.id).where(Centre.id == centre_id).with_for_update(key_share=True)
    )
    open_ones = (CentreCase.centre_id == centre_id, CentreCase.state == CaseState.open)
    return db.session.scalar(select(func.count(CentreCase.id)).where(*open_ones)) or 0


def language_of(centre: Centre) -> Language:
    """Return the language in which a centre's own mailbox is written to."""
    return Language.it if centre.country == "IT" else Language.en


def trace(
    action: AuditAction,
    case: CentreCase,
    by: User | CandidateAccount | None,
    at: datetime,
    **detail: object,
) -> None:
    """Write an act about a case into the trail: never the words, never a name.

    A lost paper goes by its key: its reference opens a page to whoever knows it.
    """
    lost = case.kind is CaseKind.lost_confirmation
    subject = f"case:{case.id if lost else case.reference}"
    audit.append(action, subject, by=by, at=at, kind=case.kind.value, **detail)


def turn(case: CentreCase, state: CaseState, at: datetime | None = None) -> None:
    """Say whose turn it is; raises Conflict when the case is closed by now."""
    turned = db.session.execute(
        update(CentreCase)
        .where(CentreCase.id == case.id, CentreCase.state != CaseState.closed)
        .values(state=state, closed_at=at)
    )
    if turned.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_l("This conversation is closed."))


def tell_person(case: CentreCase, about: str, at: datetime) -> None:
    """Tell the person who asked that there is an answer, and where; not what it is."""
    centre = case.centre.name
    if case.kind is CaseKind.missing_result:
        assert case.entry is not None
        path = f"/candidate/cases/{case.reference}"
        kind = "case_answered"
        notices.tell(kind, case.entry, about=about, at=at, centre=centre, path=path)
        return
    mail.queue(
        "case_answered",
        to=mail.Address(case.email, case.language),
        about=about,
        at=at,
        # Not the name that somebody typed: the address may be a stranger's.
        name="",
        centre=centre,
        path=f"/candidate/lost/request/{case.reference}",
    )
