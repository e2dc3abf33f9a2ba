"""A member's authenticator app: at the door, and in the account."""

from flask import g, render_template
from flask.typing import ResponseReturnValue

from app.values import Audience
from app.views import second_factor
from app.views.guards import member_only, public
from app.views.second_factor import Side
from app.views.verifier import pages

SIDE = Side(
    Audience.member,
    "layouts/base.html",
    render_template,
    sign_in="verifier.sign_in",
    code="verifier.sign_in_code",
    account="verifier.account",
    overview="verifier.authenticator",
    scan="verifier.authenticator_scan",
    codes="verifier.authenticator_codes",
    remove="verifier.authenticator_remove",
)


@pages.route("/login/code", methods=["GET", "POST"])
@public
def sign_in_code() -> ResponseReturnValue:
    """Take the code after the password."""
    return second_factor.ask_code(SIDE)


@pages.route("/account/authenticator", methods=["GET", "POST"])
@member_only
def authenticator() -> ResponseReturnValue:
    """Show whether there is an app, and begin to set one up."""
    return second_factor.overview(SIDE, g.member)


@pages.route("/account/authenticator/scan", methods=["GET", "POST"])
@member_only
def authenticator_scan() -> ResponseReturnValue:
    """Show the secret, and take the first code."""
    return second_factor.scan(SIDE, g.member)


@pages.route("/account/authenticator/codes", methods=["GET", "POST"])
@member_only
def authenticator_codes() -> ResponseReturnValue:
    """Make new recovery codes."""
    return second_factor.codes(SIDE, g.member)


@pages.route("/account/authenticator/remove", methods=["GET", "POST"])
@member_only
def authenticator_remove() -> ResponseReturnValue:
    """Let the password be enough again."""
    return second_factor.remove(SIDE, g.member)
