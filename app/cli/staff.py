"""Commands: staff."""

import click

COMMANDS: list[click.Command] = []
