"""Commands: audit."""

import click

COMMANDS: list[click.Command] = []
