"""Organisations that candidates ask for: whose result waits for which website."""

from flask_babel import lazy_gettext as _l

from app.models import Invitation
from app.services import invitations
from app.services.invitations import Demand
from app.views.admin.base import Screen
from app.views.admin.rows import Rows


class Invitations(Screen):
    """What candidates wait for; looked at, never changed here. No result is shown."""

    datamodel = Rows(Invitation, ["entry", "share.organisation"])
    class_permission_name = "Invitations"
    list_title = _l("Invitations")
    list_template = "admin/invitations.html"
    label_columns = {
        "host": _l("Website"),
        "website": _l("Website as it was typed"),
        "name": _l("Name as it was typed"),
        "email": _l("Address that was written to"),
        "entry.name": _l("Candidate"),
        "at": _l("Invited"),
        "expires_at": _l("The share would end"),
        "state": _l("State"),
        "ended_at": _l("Answered or over"),
        "share.organisation": _l("Sent to"),
        "reference": _l("Reference"),
    }
    list_columns = ["host", "name", "entry.name", "at", "state", "ended_at"]
    show_columns = [
        "host",
        "name",
        "website",
        "email",
        "entry.name",
        "at",
        "expires_at",
        "state",
        "ended_at",
        "share.organisation",
        "reference",
    ]
    search_columns = ["host", "name", "email", "state", "at"]
    base_order = ("id", "desc")
    order_columns = ["host", "at", "state"]

    def demand(self) -> list[Demand]:
        """Return the websites that most candidates wait for."""
        return invitations.demand()
