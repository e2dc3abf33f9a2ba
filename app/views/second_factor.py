"""Signing in with an authenticator app, and having one: the same for everybody.

Each audience has its own addresses, layout and guard; what its pages do is here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, request, session, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import Refused, TooManyTries
from app.services import factors, members
from app.services.factors import half_way
from app.services.signins import Person
from app.values import Audience
from app.views import known_browser
from app.views.code_forms import BothForm, CodeForm, PasswordForm, RecoveryForm
from app.views.forms import EsitoForm
from app.views.guards import client_address, end_browser_session, sign_in_browser

# What a browser holds between the password and the code, and where it wanted to go.
HALF_WAY, ONWARD = "half_way", "onward"


@dataclass(frozen=True)
class Side:
    """One audience's pages: where they are, and how they are shown."""

    audience: Audience
    layout: str
    render: Callable[..., str]
    # Endpoints.
    sign_in: str
    code: str
    account: str
    overview: str
    scan: str
    codes: str
    remove: str

    def show(
        self,
        template: str,
        form: EsitoForm | None = None,
        problem: Refused | None = None,
        **values: Any,
    ) -> Response:
        """Show a page, or a form again with what is wrong beside its field."""
        status = 400 if form is not None and form.errors else 200
        if problem is not None and form is not None:
            status = form.refuse(problem)
        name = f"second_factor/{template}"
        page = self.render(name, layout=self.layout, side=self, form=form, **values)
        answer = make_response(page, status)
        if isinstance(problem, TooManyTries):
            answer.headers["Retry-After"] = str(problem.retry_after)
        return answer


# --- Signing in -----------------------------------------------------------------------


def let_in(person: Person, side: Side, onward: str) -> str:
    """Sign a person in, or have the code of their app asked for first.

    Returns where their browser goes now.
    """
    if factors.of(person) is None:
        sign_in_browser(person, side.audience)
        return onward
    end_browser_session()
    session[HALF_WAY] = half_way.begin(person, at=clock.now())
    session[ONWARD] = onward
    return url_for(side.code)


def ask_code(side: Side) -> Any:
    """Take the code of whoever gave the right password a moment ago."""
    at = clock.now()
    person = half_way.person(session.get(HALF_WAY, ""), side.audience, at=at)
    recovery = request.args.get("recovery") == "yes"
    if person is None:
        flash(_("Please sign in again: the code has to follow soon."), "warning")
        return redirect(url_for(side.sign_in), 303)
    form = RecoveryForm() if recovery else CodeForm()
    if not form.validate_on_submit():
        return side.show("code.html", form, recovery=recovery)
    try:
        factors.admit(
            person,
            form.code.data or "",
            address=client_address(),
            at=at,
            browser=known_browser.held(),
        )
        if side.audience is Audience.member:
            members.begin_visit(person, at=at)  # type: ignore[arg-type]
    except Refused as problem:
        return side.show("code.html", form, problem, recovery=recovery)
    onward = session.get(ONWARD) or url_for(side.account)
    sign_in_browser(person, side.audience)
    return redirect(onward, 303)


# --- Having one -----------------------------------------------------------------------


def overview(side: Side, person: Person) -> Any:
    """Show whether there is an app; begin one for whoever knows the password."""
    form, factor = PasswordForm(), factors.of(person)
    values: dict[str, Any] = {"factor": factor, "needed": factors.required(person)}
    if factor is not None:
        left = factors.unused_codes(factor)
        return side.show("overview.html", form, left=left, **values)
    if not form.validate_on_submit():
        return side.show("overview.html", form, **values)
    try:
        factors.begin(
            person, form.password.data, address=client_address(), at=clock.now()
        )
    except Refused as problem:
        return side.show("overview.html", form, problem, **values)
    return redirect(url_for(side.scan), 303)


def scan(side: Side, person: Person) -> Any:
    """Show the secret to the app, and take its first code."""
    form, at = CodeForm(), clock.now()
    shown = factors.shown(person, at=at)
    if shown is None:
        return redirect(url_for(side.overview), 303)
    if not form.validate_on_submit():
        return side.show("scan.html", form, shown=shown)
    try:
        fresh = factors.confirm(
            person,
            form.code.data or "",
            address=client_address(),
            at=at,
            browser=known_browser.held(),
        )
    except Refused as problem:
        return side.show("scan.html", form, problem, shown=shown)
    return side.show("codes.html", fresh=fresh, added=True)


def codes(side: Side, person: Person) -> Any:
    """Make new recovery codes, and show them this once."""
    form = BothForm()
    if factors.of(person) is None:
        return redirect(url_for(side.overview), 303)
    if not form.validate_on_submit():
        return side.show("renew.html", form)
    try:
        fresh = factors.new_codes(
            person,
            form.password.data,
            form.code.data or "",
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return side.show("renew.html", form, _beside(problem))
    return side.show("codes.html", fresh=fresh, added=False)


def remove(side: Side, person: Person) -> Any:
    """Let the password be enough again."""
    form, needed = BothForm(), factors.required(person)
    if factors.of(person) is None:
        return redirect(url_for(side.overview), 303)
    if not form.validate_on_submit():
        return side.show("remove.html", form, needed=needed)
    try:
        factors.remove(
            person,
            form.password.data,
            form.code.data or "",
            address=client_address(),
            at=clock.now(),
        )
    except Refused as problem:
        return side.show("remove.html", form, _beside(problem), needed=needed)
    flash(_("The authenticator app is removed."), "success")
    return redirect(url_for(side.overview if needed else side.account), 303)


def _beside(problem: Refused) -> Refused:
    """A wrong code of somebody who is signed in is a form to be filled in again."""
    if problem.status == 401:
        problem.status = 400
    return problem
