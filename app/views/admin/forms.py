"""The forms that screens generate from their columns, for pages without scripts."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from flask_appbuilder.forms import GeneralModelConverter
from flask_appbuilder.validators import Unique
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import Form, SelectChoice, SelectField, StringField, TimeField
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Optional, ValidationError

from app.extensions import db
from app.views.admin import words
from app.views.admin.rows import Rows, kind_of
from app.views.forms import EsitoForm


class NamedRow(StringField):
    """A row of a large table, named by what people know it by, such as its number."""

    def __init__(self, label: Any, model: Any, column: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.model = model
        self.column = column

    def process_data(self, value: Any) -> None:
        """Show the name of the row that the field holds."""
        self.data = getattr(value, self.column, None)

    @property
    def row(self) -> Any:
        """The row with the name that was typed, or None."""
        if not self.data:
            return None
        name = getattr(self.model, self.column)
        return db.session.scalar(select(self.model).where(name == self.data))

    def pre_validate(self, form: Form) -> None:
        """Refuse a name that no row has."""
        if self.data and self.row is None:
            raise ValidationError(
                _l("There is none with this name. Check what you typed.")
            )


class Generated(EsitoForm):
    """A form made from the columns of a table."""

    def values(self) -> dict[str, Any]:
        """Return what was typed, by attribute; a named row as the row itself."""
        return {
            field.name: field.row if isinstance(field, NamedRow) else field.data
            for field in self
            if field.name != "csrf_token"
        }


def generate(
    rows: Rows,
    columns: Sequence[str],
    *,
    labels: Mapping[str, Any],
    hints: Mapping[str, Any],
    named: Mapping[str, str],
    extra: Mapping[str, Any],
    validators: Mapping[str, Any],
) -> type[Generated]:
    """Return a form with a field for each column, in this order.

    `named` are the relations that are typed, with the column that names their rows;
    `extra` are fields of our own in place of a generated one.
    """
    fields: dict[str, Any] = {}
    for column in columns:
        label, hint = labels[column], hints.get(column, "")
        if column in extra:
            fields[column] = _placed_here(extra[column])
        elif column in named:
            fields[column] = _named(rows, column, named[column], label, hint)
        else:
            more = list(validators.get(column, ()))
            fields[column] = _generated(rows, column, label, hint, more)
    return type("GeneratedForm", (Generated,), fields)


def _placed_here(field: UnboundField) -> UnboundField:
    """A form shows its fields in the order in which they are made: made once more."""
    return UnboundField(field.field_class, *field.args, **field.kwargs)


def _named(rows: Rows, column: str, by: str, label: Any, hint: Any) -> UnboundField:
    needed = Optional() if rows.is_nullable(column) else _required()
    model = rows.get_related_model(column)
    return NamedRow(label, model, by, description=hint, validators=[needed])


def _generated(
    rows: Rows, column: str, label: Any, hint: Any, validators: list[Any]
) -> UnboundField:
    """Let Flask-AppBuilder choose field and validators, and the browser the widget."""
    stored = rows.list_columns[column]
    kind = getattr(stored.type, "enum_class", None)
    if kind is not None:
        return SelectField(
            label,
            description=hint,
            choices=lambda: [SelectChoice(one.value, words.word(one)) for one in kind],
            coerce=kind,
            validators=[_required(), *validators],
        )
    if kind_of(stored) is time:
        return TimeField(label, description=hint, validators=[_required(), *validators])
    made: dict[str, UnboundField] = {}
    GeneralModelConverter(rows)._convert_simple(column, label, hint, validators, made)
    field = made[column]
    field.kwargs.pop("widget", None)
    if rows.is_nullable(column):
        field.kwargs["filters"] = [_empty_is_nothing]
    # Whether a value is taken is asked inside the transaction; see records.py.
    field.kwargs["validators"] = [
        _plain(check, rows, column)
        for check in field.kwargs["validators"]
        if not isinstance(check, Unique)
    ]
    return field


def _plain(check: Any, rows: Rows, column: str) -> Any:
    """An empty text is a value of its own where the column's default is empty."""
    default = rows.list_columns[column].default
    if isinstance(check, InputRequired):
        return Optional() if default is not None and default.arg == "" else _required()
    return check


def _empty_is_nothing(value: Any) -> Any:
    return None if value == "" else value


def _required() -> InputRequired:
    return InputRequired(_l("Please fill this in."))
