"""Commands: doctor."""

import click

COMMANDS: list[click.Command] = []
