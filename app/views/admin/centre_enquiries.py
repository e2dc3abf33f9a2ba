"""Enquiries about results at a centre: passed on when the fee is paid, or refused.

A centre sees no marks, and of a changed outcome nothing before it is out.
"""

from typing import Any

from flask import g, get_template_attribute, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app import clock
from app.models import Enquiry
from app.services import enquiries
from app.services.enquiries import Asked, Known
from app.services.rights import Act
from app.values import AuditAction, EnquiryState
from app.views.admin.acts import AskForm, Pressed, answered, ask
from app.views.admin.base import Screen
from app.views.admin.rows import Is, Rows
from app.views.admin.scope import OwnCentre
from app.views.admin.words import written
from app.views.forms import EsitoForm, longest, required

STANDINGS: dict[Known, tuple[Any, str]] = {
    Known.with_centre: (_l("Waits for the centre"), "new"),
    Known.with_board: (_l("With the board"), "waiting"),
    Known.refused: (_l("Refused"), "stopped"),
    Known.cancelled: (_l("Cancelled by the candidate"), "quiet"),
    Known.unchanged: (_l("Answered: the result stays"), "good"),
    Known.changed: (_l("Answered: the result is amended"), "good"),
}


class WhyForm(EsitoForm):
    """Why a request is not passed on."""

    why = TextAreaField(
        _l("Reason"),
        [required(enquiries.SAY_WHY), longest(enquiries.LONGEST)],
        description=_l("The candidate reads it on the page of the exam."),
        render_kw={"rows": 4},
    )


class Answering(Screen):
    """Pass a request on, or refuse it."""

    @expose("/accept/<pk>", methods=("GET", "POST"))
    @has_access
    def accept(self, pk: str) -> Any:
        """Pass a request on to the board."""
        row, form, at = self.row(pk), AskForm(), clock.now()

        def accept() -> str:
            enquiries.accept(row, by=g.user, at=at)
            return self.address("show", pk=row.id)

        done = _("The request is with the board. The candidate is told.")
        pressed = self._pressed(AuditAction.enquiry_accepted, row)
        sent, status = answered(form, Act.accept_enquiry, accept, done, pressed=pressed)
        return sent or ask(
            self,
            form,
            status,
            title=_("Pass an enquiry on"),
            facts=self._facts(row),
            text=_(
                "Pass it on when the fee is paid. The days in which the board answers"
                " begin today."
            ),
            label=_("The fee is paid: pass it on"),
            back=self.address("show", pk=row.id),
            blocked=self._blocked(row),
        )

    @expose("/refuse/<pk>", methods=("GET", "POST"))
    @has_access
    def refuse(self, pk: str) -> Any:
        """Decline a request, with a reason for the candidate."""
        row, form, at = self.row(pk), WhyForm(), clock.now()

        def refuse() -> str:
            enquiries.refuse(row, form.why.data or "", by=g.user, at=at)
            return self.address("show", pk=row.id)

        done = _("The request is refused. The candidate is told.")
        pressed = self._pressed(AuditAction.enquiry_refused, row)
        sent, status = answered(form, Act.accept_enquiry, refuse, done, pressed=pressed)
        return sent or ask(
            self,
            form,
            status,
            title=_("Refuse an enquiry"),
            facts=self._facts(row),
            text=_(
                "The request does not go to the board. The candidate can ask again"
                " until the deadline."
            ),
            label=_("Refuse"),
            danger=True,
            back=self.address("show", pk=row.id),
            blocked=self._blocked(row),
        )

    def asked(self, row: Enquiry) -> Asked:
        """Return what a centre may know of an enquiry: changed once all are told."""
        return enquiries.as_known(row, None, at=clock.now())

    def waits(self, row: Enquiry) -> bool:
        """Tell whether it is the centre's turn."""
        return row.state is EnquiryState.requested

    def _pressed(self, action: AuditAction, row: Enquiry) -> Pressed:
        to = self.address("show", pk=row.id)
        return Pressed(action, f"enquiry:{row.reference}", to)

    def _blocked(self, row: Enquiry) -> str:
        return "" if self.waits(row) else str(enquiries.NOT_WAITING)

    def _facts(self, row: Enquiry) -> list[tuple[str, Any]]:
        entry = row.entry
        return [
            (_("Candidate"), entry),
            (_("Session"), entry.session.code),
            (_("What is checked"), written(row.kind)),
            (_("Fee"), written(row.fee)),
            (_("Asked"), written(row.requested_at)),
            (_("What the candidate wrote"), written(row.words)),
        ]


class CentreEnquiries(Answering):
    """The enquiries of a centre's own candidates."""

    datamodel = Rows(Enquiry, ["entry.session", "entry.centre", "result", "new_result"])
    class_permission_name = "CentreEnquiries"
    list_title = _l("Enquiries of our candidates")
    show_template = "admin/centre_enquiry.html"
    label_columns = {
        "entry": _l("Candidate"),
        "entry.session.code": _l("Session"),
        "entry.candidate_number": _l("Candidate number"),
        "kind": _l("What is checked"),
        "standing": _l("Standing"),
        "requested_at": _l("Asked"),
        "fee": _l("Fee"),
        "words": _l("What the candidate wrote"),
        "accepted_at": _l("Passed on"),
        "answer_due_on": _l("Answer due on"),
        "answer": _l("What the candidate reads"),
        "refund": _l("Fee to be given back"),
    }
    list_columns = [
        "entry",
        "entry.session.code",
        "kind",
        "standing",
        "requested_at",
        "answer_due_on",
    ]
    show_columns = [name for name in label_columns if name != "entry.candidate_number"]
    # Not by the state or the answer: what is decided would be found before it is out.
    search_columns = ["entry.candidate_number", "entry.session.code", "kind"]
    order_columns = ["requested_at", "answer_due_on"]
    base_order = ("id", "desc")
    base_filters = [["entry.centre_id", OwnCentre, None]]

    def value(self, row: Any, column: str) -> Any:
        """Write what depends on whether the outcome is out."""
        asked = self.asked(row)
        if column == "standing":
            status = get_template_attribute("components/status.html", "status")
            return status(*STANDINGS[asked.known])
        if column == "answer":
            return written(asked.answer)
        if column == "refund":
            over = asked.known in (Known.unchanged, Known.changed)
            return written(asked.refund if over else None)
        return super().value(row, column)


class EnquiriesToPassOn(CentreEnquiries):
    """What waits for the centre; the pages are those of CentreEnquiries."""

    route_base = "/admin/enquiries-to-pass-on"
    list_title = _l("Enquiries to pass on")
    base_permissions = ["can_list", "can_show"]
    include_route_methods = {"list"}
    base_filters = [
        *CentreEnquiries.base_filters,
        ["state", Is, EnquiryState.requested.value],
    ]
    list_columns = ["entry", "entry.session.code", "kind", "requested_at", "fee"]
    base_order = ("id", "asc")

    def address(self, page: str, **values: Any) -> str:
        """Return the address of this list, or of a page of CentreEnquiries."""
        screen = "EnquiriesToPassOn" if page == "list" else "CentreEnquiries"
        return url_for(f"{screen}.{page}", **values)
