"""Lists and their answers between upload and erasure: encrypted files beside the table.

A list is one file; its answers are one file for each part, which is the page they are
shown on, so that a part that is done twice is still there once.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

from app.errors import NotFound
from app.models import ListCheck
from app.services import credentials, storage
from app.services.list_checks.columns import Claim

LISTS, ANSWERS = "lists", "answers"
# Rows of a part: so many are checked and written together.
PART = 50


@dataclass(frozen=True)
class Answer:
    """What one row was answered; `wrong` names the column that cannot be read."""

    line: int
    number: str
    verdict: str
    wrong: str = ""


def keep_list(reference: str, claims: Iterable[Claim]) -> None:
    """Keep the claims of a list until they are checked."""
    _write(_list_name(reference), [asdict(claim) for claim in claims])


def claims_of(check: ListCheck) -> list[Claim]:
    """Return the claims of a list; NotFound once they are gone or cannot be read."""
    return [Claim(**row) for row in _read(_list_name(check.reference))]


def keep_answers(check: ListCheck, part: int, answers: Iterable[Answer]) -> None:
    """Keep what the rows of one part were answered."""
    name = _answers_name(check.reference, part)
    _write(name, [asdict(answer) for answer in answers])


def answers_of(check: ListCheck, part: int) -> list[Answer]:
    """Return what the rows of one part were answered."""
    return [Answer(**row) for row in _read(_answers_name(check.reference, part))]


def forget_list(reference: str) -> bool:
    """Delete the claims of a list; return whether there were any."""
    return storage.delete(_list_name(reference))


def forget_answers(check: ListCheck) -> None:
    """Delete the answers of a list."""
    for part in range(parts(check.rows)):
        storage.delete(_answers_name(check.reference, part))


def parts(rows: int) -> int:
    """Return how many parts so many rows are."""
    return -(-rows // PART)


def reference_in(name: str) -> str:
    """Return which check a stored file belongs to."""
    return name.rpartition("/")[2][:22]


def _list_name(reference: str) -> str:
    return f"{LISTS}/{reference}.json"


def _answers_name(reference: str, part: int) -> str:
    return f"{ANSWERS}/{reference}-{part:04d}.json"


def _write(name: str, rows: list[dict[str, Any]]) -> None:
    storage.write(name, _cipher().encrypt(json.dumps(rows).encode()))


def _read(name: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(_cipher().decrypt(storage.read(name)))
    except InvalidToken:
        raise NotFound("This file was kept under another key.") from None
    return list(content)


def _cipher() -> Fernet:
    cached = current_app.extensions.get("esito-list-cipher")
    if cached is None:
        key = base64.urlsafe_b64encode(credentials.derived_key("lists"))
        cached = current_app.extensions["esito-list-cipher"] = Fernet(key)
    return cached  # type: ignore[no-any-return]
