"""Forms that are sent twice, of which the first has taken away what both are about."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import redirect, request, url_for

from app.errors import NotFound
from app.services import audit
from app.services.audit import Actor
from app.values import AuditAction

View = TypeVar("View", bound=Callable[..., Any])


def done_once(
    action: AuditAction, subject: str, by: Callable[[], Actor], onward: str
) -> Callable[[View], View]:
    """Lead onward who did `action` to `subject:REFERENCE` and sends its form again.

    For everybody else, and for who only looks, what is gone is not there.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def answer(reference: str) -> Any:
            try:
                return view(reference)
            except NotFound:
                gone = f"{subject}:{reference}"
                sent = request.method == "POST"
                if not sent or not audit.has_done(action, gone, by=by()):
                    raise
            return redirect(url_for(onward), 303)

        return answer  # type: ignore[return-value]

    return decorated
