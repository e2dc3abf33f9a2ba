"""Is the service well? Each check returns what it found, or refuses with what is wrong.

The words are for whoever runs the service, in English as the commands are.
"""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.errors import Refused
from app.extensions import db
from app.models import Entry, Installation, Mail
from app.services import credentials, mailserver, storage
from app.values import MailState

# A clock that is further off publishes results at the wrong instant.
CLOCK = timedelta(seconds=2)
# The job process looks every two seconds; after so long it does not run.
WAITING = timedelta(minutes=10)

Check = Callable[[datetime], str]


def checks() -> dict[str, Check]:
    """Return every check by its name, in the order in which they help."""
    return {
        "settings": lambda _at: settings(),
        "database": lambda _at: schema(),
        "installation": lambda _at: installation_kind(),
        "secret key": lambda _at: secret_key(),
        "mail": lambda _at: mail(),
        "storage": lambda _at: storage.check(),
        "clock": lambda at: clock(at),
        "jobs": lambda at: jobs(at),
    }


def settings() -> str:
    """Refuse settings with which people would not be safe, or not reach the service."""
    env, url = current_app.config["ESITO_ENV"], current_app.config["ESITO_BASE_URL"]
    if env == "production" and not url.startswith("https://"):
        raise Refused(f"ESITO_BASE_URL is {url}: production needs https://")
    return f"{env}, {url}"


def schema() -> str:
    """Refuse a database that does not answer, or that lacks a migration."""
    folder = current_app.extensions["migrate"].directory
    heads = set(ScriptDirectory(folder).get_heads())
    try:
        connection = db.session.connection()
        have = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError as problem:
        reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        raise Refused(f"the database does not answer: {reason}") from problem
    if have != heads:
        at = ", ".join(sorted(have)) or "nothing"
        raise Refused(
            f"the database is at {at}, the program at {', '.join(sorted(heads))}:"
            " run `flask db upgrade && flask sync-roles`"
        )
    return f"{db.engine.dialect.name}, migration {', '.join(sorted(have))}"


def installation_kind() -> str:
    """Refuse a database that does not know yet what kind of people it holds."""
    kind = db.session.scalar(select(Installation.kind))
    if kind is None:
        raise Refused("roles are not set up: run `flask sync-roles`")
    return f"{kind} people"


def secret_key() -> str:
    """Refuse a secret key that does not open the Secret Numbers of this database."""
    entry = db.session.scalar(
        select(Entry)
        .where(Entry.secret.is_not(None))
        .order_by(Entry.id.desc())
        .limit(1)
    )
    if entry is None:
        return "no Secret Number has been issued yet"
    try:
        credentials.printed(entry)
    except credentials.Unreadable:
        raise Refused(
            "it does not open the Secret Numbers of this database: was the database"
            " restored without its ESITO_SECRET_KEY?"
        ) from None
    return "opens the Secret Numbers"


def mail() -> str:
    """Refuse a mail server that does not answer, or does not let us in."""
    if current_app.config["ESITO_MAIL_TO_FOLDER"]:
        return f"kept in {Path(current_app.config['ESITO_DATA_DIR']) / 'mail'}"
    server = current_app.extensions["mail"]
    address = f"{server.server}:{server.port}"
    try:
        with mailserver.connection() as connection:
            if connection.host is not None:
                connection.host.noop()
    except (OSError, smtplib.SMTPException) as problem:
        raise Refused(f"{address}: {problem}") from problem
    return f"{address} answers"


def clock(at: datetime) -> str:
    """Refuse a clock of this machine that differs from the database's."""
    if db.engine.dialect.name == "sqlite":
        return "the database runs on this machine's own clock"
    shown: datetime = db.session.scalars(select(func.clock_timestamp())).one()
    off = abs(shown.astimezone(UTC) - at)
    if off > CLOCK:
        raise Refused(f"this machine and the database differ by {off}")
    return f"within {CLOCK.total_seconds():.0f} s of the database's"


def jobs(at: datetime) -> str:
    """Refuse a queue in which a message has waited for so long that no job runs."""
    since = db.session.scalar(
        select(func.min(Mail.due_at)).where(Mail.state == MailState.queued)
    )
    if since is not None and at - since > WAITING:
        raise Refused(
            f"an e-mail has been due since {since:%Y-%m-%d %H:%M} UTC: does"
            " `flask jobs run` run?"
        )
    return "no e-mail waits for longer than it should"
