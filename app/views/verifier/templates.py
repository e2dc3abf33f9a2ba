"""How an organisation's data files are laid out: templates, and which one is whose."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import Refused
from app.models import DownloadTemplate
from app.services.downloads import templates
from app.services.downloads.templates import Layout
from app.values import AuditAction
from app.views.again import done_once
from app.views.guards import member_only
from app.views.verifier import pages
from app.views.verifier.download_forms import DATES, ROWS, AgainForm, TemplateForm


@pages.get("/downloads/templates")
@member_only
def download_templates() -> Any:
    """Show the organisation's templates, and by which this member's files are made."""
    return render_template(
        "verifier/templates.html",
        found=templates.of(g.member),
        default=templates.default_of(g.member),
        dates=DATES,
        rows=ROWS,
        preview=_previewed(templates.ALL_DETAILS),
    )


@pages.route("/downloads/templates/new", methods=["GET", "POST"])
@member_only
def new_template() -> Any:
    """Choose fields, their order and their headings for a new template."""
    return _edit(None, TemplateForm())


@pages.route("/downloads/templates/<reference>", methods=["GET", "POST"])
@member_only
def edit_template(reference: str) -> Any:
    """Change what a template holds; files that were made keep what it said."""
    template = templates.own(g.member, reference)
    return _edit(template, TemplateForm(templates.layout_of(template)))


@pages.get("/downloads/templates/<reference>/preview")
@member_only
def preview_template(reference: str) -> Any:
    """Show what a file by this template looks like, with values of nobody's."""
    template = templates.own(g.member, reference)
    return render_template(
        "verifier/template_preview.html",
        template=template,
        preview=_previewed(templates.layout_of(template)),
    )


@pages.route("/downloads/templates/<reference>/delete", methods=["GET", "POST"])
@member_only
@done_once(
    AuditAction.template_deleted,
    "template",
    lambda: g.member,
    "verifier.download_templates",
)
def delete_template(reference: str) -> Any:
    """Delete a template, after saying what that means."""
    template = templates.own(g.member, reference)
    if AgainForm().validate_on_submit():
        templates.remove(template, by=g.member, at=clock.now())
        flash(_("The template is deleted."), "success")
        return redirect(url_for(".download_templates"), 303)
    return render_template("verifier/template_delete.html", template=template)


@pages.post("/downloads/templates/default")
@member_only
def choose_template() -> Any:
    """Make this member's files by a template, unless they say otherwise."""
    reference = request.form.get("template", "")
    template = templates.own(g.member, reference) if reference else None
    templates.choose(g.member, template)
    flash(_("From now on your data files are made by this template."), "success")
    return redirect(url_for(".download_templates"), 303)


def _edit(template: DownloadTemplate | None, form: TemplateForm) -> Any:
    preview, status = None, 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                return _done(template, form)
            except Refused as problem:
                status = form.refuse(problem)
    return render_template(
        "verifier/template.html", form=form, template=template, preview=preview
    ), status


def _done(template: DownloadTemplate | None, form: TemplateForm) -> Any:
    layout = form.layout()
    if "preview" in request.form:
        templates.check(layout)
        return render_template(
            "verifier/template.html",
            form=form,
            template=template,
            preview=_previewed(layout),
        )
    templates.save(template, layout, by=g.member, at=clock.now())
    flash(_("The template is saved."), "success")
    return redirect(url_for(".download_templates"), 303)


def _previewed(layout: Layout) -> list[tuple[str, Any]]:
    """Return headings and specimen values, side by side."""
    row = templates.preview(layout, g.member.organisation)
    return list(zip(layout.headings(), row, strict=True))
