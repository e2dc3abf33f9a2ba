"""Column types: instants that are always aware UTC, closed lists as checked text."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in time; naive values are refused, and UTC comes back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


def choice(values: type[StrEnum], name: str) -> Any:
    """Return a text column type that admits only the members of `values`.

    `name` becomes part of the CHECK constraint's name. No native ENUM type: one that a
    downgrade leaves behind stops the next upgrade.
    """
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        name=name,
        length=24,
    )
