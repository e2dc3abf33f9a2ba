"""What a data file may hold of a shared result: a closed list, each read in one place.

Only what the scope of the share opens is given; what it leaves out is an empty cell.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from app.models import Entry, Result, Share
from app.services import grading, labels, showing
from app.services.exams import Component, Exam
from app.values import ComponentCode, ShareScope

Cell: TypeAlias = str | int | None

# How days are written, under the keys that a template keeps.
DATE_FORMATS: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "day_first": lambda day: f"{day:%d/%m/%Y}",
    "month_first": lambda day: f"{day:%m/%d/%Y}",
    "dotted": lambda day: f"{day:%d.%m.%Y}",
    "words": lambda day: str(format_date(day, "d MMMM y", locale=get_locale())),
}


@dataclass(frozen=True)
class Given:
    """A result that may be given, with what its scope opens and where it stands now."""

    share: Share
    entry: Entry
    result: Result
    scope: ShareScope
    status: str
    # When the version in force came out, if that was after it was first asked for.
    amended_since: datetime | None = None
    part: Component | None = None

    @cached_property
    def exam(self) -> Exam:
        """Return the exam as it was graded on the day."""
        session = self.entry.session
        return grading.exam_on(session.exam, session.exam_date)

    @cached_property
    def scores(self) -> dict[ComponentCode, int]:
        """Return the scores of the parts, as far as the scope opens them."""
        return showing.scores_within(self.result, self.scope)


@dataclass(frozen=True)
class Style:
    """How one file writes days, instants and words, in the language in force."""

    date_format: str
    zone: ZoneInfo
    _said: dict[Any, str] = field(default_factory=dict)

    def day(self, day: date) -> str:
        """Return a day as the template wants it."""
        key = ("day", day)
        if key not in self._said:
            self._said[key] = DATE_FORMATS[self.date_format](day)
        return self._said[key]

    def instant(self, instant: datetime | None) -> str:
        """Return an instant on the organisation's clock; empty if there is none."""
        if instant is None:
            return ""
        local = instant.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def say(self, text: str) -> str:
        """Return a text of ours in the language of the file."""
        if text not in self._said:
            self._said[text] = gettext(text)
        return self._said[text]

    def label(self, given: Given) -> str:
        """Return the result as it is printed."""
        result = given.result
        key = (given.exam.name, result.grade, result.cefr, result.status, "label")
        if key not in self._said:
            self._said[key] = str(grading.label_of(given.exam, result))
        return self._said[key]


@dataclass(frozen=True)
class Field:
    """One field: its heading unless it is renamed, its value, and one of nobody's."""

    heading: Any
    read: Callable[[Given, Style], Cell]
    # Out of every scale and list, so that no preview can be taken for a result.
    specimen: Cell


def _score(code: ComponentCode) -> Callable[[Given, Style], Cell]:
    return lambda given, style: given.scores.get(code)


def _part_score(given: Given, _style: Style) -> Cell:
    return given.scores.get(given.part.code) if given.part else None


def _part_level(given: Given, _style: Style) -> Cell:
    score = _part_score(given, _style)
    if not isinstance(score, int) or given.exam.kind != "scale":
        return None
    return grading.cefr_of(score)


SPECIMEN = "SPECIMEN"
# What a day is in a preview: nobody who sits an exam was born then, or sat it.
SPECIMEN_DAY = date(1900, 1, 1)
OUT_OF_SCALE = 999

FIELDS: dict[str, Field] = {
    "first_name": Field(_l("First name"), lambda g, s: g.entry.first_name, SPECIMEN),
    "family_name": Field(_l("Family name"), lambda g, s: g.entry.family_name, SPECIMEN),
    "name": Field(_l("Full name"), lambda g, s: g.entry.name, "SPECIMEN SPECIMEN"),
    "date_of_birth": Field(
        _l("Date of birth"), lambda g, s: s.day(g.entry.date_of_birth), None
    ),
    "id_number": Field(_l("ID Number"), lambda g, s: g.entry.id_number, SPECIMEN),
    "statement_number": Field(
        _l("Statement of Results number"),
        lambda g, s: g.entry.statement_number,
        SPECIMEN,
    ),
    "exam": Field(_l("Exam"), lambda g, s: g.exam.name, SPECIMEN),
    "session": Field(
        _l("Session"), lambda g, s: labels.in_words(g.entry.session.label), SPECIMEN
    ),
    "exam_date": Field(
        _l("Date of exam"), lambda g, s: s.day(g.entry.session.exam_date), None
    ),
    "centre_number": Field(
        _l("Centre number"), lambda g, s: g.entry.centre.number, SPECIMEN
    ),
    "centre_name": Field(_l("Centre name"), lambda g, s: g.entry.centre.name, SPECIMEN),
    "place": Field(_l("Place of entry"), lambda g, s: g.entry.centre.city, SPECIMEN),
    "result": Field(_l("Result"), lambda g, s: s.label(g), SPECIMEN),
    "overall": Field(_l("Overall score"), lambda g, s: g.result.overall, OUT_OF_SCALE),
    "grade": Field(
        _l("Grade"),
        lambda g, s: s.say(g.result.grade) if g.result.grade else None,
        SPECIMEN,
    ),
    "cefr": Field(_l("CEFR level"), lambda g, s: g.result.cefr, SPECIMEN),
    "reading": Field(_l("Reading"), _score(ComponentCode.R), OUT_OF_SCALE),
    "use_of_english": Field(
        _l("Use of English"), _score(ComponentCode.U), OUT_OF_SCALE
    ),
    "writing": Field(_l("Writing"), _score(ComponentCode.W), OUT_OF_SCALE),
    "reading_and_writing": Field(
        _l("Reading and Writing"), _score(ComponentCode.RW), OUT_OF_SCALE
    ),
    "listening": Field(_l("Listening"), _score(ComponentCode.L), OUT_OF_SCALE),
    "speaking": Field(_l("Speaking"), _score(ComponentCode.S), OUT_OF_SCALE),
    "part": Field(
        _l("Part"), lambda g, s: s.say(g.part.name) if g.part else "", SPECIMEN
    ),
    "part_score": Field(_l("Score of the part"), _part_score, OUT_OF_SCALE),
    "part_level": Field(
        _l("CEFR level of the part, as an indication"), _part_level, SPECIMEN
    ),
    "status": Field(_l("Status now"), lambda g, s: g.status, SPECIMEN),
    "shared_at": Field(_l("Date shared"), lambda g, s: s.instant(g.share.at), None),
    "purpose": Field(_l("What for"), lambda g, s: g.share.purpose, SPECIMEN),
    "first_read_at": Field(
        _l("First read"), lambda g, s: s.instant(g.share.first_read_at), None
    ),
}
# Those that speak of one part of an exam, and those that speak of all of them.
OF_A_PART = frozenset({"part", "part_score", "part_level"})
OF_ALL_PARTS = frozenset(
    {
        *("reading", "use_of_english", "writing", "reading_and_writing"),
        *("listening", "speaking"),
    }
)


def specimen(key: str, style: Style) -> Cell:
    """Return what a preview shows for a field; a day is one on which nobody sat."""
    value = FIELDS[key].specimen
    return style.day(SPECIMEN_DAY) if value is None else value
