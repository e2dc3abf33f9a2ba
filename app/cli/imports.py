"""Commands: imports."""

import click

COMMANDS: list[click.Command] = []
