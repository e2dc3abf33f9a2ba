"""What every command shares: refused input is a sentence and exit status 1."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.errors import Refused
from app.extensions import db
from app.services import doctor


def refusable(function: Callable[..., None]) -> Callable[..., None]:
    """Turn a refusal into its sentence on standard error and exit status 1.

    A database that lacks a migration, or does not answer, is a refusal, too.
    """

    @wraps(function)
    def run(*args: Any, **values: Any) -> None:
        try:
            function(*args, **values)
        except Refused as problem:
            sentence = str(problem)
        except (OperationalError, ProgrammingError) as problem:
            sentence = _of_the_database(problem)
        else:
            return
        click.echo(sentence, err=True)
        raise click.exceptions.Exit(1)

    return run


def password_from_stdin() -> str:
    """Read one line of standard input; refuses what is no text in UTF-8."""
    line = sys.stdin.buffer.readline()
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused("The password on standard input is not in UTF-8.") from None


def _of_the_database(problem: OperationalError | ProgrammingError) -> str:
    """Say what is wrong with the database; what is our own mistake is raised again."""
    db.session.rollback()
    try:
        doctor.schema()
    except Refused as other:
        return str(other)
    raise problem
