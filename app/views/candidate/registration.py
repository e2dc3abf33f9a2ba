"""Opening an account, unlocking a Secret Number, confirming an e-mail address."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.services import accounts, addresses, proof, registering
from app.services.registering import Paper
from app.services.tokens import Purpose
from app.values import Language
from app.views.candidate.forms import PlainForm, RegistrationForm
from app.views.candidate.pages import ask, pages
from app.views.guards import client_address, current_candidate, public
from app.views.locale import chosen_language


@pages.route("/register", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    """Open an account with the details on the Confirmation of Entry."""
    typed = request.args.get("id_number", "")[:40]
    if current_candidate():
        return redirect(url_for(".add_exam", id_number=typed or None))
    form = RegistrationForm(id_number=typed)
    if not form.validate_on_submit() or form.date_of_birth.data is None:
        return ask("register.html", form)
    try:
        registering.register(
            Paper(form.id_number.data, form.secret.data, form.date_of_birth.data),
            form.email.data,
            form.password.data,
            Language(chosen_language()),
            form.updates.data,
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return ask("register.html", form, problem)
    flash(
        _(
            "Your account is open. We have sent an email to %(email)s: please open the"
            " link in it. You can log in now.",
            email=form.email.data,
        ),
        "success",
    )
    return redirect(url_for(".sign_in", id_number=form.id_number.data))


@pages.route("/register/unlock/<token>", methods=["GET", "POST"])
@public
def unlock_secret(token: str) -> ResponseReturnValue:
    """Unlock a Secret Number that others tried; a button, as mail scanners open links.

    Nothing of the entry is shown.
    """
    form, at = PlainForm(), clock.now()
    try:
        if form.validate_on_submit():
            proof.unlock(token, address=client_address(), at=at)
            flash(_("Your Secret Number works again. You can register now."), "success")
            return redirect(url_for(".register"))
        proof.locked(token, at=at)
    except NotFound as gone:
        page = render_template("candidate/link_over.html", purpose="unlock_secret")
        return page, gone.status
    return ask("unlock_secret.html", form)


@pages.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> ResponseReturnValue:
    """Confirm an e-mail address; a press of the button, as mail scanners open links."""
    form, at = PlainForm(), clock.now()
    try:
        if form.validate_on_submit():
            addresses.confirm(token, at=at)
            flash(_("Thank you. Your email address is confirmed."), "success")
            return redirect(url_for(".home"))
        account = accounts.holder(Purpose.confirm_email, token, at=at)
    except NotFound as problem:
        page = render_template("candidate/link_over.html", purpose="confirm_email")
        return page, problem.status
    return ask("confirm_email.html", form, email=account.email)
