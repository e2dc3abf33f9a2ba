"""What kind of people a database holds: real ones and invented ones never mix."""

from contextlib import suppress

from click import ClickException
from flask import current_app
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from app.errors import Refused, first_line
from app.extensions import db
from app.models import Installation
from app.transactions import atomic
from app.values import InstallationKind

_KIND_OF_ENV = {
    "production": InstallationKind.real,
    "demo": InstallationKind.demo,
    "testing": InstallationKind.testing,
}


class WrongInstallation(Refused, ClickException):
    """The database does not answer, or holds other people than the setting says.

    A command that meets it prints the sentence and exits with status 1.
    """


def require_own_kind() -> None:
    """Refuse to start on a database of another kind; an empty database is nobody's."""
    try:
        kind = _stored_kind()
    except OperationalError as problem:
        raise WrongInstallation(
            f"the database does not answer: {first_line(problem)}"
        ) from None
    own = _own_kind()
    if kind is not None and kind is not own:
        raise WrongInstallation(
            f"this database holds {kind} people, but ESITO_ENV is"
            f" {current_app.config['ESITO_ENV']!r}: it starts only with a database of"
            " its own kind"
        )


def mark() -> None:
    """Write down what kind of people this database holds; done once."""
    if _stored_kind() is not None:
        return
    # A process that starts at the same moment writes the same row.
    with suppress(IntegrityError), atomic() as session:
        session.add(Installation(id=1, kind=_own_kind()))


def _own_kind() -> InstallationKind:
    return _KIND_OF_ENV[current_app.config["ESITO_ENV"]]


def _stored_kind() -> InstallationKind | None:
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(Installation.__tablename__):
            return None
    return db.session.scalar(db.select(Installation.kind))
