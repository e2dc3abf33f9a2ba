"""What hand-written pages of the board share: a question, an answer, one act."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import flash, g, redirect, request, session
from flask_appbuilder import BaseView
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app import clock
from app.errors import Conflict, Refused
from app.services import audit, rights
from app.services.rights import Act
from app.values import AuditAction
from app.views.forms import EsitoForm, longest, required


class AskForm(EsitoForm):
    """A question with nothing to fill in."""


class ReasonForm(EsitoForm):
    """A question whose answer needs a reason, kept in the trail."""

    why = TextAreaField(
        _l("Reason"),
        [required(_l("Say why. It is kept in the audit trail.")), longest(1000)],
        description=_l("Kept in the audit trail."),
        render_kw={"rows": 3},
    )


class Pressed(NamedTuple):
    """What an act leaves in the trail, and the page that shows that it is done."""

    action: AuditAction
    subject: str
    to: str
    detail: Mapping[str, Any] = MappingProxyType({})


def answered(
    form: EsitoForm,
    act: Act,
    do: Callable[[], str],
    done: str,
    *,
    pressed: Pressed | None = None,
) -> tuple[Any, int]:
    """Carry an act out when its form was sent and is well.

    `do` acts and returns the address that shows it. Returns the redirect there, with
    `done` said on it; or None, and the status with which the form is shown (again). A
    form that is sent twice is answered like the first when `pressed` says how to tell.
    """
    if request.method != "POST":
        return None, 200
    if not form.validate():
        return None, 400
    try:
        rights.require(g.user, act)
        to = do()
    except Refused as problem:
        if pressed is None or not _was(pressed, problem):
            return None, _refused(form, problem)
        to = pressed.to
    if ("success", done) not in session.get("_flashes", ()):
        flash(done, "success")
    return redirect(to, 303), 303


def _refused(form: EsitoForm, problem: Refused) -> int:
    """Refuse; where somebody else was first, what was entered needs no checking."""
    if isinstance(problem, Conflict) and not problem.field:
        form.shut = problem.message
    return form.refuse(problem)


def _was(pressed: Pressed, problem: Refused) -> bool:
    """Tell whether the reader has done this a moment ago, and nobody anything since."""
    action, subject, _to, detail = pressed
    at = clock.now()
    conflict = isinstance(problem, Conflict)
    return conflict and audit.just_done(action, subject, by=g.user, at=at, **detail)


def ask(
    view: BaseView,
    form: EsitoForm,
    status: int,
    *,
    title: str,
    facts: list[tuple[str, Any]],
    text: str,
    label: str,
    back: str,
    danger: bool = False,
    blocked: str = "",
) -> tuple[str, int]:
    """Show the page before an act: what it is about, what happens, one button.

    `blocked` says why there is nothing to do any more, and takes the button away.
    """
    page = view.render_template(
        "admin/ask.html",
        form=form,
        title=title,
        facts=facts,
        text=text,
        label=label,
        back=back,
        danger=danger,
        blocked=blocked,
    )
    return page, status
