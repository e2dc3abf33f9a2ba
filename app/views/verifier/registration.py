"""How an organisation comes to the service: it applies, and answers what is asked."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app import clock
from app.errors import NotFound, Refused
from app.services import applicant, countries, organisations
from app.services.applications import Application
from app.values import Language, OrganisationType
from app.views.guards import client_address, public
from app.views.verifier import pages
from app.views.verifier.forms import CHOOSE, ApplicationForm
from app.views.verifier.joining_forms import ReplyForm


@pages.get("/register")
@public
def register() -> Any:
    """Show the three ways in."""
    return render_template("verifier/register.html")


@pages.route("/register/new", methods=["GET", "POST"])
@public
def apply() -> Any:
    """Take an organisation's application."""
    form = ApplicationForm()
    known = countries.by_name(str(get_locale()))
    form.country.choices = [CHOOSE, *(SelectChoice(*pair) for pair in known)]
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                organisations.apply(
                    _application(form), address=client_address(), at=clock.now()
                )
                return redirect(url_for("verifier.thanks"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    return render_template("verifier/apply.html", form=form), status


@pages.get("/register/thanks")
@public
def thanks() -> Any:
    """Say what happens next; the same for everybody who applies."""
    due_on = organisations.due_on(clock.now())
    return render_template("verifier/thanks.html", due_on=due_on)


@pages.route("/register/answer/<token>", methods=["GET", "POST"])
@public
def answer(token: str) -> Any:
    """Show an applicant what the board asks, and let them answer in words."""
    form, status = ReplyForm(), 200
    try:
        holder = applicant.link_holder(token, at=clock.now())
        if form.is_submitted():
            status = 400
            if form.validate():
                applicant.answer(
                    token, form.words.data, address=client_address(), at=clock.now()
                )
                flash(_("Your answer is sent to the board."), "success")
                return redirect(url_for("verifier.answer", token=token), 303)
    except NotFound:
        return render_template("verifier/answer_gone.html"), 404
    except Refused as problem:
        status = form.refuse(problem)
    assert holder.organisation is not None
    page = render_template(
        "verifier/answer.html",
        form=form,
        organisation=holder.organisation,
        late=applicant.overdue(holder.organisation, at=clock.now()),
        messages=applicant.messages(holder.organisation),
    )
    return page, status


def _application(form: ApplicationForm) -> Application:
    return Application(
        first_name=form.first_name.data,
        family_name=form.family_name.data,
        job_title=form.job_title.data,
        email=form.email.data,
        organisation=form.organisation.data,
        type=OrganisationType(form.type.data),
        website=form.website.data,
        city=form.city.data,
        country=form.country.data,
        language=Language(str(get_locale())),
    )
