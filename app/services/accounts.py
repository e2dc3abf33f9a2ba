"""Candidates' accounts: how their owners get in, and what they set for themselves."""

from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select, update

from app.errors import Conflict, NotFound, TooManyTries
from app.extensions import db
from app.models import CandidateAccount, Entry
from app.services import (
    audit,
    identifiers,
    notices,
    passwords,
    signins,
    throttle,
    tokens,
)
from app.services.doors import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, Language

# Siblings on one e-mail address whose passwords are compared when it is typed; each is
# a hash. A larger family's others sign in with their ID Number.
SIBLINGS = 3
# Accounts on one address that a forgotten password is mailed for.
MAILED = 10

BOTH = _l(
    "More than one account has this email address and this password. Log in with your"
    " ID Number, please."
)


def address_of(typed: str) -> str:
    """Return an e-mail address as accounts keep it: no blanks, small letters."""
    return typed.strip().lower()


def sign_in(
    typed: str, password: str, *, address: str, at: datetime, browser: str = ""
) -> CandidateAccount:
    """Return the account that its ID Numbers or its e-mail address name.

    The address counts once it is confirmed. Siblings who share it are told apart by
    their passwords; when those are the same too, by the ID Number alone.
    """
    people = signins.admit_all(
        Door.candidate_sign_in,
        _name(typed),
        password,
        lambda: _named(typed, SIBLINGS),
        most=SIBLINGS if "@" in typed else 1,
        address=address,
        at=at,
        browser=browser,
    )
    if len(people) > 1:
        raise Conflict(BOTH, field="id_number")
    account = people[0]
    assert isinstance(account, CandidateAccount)
    return account


def ask_sign_in_link(typed: str, *, address: str, at: datetime) -> None:
    """Send the link that signs in without a password, while others spend its tries.

    The answer is the same when there is no such account. Raises TooManyTries.
    """
    _ask(Door.sign_in_link, typed, notices.sign_in_link, address=address, at=at)


def sign_in_by_link(token: str, *, at: datetime) -> CandidateAccount:
    """Return the account whose mailed link this is; every link like it has ended.

    It shows that the address is the person's own, so it counts as confirmed.
    """
    account = holder(Purpose.sign_in, token, at=at)
    used = {"sign_in_links": account.sign_in_links + 1}
    with atomic():
        _change(account, at=at, confirmed=True, **used)
        _trace(AuditAction.sign_in_link_used, account, at=at)
    db.session.refresh(account)
    return account


def ask_new_password(typed: str, *, address: str, at: datetime) -> None:
    """Send the link that sets a new password to the address of each account of a name.

    The answer is the same when there is none. Raises TooManyTries.
    """
    _ask(Door.password_link, typed, notices.set_password, address=address, at=at)


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
    account: CandidateAccount, old: str, new: str, *, address: str, at: datetime
) -> None:
    """Replace a password by somebody who knows it; every sign-in ends."""
    passwords.require_good(new, own(account))
    require_password(account, old, field="old_password", address=address, at=at)
    _replace_password(account, new, at=at, confirmed=False)


def require_password(
    account: CandidateAccount, typed: str, *, field: str, address: str, at: datetime
) -> None:
    """Refuse whoever sits at a browser left open and does not know the password.

    It is as hard to guess here as at the sign-in page.
    """
    signins.require_password(account, typed, field=field, address=address, at=at)


def update_preferences(
    account: CandidateAccount,
    *,
    language: Language,
    wants_updates: bool,
    wants_read_notices: bool | None = None,
    at: datetime,
) -> None:
    """Set the language of e-mails, news of the board, and notices of the first reading.

    `wants_read_notices` left out stays as it is.
    """
    wanted: dict[str, Any] = {"language": language, "wants_updates": wants_updates}
    if wants_read_notices is not None:
        wanted["wants_read_notices"] = wants_read_notices
    changed = {
        name: value for name, value in wanted.items() if getattr(account, name) != value
    }
    if not changed:
        return
    with atomic():
        for name, value in changed.items():
            setattr(account, name, value)
        detail = {**changed, "language": language.value}
        _trace(AuditAction.account_changed, account, at=at, **detail)


def own(account: CandidateAccount) -> list[str]:
    """Return what others know of an account's owner, and no password may be."""
    known = [account.email]
    rows = select(Entry).where(Entry.account_id == account.id)
    for entry in db.session.scalars(rows):
        known += [entry.name, *born(entry)]
    return known


def born(entry: Entry) -> list[str]:
    """Return a date of birth as people type it."""
    return [f"{entry.date_of_birth:{form}}" for form in ("%d%m%Y", "%Y%m%d", "%d%m%y")]


def _ask(door: Door, typed: str, send: Any, *, address: str, at: datetime) -> None:
    refusal = None
    with atomic():
        try:
            throttle.charge(door, _name(typed), address, at=at)
        except TooManyTries as spent:
            # Raised outside the block: what was charged stays.
            refusal = spent
        else:
            for account in _named(typed, MAILED):
                send(account, at=at)
    if refusal is not None:
        raise refusal


def _name(typed: str) -> str:
    """Return what the limiter counts under, whoever it names, if anybody."""
    if "@" in typed:
        return address_of(typed)
    return identifiers.normalised_id_number(typed)


def _named(typed: str, most: int) -> list[CandidateAccount]:
    """Return the accounts of an ID Number or a confirmed address, newest first."""
    if "@" in typed:
        values = {"email": address_of(typed), "most": most}
        return list(db.session.scalars(_named_by_address(), values))
    number = identifiers.normalised_id_number(typed)
    return list(db.session.scalars(_named_by_number(), {"number": number}))


@cache
def _named_by_number() -> Select[CandidateAccount]:
    return (
        select(CandidateAccount)
        .join(Entry, Entry.account_id == CandidateAccount.id)
        .where(
            Entry.id_number == bindparam("number"), CandidateAccount.ended_at.is_(None)
        )
    )


@cache
def _named_by_address() -> Select[CandidateAccount]:
    return (
        select(CandidateAccount)
        .where(
            CandidateAccount.email == bindparam("email"),
            CandidateAccount.email_confirmed_at.is_not(None),
            CandidateAccount.ended_at.is_(None),
        )
        .order_by(CandidateAccount.id.desc())
        .limit(bindparam("most"))
    )


def _replace_password(
    account: CandidateAccount, password: str, *, at: datetime, confirmed: bool
) -> None:
    stored = passwords.hashed(password, own(account))
    with atomic():
        _change(account, at=at, confirmed=confirmed, password_hash=stored)
        signins.end_all(account, at=at)
        notices.password_changed(account, at=at)
        _trace(AuditAction.password_changed, account, at=at)


def _change(
    account: CandidateAccount, *, at: datetime, confirmed: bool, **values: Any
) -> None:
    """Change an account that is still what it was when its link was looked at."""
    if confirmed and account.email_confirmed_at is None:
        values["email_confirmed_at"] = at
    done = db.session.execute(
        update(CandidateAccount)
        .where(
            CandidateAccount.id == account.id,
            CandidateAccount.email == account.email,
            CandidateAccount.password_hash == account.password_hash,
            CandidateAccount.sign_in_links == account.sign_in_links,
            CandidateAccount.ended_at.is_(None),
        )
        .values(**values)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound(tokens.WORTHLESS)


def _trace(
    action: AuditAction, account: CandidateAccount, *, at: datetime, **detail: object
) -> None:
    audit.append(action, f"candidate:{account.reference}", by=account, at=at, **detail)
