"""What people see when something is refused, missing or broken."""

from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from app.errors import Refused, TooManyTries
from app.views.locale import chosen_language

# After how many seconds it is worth trying again when the database did not answer.
TRY_AGAIN = 30


def register(app: Flask) -> None:
    """Answer every refusal and failure with a page in plain words."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError, NoConnection):
        app.register_error_handler(away, _unavailable)
    app.register_error_handler(Exception, _broken)


def _refused(problem: Refused) -> Any:
    headers = {}
    if isinstance(problem, TooManyTries):
        headers["Retry-After"] = str(problem.retry_after)
    return _answer(problem.status, str(problem.message), headers)


def _stale_form(_problem: CSRFError) -> Any:
    return _answer(
        400,
        _(
            "This form was open for too long, or your browser does not keep cookies."
            " Go back, load the page again and send it once more."
        ),
    )


def _http(problem: HTTPException) -> Any:
    code = problem.code or 500
    if code < 400 or problem.response is not None:
        return problem
    kept = ("allow", "retry-after", "www-authenticate")
    headers = {k: v for k, v in problem.get_headers() if k.lower() in kept}
    return _answer(code, "", headers)


def _unavailable(_problem: Exception) -> Any:
    current_app.logger.exception("the database does not answer")
    return _answer(503, "", {"Retry-After": str(TRY_AGAIN)})


def _broken(problem: Exception) -> Any:
    if current_app.testing:
        raise problem
    current_app.logger.exception("unhandled")
    return _answer(500, "")


def _answer(code: int, words: str, headers: dict[str, str] | None = None) -> Any:
    title, explained = _explained(code)
    words = words or explained
    if _wants_json():
        return jsonify(error={"status": code, "message": words}), code, headers or {}
    # A page about a failure asks the database nothing.
    about = {"code": code, "title": title, "words": words, "failing": code >= 500}
    try:
        page = render_template("errors/error.html", **about)
    except Exception:
        # An unknown host has no addresses, a broken layout no page: words still go.
        current_app.logger.debug("plain error page", exc_info=True)
        plain = current_app.jinja_env.get_template("errors/plain.html")
        page = plain.render(language=chosen_language(), **about)
    return page, code, headers or {}


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    wishes = request.accept_mimetypes
    return wishes.best_match(["text/html", "application/json"]) == "application/json"


def _explained(code: int) -> tuple[str, str]:
    """Return the title and the plain words of a status."""
    title, words = EXPLAINED.get(code, EXPLAINED[500 if code >= 500 else 400])
    return str(title), str(words)


EXPLAINED = {
    400: (
        _l("We did not understand this request"),
        _l("Go back, check what you entered, and try again."),
    ),
    401: (_l("Please sign in"), _l("Sign in to open this page.")),
    403: (
        _l("This page is not open to you"),
        _l("You are signed in, but your account does not include this page."),
    ),
    404: (
        _l("We cannot find this page"),
        _l(
            "The address may be mistyped, or what was here is no longer shown."
            " Nothing is wrong with your account."
        ),
    ),
    405: (
        _l("This page cannot be opened like that"),
        _l("Start again from the page before this one."),
    ),
    409: (
        _l("This has changed in the meantime"),
        _l("Somebody was here before you. Load the page again to see it."),
    ),
    413: (
        _l("This file is too large"),
        _l("Choose a smaller file, or send it in parts."),
    ),
    429: (
        _l("Too many tries"),
        _l("To protect people's results, please wait before you try again."),
    ),
    500: (
        _l("Something went wrong on our side"),
        _l(
            "This is not your fault, and nothing you had saved is lost."
            " Please try again in a few minutes."
        ),
    ),
    503: (
        _l("We will be back in a moment"),
        _l(
            "The service is busy or being looked after. Your results are safe:"
            " please try again in a minute."
        ),
    ),
}
