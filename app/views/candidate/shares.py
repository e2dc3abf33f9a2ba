"""Sending a result to an organisation, seeing what became of it, taking it back."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.errors import Conflict, Refused
from app.models import Organisation, Share
from app.services import (
    access,
    countries,
    grading,
    invitations,
    links,
    lookups,
    requirements,
    sharing,
    showing,
)
from app.services.localtime import last_day, today
from app.services.sharing import outbox
from app.values import AuditAction
from app.views.again import done_once
from app.views.candidate.forms import PlainForm
from app.views.candidate.links import exam_name, previews, sendable
from app.views.candidate.pages import ask, pages
from app.views.candidate.share_forms import SCOPES, ScopeForm
from app.views.guards import candidate_only


class Introduced(NamedTuple):
    """What tells one organisation from another of the same name."""

    reference: str
    name: str
    place: str
    host: str
    address_matches: bool
    # Another one in the list has the same name.
    doubled: bool


# More names than this are not read through: a longer one has to be typed.
MOST_FOUND = 20
# Who looked up a result by its number; the others are on a page of their own.
FIRST_LOOKUPS = 5


@pages.get("/results/<reference>/share")
@candidate_only
def share(reference: str) -> ResponseReturnValue:
    """Find the organisation that a result is to be sent to."""
    entry, _result = sendable(reference, clock.now())
    name = request.args.get("name", "").strip()[:160]
    found = sharing.find_organisations(name, MOST_FOUND + 1) if name else []
    names = [one.folded_name for one in found]
    return render_template(
        "candidate/share.html",
        entry=entry,
        exam=grading.exam(entry.session.exam),
        name=name,
        found=[
            _introduced(one, doubled=names.count(one.folded_name) > 1)
            for one in found[:MOST_FOUND]
        ],
        more=len(found) > MOST_FOUND,
        invite=url_for(".invite", reference=reference, name=name or None),
    )


@pages.route(
    "/results/<reference>/share/<organisation_reference>", methods=["GET", "POST"]
)
@candidate_only
def send(reference: str, organisation_reference: str) -> ResponseReturnValue:
    """Say exactly what the organisation will see, and share on the button."""
    at = clock.now()
    entry, result = sendable(reference, at)
    organisation = access.receiving_organisation(organisation_reference)
    standing = sharing.standing(entry, organisation, at=at)
    offered = showing.scopes(entry, result)
    form = ScopeForm(offered, **_as_it_stands(standing))
    problem = None
    if form.validate_on_submit():
        try:
            sharing.share(entry, organisation, by=g.candidate, at=at, **form.wish())
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
        namesakes=[_introduced(one) for one in sharing.namesakes(organisation)],
        previews=previews(entry, result, offered),
        standing=standing,
        wanted=requirements.for_candidate(
            organisation, entry.session.exam, on=today(at)
        ),
    )


@pages.get("/shares")
@candidate_only
def shares() -> ResponseReturnValue:
    """Show what was sent to whom, what they see, and whether they have read it."""
    at = clock.now()
    page = request.args.get("page", 1, type=int)
    return render_template(
        "candidate/shares.html",
        page=outbox.page_for(g.candidate, page, at=at),
        waiting=invitations.of(g.candidate, at=at) if page == 1 else [],
        links=links.of(g.candidate, at=at) if page == 1 else [],
        looked_up=lookups.of_account(g.candidate, rows=FIRST_LOOKUPS),
        exam_name=exam_name,
        scopes=SCOPES,
        last_day=last_day,
        countries=dict(countries.by_name(str(get_locale()))),
    )


@pages.get("/shares/<reference>/looks")
@candidate_only
def looks(reference: str) -> ResponseReturnValue:
    """Show every look at a shared result, and every download, in order."""
    share = access.own_share(g.candidate, reference)
    page = request.args.get("page", 1, type=int)
    return render_template(
        "candidate/looks.html",
        share=share,
        page=outbox.looks_at(share, page),
        exam_name=exam_name,
    )


@pages.get("/shares/lookups")
@candidate_only
def looked_up() -> ResponseReturnValue:
    """Show everybody who looked up a result by its statement number."""
    page = request.args.get("page", 1, type=int)
    return render_template(
        "candidate/looked_up.html",
        looked_up=lookups.of_account(g.candidate, page),
        exam_name=exam_name,
    )


@pages.post("/shares/<reference>/undo")
@candidate_only
@done_once(
    AuditAction.share_withdrawn, "share", lambda: g.candidate, "candidate.shares"
)
def undo(reference: str) -> ResponseReturnValue:
    """Unsend a result that nobody has read."""
    share = access.own_share(g.candidate, reference)
    name = share.organisation.name
    try:
        sharing.undo(share, by=g.candidate, at=clock.now())
    except Conflict:
        words = _("%(name)s has read it in the meantime. You can take it back.")
        flash(words % {"name": name}, "warning")
    else:
        words = _("Undone. %(name)s has not read your result, and cannot see it.")
        flash(words % {"name": name}, "success")
    return redirect(url_for(".shares"))


@pages.post("/shares/<reference>/resume")
@candidate_only
def resume(reference: str) -> ResponseReturnValue:
    """Let an organisation see what another account had shared with it."""
    share = access.own_share(g.candidate, reference)
    try:
        sharing.resume(share, by=g.candidate, at=clock.now())
    except Conflict as refused:
        flash(str(refused.message), "warning")
    else:
        name = share.organisation.name
        flash(_("%(name)s can see your result again.", name=name), "success")
    return redirect(url_for(".shares"))


@pages.route("/shares/<reference>/withdraw", methods=["GET", "POST"])
@candidate_only
def withdraw(reference: str) -> ResponseReturnValue:
    """Take a result back from an organisation, after saying what that means."""
    share = access.own_share(g.candidate, reference)
    form = PlainForm()
    if share.withdrawn_at is None and not form.validate_on_submit():
        return ask("withdraw.html", form, share=share, exam_name=exam_name)
    if share.withdrawn_at is None:
        try:
            sharing.withdraw(share, by=g.candidate, at=clock.now())
        except Conflict as refused:
            flash(str(refused.message), "warning")
        else:
            name = share.organisation.name
            words = _("%(name)s does not see your result any more.", name=name)
            flash(words, "success")
    return redirect(url_for(".shares"))


def _as_it_stands(standing: Share | None) -> dict[str, Any]:
    if standing is None:
        return {}
    end = standing.expires_at
    return {
        "scope": standing.scope.value,
        "purpose": standing.purpose,
        "expires_on": last_day(end) if end else None,
    }


def _introduced(organisation: Organisation, *, doubled: bool = False) -> Introduced:
    country = dict(countries.by_name(str(get_locale()))).get(organisation.country)
    return Introduced(
        organisation.reference,
        organisation.name,
        f"{organisation.city}, {country or organisation.country}",
        urlsplit(organisation.website).hostname or organisation.website,
        organisation.domain_matches,
        doubled,
    )
