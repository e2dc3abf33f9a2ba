"""How a screen reads its rows: what it joins, and what may be searched for, and how."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort
from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, TypeDecorator
from sqlalchemy.orm import InstrumentedAttribute, Query, joinedload, selectinload

from app.services.localtime import board_zone
from app.services.names import folded

# The largest key of both databases; a longer number is no row's key.
LARGEST_KEY = 2**63 - 1


def along(model: Any, path: str) -> tuple[list[InstrumentedAttribute[Any]], Any]:
    """Return the relations on the way of a dotted path, and what is at its end."""
    *names, last = path.split(".")
    relations = []
    for name in names:
        relation = getattr(model, name)
        relations.append(relation)
        model = relation.property.mapper.class_
    return relations, getattr(model, last)


def kind_of(column: Any) -> type | None:
    """Return the Python type of a column's values, or None if it has no plain one."""
    stored = column.type
    if isinstance(stored, TypeDecorator):
        stored = stored.impl_instance
    try:
        kind: type = stored.python_type
    except NotImplementedError:
        return None
    return kind


class Condition(BaseFilter):
    """A filter on a column or a dotted path, as a condition without further joins."""

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        """Narrow the query to the rows that meet the condition."""
        relations, column = along(self.model, self.column_name)
        condition = self.condition(column, value)
        for relation in reversed(relations):
            condition = relation.has(condition)
        return query.filter(condition)

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Return what is true of the column in the rows that stay."""
        raise NotImplementedError


class Contains(Condition):
    """The text holds what was typed, whatever its case."""

    name = _l("contains")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Take percent signs and underscores as what they are."""
        return column.icontains(value, autoescape=True)


class ContainsFolded(Contains):
    """The name holds what was typed, whatever its case and accents."""

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Fold what was typed as the column's names are folded."""
        return super().condition(column, folded(value))


class Is(Condition):
    """The value is the one that was typed or chosen."""

    name = _l("is")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Turn what is no value of the column's kind down."""
        return column == typed(column, value)


class FromDay(Condition):
    """On this day or later."""

    name = _l("from")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Begin with the day's first moment on the board's clock."""
        return column >= _start(column, _day(value))


class UntilDay(Condition):
    """On this day or earlier."""

    name = _l("until")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """End with the day's last moment on the board's clock."""
        try:
            after = _day(value) + timedelta(days=1)
        except OverflowError:
            abort(400)
        return column < _start(column, after)


class OfRow(Condition):
    """The related row is the one whose page is shown."""

    name = _l("is")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Compare the key that points to it."""
        (key,) = column.property.local_columns
        return key == value


def typed(column: Any, text: Any) -> Any:
    """Return what was typed as a value of the column; answer 400 if it is none."""
    choices = getattr(column.type, "enum_class", None)
    kind = kind_of(column)
    try:
        if choices is not None:
            return choices(text)
        if kind is bool:
            return {"yes": True, "no": False}[text]
        if kind is int:
            return _whole(text)
        if kind is date:
            return _day(text)
    except (ValueError, KeyError):
        abort(400)
    return text


def _whole(text: Any) -> int:
    number = int(text) if str(text).isascii() else -1
    if abs(number) > LARGEST_KEY:
        raise ValueError
    return number


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        abort(400)


def _start(column: Any, day: date) -> date | datetime:
    if kind_of(column) is date:
        return day
    try:
        return datetime.combine(day, time(), tzinfo=board_zone())
    except OverflowError:
        abort(400)


class Conditions(BaseFilterConverter):
    """Which conditions a column can be searched by."""

    def convert(self, col_name: str) -> list[BaseFilter] | None:
        """Return the conditions for a column or dotted path; none for a relation."""
        try:
            _, column = along(self.datamodel.obj, col_name)
        except AttributeError:
            return None
        if not hasattr(column, "type"):
            return None
        return [kind(col_name, self.datamodel) for kind in _kinds(column)]


def _kinds(column: Any) -> Sequence[type[Condition]]:
    if getattr(column.type, "enum_class", None) is not None:
        return (Is,)
    kind = kind_of(column) or object
    if issubclass(kind, date):
        return (FromDay, UntilDay)
    if issubclass(kind, str):
        return (ContainsFolded if column.key == "folded_name" else Contains,)
    return (Is,) if issubclass(kind, int) else ()


class Rows(SQLAInterface):
    """The rows of one table, each with the related rows that a page names.

    `joined` are paths of relations loaded with the rows, such as "entry.session".
    """

    filter_converter_class = Conditions

    def __init__(self, obj: Any, joined: Sequence[str] = ()) -> None:
        super().__init__(obj)
        self.joined = tuple(joined)

    def apply_all(self, query: Query[Any], *args: Any, **options: Any) -> Query[Any]:
        """Load the related rows with the rows: one query, however many rows."""
        query = super().apply_all(query, *args, **options)
        for path in self.joined:
            relations, last = along(self.obj, path)
            query = query.options(_loading([*relations, last]))
        return query

    def get(self, id: Any, filters: Any = None, **options: Any) -> Any:
        """Return the row with this key that the filters let through, or None."""
        text = str(id)
        if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_KEY):
            return None
        query = self.session.query(self.obj)
        if filters:
            query = filters.apply_all(query)
        query = query.filter(self.get_pk() == int(text))
        return self.apply_all(query).one_or_none()

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        """Return the value at a dotted path as it is; nothing where a relation is."""
        for name in col.split("."):
            if item is None:
                return None
            item = getattr(item, name)
        return item() if callable(item) else item


def _loading(relations: Sequence[InstrumentedAttribute[Any]]) -> Any:
    first, *others = relations
    load = selectinload(first) if first.property.uselist else joinedload(first)
    for relation in others:
        load = load.joinedload(relation)
    return load
