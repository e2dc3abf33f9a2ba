"""Registering with the Confirmation of Entry: a new account, or one exam more."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, select, update

from app.errors import Refused
from app.extensions import db
from app.models import CandidateAccount, Entry
from app.services import (
    accounts,
    audit,
    identifiers,
    notices,
    passwords,
    proof,
    throttle,
)
from app.services.doors import Door
from app.transactions import atomic
from app.values import TERMS_VERSION, AuditAction, Language

SOMEBODY_ELSE = _l(
    "This exam is another person's: its date of birth is not the one in your account."
    " Brothers and sisters have an account each, and may use the same email address:"
    " log out and register this exam on its own. If the date on your Confirmation of"
    " Entry is wrong, ask your centre."
)


@dataclass(frozen=True)
class Paper:
    """What somebody typed from a Confirmation of Entry."""

    id_number: str
    secret: str
    date_of_birth: date


def register(
    paper: Paper,
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
    number = identifiers.normalised_id_number(paper.id_number)
    _require_good(password, number, paper.secret, email)
    entry = proof.proved(
        number, paper.secret, paper.date_of_birth, address=address, at=at
    )
    if entry.account_id is not None:
        return _sent_twice(number, password, address=address, at=at)
    claim = proof.still_holds(entry, entry.secret)
    throttle.give_back(Door.candidate_registration, number, address)
    account = CandidateAccount(
        email=accounts.address_of(email),
        password_hash=passwords.hashed(password, [entry.name, *accounts.born(entry)]),
        language=language,
        wants_updates=wants_updates,
        terms_version=TERMS_VERSION,
        terms_accepted_at=at,
        created_at=at,
    )
    with atomic():
        _open(account, entry, claim, at=at)
    return account


def add_exam(
    account: CandidateAccount, paper: Paper, *, address: str, at: datetime
) -> Entry:
    """Add an exam of the same person to their account, with its Confirmation of Entry.

    Refused when it belongs to somebody with another date of birth.
    """
    number = identifiers.normalised_id_number(paper.id_number)
    entry = proof.proved(
        number, paper.secret, paper.date_of_birth, address=address, at=at
    )
    if entry.account_id not in (None, account.id):
        raise Refused(proof.NO_MATCH)
    claim = proof.still_holds(entry, entry.secret)
    throttle.give_back(Door.candidate_registration, number, address)
    if entry.account_id == account.id:
        raise Refused(_l("This exam is in your account already."), field="id_number")
    _require_same_person(account, entry)
    with atomic():
        _claim(entry, account, claim, at=at)
        notices.registered(account, entry, at=at)
        subject = f"entry:{entry.reference}"
        audit.append(AuditAction.account_exam_added, subject, by=account, at=at)
    return entry


def _require_good(password: str, number: str, secret: str, email: str) -> None:
    """Refuse a poor password before anything is looked up: for all details alike."""
    passwords.require_good(password, [email])
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
    db.session.add(account)
    db.session.flush()
    _claim(entry, account, claim, at=at)
    notices.confirm_email(account, at=at)
    notices.registered(account, entry, at=at)
    audit.append(
        AuditAction.account_registered,
        f"entry:{entry.reference}",
        by=account,
        at=at,
        terms=TERMS_VERSION,
    )


def _require_same_person(account: CandidateAccount, entry: Entry) -> None:
    mine = select(Entry.date_of_birth).where(Entry.account_id == account.id)
    dates = set(db.session.scalars(mine))
    if dates and dates != {entry.date_of_birth}:
        raise Refused(SOMEBODY_ELSE, field="date_of_birth")


def _claim(
    entry: Entry,
    account: CandidateAccount,
    claim: tuple[ColumnElement[bool], ...],
    *,
    at: datetime,
) -> None:
    """Let an account take an entry, if nobody was faster and it has not ended."""
    mine = CandidateAccount.id == account.id
    # Locked before the entry, in the order in which an account ends.
    db.session.execute(select(CandidateAccount.id).where(mine).with_for_update())
    lives = exists().where(mine, CandidateAccount.ended_at.is_(None))
    claimed = db.session.execute(
        update(Entry)
        .where(*claim, lives)
        .values(account_id=account.id, registered_at=at)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(proof.NO_MATCH)


def _sent_twice(
    number: str, password: str, *, address: str, at: datetime
) -> CandidateAccount:
    """Let in who registered a moment ago with the same form; refuse everybody else."""
    try:
        return accounts.sign_in(number, password, address=address, at=at)
    except Refused as wrong:
        if wrong.status != 401:
            raise
        raise Refused(proof.NO_MATCH) from None
