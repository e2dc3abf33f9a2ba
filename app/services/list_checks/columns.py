"""The columns of a list: what they are called in both languages, and what they hold."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services import identifiers, levels
from app.services.exams import HIGHEST_SCORE


class Column(StrEnum):
    """What a list may hold about a person; everything else in it is not read."""

    number = "number"
    born = "born"
    level = "level"
    overall = "overall"


HEADINGS: dict[Column, Any] = {
    Column.number: _l("Statement of Results number"),
    Column.born: _l("Date of birth"),
    Column.level: _l("CEFR level"),
    Column.overall: _l("Overall score"),
}
# As people write them, folded: in English and in Italian.
KNOWN = {
    Column.number: (
        "statement of results number|statement number|statement no|statement"
        "|statement of results|numero dello statement of results|numero dello statement"
        "|numero statement|numero di statement|numero statement of results"
    ),
    Column.born: (
        "date of birth|birth date|birthdate|born|dob"
        "|data di nascita|data nascita|nato il|nata il"
    ),
    Column.level: (
        "cefr level|cefr|level|claimed level"
        "|livello qcer|qcer|livello cefr|livello|livello dichiarato"
    ),
    Column.overall: (
        "overall score|overall|score|claimed score|claimed overall score"
        "|punteggio globale|punteggio complessivo|punteggio totale|punteggio"
        "|punteggio dichiarato"
    ),
}
_NAMED = {name: column for column, names in KNOWN.items() for name in names.split("|")}
_DAY_FIRST = re.compile(r"(\d{1,2})([/.\- ])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.A
)
_SCORE = re.compile(r"([1-9]\d{0,2})(?:[.,]0+)?", re.ASCII)
_LEVEL = re.compile(r"(?:level|livello|cefr|qcer)?\s*([ABC][12])", re.IGNORECASE)
FIRST_YEAR = 1900


@dataclass(frozen=True)
class Claim:
    """One row of a list: whose result, and what is claimed of it.

    `line` is the row in the file; `wrong` the column that cannot be read, empty when
    all can.
    """

    line: int
    number: str
    born: str = ""
    level: str = ""
    overall: int | None = None
    wrong: str = ""

    @property
    def claims(self) -> bool:
        """Whether anything is claimed beyond that there is a result."""
        return bool(self.level) or self.overall is not None


def places(headings: Sequence[Any]) -> dict[Column, int]:
    """Return where each column stands; refuse one that lacks or is twice."""
    found: dict[Column, int] = {}
    for place, heading in enumerate(headings):
        column = _NAMED.get(_folded(heading))
        if column is None:
            continue
        if column in found:
            words = _l(
                "Row 1 has the column “%(name)s” twice. Keep the one that is to be"
                " checked.",
                name=HEADINGS[column],
            )
            raise Refused(words, field="file")
        found[column] = place
    for column in (Column.number, Column.born):
        if column not in found:
            words = _l(
                "Row 1 has no column “%(name)s”. Name the columns in the first row, as"
                " in the template.",
                name=HEADINGS[column],
            )
            raise Refused(words, field="file")
    return found


def claim(line: int, cells: Sequence[Any], where: dict[Column, int]) -> Claim | None:
    """Return what a row claims; None for an empty one."""
    held = {
        column: cells[place] if place < len(cells) else None
        for column, place in where.items()
    }
    text = {column: _text(value) for column, value in held.items()}
    if not any(text.values()):
        return None
    number = identifiers.normalised_statement_number(text[Column.number])
    if not identifiers.is_statement_number(number):
        return Claim(line, text[Column.number][:40], wrong=Column.number.value)
    born = day(held[Column.born])
    if born is None:
        return Claim(line, number, wrong=Column.born.value)
    level, overall = text.get(Column.level, ""), text.get(Column.overall, "")
    claimed = _LEVEL.fullmatch(level)
    if level and (claimed is None or claimed[1].upper() not in levels.ORDER):
        return Claim(line, number, wrong=Column.level.value)
    score = _SCORE.fullmatch(overall)
    if overall and (score is None or int(score[1]) > HIGHEST_SCORE):
        return Claim(line, number, wrong=Column.overall.value)
    return Claim(
        line,
        number,
        born.isoformat(),
        claimed[1].upper() if claimed else "",
        int(score[1]) if score else None,
    )


def day(value: Any) -> date | None:
    """Return the day in a cell: a date, DD/MM/YYYY or YYYY-MM-DD; else None."""
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    else:
        typed = _typed_day(_text(value))
        if typed is None:
            return None
        found = typed
    return found if found.year >= FIRST_YEAR else None


def _typed_day(text: str) -> date | None:
    if ymd := _YEAR_FIRST.fullmatch(text):
        year, month, number = (int(part) for part in ymd.groups())
    elif dmy := _DAY_FIRST.fullmatch(text):
        number, month, year = (int(dmy.group(part)) for part in (1, 3, 4))
    else:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # An apostrophe keeps a spreadsheet from reading a text as something else.
    return " ".join(str(value)[:200].split()).removeprefix("'").strip()


def _folded(heading: Any) -> str:
    plain = unicodedata.normalize("NFKD", str(heading or "")[:100]).casefold()
    letters = "".join(c if c.isalnum() else " " for c in plain if c.isascii())
    return " ".join(letters.split())
