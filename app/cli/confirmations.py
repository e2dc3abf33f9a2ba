"""Commands: confirmations."""

import click

COMMANDS: list[click.Command] = []
