"""The demonstration board, by command."""

import sys

import click
from flask.cli import with_appcontext

from app import clock
from app.cli.base import refusable
from app.services.demo import load


@click.command("demo")
@click.option("--candidates", default=2000, show_default=True, type=int)
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--if-empty", is_flag=True, help="Do nothing where a board exists.")
@with_appcontext
@refusable
def demo(candidates: int, seed: int, if_empty: bool) -> None:
    """Load a synthetic board of any size, the same for the same seed."""
    if if_empty and load.is_loaded():
        click.echo("demo: the board is there already; nothing was changed")
        return
    with click.progressbar(
        length=candidates, label="candidates", file=sys.stderr
    ) as bar:
        summary = load.load(
            count=candidates, seed=seed, at=clock.now(), progress=bar.update
        )
    click.echo(
        f"demo: {summary.candidates} candidates, {summary.shares} shared results,"
        f" {len(summary.sign_ins)} sign-ins to try"
    )


COMMANDS = [demo]
