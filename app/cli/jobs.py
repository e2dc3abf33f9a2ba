"""The job process, and one job by hand."""

from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock, jobs
from app.cli.base import refusable

group = AppGroup("jobs", help="What happens by itself: e-mails, and what is erased.")


# Jobs look ten years back and forth; no calendar goes on for ever.
YEARS = range(1900, 2900)


class Instant(click.ParamType):
    """An ISO 8601 instant with its offset, such as 2026-12-14T09:00+01:00."""

    name = "iso"

    def convert(self, value: Any, _param: Any, _context: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant such as 2026-12-14T09:00+01:00")
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no offset: add one, such as +01:00 or Z")
        if instant.year not in YEARS:
            self.fail(f"{value!r} is further away than any job looks")
        return instant


@group.command("run")
def run() -> None:
    """Run every job on its schedule until it is told to stop (SIGTERM, Ctrl-C)."""
    jobs.run(current_app._get_current_object())  # type: ignore[attr-defined]


@group.command("once")
@click.argument("name", type=click.Choice(list(jobs.JOBS)))
@click.option("--at", type=Instant(), help="As if it were this instant.")
@refusable
def once(name: str, at: datetime | None) -> None:
    """Run one job now."""
    count = jobs.run_job(name, at=at or clock.now())
    click.echo(f"{name}: {count} {jobs.JOBS[name].counted}")


COMMANDS: list[click.Command] = [group]
