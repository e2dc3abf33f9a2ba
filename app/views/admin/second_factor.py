"""A back-office user's account, their authenticator app, and who must have one."""

from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import clock
from app.services import factors, signins, staff
from app.values import Audience
from app.views import second_factor
from app.views.admin.declared import NoHistory
from app.views.admin.words import role_word
from app.views.devices import device
from app.views.guards import end_browser_session
from app.views.second_factor import Side


def side(view: BaseView) -> Side:
    """Return where the back office has these pages, and how a view shows them."""
    return Side(
        Audience.staff,
        "appbuilder/base.html",
        view.render_template,
        sign_in="SignIn.login",
        code="SignIn.code",
        account="Account.index",
        overview="Authenticator.overview",
        scan="Authenticator.scan",
        codes="Authenticator.codes",
        remove="Authenticator.remove",
    )


def led_aside() -> Any:
    """Lead whoever still has to add an app to the page that does, from everywhere else.

    The one place that keeps them out; security.py asks it before every page.
    """
    g.adding_factor = factors.required(g.user) and factors.of(g.user) is None
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "guard", "") in ("public", "before_factor"):
        return None
    if not g.adding_factor:
        return None
    return redirect(url_for("Authenticator.overview"), 303)


class Account(NoHistory, BaseView):
    """Who one is here, and where one is signed in."""

    route_base = "/admin/account"
    class_permission_name = "Account"
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        """Show one's own account."""
        mine = g.user
        membership = staff.membership(mine)
        return self.render_template(
            "admin/account.html",
            user=mine,
            roles=[role_word(role.name) for role in mine.roles],
            centre=membership.centre if membership else None,
            factor=factors.of(mine),
            recent=signins.recent(mine),
            device=device,
        )

    @expose("/sign-out-everywhere", methods=["POST"])
    def sign_out_everywhere(self) -> Any:
        """Sign out this browser and every other one."""
        signins.end_all(g.user, at=clock.now())
        end_browser_session()
        flash(_("You are signed out on every device."), "success")
        return redirect(url_for("SignIn.login"), 303)

    index.guard = "staff"  # type: ignore[attr-defined]
    sign_out_everywhere.guard = "staff"  # type: ignore[attr-defined]


class Authenticator(NoHistory, BaseView):
    """The authenticator app of whoever is signed in."""

    route_base = "/admin/account/authenticator"
    class_permission_name = "Authenticator"
    default_view = "overview"

    @expose("/", methods=["GET", "POST"])
    def overview(self) -> Any:
        """Show whether there is an app, and begin to set one up."""
        return second_factor.overview(side(self), g.user)

    @expose("/scan", methods=["GET", "POST"])
    def scan(self) -> Any:
        """Show the secret, and take the first code."""
        return second_factor.scan(side(self), g.user)

    @expose("/codes", methods=["GET", "POST"])
    def codes(self) -> Any:
        """Make new recovery codes."""
        return second_factor.codes(side(self), g.user)

    @expose("/remove", methods=["GET", "POST"])
    def remove(self) -> Any:
        """Let the password be enough again."""
        return second_factor.remove(side(self), g.user)

    overview.guard = scan.guard = "before_factor"  # type: ignore[attr-defined]
    codes.guard = remove.guard = "staff"  # type: ignore[attr-defined]
