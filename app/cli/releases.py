"""Commands: releases."""

import click

COMMANDS: list[click.Command] = []
