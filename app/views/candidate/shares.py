"""Sending a result to an organisation, and taking it back."""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.models import Entry, Organisation
from app.services import access, countries, grading, sharing
from app.values import ResultStatus
from app.views.candidate.forms import PlainForm
from app.views.candidate.pages import ask, pages
from app.views.guards import candidate_only


class Introduced(NamedTuple):
    """What tells one organisation from another of the same name."""

    reference: str
    name: str
    place: str
    host: str
    address_matches: bool


# More names than this are not read through: a longer one has to be typed.
MOST_FOUND = 20


@pages.get("/results/<reference>/share")
@candidate_only
def share(reference: str) -> ResponseReturnValue:
    """Find the organisation that a result is to be sent to."""
    entry = _sendable(reference)
    name = request.args.get("name", "").strip()[:160]
    found = sharing.find_organisations(name, MOST_FOUND + 1) if name else []
    return render_template(
        "candidate/share.html",
        entry=entry,
        exam=grading.exam(entry.session.exam),
        name=name,
        found=[_introduced(one) for one in found[:MOST_FOUND]],
        more=len(found) > MOST_FOUND,
    )


@pages.route(
    "/results/<reference>/share/<organisation_reference>", methods=["GET", "POST"]
)
@candidate_only
def send(reference: str, organisation_reference: str) -> ResponseReturnValue:
    """Say exactly what the organisation will see, and share on the button."""
    entry = _sendable(reference)
    organisation = access.receiving_organisation(organisation_reference)
    form = PlainForm()
    problem = None
    if form.validate_on_submit():
        try:
            sharing.share(entry, organisation, by=g.candidate, at=clock.now())
        except Refused as refused:
            problem = refused
        else:
            words = _("Your result is sent to %(name)s.", name=organisation.name)
            flash(words, "success")
            return redirect(url_for(".shares"))
    return ask(
        "send.html",
        form,
        problem,
        entry=entry,
        one=_introduced(organisation),
        exam=grading.exam(entry.session.exam),
    )


@pages.get("/shares")
@candidate_only
def shares() -> ResponseReturnValue:
    """Show what was sent to whom, and whether they have read it."""
    made = sharing.shares_of(g.candidate)
    exams = {share.id: grading.exam(share.entry.session.exam) for share in made}
    return render_template(
        "candidate/shares.html",
        live=[share for share in made if share.withdrawn_at is None],
        withdrawn=[share for share in made if share.withdrawn_at is not None],
        exams=exams,
        looks=sharing.accesses(made),
    )


@pages.route("/shares/<reference>/withdraw", methods=["GET", "POST"])
@candidate_only
def withdraw(reference: str) -> ResponseReturnValue:
    """Take a result back from an organisation, after saying what that means."""
    share = access.own_share(g.candidate, reference)
    form = PlainForm()
    if share.withdrawn_at is None and not form.validate_on_submit():
        return ask("withdraw.html", form, share=share)
    if share.withdrawn_at is None:
        sharing.withdraw(share, by=g.candidate, at=clock.now())
        name = share.organisation.name
        flash(_("%(name)s does not see your result any more.", name=name), "success")
    return redirect(url_for(".shares"))


def _sendable(reference: str) -> Entry:
    entry, result = access.own_result(g.candidate, reference, at=clock.now())
    if result.status is not ResultStatus.graded:
        raise NotFound(access.NOTHING_HERE)
    return entry


def _introduced(organisation: Organisation) -> Introduced:
    country = dict(countries.by_name(str(get_locale()))).get(organisation.country)
    return Introduced(
        organisation.reference,
        organisation.name,
        f"{organisation.city}, {country or organisation.country}",
        urlsplit(organisation.website).hostname or organisation.website,
        organisation.domain_matches,
    )
