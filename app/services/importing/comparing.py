"""Rows of a file beside the rows of a table: what is new, and what would differ."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from app.services.importing.plan import Plan

# Rows of one statement: enough to be quick, few enough to keep memory flat.
PART = 5_000

# What is stored: the key of the row, and the values that a file may change.
Stored = tuple[int, dict[str, Any]]
# How a column is called in the file, and how its stored value is written there.
Shown = Mapping[str, tuple[str, Mapping[Any, str] | None]]


def compare(
    plan: Plan,
    line: int,
    key: str,
    identity: dict[str, Any],
    values: dict[str, Any],
    stored: Stored | None,
    shown: Shown | None = None,
) -> dict[str, Any] | None:
    """Add one row to the plan; return the values that change, None for a new row.

    identity: the columns that say which row it is, written only once. values: the
    others. shown: the columns whose name or value reads differently in the file.
    """
    if stored is None:
        plan.added += 1
        plan.inserts.append({**identity, **values})
        return None
    row_id, before = stored
    changed = {name: new for name, new in values.items() if before[name] != new}
    if not changed:
        plan.unchanged += 1
        return changed
    plan.changed += 1
    plan.updates.append((row_id, changed))
    for name, new in changed.items():
        title, words = (shown or {}).get(name, (name, None))
        old = before[name]
        if words is not None:
            old, new = words.get(old, ""), words.get(new, "")
        plan.change(line, key, title, old, new)
    return changed


def stored_rows(
    rows: Sequence[Any], names: tuple[str, ...], width: int
) -> dict[Hashable, Stored]:
    """Index rows of (key columns..., id, values...) by their `width` key columns."""
    known: dict[Hashable, Stored] = {}
    for row in rows:
        key = row[0] if width == 1 else tuple(row[:width])
        known[key] = (row[width], dict(zip(names, row[width + 1 :], strict=True)))
    return known


def write(
    tx: Session,
    table: Table,
    inserts: list[dict[str, Any]],
    updates: list[tuple[int, dict[str, Any]]],
) -> None:
    """Insert and update many rows with few statements."""
    for start in range(0, len(inserts), PART):
        tx.execute(insert(table), inserts[start : start + PART])
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row_id, changed in updates:
        values = {f"new_{name}": value for name, value in changed.items()}
        alike[tuple(sorted(changed))].append({"row_id": row_id, **values})
    for names, rows in alike.items():
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        for start in range(0, len(rows), PART):
            tx.execute(statement, rows[start : start + PART])
