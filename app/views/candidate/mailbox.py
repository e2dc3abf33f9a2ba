"""The e-mail address of an account: confirmed, and changed to another one."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.services import accounts, addresses
from app.services.tokens import Purpose
from app.values import Audience
from app.views.candidate.forms import ChangeEmailForm, PlainForm
from app.views.candidate.pages import ask, pages
from app.views.guards import (
    candidate_only,
    client_address,
    current_candidate,
    public,
    sign_in_browser,
)


@pages.post("/account/confirmation")
@candidate_only
def send_confirmation() -> ResponseReturnValue:
    """Send the link that confirms the e-mail address again."""
    try:
        addresses.ask_confirmation(g.candidate, at=clock.now())
    except Refused as problem:
        flash(str(problem.message), "warning")
    else:
        words = _("We have sent an email to %(email)s.", email=g.candidate.email)
        flash(words, "success")
    return redirect(url_for(".account"))


@pages.route("/account/email", methods=["GET", "POST"])
@candidate_only
def change_email() -> ResponseReturnValue:
    """Take the wish for another e-mail address; the link to it changes it."""
    form, mine = ChangeEmailForm(), g.candidate
    if not form.validate_on_submit():
        return ask("change_email.html", form, account=mine)
    try:
        addresses.ask_change(
            mine,
            form.email.data,
            form.password.data,
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return ask("change_email.html", form, problem, account=mine)
    _say_sent()
    return redirect(url_for(".account"))


@pages.post("/account/email/again")
@candidate_only
def send_email_change() -> ResponseReturnValue:
    """Send the link to the new address again."""
    try:
        addresses.send_again(g.candidate, at=clock.now())
    except Refused as problem:
        flash(str(problem.message), "warning")
    else:
        _say_sent()
    return redirect(url_for(".account"))


@pages.post("/account/email/cancel")
@candidate_only
def cancel_email_change() -> ResponseReturnValue:
    """Leave the address as it is."""
    addresses.cancel_change(g.candidate, at=clock.now())
    flash(_("Your email address stays as it is."), "success")
    return redirect(url_for(".account"))


@pages.route("/email/<token>", methods=["GET", "POST"])
@public
def confirm_new_email(token: str) -> ResponseReturnValue:
    """Change the address with the link sent to the new one; a button does it."""
    form, at = PlainForm(), clock.now()
    try:
        if form.validate_on_submit():
            mine = current_candidate()
            account = addresses.change(token, at=at)
            if mine is not None and mine.id == account.id:
                sign_in_browser(account, Audience.candidate)
            flash(_("Your email address is changed."), "success")
            return redirect(url_for(".account"))
        account = accounts.holder(Purpose.change_email, token, at=at)
    except NotFound as gone:
        page = render_template("candidate/link_over.html", purpose="change_email")
        return page, gone.status
    return ask("confirm_new_email.html", form, email=account.new_email)


def _say_sent() -> None:
    words = _(
        "We have sent a link to %(email)s. Your address changes when you open it.",
        email=g.candidate.new_email,
    )
    flash(words, "success")
