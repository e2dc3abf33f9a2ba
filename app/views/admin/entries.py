"""Entries and the people behind them: found, reissued, printed for, never typed."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g
from flask_appbuilder import expose
from flask_appbuilder.actions import action
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from app import clock
from app.errors import Refused
from app.models import CentreCase, Entry
from app.services import confirmations, documents
from app.services.cases import lost_papers
from app.services.rights import Act
from app.values import AuditAction
from app.views.admin.acts import Pressed, answered
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre
from app.views.forms import EsitoForm

THEIRS, NOT_THEIRS = "theirs", "not_theirs"


class ReissueForm(EsitoForm):
    """Whose the account is that opened the entry, and which number was seen."""

    seen = HiddenField()
    account = RadioField(
        _l("Whose account is it?"),
        [AnyOf((THEIRS, NOT_THEIRS), _l("Choose one of the two."))],
        validate_choice=False,
        choices=[
            SelectChoice(
                THEIRS, _l("The candidate's own: they have only lost the paper")
            ),
            SelectChoice(NOT_THEIRS, _l("Somebody else's, who had the paper")),
        ],
    )


def _issued(entry: Entry) -> str:
    issued = entry.secret_issued_at
    return issued.isoformat() if issued else ""


class Entries(Screen):
    """Who is entered for what. The Secret Number is on paper and on no page."""

    datamodel = Rows(Entry, ["session", "centre", "school"])
    class_permission_name = "Entries"
    list_title = _l("Entries")
    show_template = "admin/entry.html"
    label_columns = {
        "name": _l("Name"),
        "candidate_number": _l("Candidate number"),
        "session": _l("Session"),
        "session.code": _l("Session"),
        "session.exam": _l("Exam"),
        "centre": _l("Centre"),
        "centre.number": _l("Centre"),
        "folded_name": _l("Name"),
        "date_of_birth": _l("Date of birth"),
        "email": _l("Email address"),
        "guardian_email": _l("Email address of a parent"),
        "school": _l("School"),
        "group": _l("Group"),
        "language": _l("Language"),
        "id_number": _l("ID Number"),
        "statement_number": _l("Statement of Results number"),
        "secret_issued_at": _l("Secret Number issued"),
        "secret_failures": _l("Wrong tries at the Secret Number"),
        "registered_at": _l("Registered"),
    }
    list_columns = [
        "name",
        "candidate_number",
        "session.code",
        "centre.number",
        "date_of_birth",
        "id_number",
        "registered_at",
    ]
    show_columns = [
        "name",
        "candidate_number",
        "session",
        "centre",
        "date_of_birth",
        "email",
        "guardian_email",
        "school",
        "group",
        "language",
        "id_number",
        "statement_number",
        "secret_issued_at",
        "secret_failures",
        "registered_at",
    ]
    search_columns = [
        "folded_name",
        "candidate_number",
        "id_number",
        "statement_number",
        "session.code",
        "centre.number",
        "date_of_birth",
        "registered_at",
    ]
    base_order = ("id", "desc")
    order_columns = ["candidate_number", "date_of_birth", "registered_at"]
    base_filters = [["centre_id", OwnCentre, None]]

    @action("confirmation", _l("Confirmation of Entry (PDF)"), multiple=False)
    def confirmation(self, rows: Sequence[Any]) -> Any:
        """Hand out the paper that holds the ID Number and the Secret Number."""
        (entry,) = rows
        if entry.id_number is None:
            raise Refused(_l("No Secret Number has been issued for this entry yet."))
        name = f"confirmation-{entry.candidate_number}.pdf"
        return Response(
            documents.confirmation_of_entry(entry, at=clock.now()),
            mimetype="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @expose("/reissue/<pk>", methods=("GET", "POST"))
    @has_access
    def reissue(self, pk: str) -> Any:
        """Make the paper that was lost worthless, after asking whose the account is."""
        entry, at = self.row(pk), clock.now()
        form = ReissueForm(seen=_issued(entry))
        if entry.account_id is None:
            del form.account
        back = self.address("show", pk=pk)
        not_theirs = "account" in form and form.account.data == NOT_THEIRS

        def reissue() -> str:
            seen = form.seen.data or None
            confirmations.reissue(
                entry, by=g.user, at=at, not_theirs=not_theirs, seen=seen
            )
            return back

        done = _("A new Secret Number is issued. Print it now.")
        action, subject = AuditAction.secret_reissued, f"entry:{entry.reference}"
        pressed = Pressed(action, subject, back)
        sent, status = answered(form, Act.end_account, reissue, done, pressed=pressed)
        if sent:
            return sent
        page = self.render_template(
            "admin/reissue.html",
            form=form,
            entry=entry,
            others=confirmations.other_entries(entry),
            back=back,
            stale=form.seen.data not in ("", _issued(entry)),
        )
        return page, status

    def waiting_case(self, entry: Entry) -> CentreCase | None:
        """Return the request that waits for this entry's new paper, to answer next."""
        may = self.appbuilder.sm.has_access("can_answer", "Cases")
        return lost_papers.waiting_for(entry) if may else None
