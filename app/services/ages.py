"""How old somebody is, where the law or the board asks."""

from datetime import date, datetime

from app.services import localtime

# The age from which somebody in Italy consents on their own to a service online; below
# it, their guardian is told what they are told.
OWN_CONSENT = 14
# The age from which somebody may show their result to whoever holds a link.
ADULT = 18


def age(date_of_birth: date, day: date) -> int:
    """Return the full years of somebody's life on a day.

    Who was born on 29 February grows older on 1 March in the other years.
    """
    had_birthday = (day.month, day.day) >= (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - (not had_birthday)


def under(years: int, date_of_birth: date, *, at: datetime) -> bool:
    """Tell whether somebody is younger than so many years, on the board's calendar."""
    return age(date_of_birth, localtime.today(at)) < years
