"""A result that is missing after its last date: telling the centre, and its answers."""

from typing import Any

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app import clock
from app.errors import Refused
from app.services import access, cases, grading
from app.values import CaseState
from app.views.candidate.pages import ask, pages
from app.views.forms import EsitoForm, longest, required
from app.views.guards import candidate_only


class MissingForm(EsitoForm):
    """What the centre should know, if there is anything."""

    words = TextAreaField(
        _l("Is there anything your centre should know?"),
        [longest(2000)],
        render_kw={"rows": 4},
    )


class ReplyForm(EsitoForm):
    """What the person writes back."""

    words = TextAreaField(
        _l("Write to your centre"),
        [required(_l("Write something first.")), longest(2000)],
        render_kw={"rows": 4},
    )


@pages.route("/exams/<reference>/missing", methods=["GET", "POST"])
@candidate_only
def missing(reference: str) -> ResponseReturnValue:
    """Tell the centre that a result is missing, once its last date is over."""
    at, form = clock.now(), MissingForm()
    entry = access.own_entry(g.candidate, reference)
    values: dict[str, Any] = {
        "entry": entry,
        "exam": grading.exam(entry.session.exam),
        "wait": None,
    }
    standing = cases.of_entry(entry)
    if standing is not None and standing.state is not CaseState.closed:
        return redirect(url_for(".case", reference=standing.reference))
    try:
        cases.require_missing(entry, at=at)
        if not form.validate_on_submit():
            return ask("missing.html", form, **values)
        case = cases.report_missing(entry, form.words.data, by=g.candidate, at=at)
    except Refused as wait:
        page = ask("missing.html", form, **{**values, "wait": wait.message})
        return page, wait.status if form.is_submitted() else 200
    flash(_("Your centre has your question now."), "success")
    return redirect(url_for(".case", reference=case.reference))


@pages.route("/cases/<reference>", methods=["GET", "POST"])
@candidate_only
def case(reference: str) -> ResponseReturnValue:
    """Show what the centre answers about a missing result, and let them write back."""
    found, form = access.own_case(g.candidate, reference), ReplyForm()
    assert found.entry is not None
    values: dict[str, Any] = {
        "case": found,
        "entry": found.entry,
        "exam": grading.exam(found.entry.session.exam),
        "closed": found.state is CaseState.closed,
    }
    if not form.validate_on_submit():
        return ask("case.html", form, **values)
    try:
        cases.write(found, form.words.data, by=g.candidate, at=clock.now())
    except Refused as problem:
        return ask("case.html", form, problem, **values)
    flash(_("Your message is sent to the centre."), "success")
    return redirect(url_for(".case", reference=reference))
