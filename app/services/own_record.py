"""All that is held about a candidate, in plain words and values, for them to keep.

What is not out yet is not in it: a copy asked for before the instant of a result reads
as if there were none. Secrets are left out, because they open what they protect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import func, inspect, or_, select

from app.extensions import db
from app.models import (
    AuditRow,
    CandidateAccount,
    CaseMessage,
    CentreCase,
    Certificate,
    Entry,
    Invitation,
    Mail,
    Model,
    Result,
    Share,
    ShareAccess,
    ShareLink,
    ShareLinkLook,
    SignIn,
)
from app.services import (
    access,
    belongings,
    enquiries,
    grading,
    photos,
    publication,
    timetable,
    unsent,
)
from app.services.sharing import outbox
from app.values import AuditAction, MailState

# What is left out of each table, and why; everything else about a person is told.
LEFT_OUT = {
    "candidate_account": {"password_hash", "sign_in_links"},
    # Printed on the Confirmation of Entry alone; how often it was tried is our lock.
    "entry": {"secret", "secret_failures", "folded_name"},
    # Why somebody at the board looks again is their work and tells of what is to come.
    "result": {"held_why", "accepted_at", "withdrawn_at", "withdrawn_why", "hidden_at"},
    "photo": {"source_hash"},
    "sign_in": {"token_hash", "audience"},
    # The address of a page that opens to whoever knows it.
    "centre_case": {"reference"},
    "share_link": {"reference"},
    # The words of a message stand in its template; its keys are ours.
    "mail": {"dedupe_key", "values", "attempts", "due_at", "error", "queued_at"},
}
# Acts that are told whatever they lead to, and those about a certificate, which show
# that there is a result.
ACTS: tuple[str, ...] = (
    "account_",
    "password_",
    "sign_in_",
    "secret_",
    "share_",
    "link_",
    "invitation_",
    "case_",
    "enquiry_requested",
    "enquiry_cancelled",
    "enquiry_accepted",
    "enquiry_refused",
)
WITH_RESULT = ("certificate_",)


def held(account: CandidateAccount, *, at: datetime) -> dict[str, Any]:
    """Return everything held about an account's person, as it may be told by now."""
    entries = access.own_entries(account)
    results = publication.published_results([entry.id for entry in entries], at=at)
    return {
        "made_at": _plain(at),
        "account": _told(account),
        "exams": [
            _exam(account, entry, results.get(entry.id), number, at)
            for number, entry in enumerate(entries, 1)
        ],
        "sign_ins": [_told(row) for row in _sign_ins(account)],
        "emails": [_told(row) for row in _mails(account, entries)],
        "acts": _acts(account, entries, results),
    }


def photo_name(number: int) -> str:
    """Return how the photo of the n-th exam is called beside the record."""
    return f"photo-{number}.jpg"


def _exam(
    account: CandidateAccount,
    entry: Entry,
    result: Result | None,
    number: int,
    at: datetime,
) -> dict[str, Any]:
    photo = photos.of(entry)
    offer = enquiries.offer(entry, result, at=at)
    asked = [*([offer.going_on] if offer.going_on else []), *offer.past]
    return {
        "exam": grading.exam(entry.session.exam).name,
        "session": entry.session.label,
        "exam_date": _plain(entry.session.exam_date),
        "centre": str(entry.centre),
        "school": str(entry.school) if entry.school else "",
        **_told(entry),
        "timetable": [_plain(one) for one in timetable.timetable_of(entry)],
        "photo": {**_told(photo), "file": photo_name(number)} if photo else None,
        "result": _result(result) if result else None,
        "certificates": [_told(row) for row in _certificates(entry, result)],
        "enquiries": [_plain(one) for one in asked],
        **_shared(account, entry),
        "questions_to_the_centre": [_case(row) for row in _cases(account, entry)],
    }


def _shared(account: CandidateAccount, entry: Entry) -> dict[str, Any]:
    """Return what opens or opened an exam's result to others, and who looked."""
    of_account = outbox.shares_of(account)
    links = select(ShareLink).where(ShareLink.entry_id == entry.id)
    invitations = select(Invitation).where(Invitation.entry_id == entry.id)
    return {
        "shares": [
            {**_told(row), "organisation": str(row.organisation), "looks": _looks(row)}
            for row in of_account
            if row.entry_id == entry.id
        ],
        "links": [
            {**_told(row), "looks": _link_looks(row)}
            for row in db.session.scalars(links.order_by(ShareLink.id))
        ],
        "invitations": [
            _told(row)
            for row in db.session.scalars(invitations.order_by(Invitation.id))
        ],
    }


