"""Who may open a page: every route declares one of these guards.

A guard is a decorator that marks the view, so that a test can list every route with
its guard. The person it found is in `g.candidate` or `g.member`; `g.user` belongs to
Flask-AppBuilder and is never anybody but staff.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app import clock
from app.models import CandidateAccount, Member
from app.services import signins
from app.values import Audience
from app.views import known_browser

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let everybody in; the page holds nothing about anybody."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def candidate_only(view: View) -> View:
    """Let signed-in candidates in, and lead everybody else to their sign-in."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        if current_candidate() is None:
            return _to_sign_in("candidate.sign_in")
        return view(*args, **values)

    guarded.guard = "candidate"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def member_only(view: View) -> View:
    """Let signed-in members of organisations in, and lead the others to sign in."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        member = current_member()
        if member is None:
            return _to_sign_in("verifier.sign_in")
        if member.organisation_id is None:
            abort(404)
        return view(*args, **values)

    guarded.guard = "member"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def current_candidate() -> CandidateAccount | None:
    """Return the signed-in candidate of this request, looked up once."""
    if "candidate" not in g:
        token = session.get(Audience.candidate.value)
        g.candidate = signins.candidate(token, at=clock.now()) if token else None
    return g.candidate  # type: ignore[no-any-return]


def current_member() -> Member | None:
    """Return the signed-in member of this request, looked up once."""
    if "member" not in g:
        token = session.get(Audience.member.value)
        g.member = signins.member(token, at=clock.now()) if token else None
    return g.member  # type: ignore[no-any-return]


def sign_in_browser(person: Any, audience: Audience) -> None:
    """Start a session of one kind of person in this browser, ending any other."""
    end_browser_session()
    session[audience.value] = signins.begin(
        person,
        address=client_address(),
        browser=request.user_agent.string,
        at=clock.now(),
    )
    session.permanent = True
    known_browser.remember(person)


def end_browser_session() -> None:
    """Sign out whoever is signed in with this browser; the language stays."""
    for audience in Audience:
        token = session.get(audience.value)
        if token:
            signins.end(token, at=clock.now())
    kept = session.get("locale")
    session.clear()
    if kept:
        session["locale"] = kept


def client_address() -> str:
    """Return the visitor's network address, as far as the proxies are trusted."""
    return request.remote_addr or "unknown"


def _to_sign_in(endpoint: str) -> Response:
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(endpoint, next=here))  # type: ignore[return-value]
