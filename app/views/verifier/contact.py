"""Asking the board's staff, from any page of a member, and reading the answers."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from app import clock
from app.errors import Refused
from app.services import questions
from app.views.forms import EsitoForm, longest, required
from app.views.guards import client_address, member_only
from app.views.verifier import pages


class QuestionForm(EsitoForm):
    """A question, and the page that it was asked from."""

    words = TextAreaField(
        _l("Your question"),
        [required(_l("Write your question first.")), longest(questions.LONGEST)],
        description=_l(
            "Do not write results or dates of birth. The statement number is enough."
        ),
        render_kw={"rows": 6},
    )
    about = HiddenField()


@pages.route("/contact", methods=["GET", "POST"])
@member_only
def contact() -> Any:
    """Take a question to the board, and show the earlier ones with their answers."""
    form = QuestionForm()
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                questions.ask(
                    g.member,
                    form.words.data or "",
                    about=form.about.data or "",
                    address=client_address(),
                    at=clock.now(),
                )
                flash(_("Your question is with the board."), "success")
                return redirect(url_for("verifier.contact"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    else:
        form.about.data = questions.place(request.args.get("about", ""))
    number = request.args.get("page", 1, type=int)
    rows, more = questions.asked_by(g.member, number)
    page = render_template(
        "verifier/contact.html",
        form=form,
        about=questions.place(form.about.data or ""),
        questions=rows,
        number=max(number, 1),
        more=more,
    )
    return page, status
