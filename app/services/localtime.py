"""Instants as people type and read them: on the clock of a time zone, never guessed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.errors import Refused


def board_zone() -> ZoneInfo:
    """Return the zone in which the board types and reads instants."""
    zone: ZoneInfo = current_app.config["ESITO_TIMEZONE"]
    return zone


def zone_of(name: str) -> ZoneInfo:
    """Return an organisation's time zone; the board's, when it has none of its own."""
    try:
        return ZoneInfo(name) if name else board_zone()
    except (ZoneInfoNotFoundError, ValueError):
        return board_zone()


def today(at: datetime) -> date:
    """Return the day that an instant falls on, on the board's clock."""
    return at.astimezone(board_zone()).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a day begins on a zone's clock."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo | None = None) -> datetime:
    """Return the instant, in UTC, at which a day is over; on the board's clock."""
    return start_of(day + timedelta(days=1), zone or board_zone())


def last_day(end: datetime) -> date:
    """Return the last day, on the board's calendar, before something ends."""
    return today(end - timedelta(microseconds=1))


def instant_from_local(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a zone's clock shows this day and time.

    Raises Refused when the clock never shows it (it jumps over it in spring) or shows
    it twice (it is turned back in autumn): an embargo is not a matter of guessing.
    """
    first = datetime.combine(day, clock_time, tzinfo=zone).replace(fold=0)
    second = first.replace(fold=1)
    try:
        instant = first.astimezone(UTC)
    except OverflowError:
        raise Refused(_l("This day is out of reach."), field="day") from None
    if first.utcoffset() == second.utcoffset():
        return instant
    shown = {"time": f"{clock_time:%H:%M}", "day": day.isoformat(), "zone": zone.key}
    if instant.astimezone(zone).replace(tzinfo=None) != first.replace(tzinfo=None):
        raise Refused(
            _l(
                "There is no %(time)s on %(day)s in %(zone)s: the clocks go forward"
                " over it. Choose an hour later.",
                **shown,
            ),
            field="time",
        )
    raise Refused(
        _l(
            "%(time)s comes twice on %(day)s in %(zone)s: the clocks go back."
            " Choose a time outside that hour.",
            **shown,
        ),
        field="time",
    )
