"""What every answer tells the browser: language, headers, what may be kept."""

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_babel import Babel
from flask_talisman import Talisman

from app.views import dates, navigation, templating
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


# What no page of ours uses is off, also for scripts that somebody smuggled in.
PERMISSIONS = {
    "browsing-topics": "()",
    "camera": "()",
    "geolocation": "()",
    "microphone": "()",
    "payment": "()",
}


# The endpoints at which people sign out.
LEAVING = (".sign_out", ".sign_out_everywhere", ".delete_account", ".logout")


class CookiesOnPagesOnly(SecureCookieSessionInterface):
    """Flask's signed cookie, which never travels with a file that may be kept."""

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Leave files alone: a cache must not hand one visitor's cookie to the next."""
        if not _is_file():
            super().save_session(app, session, response)


def register(app: Flask) -> None:
    """Set language and headers for every page of the app."""
    Babel(app, locale_selector=chosen_language)
    templating.register(app)
    app.session_interface = CookiesOnPagesOnly()
    app.before_request(_refuse_nul)
    Talisman(
        app,
        # The proxy in front redirects to https; behind it every request is plain.
        force_https=False,
        strict_transport_security=app.config["SESSION_COOKIE_SECURE"],
        session_cookie_secure=False,
        session_cookie_samesite=app.config["SESSION_COOKIE_SAMESITE"],
        frame_options="DENY",
        referrer_policy="no-referrer",
        permissions_policy=PERMISSIONS,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
    )
    app.after_request(_keep_nothing)
    navigation.register(app)
    dates.register(app)


def _refuse_nul() -> None:
    """Refuse addresses with a NUL in them: no database takes it, nobody types it."""
    texts = (request.path, *request.args.keys(), *request.args.values())
    if any("\x00" in text for text in texts):
        abort(400)


def _keep_nothing(response: Response) -> Response:
    """Let no browser or proxy keep a page; files that are the same for all may stay."""
    headers = response.headers
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if _is_file() and response.status_code < 400:
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store, private"
    if request.method == "POST" and str(request.endpoint).endswith(LEAVING):
        # On a shared computer the back button must not bring a result back.
        headers["Clear-Site-Data"] = '"cache"'
    return response


def _is_file() -> bool:
    """Tell whether this request asks for a file that is the same for everybody."""
    return str(request.endpoint).endswith("static")
