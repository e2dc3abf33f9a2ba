"""A candidate's password: forgotten, set anew with a link, and changed."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.services import accounts
from app.services.tokens import Purpose
from app.values import Audience
from app.views.candidate.forms import ChangePasswordForm, NewPasswordForm, WhoseForm
from app.views.candidate.pages import ask, pages
from app.views.guards import (
    candidate_only,
    client_address,
    end_browser_session,
    public,
    sign_in_browser,
)


@pages.route("/forgotten", methods=["GET", "POST"])
@public
def forgotten() -> ResponseReturnValue:
    """Take the wish for a new password; the answer never tells whether it is known."""
    form = WhoseForm(id_number=request.args.get("id_number", "")[:40])
    if not form.validate_on_submit():
        return ask("forgotten.html", form)
    try:
        accounts.ask_new_password(
            form.id_number.data, address=client_address(), at=clock.now()
        )
    except Refused as problem:
        return ask("forgotten.html", form, problem)
    return redirect(url_for(".forgotten_sent"))


@pages.get("/forgotten/sent")
@public
def forgotten_sent() -> ResponseReturnValue:
    """Say where the link goes, if there is an account."""
    return render_template("candidate/forgotten_sent.html")


@pages.route("/password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> ResponseReturnValue:
    """Set a new password with the link from the mailbox."""
    form, at = NewPasswordForm(), clock.now()
    try:
        if not form.validate_on_submit():
            accounts.holder(Purpose.set_password, token, at=at)
            return ask("set_password.html", form)
        accounts.set_password(token, form.password.data, at=at)
    except NotFound as gone:
        page = render_template("candidate/link_over.html", purpose="set_password")
        return page, gone.status
    except Refused as problem:
        return ask("set_password.html", form, problem)
    end_browser_session()
    flash(_("Your new password is set. You can log in with it now."), "success")
    return redirect(url_for(".sign_in"))


@pages.route("/account/password", methods=["GET", "POST"])
@candidate_only
def change_password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    form, mine = ChangePasswordForm(), g.candidate
    if not form.validate_on_submit():
        return ask("change_password.html", form)
    try:
        accounts.change_password(
            mine,
            form.old_password.data,
            form.password.data,
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return ask("change_password.html", form, problem)
    sign_in_browser(mine, Audience.candidate)
    flash(_("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for(".account"))
