"""Reminders of certificates that nobody has collected, before they are destroyed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update

from app.extensions import db
from app.models import Centre, Certificate, Entry
from app.services import localtime
from app.services.certificates.collection import AT_CENTRE, tell
from app.transactions import atomic

# Days before the last one on which people are reminded: time to plan, time to come,
# and the last week.
DAYS_LEFT = (60, 30, 7)


def remind_due(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Remind the owners of uncollected certificates 60, 30 and 7 days before the end.

    Once each: a reminder that was missed is made up for by the next one, and nobody is
    reminded of one that has left the centre. Returns how many reminders were due.
    """
    today = localtime.today(at)
    rows = db.session.execute(
        select(
            Certificate.id,
            Certificate.arrived_on,
            Certificate.keep_until,
            Certificate.reminded_on,
            Centre.timezone,
        )
        .join(Entry, Entry.id == Certificate.entry_id)
        .join(Centre, Centre.id == Entry.centre_id)
        .where(
            AT_CENTRE,
            # The day at a centre is at most one away from the board's.
            Certificate.keep_until >= today - timedelta(days=1),
            Certificate.keep_until <= today + timedelta(days=DAYS_LEFT[0] + 1),
        )
        .order_by(Certificate.keep_until, Certificate.id)
    ).all()
    return sum(_remind(row, at) for row in rows if not stop())


def _remind(row: Any, at: datetime) -> bool:
    key, arrived_on, keep_until, reminded_on, zone = row
    today = at.astimezone(ZoneInfo(zone)).date()
    since = due_since(keep_until, today)
    # Whoever was told of the arrival only just now need not be reminded yet.
    if since is None or since <= max(arrived_on, reminded_on or arrived_on):
        return False
    with atomic() as tx:
        claimed = tx.execute(
            update(Certificate)
            .where(
                Certificate.id == key,
                AT_CENTRE,
                or_(Certificate.reminded_on.is_(None), Certificate.reminded_on < since),
            )
            .values(reminded_on=today)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return False
        certificate = tx.get_one(Certificate, key)
        tell(
            "certificate_reminder",
            certificate,
            at=at,
            about=since.isoformat(),
            keep_until=keep_until.isoformat(),
        )
    return True


def due_since(keep_until: date, today: date) -> date | None:
    """Return the day on which the latest reminder fell due; None before and after."""
    days = [keep_until - timedelta(days=left) for left in DAYS_LEFT]
    passed = [day for day in days if day <= today <= keep_until]
    return max(passed, default=None)
