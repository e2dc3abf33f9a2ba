"""The back office's two kinds of page: generated screens, and pages of our own.

Flask-AppBuilder's view is tamed here once; docs/decisions/0007-back-office.md says
what of it is replaced and why. A screen is data in a fixed order:

    class Centres(Screen):
        datamodel = Rows(Centre)
        class_permission_name = "Centres"
        list_title, add_title
        label_columns, list_columns, show_columns, search_columns, base_order
        base_filters, related_views
        add_columns, edit_columns, named_relations, deletable

An action takes the list of rows, which the reader may see, and returns an answer or
None: `@action("retry", _l("Try again"), confirmation=_l("..."), multiple=True)`. One
with a confirmation is done only after a page that asks.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from app import clock
from app.errors import Refused
from app.services import audit, records
from app.values import AuditAction
from app.views.admin import listing
from app.views.admin.declared import Declaration, NoHistory
from app.views.admin.rows import OfRow
from app.views.admin.words import written


class Page(NoHistory, BaseView):
    """A page of our own under /admin; it names its `route_base` and permissions."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not (cls.route_base or "").startswith("/admin/"):
            raise TypeError(f"{cls.__name__} needs a route_base under /admin/")
        if not cls.class_permission_name:
            raise TypeError(f"{cls.__name__} needs a class_permission_name: a noun")


