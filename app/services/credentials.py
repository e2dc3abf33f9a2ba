"""Secret Numbers: kept so that a stolen database does not tell them.

Each is encrypted together with its ID Number under a key derived from the service's
secret key, which is not in the database; the centre can print it again. See
docs/decisions/0004-secret-numbers.md.
"""

import base64
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.models import Entry


class Unreadable(Refused):
    """A Secret Number was sealed with another key, or for another entry."""

    status = 503


UNREADABLE = _l(
    "We cannot check this Secret Number at the moment. Please ask your exam centre."
)


def new_secret() -> str:
    """Return a random Secret Number of as many digits as the board has set."""
    digits: int = current_app.config["ESITO_SECRET_NUMBER_DIGITS"]
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def sealed(id_number: str, secret: str) -> str:
    """Return the Secret Number encrypted, bound to the ID Number it was issued with."""
    return _cipher().encrypt(f"{id_number}:{secret}".encode()).decode()


def printed(entry: Entry) -> str:
    """Return the Secret Number of an entry in the clear, to print for its centre."""
    if entry.id_number is None or entry.secret is None:
        raise ValueError("no Secret Number has been issued for this entry")
    try:
        content = _cipher().decrypt(entry.secret.encode()).decode()
    except InvalidToken:
        raise Unreadable(UNREADABLE) from None
    number, _, secret = content.partition(":")
    if number != entry.id_number:
        raise Unreadable(UNREADABLE)
    return secret


def is_secret_of(entry: Entry, typed: str) -> bool:
    """Compare in constant time; spaces and dashes that people type do not count."""
    digits = "".join(c for c in typed if c not in " -\u2013\u00a0")
    return hmac.compare_digest(printed(entry).encode(), digits.encode())


def _cipher() -> Fernet:
    cached = current_app.extensions.get("esito-secret-cipher")
    if cached is None:
        key = derived_key("secret numbers")
        cached = Fernet(base64.urlsafe_b64encode(key))
        current_app.extensions["esito-secret-cipher"] = cached
    return cached  # type: ignore[no-any-return]


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose, so that no two purposes share a key."""
    derivation = HKDF(SHA256(), length=32, salt=None, info=f"esito {purpose}".encode())
    return derivation.derive(current_app.config["SECRET_KEY"].encode())
