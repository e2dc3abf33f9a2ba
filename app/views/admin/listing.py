"""What the address of a list asks for: page, size, order and search, all checked."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import abort, request, url_for
from flask_appbuilder.models.filters import Filters

from app.views.admin.rows import along, kind_of
from app.views.admin.words import word, written

if TYPE_CHECKING:
    from app.views.admin.base import Screen

# More rows than this are no longer read but carried off.
LARGEST_PAGE = 100
SIZES = (25, 50, LARGEST_PAGE)
# An address that asks for a later page was made by nobody who reads pages.
LAST_PAGE = 1_000_000
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Asked:
    """One list as it was asked for; an empty order is the screen's own."""

    page: int
    page_size: int
    order_column: str
    order_direction: str


def asked(screen: "Screen") -> Asked:
    """Read page, size and order of one screen's list; answer 400 to anything odd."""
    name = type(screen).__name__
    column = request.args.get(f"_oc_{name}", "")
    direction = request.args.get(f"_od_{name}", "asc")
    if column and column not in screen.order_columns:
        abort(400)
    if direction not in ("asc", "desc"):
        abort(400)
    return Asked(
        _whole(f"page_{name}", 0, 0, LAST_PAGE),
        _whole(f"psize_{name}", screen.page_size, 1, LARGEST_PAGE),
        column,
        direction if column else "",
    )


def searched(screen: "Screen") -> Filters:
    """Return this request's own filters; a column that is not offered answers 400."""
    filters = screen.datamodel.get_filters(screen.search_columns)
    offered = filters.get_search_filters()
    for name, values in request.args.lists():
        if not name.startswith("_flt_"):
            continue
        found = re.fullmatch(r"_flt_(\d)_([\w.]+)", name, re.ASCII)
        if not found or len(values) > 1 or found[2] not in offered:
            abort(400)
        value = values[0].strip()
        kinds = offered[found[2]]
        if int(found[1]) >= len(kinds) or len(value) > LONGEST_SEARCH:
            abort(400)
        if value:
            filters._add_filter(kinds[int(found[1])], value)
    return filters


def nothing_searched() -> None:
    """Answer 400 to search terms where nothing is searched: they would fill forms."""
    if any(name.startswith("_flt_") for name in request.args):
        abort(400)


def _whole(name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        abort(400)
    number = int(text)
    if not low <= number <= high:
        abort(400)
    return number


@dataclass(frozen=True)
class SearchField:
    """One input of the search panel."""

    name: str
    label: str
    kind: str
    value: str
    choices: list[tuple[str, Any]]


def search_fields(screen: "Screen") -> list[SearchField]:
    """Return the inputs of the search panel, filled with what was searched for."""
    offered = screen._filters.get_search_filters()
    return [
        _field(screen, column, number, condition, len(offered[column]))
        for column in screen.search_columns
        for number, condition in enumerate(offered[column])
    ]


def _field(
    screen: "Screen", column: str, number: int, condition: Any, of: int
) -> SearchField:
    stored = along(screen.datamodel.obj, column)[1]
    label = str(screen.label_columns[column])
    name = f"_flt_{number}_{column}"
    choices: list[tuple[str, Any]] = []
    kind = "text"
    members = getattr(stored.type, "enum_class", None)
    if members is not None:
        kind = "choice"
        choices = [(member.value, word(member)) for member in members]
    elif column in screen.closed_lists:
        kind, choices = "choice", list(screen.closed_lists[column].items())
    elif kind_of(stored) is bool:
        kind, choices = "choice", [("yes", written(True)), ("no", written(False))]
    elif of > 1:
        kind, label = "date", f"{label}: {condition.name}"
    return SearchField(name, label, kind, request.args.get(name, ""), choices)


@dataclass(frozen=True)
class PageOfRows:
    """One page of a list, with the addresses that lead to other pages and orders."""

    screen: "Screen"
    rows: list[Any]
    count: int
    asked: Asked
    sizes: tuple[int, ...] = SIZES

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // self.asked.page_size))

    def keyed(self) -> list[tuple[Any, Any]]:
        """Return the rows with their keys."""
        return [(self.screen.datamodel.get_pk_value(row), row) for row in self.rows]

    def page(self, number: int) -> str:
        """Return the address of another page."""
        return self._address(page=number)

    def size(self, rows: int) -> str:
        """Return the address of the first page with so many rows."""
        return self._address(page=0, psize=rows)

    def ordered(self, column: str) -> str:
        """Return the address of the list ordered by a column, turned at second use."""
        turned = self.order_of(column) == "ascending"
        return self._address(page=0, _oc=column, _od="desc" if turned else "asc")

    def order_of(self, column: str) -> str:
        """Return ascending, descending or none: how this column orders the list."""
        if self.asked.order_column != column:
            return "none"
        return "ascending" if self.asked.order_direction == "asc" else "descending"

    def _address(self, **changes: Any) -> str:
        name = type(self.screen).__name__
        renamed = {f"{key}_{name}": value for key, value in changes.items()}
        kept = request.args.to_dict()
        return url_for(
            str(request.endpoint), **{**(request.view_args or {}), **kept, **renamed}
        )
