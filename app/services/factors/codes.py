"""What a second factor is made of: a secret, its codes, and codes for an emergency."""

import base64
import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.errors import Refused
from app.extensions import db
from app.models import CandidateAccount, Entry, SecondFactor
from app.services import audit
from app.services.credentials import derived_key
from app.services.signins import Person

# What every app does unless told otherwise (RFC 6238): six digits each half minute.
SECONDS, DIGITS = 30, 6
# A clock half a minute off, and somebody who types slowly.
DRIFT = 1
# One for each bad day of some years; on paper they fit beneath one another.
RECOVERY_CODES = 10
# Without those that look alike; ten of them are 48 bits, which nobody guesses.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUP, GROUPS = 5, 2

UNREADABLE = _l(
    "We cannot check codes at the moment. Please write to those who run this service."
)


@dataclass(frozen=True)
class SecretShown:
    """A new secret: as a picture to scan, and in groups to type."""

    picture: str
    groups: list[str]


# --- The app --------------------------------------------------------------------------


def new_secret() -> str:
    """Return a random secret of 160 bits, as apps take it."""
    return pyotp.random_base32()


def sealed(person: Person, secret: str) -> str:
    """Return the secret encrypted, bound to the person it was made for."""
    content = f"{audit.actor_name(person)} {secret}"
    return _cipher().encrypt(content.encode()).decode()


def opened(person: Person, factor: SecondFactor) -> str:
    """Return the secret in the clear; refuse one of another person, or another key."""
    try:
        content = _cipher().decrypt(factor.secret.encode()).decode()
    except InvalidToken:
        raise Refused(UNREADABLE, status=503) from None
    whose, _, secret = content.partition(" ")
    if whose != audit.actor_name(person):
        raise Refused(UNREADABLE, status=503)
    return secret


def shown(person: Person, secret: str) -> SecretShown:
    """Return a secret as people give it to their app."""
    board = current_app.config["ESITO_BOARD_NAME"]
    app = pyotp.TOTP(secret, name=_label(person), issuer=board)
    picture = io.BytesIO()
    # With its quiet margin; dark on white, whatever the reader's scheme.
    segno.make(app.provisioning_uri(), error="m", micro=False).save(
        picture, kind="svg", scale=5, border=4, dark="#0a3038", light="#ffffff"
    )
    encoded = base64.b64encode(picture.getvalue()).decode()
    groups = [secret[n : n + 4] for n in range(0, len(secret), 4)]
    return SecretShown(f"data:image/svg+xml;base64,{encoded}", groups)


def is_of_app(typed: str) -> bool:
    """Tell whether something looks like a code of the app, not like a recovery code."""
    plain = _plain(typed)
    return len(plain) == DIGITS and plain.isdecimal()


def step(secret: str, typed: str, *, at: datetime, after: int) -> int | None:
    """Return the half minute after `after` that a code is of; None if it is of none."""
    plain, now = _plain(typed).encode(), int(at.timestamp()) // SECONDS
    app = pyotp.TOTP(secret)
    for one in range(now - DRIFT, now + DRIFT + 1):
        same = hmac.compare_digest(app.generate_otp(one).encode(), plain)
        if same and one > after:
            return one
    return None


# --- An emergency ---------------------------------------------------------------------


def new_recovery_codes() -> list[str]:
    """Return ten random codes, as they are printed."""
    return [
        "-".join(
            "".join(secrets.choice(LETTERS) for _ in range(GROUP))
            for _ in range(GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]


def hashed(factor_id: int, typed: str) -> str:
    """Return what is kept of a recovery code; case, spaces and dashes do not count."""
    text = f"{factor_id} {_plain(typed)}".encode()
    return hmac.new(derived_key("recovery codes"), text, hashlib.sha256).hexdigest()


def _plain(typed: str) -> str:
    return "".join(c for c in typed if c.isascii() and c.isalnum()).lower()


def _label(person: Person) -> str:
    """Return what the app calls the account: siblings may share an address."""
    if not isinstance(person, CandidateAccount):
        return person.email
    number = (
        select(Entry.id_number)
        .where(Entry.account_id == person.id)
        .order_by(Entry.id.desc())
    )
    return db.session.scalars(number).first() or person.email


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("second factors")))
