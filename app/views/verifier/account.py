"""A member's own account: name, language, password, where they signed in."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.errors import Refused, TooManyTries
from app.services import factors, own_account, signins
from app.values import Audience, Language
from app.views.devices import device
from app.views.forms import EsitoForm, required
from app.views.guards import (
    client_address,
    end_browser_session,
    member_only,
    sign_in_browser,
)
from app.views.people_forms import OwnWorkForm
from app.views.verifier import pages
from app.views.verifier.forms import ROLES, PasswordForm


class DetailsForm(OwnWorkForm):
    """Who a member is, and the language that they are written to in."""

    language = SelectField(
        _l("Language of our emails"),
        choices=[
            SelectChoice(Language.en.value, "English"),
            SelectChoice(Language.it.value, "Italiano"),
        ],
    )


class ChangePasswordForm(PasswordForm):
    """The present password, and a new one."""

    old_password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )
    password = PasswordField(_l("New password"), [required(_l("Choose a password."))])


@pages.route("/account", methods=["GET", "POST"])
@member_only
def account() -> Any:
    """Show the account, and take its details."""
    mine, problem = g.member, None
    form = DetailsForm(obj=mine, language=mine.language.value)
    if form.validate_on_submit():
        try:
            own_account.change_details(
                mine,
                first_name=form.first_name.data or "",
                family_name=form.family_name.data or "",
                job_title=form.job_title.data or "",
                language=Language(form.language.data),
                at=clock.now(),
            )
        except Refused as refused:
            problem = refused
        else:
            flash(_("Your details are saved."), "success")
            return redirect(url_for(".account"), 303)
    return _ask(
        "account.html",
        form,
        problem,
        member=mine,
        role=ROLES[mine.role],
        factor=factors.of(mine),
        recent=signins.recent(mine),
        device=device,
    )


@pages.route("/account/password", methods=["GET", "POST"])
@member_only
def change_password() -> Any:
    """Change the password; every other browser is signed out."""
    form, mine = ChangePasswordForm(), g.member
    if not form.validate_on_submit():
        return _ask("change_password.html", form, member=mine)
    try:
        own_account.change_password(
            mine,
            form.old_password.data,
            form.password.data,
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return _ask("change_password.html", form, problem, member=mine)
    sign_in_browser(mine, Audience.member)
    flash(_("Your password is changed. Other devices are signed out."), "success")
    return redirect(url_for(".account"), 303)


@pages.post("/account/sign-out-everywhere")
@member_only
def sign_out_everywhere() -> Any:
    """Sign out this browser and every other one."""
    signins.end_all(g.member, at=clock.now())
    end_browser_session()
    flash(_("You are signed out on every device."), "success")
    return redirect(url_for(".sign_in"), 303)


def _ask(
    template: str, form: EsitoForm, problem: Refused | None = None, **values: Any
) -> Any:
    status = 400 if form.errors else 200
    if problem is not None:
        status = form.refuse(problem)
    answer = make_response(
        render_template(f"verifier/{template}", form=form, **values), status
    )
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer
