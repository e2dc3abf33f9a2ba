"""What is held about a candidate, as a download; and the end of their account."""

from flask import Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField

from app import clock
from app.errors import Refused
from app.services import accounts, endings, localtime, own_copy
from app.values import Language
from app.views.candidate.pages import ask, pages
from app.views.forms import EsitoForm, required
from app.views.guards import (
    candidate_only,
    client_address,
    end_browser_session,
    public,
)
from app.views.locale import chosen_language


class CopyForm(EsitoForm):
    """The present password: whoever finds a browser left open gets nothing."""

    password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )


class DeletionForm(CopyForm):
    """The present password, and that it is meant."""

    sure = BooleanField(
        _l("I understand that this cannot be undone"),
        [required(_l("Tick this if you want to delete your account."))],
    )


@pages.route("/account/mine", methods=["GET", "POST"])
@candidate_only
def mine() -> ResponseReturnValue:
    """Say what is held and for how long, and hand out a copy of it."""
    form, at = CopyForm(), clock.now()
    if not form.validate_on_submit():
        return ask("mine.html", form)
    try:
        _require_password(form)
        language = Language(chosen_language())
        content = own_copy.take(g.candidate, language, at=at)
    except Refused as problem:
        return ask("mine.html", form, problem)
    name = f"my-results-data-{localtime.today(at).isoformat()}.zip"
    return Response(
        content,
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.route("/account/delete", methods=["GET", "POST"])
@candidate_only
def delete_account() -> ResponseReturnValue:
    """Say what goes and what stays, and delete the account of whoever means it."""
    form = DeletionForm()
    if not form.validate_on_submit():
        return ask("delete_account.html", form)
    try:
        _require_password(form)
        endings.delete(g.candidate, at=clock.now())
    except Refused as problem:
        return ask("delete_account.html", form, problem)
    end_browser_session()
    return redirect(url_for(".account_deleted"))


@pages.get("/deleted")
@public
def account_deleted() -> ResponseReturnValue:
    """Say that the account is gone, and how to come back."""
    return render_template("candidate/account_deleted.html")


def _require_password(form: CopyForm) -> None:
    accounts.require_password(
        g.candidate,
        form.password.data,
        field="password",
        address=client_address(),
        at=clock.now(),
    )
