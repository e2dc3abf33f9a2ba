"""One message for each of many rows: written in parts, whatever their number."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert
from sqlalchemy.orm import Session

from app.models import Mail
from app.values import Language, new_reference

# Rows in memory at a time.
PART = 1000


def queue_each(
    tx: Session,
    query: Select[*tuple[Any, ...]],
    messages: Callable[[Any], list[dict[str, Any]]],
) -> int:
    """Queue what `messages` makes of each row that a query finds; return how many.

    Each message has a key that no other has: the caller has claimed what it tells of.
    """
    queued = 0
    rows = tx.execute(query.execution_options(yield_per=PART))
    for part in rows.partitions():
        mails = [one for row in part for one in messages(row)]
        if mails:
            tx.execute(insert(Mail), mails)
        queued += len(mails)
    return queued


def message(
    kind: str,
    about: str,
    address: str,
    language: Language,
    *,
    release_id: int | None,
    at: datetime,
    **values: Any,
) -> dict[str, Any]:
    """Return one row for the queue; with a release, it is sent only while that stands.

    See `mail.queue` for what the values may hold.
    """
    return {
        "reference": new_reference(),
        "kind": kind,
        "dedupe_key": f"{kind}:{about}",
        "address": address,
        "language": language,
        "values": values,
        "release_id": release_id,
        "queued_at": at,
        "due_at": at,
    }
