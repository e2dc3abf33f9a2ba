"""`flask import`: a file of the board, checked whole and then written."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app import clock
from app.cli.base import refusable
from app.cli.photos import import_photos
from app.services import importing
from app.values import ImportKind

KINDS = [*(kind.value for kind in ImportKind), "photos"]
# Longer files say how far they are even where nobody may be watching.
LONG = 10_000


# What cannot be told from the columns' names.
FORMAT = """A CSV is in UTF-8 with commas; its first row names the columns, in any
order. Dates are written YYYY-MM-DD, times HH:MM. Empty may be: a website, a final_date,
a room, a first_name, a candidate_number of the timetable (everybody), what follows
email in entries, and in results whatever the status or the exam does not have."""


def _described() -> str:
    """Say what each kind of file holds, for --help."""
    kinds = (f"{kind}: {', '.join(importing.columns(kind))}" for kind in ImportKind)
    photos = "photos: CANDIDATE_NUMBER.jpg or .png in a ZIP of one session and centre"
    return "\n\n".join((FORMAT, *kinds, photos))


@click.command("import", epilog=_described())
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument(
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--session", help="For photos: code of the session.")
@click.option("--centre", help="For photos: number of the centre.")
@with_appcontext
@refusable
def import_file(
    kind: str, file: Path, dry_run: bool, session: str | None, centre: str | None
) -> None:
    """Import FILE of the kind KIND, all of it or nothing: a CSV, or a ZIP of photos."""
    if kind == "photos":
        if not session or not centre:
            raise click.UsageError("photos need --session CODE and --centre NUMBER.")
        return import_photos(file, session, centre, dry_run)
    if session or centre:
        raise click.UsageError("--session and --centre are for photos alone.")
    return _import_rows(kind, file, dry_run)


def _import_rows(kind: str, file: Path, dry_run: bool) -> None:
    progress = _Progress()
    at = clock.now()
    with file.open("rb") as stream:
        content = stream.read(importing.LARGEST_FILE + 1)
    if dry_run:
        plan = importing.check(ImportKind(kind), content, at=at, progress=progress)
        summary = None
    else:
        plan, summary = importing.load(
            ImportKind(kind),
            content,
            by=None,
            at=at,
            file_name=file.name,
            progress=progress,
        )
    progress.end()
    if plan.problem_count:
        _list(plan.problems, plan.problem_count, "problems")
        _say(f"import {kind}: nothing was written, problems: {plan.problem_count}")
        raise click.exceptions.Exit(1)
    if summary is None:
        _show(plan)
    else:
        _list(plan.notes, plan.note_count, "rows held back")
        click.echo(_line(summary))


def _show(plan: importing.Plan) -> None:
    _list(plan.changes, plan.change_count, "differences", err=False)
    _list(plan.notes, plan.note_count, "rows held back", err=False)
    click.echo(
        f"import {plan.kind}: dry run, nothing was written; {plan.added} would be"
        f" added, {plan.changed} changed, {plan.unchanged} left as they are"
    )


def _line(summary: importing.Summary) -> str:
    if not summary.wrote:
        return (
            f"import {summary.kind}: nothing changes,"
            f" {summary.unchanged} left as they are"
        )
    line = (
        f"import {summary.kind}: {summary.added} added, {summary.changed} changed,"
        f" {summary.unchanged} left as they are"
    )
    if summary.held:
        line += f", {summary.held} held back until an officer accepts them"
    if summary.left_releases:
        line += f", {summary.left_releases} taken out of releases that are not out yet"
    return line


def _list(rows: Iterable[Any], count: int, what: str, *, err: bool = True) -> None:
    listed = 0
    for row in rows:
        click.echo(str(row), err=err)
        listed += 1
    if count > listed:
        click.echo(f"... and {count - listed} more {what}", err=err)


def _say(text: str) -> None:
    click.echo(text, err=True)


class _Progress:
    """Counts rows on standard error: on a terminal in place, else every 10,000."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._open = False

    def __call__(self, rows: int) -> None:
        if self._in_place:
            click.echo(f"\r{rows:,} rows ...", err=True, nl=False)
            self._open = True
        elif rows % LONG == 0:
            _say(f"{rows:,} rows read")

    def end(self) -> None:
        """Leave the line that was written over and over."""
        if self._open:
            click.echo(err=True)
        self._open = False


COMMANDS = [import_file]
