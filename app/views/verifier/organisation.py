"""The organisation's own page: what candidates find, what it decides, what is below."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.errors import Refused
from app.services import countries, localtime, organisation_details
from app.views import navigation
from app.views.forms import EsitoForm, PlainSelect
from app.views.guards import member_only
from app.views.verifier import pages
from app.views.verifier.forms import TYPES

# The pages below this one, as they are served; what they say of themselves.
BELOW = (
    ("/verifier/organisation/users", _l("Users")),
    ("/verifier/organisation/requests", _l("Requests to join")),
    ("/verifier/organisation/exams", _l("Recognised exams")),
)


class DetailsForm(EsitoForm):
    """What the primary user decides for the organisation."""

    timezone = SelectField(
        _l("Time zone"),
        description=_l("Summaries by email go at 08:00 on this clock."),
        widget=PlainSelect(),
    )
    asks_purpose = BooleanField(
        _l("Our users say what for before they look up a result that was not shared"),
        description=_l("The candidate sees what was said."),
    )


@pages.route("/organisation", methods=["GET", "POST"])
@member_only
def organisation() -> Any:
    """Show the organisation's details; its primary user changes some of them."""
    own, may_change = g.member.organisation, organisation_details.may_change(g.member)
    form = DetailsForm(timezone=own.timezone, asks_purpose=own.asks_purpose)
    form.timezone.choices = _zones()
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                organisation_details.change(
                    g.member,
                    timezone=form.timezone.data or "",
                    asks_purpose=form.asks_purpose.data,
                    at=clock.now(),
                )
                flash(_("Your organisation’s details are saved."), "success")
                return redirect(url_for("verifier.organisation"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    page = render_template(
        "verifier/organisation.html",
        organisation=own,
        form=form,
        may_change=may_change,
        type_name=TYPES[own.type],
        country=dict(countries.by_name(str(get_locale()))).get(own.country, ""),
        zone=_shown(own.timezone or localtime.board_zone().key),
        below=navigation.links(BELOW),
    )
    return page, status


def _zones() -> list[SelectChoice]:
    board = _shown(localtime.board_zone().key)
    first = SelectChoice("", _("As the board: %(place)s", place=board))
    zones = organisation_details.zones()
    return [first, *(SelectChoice(name, _shown(name)) for name in zones)]


def _shown(zone: str) -> str:
    return zone.replace("_", " ")
