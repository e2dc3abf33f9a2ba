"""What every answer tells the browser: language, headers, what may be kept."""

from flask import Flask, Response, request
from flask_babel import Babel

from app.extensions import talisman
from app.views.locale import chosen_language

# Scripts only from this host or with this page's nonce; nothing from anywhere else.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def register(app: Flask) -> None:
    """Set language and headers for every page of the app."""
    Babel(app, locale_selector=chosen_language)
    talisman.init_app(
        app,
        # The proxy in front redirects to https; behind it every request is plain.
        force_https=False,
        strict_transport_security=app.config["SESSION_COOKIE_SECURE"],
        session_cookie_secure=False,
        session_cookie_samesite=app.config["SESSION_COOKIE_SAMESITE"],
        frame_options="DENY",
        referrer_policy="no-referrer",
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
    )
    app.after_request(_keep_nothing)


def _keep_nothing(response: Response) -> Response:
    """Let no browser or proxy keep a page; files that are the same for all may stay."""
    if request.endpoint and request.endpoint.endswith("static"):
        response.headers["Cache-Control"] = "public, max-age=3600"
        response.headers.pop("Set-Cookie", None)
        response.headers.pop("Vary", None)
    else:
        response.headers["Cache-Control"] = "no-store, private"
    return response
