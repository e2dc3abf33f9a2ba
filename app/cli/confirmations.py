"""Confirmations of Entry by command: numbers issued, one PDF per candidate written."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app import clock
from app.cli.base import refusable
from app.errors import Refused
from app.services import confirmations, documents


class Folder(click.Path):
    """A folder that is named: without a name, numbers would lie wherever one stands."""

    def convert(self, value: Any, param: Any, context: Any) -> Any:
        if not str(value).strip():
            self.fail("name a folder", param, context)
        return super().convert(value, param, context)


@click.command("confirmations")
@click.option("--session", "session_code", required=True, help="Code of the session.")
@click.option("--centre", "centre_number", required=True, help="Number of the centre.")
@click.option(
    "--out",
    required=True,
    type=Folder(file_okay=False, writable=True, path_type=Path),
    help="Folder for the PDFs; made if it does not exist.",
)
@with_appcontext
@refusable
def confirmations_command(session_code: str, centre_number: str, out: Path) -> None:
    """Issue what is missing and write CANDIDATE_NUMBER.pdf for every candidate.

    Running it again prints the same numbers again.
    """
    at = clock.now()
    session, centre = confirmations.place(session_code, centre_number)
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as problem:
        raise click.UsageError(f"{out}: {problem.strerror}") from None
    issued = confirmations.issue(session, centre, by=None, at=at)
    total = confirmations.count(session, centre)
    entries = confirmations.printable(session, centre)
    with click.progressbar(entries, length=total, file=sys.stderr) as bar:
        for entry in bar:
            content = documents.confirmation_of_entry(entry, at=at)
            _write(out / f"{entry.candidate_number}.pdf", content)
    click.echo(
        f"confirmations: {total} written to {out}, {issued} newly issued,"
        f" {total - issued} printed again"
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; only its owner may read the numbers on it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise Refused(
            f"{path} cannot be written: {problem.strerror}. Run it again when that is"
            " mended: it prints the same numbers."
        ) from None


COMMANDS = [confirmations_command]
