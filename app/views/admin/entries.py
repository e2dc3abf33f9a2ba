"""Entries and the people behind them: found, reissued, printed for, never typed."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, g
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import Refused
from app.models import Entry
from app.services import confirmations, documents
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre


class Entries(Screen):
    """Who is entered for what. The Secret Number is on paper and on no page."""

    datamodel = Rows(Entry, ["session", "centre", "school"])
    class_permission_name = "Entries"
    list_title = _l("Entries")
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

    @action(
        "reissue",
        _l("Issue a new Secret Number"),
        confirmation=_l(
            "The Secret Number on the paper that the candidate has stops working, and"
            " wrong tries are forgotten. Print the Confirmation of Entry again and"
            " hand it to the candidate."
        ),
        multiple=False,
    )
    def reissue(self, rows: Sequence[Any]) -> None:
        """Make the paper that was lost worthless."""
        (entry,) = rows
        confirmations.reissue(entry, by=g.user, at=clock.now())
        flash(_("A new Secret Number is issued. Print it now."), "success")