class Screen(Declaration):
    """A generated list, page, form and deletion of one table's rows.

    Every row is fetched through `base_filters`; nothing is shown, searched, ordered by
    or changed but what is declared; every change is written by `services.records`.
    """

    list_template = "admin/list.html"
    show_template = "admin/show.html"
    add_template = edit_template = "admin/form.html"

    # --- Pages ------------------------------------------------------------------------

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """Show the rows that were searched for, a page at a time."""
        rows = self.page_of(listing.searched(self))
        fields = listing.search_fields(self)
        return self.render_template(self.list_template, rows=rows, fields=fields)

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> Any:
        """Show one row, and the lists that belong to it."""
        row = self.row(pk)
        related = [
            (view, view.page_of(self._related(view, row)))
            for view in self._related_views
            if view.may("list")
        ]
        return self.render_template(
            self.show_template, screen=self, row=row, pk=pk, related=related
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Show the empty form, or add what was typed."""
        listing.nothing_searched()
        form = self.add_form()
        return self._filled(form, self.write_added, self.add_title)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        """Show the form with the row's values, or change what was typed."""
        listing.nothing_searched()
        row = self.row(pk)
        form = self.edit_form(obj=row)
        self.prefill_form(form, row)
        title = self.heading(row)
        return self._filled(form, partial(self.write_changed, row), title, row)

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        """Ask first; delete on the answer."""
        if self.taken_away(pk, AuditAction.record_deleted):
            return redirect(self.address("list"))
        row = self.row(pk)
        if request.method == "GET":
            question = _("Delete %(row)s? This cannot be undone.", row=row)
            return self.ask(question, _("Delete"), back=self.address("show", pk=pk))
        try:
            self.write_deleted(row)
        except Refused as problem:
            flash(problem.message, "danger")
            return redirect(self.address("show", pk=pk))
        flash(_("Deleted."), "success")
        return redirect(self.address("list"))

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        """Do an action of the screen to one row."""
        return self._act(name, [pk])

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        """Do an action of the screen to the rows that were ticked."""
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"))

    # --- What a screen may say differently, a line each -------------------------------

    def write_added(self, values: dict[str, Any]) -> Any:
        """Add a row with these values and return it."""
        return records.add(self.datamodel.obj, values, by=g.user, at=clock.now())

    def write_changed(self, row: Any, values: dict[str, Any]) -> Any:
        """Change these values of a row."""
        return records.change(row, values, by=g.user, at=clock.now())

    def write_deleted(self, row: Any) -> None:
        """Delete a row."""
        records.delete(row, by=g.user, at=clock.now())

    def heading(self, row: Any) -> str:
        """Return what stands above the page and the form of a row."""
        return str(row)

    def prefill_form(self, form: Any, row: Any) -> None:
        """Fill fields that are no columns of the row."""

    # --- What templates ask -----------------------------------------------------------

    def may(self, what: str) -> bool:
        """Tell whether the reader may list, show, add, edit, delete or do an action."""
        known = what if what in self.actions else f"can_{what}"
        return known in self.base_permissions and self.appbuilder.sm.has_access(
            known, self.class_permission_name
        )

    def address(self, page: str, **values: Any) -> str:
        """Return the address of one of this screen's pages."""
        return url_for(f"{type(self).__name__}.{page}", **values)

    def value(self, row: Any, column: str) -> Any:
        """Return a row's value as people read it."""
        found = self.datamodel._get_attr_value(row, column)
        formatter = self.formatters_columns.get(column)
        found = self.closed_lists.get(column, {}).get(found, found)
        return formatter(found) if formatter else written(found)

    def row_actions(self, *, several: bool) -> Iterable[Any]:
        """Return the actions that the reader may do to one row, or to several."""
        for name, action in self.actions.items():
            if (action.multiple if several else action.single) and self.may(name):
                yield action

    # --- How it is done ---------------------------------------------------------------

    def row(self, pk: str) -> Any:
        """Return the row with this key if the reader may see it; else answer 404."""
        found = self.datamodel.get(pk, self._base_filters)
        if found is None:
            abort(404)
        return found

    def taken_away(self, pk: str, action: AuditAction) -> bool:
        """Tell whether a form comes again whose sender has just taken its row away."""
        if request.method != "POST" or self.datamodel.get(pk, self._base_filters):
            return False
        return audit.did_last(action, by=g.user, at=clock.now())

    def page_of(self, filters: Any) -> listing.PageOfRows:
        """Return one page of the rows that the filters and the base filters leave."""
        asked = listing.asked(self)
        order = (asked.order_column, asked.order_direction)
        count, rows = self.datamodel.query(
            filters.get_joined_filters(self._base_filters),
            *(order if asked.order_column else self.base_order),
            page=asked.page,
            page_size=asked.page_size,
        )
        return listing.PageOfRows(self, rows, count, asked)

    def _related(self, view: "Screen", row: Any) -> Any:
        relation = view.datamodel.get_related_fk(self.datamodel.obj)
        filters = view.datamodel.get_filters()
        key = self.datamodel.get_pk_value(row)
        return filters.add_filter_related_view(relation, OfRow, key)

    def _filled(
        self, form: Any, write: Callable[..., Any], title: Any, row: Any = None
    ) -> Any:
        """Show the form until what was typed has been written."""
        status = 200
        if request.method == "POST":
            status = 400
            if form.validate():
                try:
                    row = write(form.values())
                except Refused as problem:
                    status = form.refuse(problem)
                else:
                    flash(_("Saved."), "success")
                    key = self.datamodel.get_pk_value(row)
                    return redirect(self.address("show", pk=key))
        if row is None:
            back = self.address("list")
        else:
            back = self.address("show", pk=self.datamodel.get_pk_value(row))
        page = self.render_template(
            self.add_template, form=form, form_title=title, back=back
        )
        return page, status

    def _act(self, name: str, keys: Any) -> Any:
        action = self.actions.get(name)
        if action is None:
            abort(404)
        if not self.may(name):
            abort(403)
        if not keys:
            flash(_("Tick at least one row first."), "warning")
            return redirect(self.address("list"))
        if len(keys) > (listing.LARGEST_PAGE if action.multiple else 1):
            abort(400)
        rows = [self.row(key) for key in dict.fromkeys(keys)]
        one = len(rows) == 1 and self.may("show")
        back = self.address("show", pk=keys[0]) if one else self.address("list")
        if action.confirmation and request.form.get("confirmed") != "yes":
            return self.ask(action.confirmation, action.text, back, name, rows)
        try:
            return action.func(rows) or redirect(back)
        except Refused as problem:
            flash(problem.message, "danger")
            return redirect(back)

    def ask(
        self, question: Any, label: Any, back: str, name: str = "", rows: Any = ()
    ) -> Any:
        """Show a page that asks before something is done; nothing has been done yet."""
        return self.render_template(
            "admin/confirm.html",
            question=question,
            label=label,
            back=back,
            action=name,
            rows=[(self.datamodel.get_pk_value(row), row) for row in rows],
        )
