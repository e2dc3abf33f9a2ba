"""Commands: members."""

import click

COMMANDS: list[click.Command] = []
