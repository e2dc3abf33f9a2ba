"""How a member gets in and out, and gets a password."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.services import members
from app.views import known_browser
from app.views.addresses import safe_local
from app.views.guards import (
    client_address,
    current_member,
    end_browser_session,
    public,
)
from app.views.second_factor import let_in
from app.views.verifier import pages
from app.views.verifier.forms import ForgottenForm, PasswordForm, SignInForm
from app.views.verifier.second_factor import SIDE


@pages.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """Let a member in, and lead them to the page they came for."""
    form = SignInForm()
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                member = members.sign_in(
                    form.email.data,
                    form.password.data,
                    address=client_address(),
                    at=clock.now(),
                    browser=known_browser.held(),
                )
                onward = let_in(member, SIDE, _inside(form.next.data))
                return redirect(onward, 303)
            except Refused as problem:
                status = form.refuse(problem)
    elif current_member() is not None:
        return redirect(url_for("verifier.shared"))
    else:
        form.next.data = request.args.get("next", "")
    return render_template("verifier/login.html", form=form), status


@pages.post("/logout")
@public
def sign_out() -> Any:
    """End this browser's session; a copy of its cookie is worthless afterwards."""
    end_browser_session()
    flash(_("You have signed out."), "success")
    return redirect(url_for("verifier.sign_in"), 303)


@pages.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> Any:
    """Send a password link; the answer does not tell whether the address is known."""
    form = ForgottenForm()
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                members.forgot_password(
                    form.email.data, address=client_address(), at=clock.now()
                )
                return redirect(url_for("verifier.link_sent"), 303)
            except Refused as problem:
                status = form.refuse(problem)
    return render_template("verifier/forgotten.html", form=form), status


@pages.get("/forgotten/sent")
@public
def link_sent() -> Any:
    """Say that a link is on its way, if there is anybody to send it to."""
    return render_template("verifier/link_sent.html")


@pages.route("/password/<token>", methods=["GET", "POST"])
@public
def password(token: str) -> Any:
    """Let the holder of a link choose a password."""
    form = PasswordForm()
    status = 200
    try:
        holder = members.link_holder(token, at=clock.now())
        if form.is_submitted():
            status = 400
            if form.validate():
                members.set_password(token, form.password.data, at=clock.now())
                flash(_("Your password is set. You can sign in now."), "success")
                return redirect(url_for("verifier.sign_in"), 303)
    except NotFound:
        return render_template("verifier/link_gone.html"), 404
    except Refused as problem:
        status = form.refuse(problem)
    return render_template("verifier/password.html", form=form, holder=holder), status


def _inside(path: str | None) -> str:
    """Return the verifier's page that was asked for, or the list."""
    wanted = safe_local(path)
    inside = wanted is not None and wanted.startswith("/verifier/")
    return wanted if inside and wanted else url_for("verifier.shared")
