"""Instants typed on the board's clock: never guessed when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.errors import Refused
from app.services.localtime import instant_from_local, today

ROME = ZoneInfo("Europe/Rome")
YEARS = range(2024, 2036)


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


@pytest.mark.parametrize("year", YEARS)
def test_the_hour_that_spring_skips_is_refused(year):
    day = last_sunday(year, 3)
    for minute in range(60):
        with pytest.raises(Refused) as refused:
            instant_from_local(day, time(2, minute), ROME)
        assert "There is no 02:" in str(refused.value)
        assert refused.value.field == "time"
    before = instant_from_local(day, time(1, 59), ROME)
    after = instant_from_local(day, time(3, 0), ROME)
    assert after - before == timedelta(minutes=1)


@pytest.mark.parametrize("year", YEARS)
def test_the_hour_that_autumn_repeats_is_refused(year):
    day = last_sunday(year, 10)
    for minute in range(60):
        with pytest.raises(Refused) as refused:
            instant_from_local(day, time(2, minute), ROME)
        assert "comes twice" in str(refused.value)
    before = instant_from_local(day, time(1, 59), ROME)
    after = instant_from_local(day, time(3, 0), ROME)
    assert after - before == timedelta(hours=2, minutes=1)


def test_every_other_hour_of_those_years_comes_back_as_it_was_typed():
    day, refused = date(2024, 1, 1), 0
    while day.year < 2036:
        for hour in range(24):
            try:
                instant = instant_from_local(day, time(hour), ROME)
            except Refused:
                refused += 1
                continue
            assert instant.tzinfo is UTC
            local = instant.astimezone(ROME)
            assert (local.date(), local.time()) == (day, time(hour))
        day += timedelta(days=1)
    assert refused == 2 * len(YEARS)


def test_a_day_beyond_the_calendar_is_refused_in_words():
    with pytest.raises(Refused):
        instant_from_local(date(9999, 12, 31), time(23), ZoneInfo("America/New_York"))


def test_the_day_changes_at_midnight_of_the_board_and_not_of_greenwich(app):
    assert today(datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert today(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)
