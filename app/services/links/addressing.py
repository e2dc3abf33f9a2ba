"""The address of a link to a result: half of it is in the table, half is signed.

Whoever reads the table, or a backup of it, cannot put an address together.
"""

import hashlib
import hmac
import io
from base64 import urlsafe_b64encode

import segno
from flask import current_app

from app.models import ShareLink

# Bound to this purpose: what is signed here is worth nothing anywhere else.
PURPOSE = b"esito: the address of a link to a result"
# 128 bits, as long as the reference itself.
BYTES = 16
LONGEST = 100


def of(link: ShareLink) -> str:
    """Return the whole address, on the host that people know."""
    return f"{current_app.config['ESITO_BASE_URL']}/verify/{token(link)}"


def token(link: ShareLink) -> str:
    """Return the part of the address that opens the link."""
    return f"{link.reference}.{_signature(link.reference)}"


def plain(typed: str) -> str:
    """Return what stands where the token should, without what is in none of ours."""
    return typed[:LONGEST].encode("ascii", "replace").decode()


def reference_in(token: str) -> str:
    """Return the reference in a token that we made, or nothing at all."""
    reference, _, signature = plain(token).partition(".")
    given, genuine = signature.encode(), _signature(reference).encode()
    return reference if hmac.compare_digest(given, genuine) else ""


def drawn(link: ShareLink, kind: str) -> bytes:
    """Return the address as a QR code, an "svg" or a "png", with its quiet margin."""
    picture, ground = io.BytesIO(), {"dark": "#0a3038", "light": "#ffffff"}
    code = segno.make(of(link), error="m", micro=False)
    code.save(picture, kind=kind, scale=8, border=4, **ground)
    return picture.getvalue()


def _signature(reference: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    key = hmac.digest(secret, PURPOSE, hashlib.sha256)
    signed = hmac.digest(key, reference.encode(), hashlib.sha256)
    return urlsafe_b64encode(signed[:BYTES]).rstrip(b"=").decode()
