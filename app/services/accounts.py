"""Candidates' accounts: opened with the Confirmation of Entry, kept with a password."""

from datetime import date, datetime
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, select, update

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import CandidateAccount, Entry
from app.services import (
    audit,
    identifiers,
    notices,
    passwords,
    proof,
    signins,
    throttle,
    tokens,
)
from app.services.throttle import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import TERMS_VERSION, AuditAction, Language


def register(
    id_number: str,
    secret: str,
    date_of_birth: date,
    email: str,
    password: str,
    language: Language,
    wants_updates: bool,
    *,
    address: str,
    at: datetime,
) -> CandidateAccount:
    """Open an account for the person who holds a Confirmation of Entry.

    Unknown, wrong, locked and already registered are refused with one sentence. The
    same form sent twice is answered as once.
    """
    number = identifiers.normalised_id_number(id_number)
    _require_good(password, number, secret)
    entry = proof.proved(number, secret, date_of_birth, address=address, at=at)
    if entry.account_id is not None:
        return _sent_twice(number, password, address=address, at=at)
    claim = proof.still_holds(entry, entry.secret)
    account = CandidateAccount(
        email=email.strip(),
        password_hash=passwords.hashed(password),
        language=language,
        wants_updates=wants_updates,
        terms_version=TERMS_VERSION,
        terms_accepted_at=at,
        created_at=at,
    )
    with atomic():
        throttle.give_back(Door.candidate_registration, number, address)
        _open(account, entry, claim, at=at)
    return account


def confirm_email(token: str, *, at: datetime) -> CandidateAccount:
    """Take an e-mail address as the person's own: they opened the link sent to it."""
    account = holder(Purpose.confirm_email, token, at=at)
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
    if account.email_confirmed_at is None:
        with atomic():
            notices.confirm_email(account, at=at)


def sign_in(
    id_number: str, password: str, *, address: str, at: datetime
) -> CandidateAccount:
    """Return the account that any of its ID Numbers names, if the password is right."""
    number = identifiers.normalised_id_number(id_number)
    account = signins.admit(
        Door.candidate_sign_in,
        number,
        password,
        lambda: _account_of(number),
        address=address,
        at=at,
    )
    assert isinstance(account, CandidateAccount)
    return account


def ask_new_password(id_number: str, *, address: str, at: datetime) -> None:
    """Send the link that sets a new password to the account's address, if there is one.

    The answer is the same when there is none. Raises TooManyTries.
    """
    number = identifiers.normalised_id_number(id_number)
    refusal = None
    with atomic():
        try:
            throttle.charge(Door.password_link, number, address, at=at)
        except TooManyTries as spent:
            # Raised outside the block: the charge stays.
            refusal = spent
        else:
            account = _account_of(number)
            if account is not None:
                notices.set_password(account, at=at)
    if refusal is not None:
        raise refusal


def holder(purpose: Purpose, token: str, *, at: datetime) -> CandidateAccount:
    """Return the account that a link acts for; NotFound when the link is worthless."""
    kind, key, state = tokens.read(purpose, token, at=at)
    account = None
    if kind == CandidateAccount.__name__:
        account = db.session.get(CandidateAccount, key, populate_existing=True)
    if account is not None and account.ended_at is not None:
        account = None
    tokens.require_unused(purpose, account, state)
    assert account is not None
    return account


def set_password(token: str, password: str, *, at: datetime) -> CandidateAccount:
    """Set a new password with a link from the mailbox; every sign-in ends.

    Opening the link shows that the address is the person's own, so it counts as
    confirmed. The link is worthless from then on.
    """
    account = holder(Purpose.set_password, token, at=at)
    _replace_password(account, password, at=at, confirmed=True)
    return account


def change_password(
    account: CandidateAccount,
    old: str,
    new: str,
    *,
    address: str,
    at: datetime,
) -> None:
    """Replace a password by somebody who knows it; every sign-in ends.

    The old one is as hard to guess here as at the sign-in page.
    """
    passwords.require_good(new)
    try:
        signins.admit(
            Door.candidate_sign_in,
            account.reference,
            old,
            lambda: account,
            address=address,
            at=at,
        )
    except Refused as wrong:
        if wrong.status != 401:
            raise
        raise Refused(
            _l("This is not your present password."), field="old_password"
        ) from None
    _replace_password(account, new, at=at, confirmed=False)


def update_preferences(
    account: CandidateAccount,
    *,
    language: Language,
    wants_updates: bool,
    at: datetime,
) -> None:
    """Set the language of e-mails, and whether the person wants news of the board."""
    if (account.language, account.wants_updates) == (language, wants_updates):
        return
    with atomic():
        account.language = language
        account.wants_updates = wants_updates
        _trace(
            AuditAction.account_changed,
            account,
            at=at,
            language=language.value,
            wants_updates=wants_updates,
        )


def _require_good(password: str, number: str, secret: str) -> None:
    passwords.require_good(password)
    typed = identifiers.normalised_id_number(password)
    if typed in (number, identifiers.normalised_id_number(secret)):
        raise Refused(
            _l(
                "Choose a password that is not printed on your Confirmation of Entry:"
                " the paper may be seen by others."
            ),
            field="password",
        )


def _open(
    account: CandidateAccount,
    entry: Entry,
    claim: tuple[ColumnElement[bool], ...],
    *,
    at: datetime,
) -> None:
    """Write a new account that takes its entry, if nobody was faster."""
    db.session.add(account)
    db.session.flush()
    claimed = db.session.execute(
        update(Entry).where(*claim).values(account_id=account.id, registered_at=at)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(proof.NO_MATCH)
    notices.confirm_email(account, at=at)
    notices.registered(account, entry, at=at)
    audit.append(
        AuditAction.account_registered,
        f"entry:{entry.reference}",
        by=account,
        at=at,
        terms=TERMS_VERSION,
    )


def _sent_twice(
    number: str, password: str, *, address: str, at: datetime
) -> CandidateAccount:
    """Let in who registered a moment ago with the same form; refuse everybody else."""
    try:
        return sign_in(number, password, address=address, at=at)
    except Refused as wrong:
        if wrong.status != 401:
            raise
        raise Refused(proof.NO_MATCH) from None


def _account_of(number: str) -> CandidateAccount | None:
    return db.session.scalar(_named_by_number(), {"number": number})


@cache
def _named_by_number() -> Select[CandidateAccount]:
    return (
        select(CandidateAccount)
        .join(Entry, Entry.account_id == CandidateAccount.id)
        .where(
            Entry.id_number == bindparam("number"), CandidateAccount.ended_at.is_(None)
        )
    )


def _replace_password(
    account: CandidateAccount, password: str, *, at: datetime, confirmed: bool
) -> None:
    before, stored = account.password_hash, passwords.hashed(password)
    first_proof = confirmed and account.email_confirmed_at is None
    with atomic() as tx:
        done = tx.execute(
            update(CandidateAccount)
            .where(
                CandidateAccount.id == account.id,
                CandidateAccount.password_hash == before,
            )
            .values(
                password_hash=stored,
                email_confirmed_at=at if first_proof else account.email_confirmed_at,
            )
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(tokens.WORTHLESS)
        signins.end_all(account, at=at)
        notices.password_changed(account, at=at)
        _trace(AuditAction.password_changed, account, at=at)


def _trace(
    action: AuditAction, account: CandidateAccount, *, at: datetime, **detail: object
) -> None:
    audit.append(action, f"candidate:{account.reference}", by=account, at=at, **detail)
