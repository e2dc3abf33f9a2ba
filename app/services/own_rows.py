"""How a row is told to the person whom it is about: in plain words and values."""

from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import inspect

from app.models import Model

# What is left out of each table, and why; everything else about a person is told.
LEFT_OUT = {
    "candidate_account": {"password_hash", "sign_in_links"},
    # Printed on the Confirmation of Entry alone; how often it was tried is our lock.
    "entry": {"secret", "secret_failures", "folded_name"},
    # Why somebody at the board looks again is their work and tells of what is to come.
    "result": {"held_why", "accepted_at", "withdrawn_at", "withdrawn_why", "hidden_at"},
    "photo": {"source_hash"},
    "sign_in": {"token_hash", "audience"},
    # The address of a page that opens to whoever knows it.
    "centre_case": {"reference"},
    "share_link": {"reference"},
    "lookup": {"reference"},
    # What is in a file is the organisation's choice; its name opens it.
    "download": {
        *("reference", "template", "leased_until", "size", "rows", "done"),
        *("file", "tries"),
    },
    "second_factor": {"secret", "last_step"},
    "recovery_code": {"code_hash"},
    # The words of a message stand in its template; its keys are ours.
    "mail": {"dedupe_key", "values", "attempts", "due_at", "error", "queued_at"},
}


def told(row: Model) -> dict[str, Any]:
    """Return every column of a row that is not a key of ours or left out."""
    mapper = inspect(type(row))
    left_out = LEFT_OUT.get(mapper.local_table.name, set())
    return {
        attribute.key: plain(getattr(row, attribute.key))
        for attribute in mapper.column_attrs
        if not attribute.columns[0].primary_key
        and not attribute.columns[0].foreign_keys
        and attribute.key not in left_out
    }


def plain(value: Any) -> Any:
    """Return a value as JSON holds it, days and instants by ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(each) for key, each in asdict(value).items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)