def _result(result: Result) -> dict[str, Any]:
    release = result.release
    return {**_told(result), "released_at": _plain(release.instant if release else "")}


def _certificates(entry: Entry, result: Result | None) -> Sequence[Certificate]:
    """Return an entry's certificates; none while its result is not out."""
    if result is None:
        return ()
    mine = select(Certificate).where(Certificate.entry_id == entry.id)
    return db.session.scalars(mine.order_by(Certificate.id)).all()


def _looks(share: Share) -> list[dict[str, Any]]:
    query = select(ShareAccess).where(ShareAccess.share_id == share.id)
    return [_told(row) for row in db.session.scalars(query.order_by(ShareAccess.id))]


def _link_looks(link: ShareLink) -> list[dict[str, Any]]:
    query = select(ShareLinkLook).where(ShareLinkLook.link_id == link.id)
    return [_told(row) for row in db.session.scalars(query.order_by(ShareLinkLook.id))]


def _case(case: CentreCase) -> dict[str, Any]:
    query = select(CaseMessage).where(CaseMessage.case_id == case.id)
    messages = db.session.scalars(query.order_by(CaseMessage.id))
    return {
        **_told(case),
        "centre": str(case.centre),
        "messages": [
            {**_told(row), "by": "the centre" if row.user_id else "you"}
            for row in messages
        ],
    }


def _cases(account: CandidateAccount, entry: Entry) -> Sequence[CentreCase]:
    """Return what an account asked about an exam, and nobody before it."""
    mine = select(CentreCase).where(
        CentreCase.account_id == account.id, CentreCase.entry_id == entry.id
    )
    return db.session.scalars(mine.order_by(CentreCase.id)).all()


def _sign_ins(account: CandidateAccount) -> Sequence[SignIn]:
    query = select(SignIn).where(SignIn.account_id == account.id)
    return db.session.scalars(query.order_by(SignIn.at)).all()


def _mails(account: CandidateAccount, entries: Iterable[Entry]) -> list[Mail]:
    """Return what was sent to the person, and nothing of a sibling's."""
    held = list(entries)
    about = belongings.references(account, held)
    addresses = {e.casefold() for e in (account.email, *(e.email for e in held)) if e}
    sent = select(Mail).where(
        Mail.state == MailState.sent, func.lower(Mail.address).in_(addresses)
    )
    return [
        row
        for row in db.session.scalars(sent.order_by(Mail.sent_at))
        if unsent.concerns(row.dedupe_key, about)
    ]


def _acts(
    account: CandidateAccount, entries: list[Entry], results: dict[int, Result]
) -> list[dict[str, Any]]:
    """Return what the trail says of the person: when, what, and on whose side."""
    about = belongings.references(account, entries)
    kinds = ("candidate", "entry", "share", "link", "invitation", "case", "enquiry")
    subjects = [f"{kind}:{reference}" for kind in kinds for reference in about]
    out = {f"entry:{entry.reference}" for entry in entries if entry.id in results}
    me = f"candidate:{account.reference}"
    query = select(AuditRow).where(
        or_(AuditRow.subject.in_(subjects), AuditRow.actor == me)
    )
    return [
        {
            "at": _plain(row.at),
            "act": row.action.replace("_", " "),
            "by": _side(row.actor, me),
        }
        for row in db.session.scalars(query.order_by(AuditRow.id))
        if told(row.action) or (_with_result(row.action) and row.subject in out)
    ]


def told(action: str) -> bool:
    """Tell whether an act is told to the person whom it is about, at any time."""
    return action in set(AuditAction) and action.startswith(ACTS)


def _with_result(action: str) -> bool:
    return action.startswith(WITH_RESULT)


def _side(actor: str, me: str) -> str:
    if actor == me:
        return "you"
    sides = {"staff": "your centre or the board", "member": "an organisation"}
    sides["candidate"] = "somebody else's account"
    return sides.get(actor.partition(":")[0], "this service")


def _told(row: Model) -> dict[str, Any]:
    """Return every column of a row that is not a key of ours or left out."""
    mapper = inspect(type(row))
    left_out = LEFT_OUT.get(mapper.local_table.name, set())
    return {
        attribute.key: _plain(getattr(row, attribute.key))
        for attribute in mapper.column_attrs
        if not attribute.columns[0].primary_key
        and not attribute.columns[0].foreign_keys
        and attribute.key not in left_out
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it, days and instants by ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(each) for key, each in asdict(value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)
