"""In which order a member's list stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, case, func

from app.errors import Refused
from app.models import Entry, ExamSession, Share
from app.services import grading


class SortBy(StrEnum):
    """The columns by which the list can be sorted."""

    first_name = "first_name"
    family_name = "family_name"
    exam = "exam"
    shared = "shared"


@dataclass(frozen=True)
class Order:
    """By which column, and whether from its end: Z to A, the newest first."""

    by: SortBy = SortBy.shared
    down: bool = True

    @classmethod
    def read(cls, by: str, way: str) -> "Order":
        """Return the order that two words name; raises Refused for others."""
        if not by and not way:
            return NEWEST_FIRST
        if by not in SortBy.__members__ or way not in ("up", "down"):
            raise Refused(_l("The list cannot be sorted like this."))
        return cls(SortBy(by), way == "down")

    @property
    def by_date(self) -> bool:
        """Whether it is the order of the index, which costs nothing."""
        return self.by is SortBy.shared

    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """Return what to order shares, joined with entry and session, by."""
        newest = (Share.at.desc(), Share.id.desc())
        if self.by_date:
            return newest if self.down else (Share.at.asc(), Share.id.asc())
        return (
            *(one.desc() if self.down else one.asc() for one in self._by()),
            *newest,
        )

    def _by(self) -> tuple[Any, ...]:
        family = _family_name()
        if self.by is SortBy.exam:
            return (_exam_name(),)
        # Without accents and case, the first name comes first in it.
        first = Entry.folded_name
        return (first, family) if self.by is SortBy.first_name else (family, first)


NEWEST_FIRST = Order()


def _family_name() -> ColumnElement[str]:
    """Return the family name without accents and case, to be sorted by.

    It is what follows the first name in the folded name, where folding has kept all
    lengths; else it is the name as it is written, so that no letter is lost.
    """
    folded, first, family = Entry.folded_name, Entry.first_name, Entry.family_name
    kept = func.length(folded) == func.length(first) + 1 + func.length(family)
    follows = func.substr(folded, func.length(first) + 2)
    return case((kept, follows), else_=func.lower(family))


def _exam_name() -> ColumnElement[int]:
    """Return the place of an exam among the names of exams, as they are shown."""
    codes = sorted(grading.EXAMS, key=lambda code: grading.exam(code).name)
    places = {code: place for place, code in enumerate(codes)}
    return case(places, value=ExamSession.exam)
