"""Websites and the e-mail domains that belong to them."""

import ipaddress
from enum import StrEnum
from urllib.parse import urlsplit

import idna
from flask_babel import lazy_gettext as _l

from app.errors import Refused

# Providers where everybody gets an address: it says nothing about who they work for.
# fmt: off
FREE_MAIL = frozenset(
    (
        "126.com", "163.com", "alice.it", "aol.com", "free.fr", "gmail.com",
        "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
        "hotmail.co.uk", "hotmail.com", "hotmail.es", "hotmail.fr", "hotmail.it",
        "icloud.com", "inwind.it", "laposte.net", "libero.it", "live.com",
        "live.it", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com",
        "orange.fr", "outlook.com", "outlook.de", "outlook.es", "outlook.fr",
        "outlook.it", "pm.me", "proton.me", "protonmail.com", "qq.com",
        "rambler.ru", "rediffmail.com", "sina.com", "t-online.de", "tin.it",
        "tiscali.it", "tutanota.com", "virgilio.it", "wanadoo.fr", "web.de",
        "wp.pl", "yahoo.co.in", "yahoo.co.uk", "yahoo.com", "yahoo.de",
        "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "zoho.com",
    )
)
# Second labels under which countries give out domains: co.uk is nobody's own.
_SHARED_LABELS = frozenset(
    (
        "ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "gv", "mil", "ne",
        "net", "nhs", "or", "org", "sch",
    )
)
# fmt: on
_INNER = (".local", ".internal", ".lan", ".home", ".localhost", ".test", ".invalid")
LONGEST = 200


def website(typed: str) -> str:
    """Return a website as https://host/path; refuse what is no public website.

    The scheme may be left out. Names of other scripts come back in their ASCII form,
    so that a look-alike shows.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = _host(parts.hostname or "")
        plain = parts.scheme in ("http", "https") and parts.port in (None, 80, 443)
    except (ValueError, UnicodeError):
        raise _no_website() from None
    if not plain or "@" in parts.netloc or any(ord(c) <= 32 for c in text):
        raise _no_website()
    found = f"https://{host}{parts.path.rstrip('/')}"
    if len(found) > LONGEST:
        raise _no_website()
    return found


class Lies(StrEnum):
    """Where an e-mail address lies, seen from an organisation's website."""

    under = "under"
    elsewhere = "elsewhere"
    # At a provider where everybody gets an address.
    free_mail = "free_mail"


def where(email: str, site: str) -> Lies:
    """Return where an e-mail address lies, for whoever decides about its owner."""
    if is_free_mail(email):
        return Lies.free_mail
    return Lies.under if belongs(email, site) else Lies.elsewhere


def is_free_mail(email: str) -> bool:
    """Tell whether an address is at a provider where anybody gets one."""
    return email.rpartition("@")[2].casefold() in FREE_MAIL


def belongs(email: str, site: str) -> bool:
    """Tell whether an e-mail address lies at a website's domain, or under it."""
    domain = email.rpartition("@")[2].casefold()
    own = (urlsplit(site).hostname or "").removeprefix("www.")
    if is_free_mail(email) or _is_shared(own):
        return False
    return domain == own or domain.endswith(f".{own}")


def _is_shared(domain: str) -> bool:
    labels = domain.split(".")
    if len(labels) < 2:
        return True
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SHARED_LABELS


def _host(typed: str) -> str:
    # The dot at the end may be one of another script.
    host = idna.encode(typed.rstrip("."), uts46=True).decode().lower().rstrip(".")
    if "." not in host or host.endswith(_INNER) or host.split(".")[-1].isdigit():
        raise ValueError(host)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    raise ValueError(host)


def _no_website() -> Refused:
    return Refused(
        _l("Enter the address of your website, such as https://www.example.org."),
        field="website",
    )
