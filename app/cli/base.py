"""What every command shares: refused input is a sentence and exit status 1."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from app.errors import Refused


def refusable(function: Callable[..., None]) -> Callable[..., None]:
    """Turn a refusal into its sentence on standard error and exit status 1."""

    @wraps(function)
    def run(*args: Any, **values: Any) -> None:
        try:
            function(*args, **values)
        except Refused as problem:
            click.echo(str(problem), err=True)
            raise click.exceptions.Exit(1) from None

    return run
