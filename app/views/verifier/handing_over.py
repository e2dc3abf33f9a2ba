"""The primary role of a member's organisation: offered, accepted or declined."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import Refused
from app.models import Handover
from app.services import handovers, members
from app.views.guards import client_address, member_only
from app.views.verifier import pages
from app.views.verifier.users_forms import AnswerForm, OfferForm, SureForm


@pages.route("/organisation/users/handover", methods=["GET", "POST"])
@member_only
def handover() -> Any:
    """Let the primary user offer their role, and whoever is asked answer.

    A form of before, or one that is sent twice, does nothing else than it says.
    """
    offer = handovers.open_for(g.member, at=clock.now())
    late = "take_back" if offer is None else "to"
    if offer is not None and offer.from_id != g.member.id:
        return _answer(offer)
    if offer is None and not members.is_primary(g.member):
        status = 404 if request.method == "POST" else 200
        return render_template("verifier/handover_over.html"), status
    if late in request.form:
        words = handovers.OFFERED_ALREADY if offer else handovers.OVER
        flash(str(words), "warning")
        return redirect(url_for("verifier.handover"), 303)
    return _offer() if offer is None else _take_back(offer)


def _offer() -> Any:
    form, status = OfferForm(), 200
    people = handovers.could_take_over(g.member)
    form.offer_to(people)
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                _prove(form)
                to = members.own(g.member, form.to.data)
                handovers.offer(to, by=g.member, at=clock.now())
                flash(_("%(name)s has been asked by email.", name=to.name), "success")
                return redirect(url_for("verifier.handover"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    page = render_template("verifier/handover.html", form=form, people=people)
    return page, status


def _take_back(offer: Handover) -> Any:
    form, status = SureForm(), 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                handovers.take_back(offer, by=g.member, at=clock.now())
                flash(_("The offer is taken back. Nothing has changed."), "success")
                return redirect(url_for("verifier.users"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    until = handovers.ends_at(offer)
    return render_template(
        "verifier/handover_open.html", form=form, offer=offer, until=until
    ), status


def _answer(offer: Handover) -> Any:
    form, status = AnswerForm(), 200
    declines = "decline" in request.form
    if form.is_submitted():
        status = 400
        if declines:
            # No is as good without a password.
            form = SureForm()
        if form.validate():
            try:
                return _answered(offer, form, declines)
            except Refused as problem:
                status = form.refuse(problem)
    shown = AnswerForm(formdata=None) if declines else form
    shown.form_errors = form.form_errors
    until = handovers.ends_at(offer)
    return render_template(
        "verifier/handover_answer.html", form=shown, offer=offer, until=until
    ), status


def _answered(offer: Handover, form: Any, declines: bool) -> Any:
    if declines:
        handovers.decline(offer, by=g.member, at=clock.now())
        flash(_("You have declined. Nothing has changed."), "success")
    else:
        _prove(form)
        handovers.accept(offer, by=g.member, at=clock.now())
        flash(_("You are the primary user now."), "success")
    return redirect(url_for("verifier.users"), 303)


def _prove(form: Any) -> None:
    """Refuse whoever sits at a browser that a member left open."""
    members.require_password(
        g.member,
        form.password.data,
        field="password",
        address=client_address(),
        at=clock.now(),
    )
