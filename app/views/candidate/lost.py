"""A lost Confirmation of Entry: which centre, what to bring, and a request to it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.errors import Refused
from app.services import access, cases, grading, rules
from app.services.cases import lost_papers
from app.services.cases.lost_papers import LostPaper
from app.values import CaseState, ExamCode, Language
from app.views.candidate.cases import ReplyForm
from app.views.candidate.pages import ask, pages
from app.views.centre_search import searched
from app.views.forms import (
    DateOfBirthField,
    EsitoForm,
    PlainSelect,
    email_address,
    longest,
    required,
)
from app.views.guards import client_address, public
from app.views.locale import chosen_language
from app.views.public import country_name


class LostPaperForm(EsitoForm):
    """What the person knows about their entry."""

    name = StringField(
        _l("Your full name"), [required(_l("Enter your name.")), longest(200)]
    )
    date_of_birth = DateOfBirthField(
        _l("Date of birth"), [required(_l("Enter your date of birth."))]
    )
    email = StringField(
        _l("Email address"),
        [required(_l("Enter your email address.")), email_address()],
    )
    exam = SelectField(
        _l("Exam"),
        choices=lambda: [
            SelectChoice("", _("I am not sure")),
            *(SelectChoice(code.value, grading.exam(code).name) for code in ExamCode),
        ],
        widget=PlainSelect(),
    )
    when = StringField(_l("When you took it"), [longest(80)])
    school = StringField(_l("Your school"), [longest(160)])
    words = TextAreaField(
        _l("What else may help"), [longest(2000)], render_kw={"rows": 3}
    )


@pages.get("/lost")
@public
def lost() -> str:
    """Help somebody without their paper to find the centre that can print it."""
    return render_template(
        "candidate/lost.html",
        search=searched(everything=False),
        country_name=country_name,
    )


@pages.route("/lost/<number>", methods=["GET", "POST"])
@public
def lost_ask(number: str) -> ResponseReturnValue:
    """Say what to bring, and take a request for the centre."""
    form, centre = LostPaperForm(), lost_papers.centre(number)
    values: dict[str, Any] = {"centre": centre, "rules": rules.of(centre)}
    if not form.validate_on_submit() or form.date_of_birth.data is None:
        return ask("lost_ask.html", form, **values)
    told = LostPaper(
        name=form.name.data,
        date_of_birth=form.date_of_birth.data,
        email=form.email.data,
        exam=ExamCode(form.exam.data) if form.exam.data else None,
        when=form.when.data or "",
        school=form.school.data or "",
        words=form.words.data or "",
        language=Language(chosen_language()),
    )
    try:
        lost_papers.ask_for_paper(
            centre, told, address=client_address(), at=clock.now()
        )
    except Refused as problem:
        return ask("lost_ask.html", form, problem, **values)
    flash(_("We have sent an email to %(email)s.", email=told.email), "success")
    return redirect(url_for(".lost_sent", number=centre.number))


@pages.get("/lost/<number>/sent")
@public
def lost_sent(number: str) -> str:
    """Say what happens now; the page of the request opens from the e-mail alone."""
    centre = lost_papers.centre(number)
    return render_template("candidate/lost_sent.html", centre=centre)


@pages.route("/lost/request/<reference>", methods=["GET", "POST"])
@public
def lost_request(reference: str) -> ResponseReturnValue:
    """Show whoever holds the link what the centre answers, and let them write back.

    What was typed into the request is not shown: the address may be a stranger's.
    """
    case, form = access.lost_paper(reference), ReplyForm()
    values: dict[str, Any] = {
        "case": case,
        "messages": [one for one in case.messages if one.at > case.opened_at],
        "closed": case.state is CaseState.closed,
    }
    if not form.validate_on_submit():
        return ask("lost_request.html", form, **values)
    try:
        cases.write(
            case, form.words.data, by=None, at=clock.now(), address=client_address()
        )
    except Refused as problem:
        return ask("lost_request.html", form, problem, **values)
    flash(_("Your message is sent to the centre."), "success")
    return redirect(url_for(".lost_request", reference=reference))
