"""Working days, as the public holidays of the board's own place have them."""

from datetime import date, timedelta
from functools import lru_cache

import holidays
from flask import current_app


def working_days_after(day: date, count: int) -> date:
    """Return the last of so many working days that follow a day; it does not count."""
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def is_working_day(day: date) -> bool:
    """Tell whether a day is neither a weekend nor a public holiday."""
    return day.weekday() < 5 and day not in _holidays(
        current_app.config["ESITO_HOLIDAYS"]
    )


@lru_cache
def _holidays(place: str) -> holidays.HolidayBase:
    country, _, region = place.partition("-")
    return holidays.country_holidays(country, subdiv=region or None)
