"""What a candidate is told by e-mail, who else is told, and how often at most."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import CandidateAccount, Entry, Mail
from app.services import ages, mail
from app.services.tokens import Purpose

# Messages of one kind to one account in a day: nobody's mailbox is flooded by others.
MAILS_A_DAY = 5
# From then on one each half hour: half as long as a link lasts.
HALF_HOUR, HALF_HOURS = timedelta(minutes=30), 48


def tell(kind: str, entry: Entry, *, about: str, at: datetime, **values: Any) -> None:
    """Tell an entry's candidate something, and their guardian while they are under 14.

    It goes to their account, or to the address that the centre knows when they have
    none; to nobody when there is neither. Every kind gets the candidate's `name`.
    """
    told = {"name": entry.name, **values}
    for mark, to in addressees(entry, at=at):
        mail.queue(kind, to=to, about=f"{about}{mark}", at=at, **told)


def addressees(entry: Entry, *, at: datetime) -> list[tuple[str, mail.Address]]:
    """Return who is told of an entry, each with what marks their copy of a message."""
    account = entry.account
    to = account if account is not None and account.ended_at is None else entry
    found = [("", mail.Address(to.email, to.language))] if to.email else []
    guardian = entry.guardian_email
    child = guardian and ages.under(ages.OWN_CONSENT, entry.date_of_birth, at=at)
    if child and guardian.casefold() != to.email.casefold():
        found.append((":guardian", mail.Address(guardian, entry.language)))
    return found


def confirm_email(account: CandidateAccount, *, at: datetime) -> bool:
    """Queue the link that confirms the account's address; tell if there was room.

    A few a day and not one more: it may be a stranger's.
    """
    return _link("confirm_email", account, Purpose.confirm_email, at, for_good=True)


def set_password(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the link with which a forgotten password is replaced.

    It names the end of an ID Number: siblings may share the mailbox.
    """
    ending = _ending(_latest_entry(account))
    _link("set_password", account, Purpose.set_password, at, id_number_ending=ending)


def sign_in_link(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the link that signs in without a password."""
    ending = _ending(_latest_entry(account))
    _link("sign_in_link", account, Purpose.sign_in, at, id_number_ending=ending)


def email_change(account: CandidateAccount, *, at: datetime) -> bool:
    """Queue the link that makes the new address the account's; tell if there was room.

    A few a day and not one more, and without a name: it may be a stranger's.
    """
    return _link(
        "email_change", account, Purpose.change_email, at, for_good=True, name=""
    )


def email_changed(account: CandidateAccount, old: str, *, at: datetime) -> None:
    """Tell the old address that it is the account's no more."""
    mail.queue(
        "email_changed",
        to=mail.Address(old, account.language),
        about=f"{account.reference}:{at.isoformat()}",
        at=at,
        name=name_of(account),
    )


def password_changed(account: CandidateAccount, *, at: datetime) -> None:
    """Queue the warning that the password is another one; it is never held back."""
    about = f"{account.reference}:{at.isoformat()}"
    name = name_of(account)
    mail.queue("password_changed", to=account, about=about, at=at, name=name)


def secret_unlock(entry: Entry, before: int, *, at: datetime) -> None:
    """Queue the link that unlocks a Secret Number, which was unlocked so often before.

    It goes to the address that the centre knows; to nobody when there is none.
    """
    if not (entry.email or entry.guardian_email) or entry.secret_issued_at is None:
        return
    mail.queue(
        "secret_unlock",
        to=entry,
        about=f"{entry.reference}:{entry.secret_issued_at.isoformat()}:{before}",
        at=at,
        link=Purpose.unlock_secret,
        name=entry.name,
        id_number_ending=_ending(entry),
    )


def registered(account: CandidateAccount, entry: Entry, *, at: datetime) -> None:
    """Tell the address that the centre knows, when the account has another one.

    Whoever finds the paper could register first; its owner shall hear of it.
    """
    if not entry.email or entry.email.casefold() == account.email.casefold():
        return
    mail.queue(
        "registered",
        to=entry,
        about=f"{account.reference}:{entry.reference}",
        at=at,
        name=entry.name,
        id_number_ending=_ending(entry),
    )


def _link(
    kind: str,
    account: CandidateAccount,
    link: Purpose,
    at: datetime,
    for_good: bool = False,
    **values: Any,
) -> bool:
    """Queue a link, unless the mailbox has had enough of its kind; tell whether it was.

    Enough is a few a day, and then one each half hour: whoever asks, even after others
    have asked all day, gets a link or has one that still works. `for_good`: no more.
    """
    # Locked, so that two requests at one moment are counted one after the other.
    db.session.execute(
        select(CandidateAccount.id)
        .where(CandidateAccount.id == account.id)
        .with_for_update()
    )
    day = f"{account.reference}:{at:%Y-%m-%d}"
    slots = [f"{day}:{n}" for n in range(MAILS_A_DAY + HALF_HOURS)]
    keys = [f"{kind}:{slot}" for slot in slots]
    sent = select(func.count(), func.max(Mail.queued_at))
    used, latest = db.session.execute(sent.where(Mail.dedupe_key.in_(keys))).one()
    if used >= MAILS_A_DAY and (for_good or latest > at - HALF_HOUR):
        return False
    told = {"name": name_of(account), **values}
    mail.queue(kind, to=account, about=slots[used], link=link, at=at, **told)
    return True


def _ending(entry: Entry | None) -> str:
    return (entry.id_number or "")[-3:] if entry else ""


def _latest_entry(account: CandidateAccount) -> Entry | None:
    return db.session.scalars(
        select(Entry).where(Entry.account_id == account.id).order_by(Entry.id.desc())
    ).first()


def name_of(account: CandidateAccount) -> str:
    """Return the name that the centre wrote down on the account's latest entry."""
    entry = _latest_entry(account)
    return entry.name if entry else ""
