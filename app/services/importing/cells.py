"""One row's cells, each read as what its column promises; what is wrong is reported."""

import re
import unicodedata
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from app.services import names
from app.services.importing.plan import Plan

# A spreadsheet that opens an export would run what begins so.
FORMULA = frozenset("=+-@")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]+"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
LONGEST_EMAIL = 254

Choice = TypeVar("Choice", bound=StrEnum)


class Cells:
    """The cells of one row; `good` turns False once one of them is wrong."""

    __slots__ = ("good", "line", "plan", "values")

    def __init__(
        self, plan: Plan, line: int, columns: tuple[str, ...], cells: tuple[str, ...]
    ) -> None:
        self.plan = plan
        self.line = line
        self.values = dict(zip(columns, cells, strict=True))
        self.good = True

    def wrong(self, column: str, message: Any) -> None:
        """Report the cell of a column."""
        self.good = False
        self.plan.problem(self.line, column, self.values[column], message)

    def text(self, column: str, longest: int, *, empty: bool = False) -> str:
        """Return a text that every document can print and no spreadsheet executes."""
        value = self.values[column]
        if not value:
            if not empty:
                self.wrong(column, _l("The value is missing."))
            return value
        if not unicodedata.is_normalized("NFC", value):
            value = unicodedata.normalize("NFC", value)
        message = _fault(value, longest)
        if message is not None:
            self.wrong(column, message)
        return value

    def match(self, column: str, pattern: re.Pattern[str], message: Any) -> str:
        """Return a value that has the shape of `pattern`; `message` says which."""
        value = self.values[column]
        if pattern.fullmatch(value) is None:
            self.wrong(column, message if value else _l("The value is missing."))
        return value

    def email(self, column: str, *, empty: bool = False) -> str:
        """Return one e-mail address, as it is written."""
        value = self.values[column]
        if not value and empty:
            return value
        if len(value) > LONGEST_EMAIL or _EMAIL.fullmatch(value) is None:
            message = _l("This is not an e-mail address, such as name@school.example.")
            self.wrong(column, message if value else _l("The value is missing."))
        return value

    def day(self, column: str, earliest: date, latest: date) -> date | None:
        """Return a date between two others, or None when it is wrong."""
        value = self.values[column]
        day = _day(value)
        if day is None:
            message = _l("This is not a date. Write it as YYYY-MM-DD.")
            self.wrong(column, message if value else _l("The value is missing."))
        elif not earliest <= day <= latest:
            message = _l(
                "The date does not lie between %(first)s and %(last)s.",
                first=earliest.isoformat(),
                last=latest.isoformat(),
            )
            self.wrong(column, message)
            return None
        return day

    def start(self, column: str) -> time | None:
        """Return a time of day on the 24-hour clock, or None when it is wrong."""
        found = _TIME.fullmatch(self.values[column])
        if found is None:
            self.wrong(column, _l("This is not a time. Write it as HH:MM, like 09:30."))
            return None
        return time(int(found[1]), int(found[2]))

    def choice(
        self, column: str, values: type[Choice], *, default: Choice | None = None
    ) -> Choice | None:
        """Return the member of a closed list that the cell names."""
        value = self.values[column]
        if not value and default is not None:
            return default
        try:
            return values(value)
        except ValueError:
            message = _l("Write one of: %(names)s.", names=", ".join(values))
            self.wrong(column, message)
            return None


def _day(value: str) -> date | None:
    # date.fromisoformat alone would take 20261114 and 2026-W46-6 too.
    if _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _fault(value: str, longest: int) -> Any:
    if value[0] in FORMULA:
        return _l("A value may not begin with = + - or @.")
    if len(value) > longest:
        return _l("The value is longer than %(n)s characters.", n=longest)
    if not value.isprintable():
        hidden = [c for c in value if not c.isprintable() and c not in names.JOINERS]
        if hidden:
            return _l(
                "The value holds an invisible character, %(name)s. Type it again.",
                name=f"U+{ord(hidden[0]):04X}",
            )
    missing = names.unprintable(value)
    if missing:
        return _l(
            "The documents cannot print %(letters)s. Write the value in other letters.",
            letters=" ".join(missing[:8]),
        )
    return None
