"""What hand-written pages of the board share: a question, an answer, one act."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import BaseView
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app.errors import Refused
from app.services import rights
from app.services.rights import Act
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


def answered(
    form: EsitoForm, act: Act, do: Callable[[], str], done: str
) -> tuple[Any, int]:
    """Carry an act out when its form was sent and is well.

    `do` acts and returns the address that shows it. Returns the redirect there, with
    `done` said on it; or None, and the status with which the form is shown (again).
    """
    if request.method != "POST":
        return None, 200
    if not form.validate():
        return None, 400
    try:
        rights.require(g.user, act)
        to = do()
    except Refused as problem:
        return None, form.refuse(problem)
    flash(done, "success")
    return redirect(to, 303), 303


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
