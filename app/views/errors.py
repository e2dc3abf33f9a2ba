"""What people see when something is refused, missing or broken."""

from typing import Any

from flask import Flask, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.errors import Refused, TooManyTries


def register(app: Flask) -> None:
    """Answer every refusal and failure with a page in plain words."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refused(problem: Refused) -> Any:
    headers = {}
    if isinstance(problem, TooManyTries):
        headers["Retry-After"] = str(problem.retry_after)
    return _page(problem.status, str(problem.message)), problem.status, headers


def _stale_form(_problem: CSRFError) -> Any:
    words = _("This form was open for too long. Please go back and send it again.")
    return _page(400, words), 400


def _http(problem: HTTPException) -> Any:
    code = problem.code or 500
    if code < 400:
        return problem
    return _page(code, ""), code


def _broken(problem: Exception) -> Any:
    from flask import current_app

    if current_app.testing:
        raise problem
    current_app.logger.exception("unhandled")
    return _page(500, ""), 500


def _page(code: int, words: str) -> str:
    return render_template("errors/error.html", code=code, words=words)
