"""The candidates' way in and out: with a password, or with a link by e-mail."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused, TooManyTries
from app.services import access, accounts
from app.services.tokens import Purpose
from app.views import known_browser
from app.views.addresses import safe_local
from app.views.candidate.forms import PlainForm, SignInForm, WhoseForm
from app.views.candidate.pages import ask, pages
from app.views.candidate.second_factor import SIDE
from app.views.guards import (
    client_address,
    current_candidate,
    end_browser_session,
    public,
)
from app.views.second_factor import let_in


@pages.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Let a candidate in with ID Number or e-mail address, and password."""
    onward = safe_local(request.args.get("next")) or url_for(".home")
    if current_candidate():
        return redirect(onward)
    form = SignInForm(id_number=request.args.get("id_number", "")[:40])
    if not form.validate_on_submit():
        return ask("sign_in.html", form)
    try:
        account = accounts.sign_in(
            form.id_number.data,
            form.password.data,
            address=client_address(),
            at=clock.now(),
            browser=known_browser.held(),
        )
    except Refused as problem:
        waits = isinstance(problem, TooManyTries)
        return ask("sign_in.html", form, problem, waits=waits)
    return redirect(let_in(account, SIDE, onward))


@pages.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    end_browser_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for(".sign_in"))


@pages.route("/login/link", methods=["GET", "POST"])
@public
def ask_link() -> ResponseReturnValue:
    """Take the wish for a link that signs in; the answer never tells who is known."""
    form = WhoseForm()
    if not form.validate_on_submit():
        return ask("ask_link.html", form)
    try:
        accounts.ask_sign_in_link(
            form.id_number.data, address=client_address(), at=clock.now()
        )
    except Refused as problem:
        return ask("ask_link.html", form, problem)
    return redirect(url_for(".link_sent"))


@pages.get("/login/link/sent")
@public
def link_sent() -> ResponseReturnValue:
    """Say where the link goes, if there is an account."""
    return render_template("candidate/link_sent.html")


@pages.route("/login/link/<token>", methods=["GET", "POST"])
@public
def sign_in_by_link(token: str) -> ResponseReturnValue:
    """Sign in with the link from the mailbox; a button, as mail scanners open links."""
    form, at = PlainForm(), clock.now()
    try:
        if form.validate_on_submit():
            account = accounts.sign_in_by_link(token, at=at)
            return redirect(let_in(account, SIDE, url_for(".home")))
        account = accounts.holder(Purpose.sign_in, token, at=at)
    except NotFound as gone:
        page = render_template("candidate/link_over.html", purpose="sign_in")
        return page, gone.status
    return ask("use_link.html", form, entries=access.own_entries(account))
