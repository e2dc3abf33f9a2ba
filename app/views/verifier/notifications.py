"""How often a member is told of newly shared results; each decides for themselves."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.services import digests
from app.values import Notify
from app.views.forms import EsitoForm, required
from app.views.guards import member_only
from app.views.verifier import pages

CHOICES = {
    Notify.off: _l("No emails"),
    Notify.each: _l("For every candidate: an email as soon as something is shared"),
    Notify.daily: _l("Daily summary: each morning, when something was shared"),
    Notify.weekly: _l("Weekly summary: on Monday, when something was shared"),
}


class NotificationsForm(EsitoForm):
    """One choice among four."""

    notify = RadioField(
        _l("How often shall we write to you?"),
        [required(_l("Choose one of these."))],
        choices=[SelectChoice(often.value, words) for often, words in CHOICES.items()],
    )


@pages.route("/notifications", methods=["GET", "POST"])
@member_only
def notifications() -> Any:
    """Show how often the member is told, and let them choose."""
    form = NotificationsForm(notify=g.member.notify.value)
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            digests.choose(g.member, Notify(form.notify.data), at=clock.now())
            flash(_("Your choice is saved."), "success")
            return redirect(url_for("verifier.notifications"), 303)
    zone = digests.zone_of(g.member.organisation.timezone).key.replace("_", " ")
    page = render_template("verifier/notifications.html", form=form, zone=zone)
    return page, status
