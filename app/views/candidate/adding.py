"""One account for all of a person's exams: adding another one."""

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import Refused
from app.services import registering
from app.services.registering import Paper
from app.views.candidate.forms import PaperForm
from app.views.candidate.pages import ask, pages
from app.views.guards import candidate_only, client_address


@pages.route("/exams/add", methods=["GET", "POST"])
@candidate_only
def add_exam() -> ResponseReturnValue:
    """Add an exam to the account with the details on its Confirmation of Entry."""
    form = PaperForm(id_number=request.args.get("id_number", "")[:40])
    if not form.validate_on_submit() or form.date_of_birth.data is None:
        return ask("add_exam.html", form)
    try:
        registering.add_exam(
            g.candidate,
            Paper(form.id_number.data, form.secret.data, form.date_of_birth.data),
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return ask("add_exam.html", form, problem)
    flash(_("The exam is in your account now."), "success")
    return redirect(url_for(".home"))
