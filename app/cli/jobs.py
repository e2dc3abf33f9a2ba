"""Commands: jobs."""

import click

COMMANDS: list[click.Command] = []
