"""Signing in to the back office and out of it, and a user's own password."""

from typing import Any

from flask import current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from app import clock
from app.errors import Refused
from app.services import signins, staff
from app.services.doors import Door
from app.values import Audience
from app.views import known_browser
from app.views.addresses import safe_local
from app.views.admin.declared import NoHistory
from app.views.admin.second_factor import side
from app.views.forms import EsitoForm, longest, required, same_as
from app.views.guards import (
    client_address,
    end_browser_session,
    public,
    sign_in_browser,
)
from app.views.second_factor import ask_code, let_in


class SignInForm(EsitoForm):
    """Who are you, and how do we know."""

    email = StringField(
        _l("Email address"),
        [required(_l("Enter your email address.")), longest(254)],
    )
    password = PasswordField(_l("Password"), [required(_l("Enter your password."))])


class NewPasswordForm(EsitoForm):
    """A password, typed twice."""

    password = PasswordField(_l("Password"), [required(_l("Enter a password."))])
    again = PasswordField(
        _l("Confirm password"),
        [same_as("password", _l("The two passwords are not the same."))],
    )


class OwnPasswordForm(NewPasswordForm):
    """A new password, and the present one: a browser left open changes nothing."""

    old = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )
    password = PasswordField(_l("New password"), [required(_l("Enter a password."))])


class SignIn(NoHistory, BaseView):
    """The door of the back office."""

    route_base = "/admin"
    class_permission_name = "Sign-in"

    @expose("/login/", methods=["GET", "POST"])
    @public
    def login(self) -> Any:
        """Let staff in who know their password."""
        next_page = safe_local(request.values.get("next")) or ""
        if not next_page.startswith("/admin/"):
            next_page = self.appbuilder.get_url_for_index
        if g.user.is_authenticated:
            return redirect(next_page)
        form = SignInForm()
        status = 200 if request.method == "GET" else 400
        if form.validate_on_submit():
            try:
                return redirect(let_in(_admitted(form), side(self), next_page))
            except Refused as problem:
                status = form.refuse(problem)
        page = self.render_template(
            "admin/login.html", form=form, next_page=request.values.get("next")
        )
        return page, status

    @expose("/login/code", methods=["GET", "POST"])
    @public
    def code(self) -> Any:
        """Take the code after the password."""
        return ask_code(side(self))

    @expose("/logout", methods=["POST"])
    @public
    def logout(self) -> Any:
        """Sign this browser out; a copy of its cookie is worthless from now on."""
        end_browser_session()
        flash(_("You are signed out."), "success")
        return redirect(url_for("SignIn.login"))

    @expose("/language", methods=["POST"])
    @public
    def language(self) -> Any:
        """Remember the language that was chosen, and show the same page again."""
        chosen = request.form.get("language", "")
        if chosen in current_app.config["LANGUAGES"]:
            session["locale"] = chosen
        back = safe_local(request.form.get("next"))
        return redirect(back or self.appbuilder.get_url_for_index)


class Password(NoHistory, BaseView):
    """Passwords of the back office are set by their owners alone."""

    route_base = "/admin/password"
    class_permission_name = "Password"
    default_view = "own"

    @expose("/<token>", methods=["GET", "POST"])
    @public
    def link(self, token: str) -> Any:
        """Set a password with a link that was e-mailed; it works once."""
        user = staff.holder(token, at=clock.now())
        form = NewPasswordForm()
        status = 200 if request.method == "GET" else 400
        if form.validate_on_submit():
            try:
                staff.set_password(token, form.password.data, at=clock.now())
            except Refused as problem:
                status = form.refuse(problem)
            else:
                end_browser_session()
                flash(_("Your password is set. Sign in with it."), "success")
                return redirect(url_for("SignIn.login"))
        page = self.render_template("admin/password.html", form=form, email=user.email)
        return page, status

    @expose("/", methods=["GET", "POST"])
    def own(self) -> Any:
        """Change one's own password; other browsers are signed out."""
        form = OwnPasswordForm()
        status = 200 if request.method == "GET" else 400
        if form.validate_on_submit():
            try:
                _change_own(form)
            except Refused as problem:
                status = form.refuse(problem)
            else:
                flash(_("Your password is changed."), "success")
                return redirect(self.appbuilder.get_url_for_index)
        page = self.render_template(
            "admin/password.html", form=form, email=g.user.email
        )
        return page, status

    own.guard = "staff"  # type: ignore[attr-defined]


def _admitted(form: SignInForm) -> Any:
    email = form.email.data
    return signins.admit(
        Door.staff_sign_in,
        email,
        form.password.data,
        lambda: staff.active(email),
        address=client_address(),
        at=clock.now(),
        browser=known_browser.held(),
    )


def _change_own(form: OwnPasswordForm) -> None:
    """Change the password, and let this one browser stay signed in."""
    at = clock.now()
    staff.change_password(
        g.user, form.old.data, form.password.data, address=client_address(), at=at
    )
    sign_in_browser(g.user, Audience.staff)
