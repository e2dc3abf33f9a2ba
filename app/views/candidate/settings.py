"""A candidate's own account: what it holds, preferences, where they signed in."""

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.services import access, accounts, factors, signins
from app.values import Language
from app.views.candidate.forms import PreferencesForm
from app.views.candidate.pages import ask, pages
from app.views.devices import device
from app.views.guards import candidate_only, end_browser_session


@pages.route("/account", methods=["GET", "POST"])
@candidate_only
def account() -> ResponseReturnValue:
    """Show the account, and take its preferences."""
    mine = g.candidate
    form = PreferencesForm(
        language=mine.language.value,
        updates=mine.wants_updates,
        read_notices=mine.wants_read_notices,
    )
    if form.validate_on_submit():
        accounts.update_preferences(
            mine,
            language=Language(form.language.data),
            wants_updates=form.updates.data,
            wants_read_notices=form.read_notices.data,
            at=clock.now(),
        )
        flash(_("Your preferences are saved."), "success")
        return redirect(url_for(".account"))
    return ask(
        "account.html",
        form,
        account=mine,
        entries=access.own_entries(mine),
        recent=signins.recent(mine),
        device=device,
        factor=factors.of(mine),
    )


@pages.post("/account/sign-out-everywhere")
@candidate_only
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out this browser and every other one."""
    signins.end_all(g.candidate, at=clock.now())
    end_browser_session()
    flash(_("You are signed out on every device."), "success")
    return redirect(url_for(".sign_in"))
