"""What a candidate is told by e-mail, who else is told, and how often at most."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import CandidateAccount, Entry, Mail
from app.services import ages, mail
from app.services.tokens import Purpose

# Messages of one kind to one account in a day: nobody's mailbox is flooded by others.
MAILS_A_DAY = 5


def tell(kind: str, entry: Entry, *, about: str, at: datetime, **values: Any) -> None:
    """Tell an entry's candidate something, and their guardian while they are under 14.

    It goes to their account, or to the address that the centre knows when they have
    none; to nobody when there is neither. Every kind gets the candidate's `name`.
    """
    account = entry.account
    to = account if account is not None and account.ended_at is None else entry
    told = {"name": entry.name, **values}
    if to.email:
        mail.queue(kind, to=to, about=about, at=at, **told)
    guardian = entry.guardian_email
    if guardian and ages.under(ages.OWN_CONSENT, entry.date_of_birth, at=at):
        if guardian.casefold() == to.email.casefold():
            return
        copy = mail.Address(guardian, entry.language)
        mail.queue(kind, to=copy, about=f"{about}:guardian", at=at, **told)


def confirm_email(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the link that confirms the account's address."""
    _link("confirm_email", account, Purpose.confirm_email, at)


def set_password(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the link with which a forgotten password is replaced."""
    _link("set_password", account, Purpose.set_password, at)


def password_changed(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the warning that the password is another one; it is never held back."""
    about = f"{account.reference}:{at.isoformat()}"
    name = _name(account)
    mail.queue("password_changed", to=account, about=about, at=at, name=name)


def registered(account: CandidateAccount, entry: Entry, *, at: datetime) -> None:
    """Tell the address that the centre knows, when the account has another one.

    Whoever finds the paper could register first; its owner shall hear of it.
    """
    if not entry.email or entry.email.casefold() == account.email.casefold():
        return
    mail.queue(
        "registered",
        to=entry,
        about=account.reference,
        at=at,
        name=entry.name,
        id_number_ending=(entry.id_number or "")[-3:],
    )


def _link(kind: str, account: CandidateAccount, link: Purpose, at: datetime) -> None:
    # Locked, so that two requests at one moment are counted one after the other.
    db.session.execute(
        select(CandidateAccount.id)
        .where(CandidateAccount.id == account.id)
        .with_for_update()
    )
    slots = [f"{account.reference}:{at:%Y-%m-%d}:{n}" for n in range(MAILS_A_DAY)]
    keys = [f"{kind}:{slot}" for slot in slots]
    sent = select(func.count()).select_from(Mail).where(Mail.dedupe_key.in_(keys))
    used = db.session.scalar(sent) or 0
    if used < MAILS_A_DAY:
        name = _name(account)
        mail.queue(kind, to=account, about=slots[used], link=link, at=at, name=name)


def _name(account: CandidateAccount) -> str:
    """Return the name that the centre wrote down on the account's latest entry."""
    entry = db.session.scalars(
        select(Entry).where(Entry.account_id == account.id).order_by(Entry.id.desc())
    ).first()
    return entry.name if entry else ""
