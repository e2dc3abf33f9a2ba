"""Files of the board: chosen, looked at, and only then written."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.errors import Conflict, NotFound, Refused
from app.services import rights, uploads
from app.services.importing import Summary
from app.values import ImportKind
from app.views.admin.base import Page
from app.views.admin.words import why_held, word, written
from app.views.forms import EsitoForm


class ImportForm(EsitoForm):
    """A file, and what it holds."""

    kind = SelectField(_l("What the file holds"), coerce=str)
    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])


class Imports(Page):
    """Choose a file, look at its problems or differences, write it."""

    route_base = "/admin/imports"
    class_permission_name = "Imports"
    default_view = "choose"
    list_title = _l("Import a file")

    @expose("/", methods=("GET", "POST"))
    @has_access
    @permission_name("import")
    def choose(self) -> Any:
        """Take a file, and keep it until its uploader has looked at it."""
        form = self._form()
        status = 200
        if form.is_submitted():
            status = 400
            if form.validate():
                try:
                    kept = uploads.keep(
                        form.file.data.filename or "",
                        ImportKind(form.kind.data),
                        form.file.data.read(),
                        by=g.user,
                        at=clock.now(),
                    )
                except Refused as problem:
                    status = form.refuse(problem)
                else:
                    return redirect(
                        url_for("Imports.look", reference=kept.reference), 303
                    )
        return self._choice(form, status)

    @expose("/<reference>")
    @has_access
    @permission_name("import")
    def look(self, reference: str) -> Any:
        """Show every problem of a file, or every difference it would make."""
        at = clock.now()
        file = uploads.own_file(reference, by=g.user, at=at)
        plan = uploads.look_at(file, by=g.user, at=at)
        writes = 0 if plan.problem_count else plan.added + plan.changed
        return self.render_template(
            "admin/import_look.html", file=file, plan=plan, writes=writes, said=why_held
        )

    @expose("/<reference>/write", methods=("POST",))
    @has_access
    @permission_name("import")
    def write(self, reference: str) -> Any:
        """Write what the page showed; a second time there is no file any more."""
        expected = request.form.get("expected", "")
        try:
            summary = uploads.write(reference, expected, by=g.user, at=clock.now())
        except NotFound as problem:
            form = self._form()
            return self._choice(form, form.refuse(problem))
        except Conflict as problem:
            flash(problem.message, "danger")
            return redirect(url_for("Imports.look", reference=reference), 303)
        flash(_said(summary), "success")
        return redirect(url_for("Imports.choose"), 303)

    @expose("/<reference>/discard", methods=("POST",))
    @has_access
    @permission_name("import")
    def discard(self, reference: str) -> Any:
        """Throw a file away."""
        try:
            uploads.discard(reference, by=g.user, at=clock.now())
        except NotFound as problem:
            form = self._form()
            return self._choice(form, form.refuse(problem))
        flash(_("The file is thrown away. Nothing was written."), "success")
        return redirect(url_for("Imports.choose"), 303)

    def _form(self) -> ImportForm:
        form = ImportForm()
        kinds = rights.importable(g.user)
        form.kind.choices = [SelectChoice(kind.value, word(kind)) for kind in kinds]
        return form

    def _choice(self, form: ImportForm, status: int) -> Any:
        files = uploads.own_files(by=g.user, at=clock.now())
        page = self.render_template(
            "admin/imports.html", form=form, files=files, written=written
        )
        return page, status


def _said(summary: Summary) -> str:
    words = _(
        "Written: %(added)d new, %(changed)d changed, %(unchanged)d as they were.",
        added=summary.added,
        changed=summary.changed,
        unchanged=summary.unchanged,
    )
    if summary.held:
        words += " " + _("%(count)d held back for an officer.", count=summary.held)
    if summary.left_releases:
        words += " " + _(
            "%(count)d left a release that was not out; propose it again.",
            count=summary.left_releases,
        )
    return words
