"""`flask import photos`: the photos of one centre's candidates from a ZIP."""

import sys
from pathlib import Path

import click

from app import clock
from app.services.photos import bringing_in
from app.services.photos.plan import Plan

# Where nobody may be watching, it says how far it is every so many photos.
EVERY = 500


def import_photos(file: Path, session: str, centre: str, dry_run: bool) -> None:
    """Import the photos of the archive FILE: all of it, or nothing."""
    if not file.is_file():
        # A pipe or a device: the list of an archive's files stands at its end.
        raise click.UsageError(f"{file} is not a file.")
    progress = _Progress()
    with file.open("rb") as stream:
        plan = bringing_in.load(
            stream,
            *bringing_in.place(session, centre),
            at=clock.now(),
            file_name=file.name,
            dry_run=dry_run,
            progress=progress,
        )
    progress.end()
    if plan.problem_count:
        for problem in plan.problems:
            click.echo(str(problem), err=True)
        if plan.problem_count > len(plan.problems):
            more = plan.problem_count - len(plan.problems)
            click.echo(f"... and {more} more problems", err=True)
        line = f"import photos: nothing was written, problems: {plan.problem_count}"
        click.echo(line, err=True)
        raise click.exceptions.Exit(1)
    for number in plan.changed if dry_run else ():
        click.echo(f"{number}: the photo becomes another one")
    click.echo(_line(plan, dry_run))


def _line(plan: Plan, dry_run: bool) -> str:
    left = f"{plan.unchanged} left as they are"
    absent = f"{plan.without} candidates not in the archive"
    changed = len(plan.changed)
    if dry_run:
        return (
            f"import photos: dry run, nothing was written; {plan.added} would be added,"
            f" {changed} changed, {left}, {absent}"
        )
    if not plan.drawn:
        return f"import photos: nothing changes, {left}, {absent}"
    return f"import photos: {plan.added} added, {changed} changed, {left}, {absent}"


class _Progress:
    """Counts photos on standard error: on a terminal in place, else every 500."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._open = False

    def __call__(self, done: int, of: int) -> None:
        if self._in_place:
            click.echo(f"\r{done:,} of {of:,} photos ...", err=True, nl=False)
            self._open = True
        elif done % EVERY == 0:
            click.echo(f"{done:,} of {of:,} photos read", err=True)

    def end(self) -> None:
        """Leave the line that was written over and over."""
        if self._open:
            click.echo(err=True)
