"""What every screen must say before it may exist: a slip is an error at import."""

from collections.abc import Mapping, Sequence
from inspect import isfunction
from typing import Any, ClassVar

from flask_appbuilder import ModelView

from app.views.admin import listing
from app.views.admin.forms import Generated, generate
from app.views.admin.rows import Rows

# Left out, Flask-AppBuilder would show or search every column, hidden ones too.
DEMANDED = (
    "class_permission_name",
    "list_title",
    "label_columns",
    "list_columns",
    "show_columns",
    "search_columns",
    "base_order",
)


class NoHistory:
    """Keep no history of visited addresses in the browser's session."""

    def update_redirect(self) -> None:
        """Do what the framework expects of it: nothing."""


class Declaration(NoHistory, ModelView):
    """Flask-AppBuilder's view, told everything that it would guess or keep."""

    datamodel: ClassVar[Rows]
    label_columns: Any
    order_columns: Any
    # Whether rows may be deleted one by one, after a page that asks.
    deletable: ClassVar[bool] = False
    # Relations that forms take, with the column that names the related row.
    named_relations: ClassVar[dict[str, str]] = {}
    # Text columns that hold members of a closed list, with the word for each.
    closed_lists: ClassVar[dict[str, Mapping[str, Any]]] = {}
    exclude_route_methods: ClassVar[set[str]]
    page_size = listing.SIZES[0]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.datamodel is None:
            return
        require_declared(cls)
        cls.route_base = cls.route_base or f"/admin/{cls.__name__.lower()}"
        cls.exclude_route_methods = {"download"} | {
            route
            for route, wanted in (
                ("add", cls.add_columns),
                ("edit", cls.edit_columns),
                ("delete", cls.deletable),
                ("action", _has_actions(cls)),
                ("action_post", _has_actions(cls)),
            )
            if not wanted
        }

    # --- What Flask-AppBuilder would guess, guess wrong, or keep between requests -----

    def _init_properties(self) -> None:
        """Keep an empty list empty: the framework would take it for every column."""
        declared = {
            name: list(getattr(self, name) or ())
            for name in ("search_columns", "add_columns", "edit_columns")
        }
        orderable = self.order_columns or _plain_columns(self)
        self.label_columns = dict(self.label_columns)
        super()._init_properties()
        for name, columns in declared.items():
            setattr(self, name, columns)
        self.order_columns = list(orderable)
        self._filters = self.datamodel.get_filters(self.search_columns)
        offered = self._filters.get_search_filters()
        for column in self.search_columns:
            if column not in offered:
                name = type(self).__name__
                raise TypeError(f"{name}: {column!r} cannot be searched by")

    def _init_forms(self) -> None:
        self.add_form = self._form(self.add_columns, self.add_form_extra_fields)
        self.edit_form = self._form(self.edit_columns, self.edit_form_extra_fields)

    def _form(self, columns: Sequence[str], extra: dict[str, Any]) -> type[Generated]:
        return generate(
            self.datamodel,
            columns,
            labels=self.label_columns,
            hints=self.description_columns,
            named=self.named_relations,
            extra=extra,
            validators=self.validators_columns,
        )


def require_declared(screen: "type[Declaration]") -> None:
    """Raise TypeError for a screen that leaves a column, label or title to guessing."""
    needed = [*DEMANDED, "add_title"] if screen.add_columns else DEMANDED
    missing = [name for name in needed if _absent(getattr(screen, name))]
    labels = screen.label_columns or {}
    missing += [
        f"label_columns[{column!r}]"
        for column in _columns(screen)
        if column not in labels
    ]
    if missing:
        raise TypeError(f"{screen.__name__} does not declare {', '.join(missing)}")
    _refuse_relations(screen)


def _absent(value: object) -> bool:
    """An empty list says something: no column. A lazy text is not read here."""
    return value is None or (isinstance(value, str | dict) and not value)


def _columns(screen: "type[Declaration]") -> list[str]:
    groups = (
        screen.list_columns,
        screen.show_columns,
        screen.search_columns,
        screen.add_columns,
        screen.edit_columns,
    )
    return sorted({column for group in groups for column in group or ()})


def _refuse_relations(screen: "type[Declaration]") -> None:
    """A relation in a form would load every row of the other table into a page."""
    own = {
        *(screen.add_form_extra_fields or ()),
        *(screen.edit_form_extra_fields or ()),
    }
    typed = {*(screen.add_columns or ()), *(screen.edit_columns or ())}
    typed -= {*own, *screen.named_relations}
    for column in [*sorted(typed), *screen.search_columns]:
        if screen.datamodel.is_relation(column):
            raise TypeError(
                f"{screen.__name__}: the relation {column!r} belongs into"
                " named_relations, or as a dotted path into search_columns"
            )


def _plain_columns(screen: "Declaration") -> Sequence[str]:
    """Return the listed columns of the table itself: ordering by them needs no join."""
    stored = screen.datamodel.list_columns
    return [column for column in screen.list_columns if column in stored]


def _has_actions(screen: "type[Declaration]") -> bool:
    members = (getattr(screen, name) for name in dir(screen))
    return any(isfunction(one) and hasattr(one, "_action") for one in members)
