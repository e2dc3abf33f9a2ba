"""The commands of `flask`: each says in one line what it did."""

from flask import Flask

from app.cli import (
    audit,
    confirmations,
    demo,
    doctor,
    imports,
    jobs,
    members,
    releases,
    roles,
    staff,
)

MODULES = (
    roles,
    staff,
    members,
    imports,
    confirmations,
    releases,
    jobs,
    audit,
    doctor,
    demo,
)


def register(app: Flask) -> None:
    """Add Esito's commands to `flask`."""
    for module in MODULES:
        for command in module.COMMANDS:
            app.cli.add_command(command)
