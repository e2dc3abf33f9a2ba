"""The one wall clock: views, jobs and commands read it and hand the instant on."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)
