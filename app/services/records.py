"""Reference rows that staff add, change and delete as they are: each leaves a trace."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Model, User
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction

Row = TypeVar("Row", bound=Model)

# Words in a column's name that keep its content out of the trail.
SECRET = ("password", "secret", "token", "hash")


def add(table: type[Row], values: Mapping[str, Any], *, by: User, at: datetime) -> Row:
    """Add one row; refuse it when a value that must be unique is taken."""
    with atomic() as session:
        _refuse_taken(table, values)
        row = table(**values)
        session.add(row)
        _flush(session)
        detail = {name: _plain(name, value) for name, value in values.items()}
        audit.append(AuditAction.record_added, subject(row), by=by, at=at, after=detail)
    return row


def change(row: Row, values: Mapping[str, Any], *, by: User, at: datetime) -> Row:
    """Change these fields of a row; the trail says what they were and what they are."""
    with atomic() as session:
        _read_again(session, row)
        before = {name: getattr(row, name) for name in values}
        changed = {name: new for name, new in values.items() if new != before[name]}
        if not changed:
            return row
        _refuse_taken(type(row), changed, other_than=row)
        for name, value in changed.items():
            setattr(row, name, value)
        _flush(session)
        audit.append(
            AuditAction.record_changed,
            subject(row),
            by=by,
            at=at,
            before={name: _plain(name, before[name]) for name in changed},
            after={name: _plain(name, value) for name, value in changed.items()},
        )
    return row


def delete(row: Model, *, by: User, at: datetime) -> None:
    """Delete a row that nothing else refers to."""
    with atomic() as session:
        _read_again(session, row)
        about, words = subject(row), str(row)
        session.delete(row)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict(
                _l("%(row)s cannot be deleted: other records refer to it.", row=words)
            ) from None
        audit.append(AuditAction.record_deleted, about, by=by, at=at, was=words)


def subject(row: Model) -> str:
    """Return how the trail names a row: its table and its key."""
    (key,) = inspect(row).mapper.primary_key_from_instance(row)
    return f"{row.__tablename__}:{key}"


def _read_again(session: Any, row: Model) -> None:
    """Read the row inside the write transaction: it may have changed, or be gone."""
    (key,) = inspect(row).mapper.primary_key_from_instance(row)
    if session.get(type(row), key, populate_existing=True) is None:
        raise NotFound(_l("This record is gone: somebody has deleted it."))


def _flush(session: Any) -> None:
    try:
        session.flush()
    except IntegrityError as problem:
        raise Refused(
            _l("These values do not go together, or the record exists already.")
        ) from problem


def _refuse_taken(
    table: type[Model], values: Mapping[str, Any], other_than: Model | None = None
) -> None:
    """Refuse a value that another row has and only one row may have."""
    mapper = inspect(table)
    (key,) = mapper.primary_key
    for name, value in values.items():
        column = mapper.columns.get(name)
        if column is None or not column.unique or value is None:
            continue
        taken = select(key).where(column == value).limit(1)
        if other_than is not None:
            taken = taken.where(key != mapper.primary_key_from_instance(other_than)[0])
        if db.session.scalar(taken) is not None:
            raise Conflict(_l("Another record has this already."), field=name)


def _plain(name: str, value: Any) -> Any:
    if any(word in name for word in SECRET):
        return "…"
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
