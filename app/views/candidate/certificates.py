"""The candidate's certificate: where it is, and how they want to get it."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import DateInput

from app import clock
from app.errors import NotFound, Refused
from app.models import Certificate, Entry
from app.services import access, ages, certificates, grading, rules, standings
from app.services.certificates import arranging, authorisation
from app.services.certificates.arranging import Wish
from app.values import DayPart
from app.views.candidate.forms import PlainForm
from app.views.candidate.pages import ask, pages
from app.views.forms import DayField, EsitoForm, longest, required
from app.views.guards import candidate_only


class CollectionDay(DayField):
    """A day at the centre, picked from the browser's calendar."""

    widget = DateInput()

    def _value(self) -> str:
        return self.data.isoformat() if self.data else super()._value()


def _either(_form: Form, field: Field) -> None:
    """Refuse what is not among the choices, or nothing at all, in our own words."""
    if field.data not in [choice.value for choice in field.choices]:
        raise StopValidation(_l("Choose morning or afternoon."))


_either.field_flags = {"required": True}  # type: ignore[attr-defined]


class ComeForm(EsitoForm):
    """When the candidate wants to come."""

    collect_on = CollectionDay(_l("Which day?"), [required(_l("Choose a day."))])
    part = RadioField(
        _l("When in the day?"),
        [_either],
        validate_choice=False,
        choices=[
            SelectChoice(DayPart.morning.value, _l("In the morning")),
            SelectChoice(DayPart.afternoon.value, _l("In the afternoon")),
        ],
    )

    def wish(self) -> Wish:
        """Return what was asked for."""
        return Wish(collect_on=self.collect_on.data, part=DayPart(self.part.data))


class SendForm(ComeForm):
    """Who comes instead of the candidate, and when."""

    collector = StringField(
        _l("Name of the person who collects it"),
        [required(_l("Enter the name as it is on their ID.")), longest(200)],
        description=_l("As it is on their ID."),
    )

    def wish(self) -> Wish:
        """Return what was asked for, with the name."""
        return Wish(
            collect_on=self.collect_on.data,
            part=DayPart(self.part.data),
            collector=self.collector.data or "",
        )


class PostForm(EsitoForm):
    """Where to post it to."""

    post_to = TextAreaField(
        _l("Your postal address"),
        [required(_l("Enter your postal address.")), longest(500)],
        description=_l("With your name, the postcode and the country."),
        render_kw={"rows": 4},
    )

    def wish(self) -> Wish:
        """Return what was asked for."""
        return Wish(post_to=self.post_to.data or "")


WAYS: dict[str, type[ComeForm | PostForm]] = {
    "come": ComeForm,
    "send": SendForm,
    "post": PostForm,
}


@pages.get("/exams/<reference>/certificate")
@candidate_only
def certificate(reference: str) -> ResponseReturnValue:
    """Show where a certificate is, and the ways to get it."""
    at = clock.now()
    entry, paper = certificates.own(g.candidate, reference, at=at)
    return render_template(
        "candidate/certificate.html",
        form=PlainForm(),
        where=standings.of(entry, at=at),
        **_about(entry, paper, at),
    )


@pages.route("/exams/<reference>/certificate/arrange", methods=["GET", "POST"])
@candidate_only
def arrange(reference: str) -> ResponseReturnValue:
    """Ask when they come, who comes for them, or where to post it to."""
    at = clock.now()
    entry, paper = certificates.own(g.candidate, reference, at=at)
    way = request.args.get("way", "come")
    if way not in WAYS:
        abort(404)
    if way != "post" and not arranging.has_days(paper, at=at):
        return redirect(url_for(".certificate", reference=reference))
    form = WAYS[way](obj=paper, part=paper.collect_part)
    problem = None
    if form.validate_on_submit():
        problem = _tried(
            lambda: arranging.arrange(paper, form.wish(), by=g.candidate, at=at)
        )
        if problem is None:
            flash(_("Your centre has your wish. You can change it here."), "success")
            return redirect(url_for(".certificate", reference=reference))
    return ask("arrange.html", form, problem, way=way, **_about(entry, paper, at))


@pages.post("/exams/<reference>/certificate/cancel")
@candidate_only
def cancel_collection(reference: str) -> ResponseReturnValue:
    """Take back what was arranged."""
    at = clock.now()
    _entry, paper = certificates.own(g.candidate, reference, at=at)
    if PlainForm().validate_on_submit():
        problem = _tried(lambda: arranging.cancel(paper, by=g.candidate, at=at))
        flash(
            problem.message if problem else _("It is cancelled."),
            "danger" if problem else "success",
        )
    return redirect(url_for(".certificate", reference=reference))


@pages.get("/exams/<reference>/certificate/authorisation.pdf")
@candidate_only
def authorisation_to_collect(reference: str) -> ResponseReturnValue:
    """Hand out the paper for the person who collects it instead."""
    at = clock.now()
    _entry, paper = certificates.own(g.candidate, reference, at=at)
    if not paper.collector:
        raise NotFound(access.NOTHING_HERE)
    return Response(
        authorisation.to_collect(paper, at=at),
        mimetype="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="Authorisation.pdf"'},
    )


def _tried(do: Callable[[], None]) -> Refused | None:
    try:
        do()
    except Refused as refused:
        return refused
    return None


def _about(entry: Entry, paper: Certificate, at: datetime) -> dict[str, object]:
    return {
        "entry": entry,
        "certificate": paper,
        "exam": grading.exam(entry.session.exam),
        "rules": rules.of(entry.centre),
        "minor": ages.under(ages.ADULT, entry.date_of_birth, at=at),
        "first_day": arranging.first_day(paper, at=at),
        "last_day": arranging.last_day(paper, at=at),
        "has_days": arranging.has_days(paper, at=at),
        "missed": arranging.missed(paper, at=at),
        "too_late": arranging.too_late(paper, at=at),
    }
