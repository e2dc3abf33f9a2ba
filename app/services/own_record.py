"""All that is held about a candidate, in plain words and values, for them to keep.

What is not out yet is not in it: a copy asked for before the instant of a result reads
as if there were none. Secrets are left out, because they open what they protect.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.extensions import db
from app.models import (
    AuditRow,
    CandidateAccount,
    CaseMessage,
    CentreCase,
    Certificate,
    Entry,
    Mail,
    RecoveryCode,
    Result,
    SecondFactor,
    SignIn,
)
from app.services import (
    access,
    belongings,
    enquiries,
    grading,
    own_looks,
    photos,
    publication,
    timetable,
    unsent,
)
from app.services.own_rows import plain, told
from app.values import AuditAction, MailState

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
    "factor_",
    "recovery_code",
    "result_looked_up",
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
        "made_at": plain(at),
        "account": told(account),
        "authenticator_app": _factor(account),
        "exams": [
            _exam(account, entry, results.get(entry.id), number, at)
            for number, entry in enumerate(entries, 1)
        ],
        "sign_ins": [told(row) for row in _sign_ins(account)],
        "emails": [told(row) for row in _mails(account, entries)],
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
        "exam_date": plain(entry.session.exam_date),
        "centre": str(entry.centre),
        "school": str(entry.school) if entry.school else "",
        **told(entry),
        "timetable": [plain(one) for one in timetable.timetable_of(entry)],
        "photo": {**told(photo), "file": photo_name(number)} if photo else None,
        "result": _result(result) if result else None,
        "certificates": [told(row) for row in _certificates(entry, result)],
        "enquiries": [plain(one) for one in asked],
        **own_looks.opened(account, entry),
        "questions_to_the_centre": [_case(row) for row in _cases(account, entry)],
    }


def _result(result: Result) -> dict[str, Any]:
    release = result.release
    return {**told(result), "released_at": plain(release.instant if release else "")}


def _certificates(entry: Entry, result: Result | None) -> Sequence[Certificate]:
    """Return an entry's certificates; none while its result is not out."""
    if result is None:
        return ()
    mine = select(Certificate).where(Certificate.entry_id == entry.id)
    return db.session.scalars(mine.order_by(Certificate.id)).all()


def _case(case: CentreCase) -> dict[str, Any]:
    query = select(CaseMessage).where(CaseMessage.case_id == case.id)
    messages = db.session.scalars(query.order_by(CaseMessage.id))
    return {
        **told(case),
        "centre": str(case.centre),
        "messages": [
            {**told(row), "by": "the centre" if row.user_id else "you"}
            for row in messages
        ],
    }


def _cases(account: CandidateAccount, entry: Entry) -> Sequence[CentreCase]:
    """Return what an account asked about an exam, and nobody before it."""
    mine = select(CentreCase).where(
        CentreCase.account_id == account.id, CentreCase.entry_id == entry.id
    )
    return db.session.scalars(mine.order_by(CentreCase.id)).all()


def _factor(account: CandidateAccount) -> dict[str, Any] | None:
    """Return that there is an authenticator app, and which recovery codes are used."""
    factor = db.session.scalar(
        select(SecondFactor).where(SecondFactor.account_id == account.id)
    )
    if factor is None:
        return None
    codes = select(RecoveryCode).where(RecoveryCode.factor_id == factor.id)
    in_order = db.session.scalars(codes.order_by(RecoveryCode.id))
    return {**told(factor), "recovery_codes": [told(row) for row in in_order]}


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
            "at": plain(row.at),
            "act": row.action.replace("_", " "),
            "by": _side(row.actor, me),
        }
        for row in db.session.scalars(query.order_by(AuditRow.id))
        if is_told(row.action) or (_with_result(row.action) and row.subject in out)
    ]


def is_told(action: str) -> bool:
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
