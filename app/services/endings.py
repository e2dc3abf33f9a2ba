"""How a candidate's account ends: by its owner's wish, or because it was not theirs.

What is left is an ended row without address and password, so that the trail keeps its
meaning. The entries are nobody's again, and stay with their results for good: whoever
holds the Confirmation of Entry can register once more.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete as deleted
from sqlalchemy import or_, select, update

from app.errors import Conflict
from app.extensions import db
from app.models import (
    CandidateAccount,
    CentreCase,
    Certificate,
    Enquiry,
    Entry,
    User,
)
from app.services import (
    ages,
    audit,
    belongings,
    factors,
    invitations,
    links,
    mail,
    sharing,
    signins,
    unsent,
)
from app.services.certificates.arranging import NOTHING
from app.services.certificates.collection import AT_CENTRE
from app.services.mail import Address
from app.transactions import atomic
from app.values import AuditAction, CaseState, EnquiryState

# What no password hashes to, so that none is ever right.
UNUSABLE = "!"


def delete(account: CandidateAccount, *, at: datetime) -> None:
    """End an account by its owner's wish: address, contact data and shares go at once.

    Entries, results and certificates stay. One last message says so to the address
    that is erased, and to the guardian of somebody under 14. Raises Conflict when the
    account has ended meanwhile.
    """
    with atomic() as tx:
        entries = _held(account)
        told = _told_last(account, entries, at)
        name = entries[0].name if entries else ""
        contacts = {e.email for e in entries} | {e.guardian_email for e in entries}
        unsent.drop(account, contacts, about=belongings.references(account, entries))
        sharing.withdraw_all(account, at=at)
        _close(account, by=account, at=at)
        _disarrange(entries, by=account, at=at)
        for table in belongings.SHARED:
            mine = belongings.belongs(table, account, entries)
            tx.execute(deleted(table).where(mine))
        _free(entries, email="", guardian_email="")
        _empty(account, at=at)
        for n, to in enumerate(told):
            about = f"{account.reference}:{n}"
            mail.queue("account_deleted", to=to, about=about, at=at, name=name)
        _trace(account, entries, "its owner's wish", by=account, at=at)
    db.session.expire_all()


def not_theirs(entry: Entry, *, by: User, at: datetime) -> None:
    """End the account that holds an entry: the centre says it is not the candidate's.

    What it shared is put on hold until the candidate decides. The contact data that
    the centre wrote down stay, and nobody is written to. Raises Conflict when nobody
    holds the entry.
    """
    with atomic():
        db.session.refresh(entry)
        account = entry.account
        if account is None:
            raise Conflict(_l("Nobody has registered this exam, so nothing has ended."))
        entries = _held(account)
        unsent.drop(account, set(), about=belongings.references(account, entries))
        sharing.suspend_all(account, by=by, at=at)
        _close(account, by=by, at=at)
        _disarrange(entries, by=by, at=at)
        _free(entries)
        _empty(account, at=at)
        _trace(account, entries, "not the candidate's", by=by, at=at)
    db.session.expire_all()


def _held(account: CandidateAccount) -> Sequence[Entry]:
    """Return an account's entries, newest first, after locking all that is of them.

    Whoever shares one of them at this moment waits, and finds it is not theirs. What
    others change of it is locked before the trail is written, which they write last.
    """
    row = select(CandidateAccount.ended_at).where(CandidateAccount.id == account.id)
    if db.session.execute(row.with_for_update()).scalar_one() is not None:
        raise Conflict(_l("This account has ended already."))
    db.session.refresh(account)
    own = select(Entry).where(Entry.account_id == account.id)
    own = own.order_by(Entry.id.desc()).with_for_update()
    entries = db.session.scalars(own.execution_options(populate_existing=True)).all()
    for table in belongings.TABLES:
        theirs = select(table.id).where(belongings.belongs(table, account, entries))
        db.session.execute(theirs.order_by(table.id).with_for_update())
    return entries


def _told_last(
    account: CandidateAccount, entries: Sequence[Entry], at: datetime
) -> list[Address]:
    """Return who hears that the account is gone: its owner, and a child's guardian."""
    told = {account.email.casefold(): Address(account.email, account.language)}
    for entry in entries:
        if ages.under(ages.OWN_CONSENT, entry.date_of_birth, at=at):
            guardian = Address(entry.guardian_email, entry.language)
            told.setdefault(guardian.email.casefold(), guardian)
    return [to for to in told.values() if to.email]


def _close(
    account: CandidateAccount, *, by: CandidateAccount | User, at: datetime
) -> None:
    """End what an account had going: sign-ins, links, invitations, cases, enquiries.

    An enquiry that the centre has passed on goes its way; its fee is paid.
    """
    signins.end_all(account, at=at)
    factors.forget(account)
    links.end_all(account, by=by, at=at)
    invitations.end_all(account, by=by, at=at)
    closed = db.session.scalars(
        update(CentreCase)
        .where(CentreCase.account_id == account.id)
        .where(CentreCase.state != CaseState.closed)
        .values(state=CaseState.closed, closed_at=at)
        .returning(CentreCase.reference)
    ).all()
    cancelled = db.session.scalars(
        update(Enquiry)
        .where(Enquiry.account_id == account.id)
        .where(Enquiry.state == EnquiryState.requested)
        .values(state=EnquiryState.cancelled)
        .returning(Enquiry.reference)
    ).all()
    for action, kind, references in (
        (AuditAction.case_closed, "case", closed),
        (AuditAction.enquiry_cancelled, "enquiry", cancelled),
    ):
        for reference in references:
            audit.append(action, f"{kind}:{reference}", by=by, at=at)


def _disarrange(
    entries: Sequence[Entry], *, by: CandidateAccount | User, at: datetime
) -> None:
    """Keep certificates at the centre: nobody comes for them, and nothing is posted."""
    held = {entry.id: entry.reference for entry in entries}
    wished = or_(Certificate.collect_on.is_not(None), Certificate.post_to != "")
    over = db.session.scalars(
        update(Certificate)
        .where(Certificate.entry_id.in_(held), AT_CENTRE, wished)
        .values(**NOTHING, collect_agreed_at=None)
        .returning(Certificate.entry_id)
    ).all()
    for key in over:
        action, subject = AuditAction.certificate_arranged, f"entry:{held[key]}"
        audit.append(action, subject, by=by, at=at, cancelled=True)


def _free(entries: Sequence[Entry], **erased: str) -> None:
    """Make entries nobody's, so that their Confirmation of Entry opens them again."""
    keys = [entry.id for entry in entries]
    nobodys = {"account_id": None, "registered_at": None, **erased}
    db.session.execute(update(Entry).where(Entry.id.in_(keys)).values(**nobodys))


def _empty(account: CandidateAccount, *, at: datetime) -> None:
    """Leave of an account only that there was one, and what it had agreed to."""
    db.session.execute(
        update(CandidateAccount)
        .where(CandidateAccount.id == account.id)
        .values(
            email="",
            new_email="",
            email_confirmed_at=None,
            password_hash=UNUSABLE,
            wants_updates=False,
            ended_at=at,
        )
    )
    cases = update(CentreCase).where(CentreCase.account_id == account.id)
    db.session.execute(cases.values(email=""))


def _trace(
    account: CandidateAccount,
    entries: Sequence[Entry],
    why: str,
    *,
    by: CandidateAccount | User,
    at: datetime,
) -> None:
    audit.append(
        AuditAction.account_ended,
        f"candidate:{account.reference}",
        by=by,
        at=at,
        why=why,
        entries=[entry.reference for entry in entries],
    )
