"""The e-mail address of a candidate's account: shown to be theirs, and changed."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import CandidateAccount
from app.services import accounts, audit, notices, signins, tokens
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction

ENOUGH = _l(
    "We have sent enough emails for this today. Look in the mailbox, in the spam"
    " folder, too, or try again tomorrow."
)


def confirm(token: str, *, at: datetime) -> CandidateAccount:
    """Take an e-mail address as the person's own: they opened the link sent to it."""
    account = accounts.holder(Purpose.confirm_email, token, at=at)
    with atomic() as tx:
        done = tx.execute(
            update(CandidateAccount)
            .where(
                CandidateAccount.id == account.id,
                CandidateAccount.email == account.email,
                CandidateAccount.email_confirmed_at.is_(None),
            )
            .values(email_confirmed_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(tokens.WORTHLESS)
        _trace(AuditAction.account_email_confirmed, account, at=at)
    return account


def ask_confirmation(account: CandidateAccount, *, at: datetime) -> None:
    """Send the link that confirms the address again, a few times a day at most."""
    if account.email_confirmed_at is not None:
        raise Refused(_l("Your email address is confirmed already."), status=409)
    with atomic():
        if not notices.confirm_email(account, at=at):
            raise Refused(ENOUGH, status=429)


def ask_change(
    account: CandidateAccount,
    new: str,
    password: str,
    *,
    address: str,
    at: datetime,
) -> None:
    """Send the link that changes the address to the new one; nothing changes before.

    It takes the present password. Asking again for another address ends the first one.
    """
    email = accounts.address_of(new)
    if email == account.email:
        raise Refused(_l("This is your email address already."), field="email")
    accounts.require_password(
        account, password, field="password", address=address, at=at
    )
    with atomic():
        _set_new(account, email)
        if not notices.email_change(account, at=at):
            raise Refused(ENOUGH, status=429)
        _trace(AuditAction.account_changed, account, at=at, email="asked to change")


def send_again(account: CandidateAccount, *, at: datetime) -> None:
    """Send the link to the new address again, a few times a day at most."""
    if not account.new_email:
        return
    with atomic():
        if not notices.email_change(account, at=at):
            raise Refused(ENOUGH, status=429)


def cancel_change(account: CandidateAccount, *, at: datetime) -> None:
    """Leave the address as it is; links to the new one are worthless."""
    if not account.new_email:
        return
    with atomic():
        _set_new(account, "")
        _trace(AuditAction.account_changed, account, at=at, email="stays")


def change(token: str, *, at: datetime) -> CandidateAccount:
    """Make the new address the account's: its link was opened. The old one is told.

    Every sign-in ends, and so does every link that was mailed to the old address:
    somebody else may be reading it.
    """
    account = accounts.holder(Purpose.change_email, token, at=at)
    old, new = account.email, account.new_email
    with atomic() as tx:
        done = tx.execute(
            update(CandidateAccount)
            .where(
                CandidateAccount.id == account.id,
                CandidateAccount.email == old,
                CandidateAccount.new_email == new,
                CandidateAccount.new_email != "",
                CandidateAccount.password_hash == account.password_hash,
                CandidateAccount.ended_at.is_(None),
            )
            .values(email=new, new_email="", email_confirmed_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(tokens.WORTHLESS)
        signins.end_all(account, at=at)
        notices.email_changed(account, old, at=at)
        _trace(AuditAction.account_email_changed, account, at=at)
    db.session.refresh(account)
    return account


def _set_new(account: CandidateAccount, email: str) -> None:
    db.session.execute(
        update(CandidateAccount)
        .where(CandidateAccount.id == account.id, CandidateAccount.ended_at.is_(None))
        .values(new_email=email)
    )
    db.session.refresh(account)


def _trace(
    action: AuditAction, account: CandidateAccount, *, at: datetime, **detail: str
) -> None:
    audit.append(action, f"candidate:{account.reference}", by=account, at=at, **detail)
