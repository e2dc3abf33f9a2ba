"""Commands: demo."""

import click

COMMANDS: list[click.Command] = []
