"""What changed since the organisation looked, to be taken note of."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.errors import Conflict
from app.services import changes as changes_since
from app.services import grading
from app.services.localtime import today
from app.values import ExamCode
from app.views.guards import member_only
from app.views.verifier import pages


@pages.get("/changes")
@member_only
def changes() -> Any:
    """Show results that were amended or withdrawn since somebody here saw them."""
    page = request.args.get("page", 1, type=int)
    return render_template(
        "verifier/changes.html",
        page=changes_since.page_for(g.member, page, at=clock.now()),
        exam_name=_exam_name,
        today=today,
    )


@pages.post("/changes")
@member_only
def take_note() -> Any:
    """Take note of one change, or of all on the page, as they were shown."""
    marks = request.form.getlist("change")
    try:
        noted = changes_since.acknowledge(marks, by=g.member, at=clock.now())
    except Conflict as refused:
        flash(str(refused.message), "warning")
    else:
        if noted:
            words = ngettext(
                "%(num)s change is taken note of.",
                "%(num)s changes are taken note of.",
                noted,
            )
            flash(words, "success")
        else:
            flash(_("Somebody has taken note of this already."), "info")
    return redirect(url_for("verifier.changes"), 303)


def _exam_name(code: ExamCode) -> str:
    return grading.exam(code).name
