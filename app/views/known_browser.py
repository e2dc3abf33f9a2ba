"""The cookie of a browser in which somebody has signed in before."""

from datetime import timedelta
from typing import Any

from flask import Response, after_this_request, current_app, request

from app import clock
from app.services import known_browsers


def held() -> str:
    """Return what this browser keeps from signing in before, if anything."""
    return request.cookies.get(_name(), "")


def remember(person: Any) -> None:
    """Let this browser keep that a person has signed in with it."""
    kept = known_browsers.remember(person, held(), at=clock.now())

    @after_this_request
    def keep(response: Response) -> Response:
        settings = current_app.config
        response.set_cookie(
            _name(),
            kept,
            max_age=known_browsers.LASTS + timedelta(days=1),
            secure=settings["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite=settings["SESSION_COOKIE_SAMESITE"],
        )
        return response


def _name() -> str:
    """Return the session's name with an ending: with https it is bound to the host."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"
