"""Sharing by link: making one, its address and QR code, who looked, ending it."""

from datetime import datetime

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app import clock
from app.errors import Conflict, NotFound, Refused
from app.models import Entry, Invitation, Result, Share, ShareLink
from app.services import access, grading, links, showing
from app.services.localtime import last_day
from app.services.sharing.wishes import LONGEST_PURPOSE
from app.services.showing import Shown
from app.values import ShareScope, ShareState
from app.views.candidate.forms import PlainForm
from app.views.candidate.pages import ask, pages
from app.views.candidate.share_forms import SCOPES, ScopeForm
from app.views.devices import device
from app.views.forms import DayField, longest, required
from app.views.guards import candidate_only


class LinkForm(ScopeForm):
    """How much a link shows, whom it is for, and until when."""

    purpose = StringField(
        _l("Whom is it for?"),
        [longest(LONGEST_PURPOSE)],
        description=_l(
            "For yourself, to tell your links apart: for example My CV. Nobody else"
            " sees it."
        ),
    )
    expires_on = DayField(
        _l("Last day on which it works"),
        [required(_l("Choose the last day of the link."))],
        description=_l("For example 30/01/2027. At most 12 months from now."),
    )


@pages.route("/results/<reference>/links", methods=["GET", "POST"], endpoint="links")
@candidate_only
def links_of_result(reference: str) -> ResponseReturnValue:
    """Show the links to a result, and make another one."""
    at = clock.now()
    entry, result = sendable(reference, at)
    offered = showing.scopes(entry, result)
    form = LinkForm(offered, expires_on=links.usual_last_day(at))
    problem = None
    if form.validate_on_submit():
        try:
            made = links.make(entry, by=g.candidate, at=at, **form.wish())
        except Refused as refused:
            problem = refused
        else:
            flash(_("Your link is ready."), "success")
            return redirect(url_for(".link", reference=made.reference))
    return ask(
        "links.html",
        form,
        problem,
        entry=entry,
        exam=grading.exam(entry.session.exam),
        previews=previews(entry, result, offered),
        made=links.of_entry(entry, request.args.get("page", 1, type=int), at=at),
        may_make=links.open_to(entry, at=at),
        from_day=links.open_from(entry),
        exam_name=exam_name,
        scopes=SCOPES,
        last_day=last_day,
    )


@pages.get("/links/<reference>")
@candidate_only
def link(reference: str) -> ResponseReturnValue:
    """Show one link: its address and QR code, what it shows, and every look."""
    found = access.own_link(g.candidate, reference)
    page = request.args.get("page", 1, type=int)
    return render_template(
        "candidate/link.html",
        row=links.one(found, at=clock.now()),
        page=links.looks_at(found, page),
        device=device,
        exam_name=exam_name,
        scopes=SCOPES,
        last_day=last_day,
    )


@pages.get("/links/<reference>/qr.svg")
@candidate_only
def link_qr(reference: str) -> ResponseReturnValue:
    """Draw the QR code of a link that works."""
    drawn = links.drawn(_working(reference), "svg")
    return Response(drawn, mimetype="image/svg+xml")


@pages.get("/links/<reference>/qr.png")
@candidate_only
def link_qr_file(reference: str) -> ResponseReturnValue:
    """Hand out the QR code of a link that works, for a CV or a letter."""
    named = {"Content-Disposition": 'attachment; filename="result-link.png"'}
    drawn = links.drawn(_working(reference), "png")
    return Response(drawn, mimetype="image/png", headers=named)


@pages.route("/links/<reference>/end", methods=["GET", "POST"])
@candidate_only
def end_link(reference: str) -> ResponseReturnValue:
    """End a link, after saying what that means."""
    found, form = access.own_link(g.candidate, reference), PlainForm()
    row = links.one(found, at=clock.now())
    if row.state in (ShareState.standing, ShareState.suspended):
        if not form.validate_on_submit():
            return ask("end_link.html", form, row=row, exam_name=exam_name)
        try:
            links.revoke(found, by=g.candidate, at=clock.now())
        except Conflict as refused:
            flash(str(refused.message), "warning")
        else:
            flash(_("The link has ended. It shows nothing any more."), "success")
    return redirect(url_for(".link", reference=reference))


def sendable(reference: str, at: datetime) -> tuple[Entry, Result]:
    """Return a result of the candidate's own that can be shared, with its entry."""
    entry, result = access.own_result(g.candidate, reference, at=at)
    if not showing.scopes(entry, result):
        raise NotFound(access.NOTHING_HERE)
    return entry, result


def previews(
    entry: Entry, result: Result, offered: tuple[ShareScope, ...]
) -> dict[str, Shown]:
    """Return what each scope that is offered shows."""
    return {one.value: showing.of(entry, result, one) for one in offered}


def exam_name(shared: Share | ShareLink | Invitation) -> str:
    """Return the name of the exam that a share, link or invitation is about."""
    return grading.exam(shared.entry.session.exam).name


def _working(reference: str) -> ShareLink:
    found = access.own_link(g.candidate, reference)
    if links.one(found, at=clock.now()).state is not ShareState.standing:
        raise NotFound(access.NOTHING_HERE)
    return found
