"""The blueprint of the candidates' pages, and how they answer a form."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from app.errors import Refused, TooManyTries
from app.views.forms import EsitoForm

pages = Blueprint("candidate", __name__, url_prefix="/candidate")


def ask(
    template: str, form: EsitoForm, problem: Refused | None = None, **values: Any
) -> Response:
    """Show a form: for the first time, or again with what is wrong beside its field."""
    status = 400 if form.errors else 200
    if problem is not None:
        status = form.refuse(problem)
    shown = render_template(f"candidate/{template}", form=form, **values)
    answer = make_response(shown, status)
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer
