"""Removing the authenticator app of somebody who has lost it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.services import factors


class RemovesFactor:
    """A screen of people, with the act that helps one who has lost phone and codes."""

    @action(
        "remove_factor",
        _l("Remove authenticator app"),
        confirmation=_l(
            "Be sure first that it is they who ask: see them, or call a number that you"
            " knew before. Their app and their recovery codes stop working, they are"
            " signed out everywhere, and an email tells them. Whoever works in the back"
            " office adds an app again when they sign in."
        ),
        multiple=False,
    )
    def remove_factor(self, rows: Sequence[Any]) -> None:
        """Remove the app; the person signs in with the password alone."""
        (person,) = rows
        factors.remove_for(person, by=g.user, at=clock.now())
        flash(_("The authenticator app is removed."), "success")
