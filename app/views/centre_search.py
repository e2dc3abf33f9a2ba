"""The search for a centre, read from the address: for all, and for lost papers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from app.models import Centre
from app.services import centres
from app.views.forms import read_day

# Longer searches are nobody's; pages beyond the last are empty anyway.
LONGEST = 100
LAST_PAGE = 1000


@dataclass(frozen=True)
class CentreSearch:
    """What was typed, and the page of centres that it finds."""

    text: str
    school: str
    typed_day: str
    # A day was typed, and is none.
    odd_day: bool
    page: int
    found: list[Centre]
    has_next: bool

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, as the address of another page of it says it."""
        fields = {"q": self.text, "school": self.school, "date": self.typed_day}
        return {name: typed for name, typed in fields.items() if typed}


def searched(*, everything: bool) -> CentreSearch:
    """Look for the centres that the address asks for.

    `everything` says whether all are shown when nothing was typed.
    """
    text, school, typed_day = (_typed(name) for name in ("q", "school", "date"))
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    day = read_day(typed_day)
    odd_day = bool(typed_day) and day is None
    looks = everything or bool(text or school or typed_day)
    found, has_next = _found(text, school, day, page) if looks and not odd_day else NONE
    return CentreSearch(text, school, typed_day, odd_day, page, found, has_next)


NONE: tuple[list[Centre], bool] = ([], False)


def _typed(name: str) -> str:
    return request.args.get(name, "")[:LONGEST].strip()


def _found(
    text: str, school: str, day: date | None, page: int
) -> tuple[list[Centre], bool]:
    return centres.find(text, page=page, school=school, day=day)
