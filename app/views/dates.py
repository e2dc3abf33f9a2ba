"""Days and instants in words, in the reader's language, with the zone they are in."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_location
from flask import Flask, current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from app.services import labels


def register(app: Flask) -> None:
    """Let every template say a day or an instant in words."""
    app.jinja_env.globals["day_in_words"] = day_in_words
    app.jinja_env.globals["instant_in_words"] = instant_in_words
    app.jinja_env.filters["session_label"] = labels.in_words


def day_in_words(day: date) -> str:
    """Return a day such as 14 December 2026."""
    return str(format_date(day, "d MMMM y", locale=get_locale()))


def instant_in_words(instant: datetime, zone: ZoneInfo | str | None = None) -> str:
    """Return an instant such as "14 December 2026, 09:00, Rome time".

    `zone` is that of the centre, or the board's when it is left out.
    """
    zone = zone or current_app.config["ESITO_TIMEZONE"]
    place = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    locale = get_locale()
    local = instant.astimezone(place)
    when = format_datetime(local, "d MMMM y, HH:mm", tzinfo=place, locale=locale)
    city = get_timezone_location(place, locale=locale, return_city=True)
    return _("%(when)s, %(city)s time", when=when, city=city)
