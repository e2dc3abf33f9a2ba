"""Every setting, read from the environment; a malformed value is refused by name.

The names carry the prefix `ESITO_`. `docs/configuration.md` explains each to the people
who run the service; a test keeps that page and this module in step.
"""

import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from click import ClickException
from sqlalchemy import make_url

ROOT = Path(__file__).resolve().parent


class BadSetting(ClickException, ValueError):
    """A setting is missing or malformed; the message says which and what it takes.

    A command that meets it prints the sentence and exits with status 1.
    """


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the configuration of one application from its environment."""
    env = _one_of(environ, "ESITO_ENV", ("production", "demo", "testing"), "production")
    data_dir = Path(environ.get("ESITO_DATA_DIR") or ROOT / "instance").resolve()
    base_url = _base_url(environ)
    return {
        # What kind of people the service holds; production takes no short cuts.
        "ESITO_ENV": env,
        # Where the embedded database, photos, downloads and demonstration mail lie.
        "ESITO_DATA_DIR": data_dir,
        # The address people see; links in e-mails and documents come from it alone.
        "ESITO_BASE_URL": base_url,
        # The examination board that publishes the results.
        "ESITO_BOARD_NAME": environ.get("ESITO_BOARD_NAME") or "Esito Language Board",
        # The zone in which instants are shown and typed.
        "ESITO_TIMEZONE": _zone(environ),
        # How long a new Secret Number is; 4 digits are what printed instructions know.
        "ESITO_SECRET_NUMBER_DIGITS": _whole(
            environ, "ESITO_SECRET_NUMBER_DIGITS", 8, 4, 16
        ),
        # How many proxies in front of the service may say who the visitor is.
        "ESITO_TRUSTED_PROXIES": _whole(environ, "ESITO_TRUSTED_PROXIES", 0, 0, 5),
        # Which pages this process serves.
        "ESITO_SURFACE": _one_of(
            environ, "ESITO_SURFACE", ("all", "public", "office"), "all"
        ),
        # Where photos and downloads lie: a folder or any address that fsspec knows.
        "ESITO_STORAGE_URL": environ.get("ESITO_STORAGE_URL")
        or (data_dir / "storage").as_uri(),
        # Whose public holidays do not count as working days: COUNTRY or COUNTRY-REGION.
        "ESITO_HOLIDAYS": _holidays(environ),
        # How many days the files that organisations asked for are kept.
        "ESITO_DOWNLOAD_DAYS": _whole(environ, "ESITO_DOWNLOAD_DAYS", 30, 1, 365),
        # Whether candidates under 18 may show their result to whoever holds a link.
        "ESITO_LINKS_FOR_MINORS": _one_of(
            environ, "ESITO_LINKS_FOR_MINORS", ("on", "off"), "off"
        )
        == "on",
        # Whether whoever uses the back office needs an authenticator app.
        "ESITO_STAFF_SECOND_FACTOR": _one_of(
            environ,
            "ESITO_STAFF_SECOND_FACTOR",
            ("on", "off"),
            "on" if env == "production" else "off",
        )
        == "on",
        **_mail(environ, env),
        **_flask(environ, env, data_dir, base_url),
    }


def _flask(
    environ: Mapping[str, str], env: str, data_dir: Path, base_url: str
) -> dict[str, Any]:
    url = environ.get("ESITO_DATABASE_URL") or f"sqlite:///{data_dir / 'esito.sqlite'}"
    secure = base_url.startswith("https://")
    return {
        "TESTING": env == "testing",
        "SECRET_KEY": _secret_key(environ, env, data_dir),
        "SQLALCHEMY_DATABASE_URI": _database_url(url),
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(url),
        # The __Host- prefix binds the cookie to this host and to https.
        "SESSION_COOKIE_NAME": "__Host-esito" if secure else "esito",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A cookie goes out when something in it changes, never with a file that may
        # be kept; a sign-in ends after twelve hours anyway.
        "SESSION_REFRESH_EACH_REQUEST": False,
        # A sign-in also ends on the server; see services/sessions.py.
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        # Imports of 100,000 rows fit; anything larger goes through the command.
        "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        # A form left open for the length of a sign-in still works.
        "WTF_CSRF_TIME_LIMIT": None,
        # Links never come from the Host header; other hosts are answered 400.
        "TRUSTED_HOSTS": [urlsplit(base_url).hostname, "127.0.0.1", "localhost"],
        "LANGUAGES": {
            "en": {"flag": "gb", "name": "English"},
            "it": {"flag": "it", "name": "Italiano"},
        },
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_DEFAULT_TIMEZONE": str(_zone(environ)),
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "app" / "translations"),
        "BOOTSTRAP_SERVE_LOCAL": True,
        **FLASK_APPBUILDER,
        "FAB_SAFE_REDIRECT_HOSTS": [urlsplit(base_url).netloc],
    }


# Flask-AppBuilder: tables come from migrations, permissions from `flask sync-roles`;
# what the back office does not use is off.
FLASK_APPBUILDER: dict[str, Any] = {
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    "FAB_ADD_MENU_API": False,
    "FAB_ADD_OPENAPI_VIEWS": False,
    "FAB_API_SWAGGER_UI": False,
    "FAB_ADD_SECURITY_API": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
    "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
    "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
    "FAB_OPENAPI_SERVERS": [],
    "AUTH_TYPE": 1,
    "AUTH_ROLE_ADMIN": "Admin",
    "AUTH_ROLE_PUBLIC": "Public",
    # The limiter of services/throttle.py guards every door, this one included.
    "AUTH_RATE_LIMITED": False,
    "RATELIMIT_ENABLED": False,
}


def _secret_key(environ: Mapping[str, str], env: str, data_dir: Path) -> str:
    key = environ.get("ESITO_SECRET_KEY", "")
    key_file = environ.get("ESITO_SECRET_KEY_FILE")
    if not key and key_file:
        try:
            key = Path(key_file).read_text().strip()
        except OSError as problem:
            raise BadSetting(
                f"ESITO_SECRET_KEY_FILE cannot be read: {problem.strerror}"
            ) from problem
    if not key and env == "demo":
        key = _kept_key(data_dir / "demo-secret-key")
    if not key and env == "testing":
        key = "only for tests, where it protects nobody"
    if len(key) < 32:
        raise BadSetting(
            "ESITO_SECRET_KEY (or ESITO_SECRET_KEY_FILE) must hold at least 32 random"
            " characters: it protects sessions, links and Secret Numbers"
        )
    return key


def _kept_key(path: Path) -> str:
    """Return the demonstration's own key, made at its first start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _database_url(url: str) -> str:
    """Name the PostgreSQL driver: a bare scheme means another one in other versions."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "ESITO_DATABASE_URL takes sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    try:
        make_url(url)
    except ValueError as problem:
        raise BadSetting("ESITO_DATABASE_URL: the port is not a number") from problem
    return url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {}
    timeouts = (
        "-c statement_timeout=60000 -c lock_timeout=10000"
        " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    )
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 5,
        "pool_timeout": 5,
        "connect_args": {"options": timeouts},
    }


def _mail(environ: Mapping[str, str], env: str) -> dict[str, Any]:
    url = environ.get("ESITO_MAIL_URL", "")
    if not url and env == "production":
        raise BadSetting("ESITO_MAIL_URL takes smtp://USER:PASSWORD@HOST:PORT")
    try:
        parts = urlsplit(url)
        port = parts.port or (465 if parts.scheme == "smtps" else 25)
    except ValueError as problem:
        raise BadSetting("ESITO_MAIL_URL: host or port cannot be one") from problem
    if url and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise BadSetting(
            "ESITO_MAIL_URL takes smtp://USER:PASSWORD@HOST:PORT, or smtps://"
        )
    return {
        # Without a mail server the demonstration keeps its messages in the data folder.
        "ESITO_MAIL_TO_FOLDER": not url,
        "MAIL_SERVER": parts.hostname or "localhost",
        "MAIL_PORT": port,
        "MAIL_USE_SSL": parts.scheme == "smtps",
        "MAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
        "MAIL_DEFAULT_SENDER": _mail_from(environ),
        "MAIL_SUPPRESS_SEND": False,
    }


def _mail_from(environ: Mapping[str, str]) -> str:
    sender = environ.get("ESITO_MAIL_FROM") or "results@localhost"
    name, _, host = parseaddr(sender)[1].rpartition("@")
    if not name or not host or not sender.isprintable():
        raise BadSetting("ESITO_MAIL_FROM takes an e-mail address, name@example.org")
    return sender


def _base_url(environ: Mapping[str, str]) -> str:
    url = (environ.get("ESITO_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
    # A host and a port, nothing before and nothing after them. An IPv6 address is no
    # host here: Werkzeug trusts none, and would answer each request for it with 400.
    if not re.fullmatch(r"https?://[^][@/?#:\s]+(:\d{1,5})?", url):
        raise BadSetting(
            "ESITO_BASE_URL takes https://HOST, without a path; an IPv6 address needs"
            " a name"
        )
    return url


def _zone(environ: Mapping[str, str]) -> ZoneInfo:
    name = environ.get("ESITO_TIMEZONE") or "Europe/Rome"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise BadSetting(
            f"ESITO_TIMEZONE: {name!r} is not a zone such as Europe/Rome"
        ) from problem


def _holidays(environ: Mapping[str, str]) -> str:
    place = environ.get("ESITO_HOLIDAYS") or "GB-ENG"
    country, _, region = place.partition("-")
    try:
        holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError as problem:
        raise BadSetting(f"ESITO_HOLIDAYS: {place!r} is not known") from problem
    return place


def _whole(
    environ: Mapping[str, str], name: str, default: int, low: int, high: int
) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"{name} takes a whole number from {low} to {high}")
    return int(text)


def _one_of(
    environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str
) -> str:
    value = environ.get(name) or default
    if value not in allowed:
        raise BadSetting(f"{name} takes one of: {', '.join(allowed)}")
    return value


def refuse_unsafe(settings: Mapping[str, Any], *, debug: bool) -> None:
    """Stop production from starting with a switch that belongs to development."""
    if settings["ESITO_ENV"] != "production":
        return
    if debug:
        raise BadSetting("production does not start in debug mode: unset FLASK_DEBUG")
    if settings.get("TESTING"):
        raise BadSetting("production does not start with TESTING switched on")
