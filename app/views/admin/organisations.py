"""Organisations that apply, and the answer they get."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import case as when_then
from sqlalchemy.orm import Query

from app import clock
from app.models import Organisation
from app.services import invitations, organisations
from app.services.rights import Act
from app.values import AuditAction, OrganisationStatus
from app.views.admin.acts import AskForm, Pressed, ReasonForm, answered, ask
from app.views.admin.applicants import Applicants
from app.views.admin.members import Members
from app.views.admin.rows import Rows
from app.views.admin.words import written
from app.views.forms import EsitoForm


class Decisions(Applicants):
    """Approve, refuse, suspend, restore."""

    @expose("/approve/<pk>", methods=("GET", "POST"))
    @has_access
    def approve(self, pk: str) -> Any:
        """Admit an organisation that applied."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            AskForm(),
            OrganisationStatus.applied,
            AuditAction.organisation_approved,
            lambda _why: organisations.approve(row, by=g.user, at=at),
            title=_("Approve %(name)s", name=row.name),
            text=_(
                "Candidates can find it and share results with it. The person who"
                " applied is sent a link to set a password. The results that wait for"
                " it go out to it, if their address lies under its website's domain."
            ),
            label=_("Approve"),
            done=_("The organisation is approved."),
        )

    @expose("/refuse/<pk>", methods=("GET", "POST"))
    @has_access
    def refuse(self, pk: str) -> Any:
        """Decline an application, with a reason for the applicant."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            ReasonForm(),
            OrganisationStatus.applied,
            AuditAction.organisation_refused,
            lambda why: organisations.refuse(row, by=g.user, why=why, at=at),
            title=_("Refuse %(name)s", name=row.name),
            text=_(
                "The person who applied is told your reason by e-mail, word for word,"
                " and their details are erased. They may apply again."
            ),
            label=_("Refuse"),
            done=_("The application is refused."),
            danger=True,
        )

    @expose("/suspend/<pk>", methods=("GET", "POST"))
    @has_access
    def suspend(self, pk: str) -> Any:
        """Shut an approved organisation out, until it is restored."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            ReasonForm(),
            OrganisationStatus.approved,
            AuditAction.organisation_suspended,
            lambda why: organisations.suspend(row, by=g.user, why=why, at=at),
            title=_("Suspend %(name)s", name=row.name),
            text=_(
                "Its members are signed out at once and see nothing any more;"
                " candidates cannot find it. What was shared with it is kept, and comes"
                " back when you restore it. Its primary user is told that the account"
                " is paused, and not why."
            ),
            label=_("Suspend"),
            done=_("The organisation is suspended."),
            danger=True,
        )

    @expose("/restore/<pk>", methods=("GET", "POST"))
    @has_access
    def restore(self, pk: str) -> Any:
        """Let a suspended organisation in again."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            AskForm(),
            OrganisationStatus.suspended,
            AuditAction.organisation_restored,
            lambda _why: organisations.restore(row, by=g.user, at=at),
            title=_("Restore %(name)s", name=row.name),
            text=_(
                "Its members can sign in again and see what is shared with it. The"
                " results that wait for it go out to it, if the address of whoever"
                " applied lies under its website's domain."
            ),
            label=_("Restore"),
            done=_("The organisation is restored."),
        )

    def _decide(
        self,
        row: Organisation,
        form: EsitoForm,
        needed: OrganisationStatus,
        action: AuditAction,
        decide: Callable[[str], None],
        *,
        done: str,
        **words: Any,
    ) -> Any:
        back = self.address("show", pk=row.id)

        def act() -> str:
            decide(form.why.data or "" if "why" in form else "")
            return back

        pressed = Pressed(action, f"organisation:{row.reference}", back)
        sent, status = answered(
            form, Act.decide_application, act, done, pressed=pressed
        )
        standing = written(row.status).lower()
        where = _(
            "Where this organisation stands now: %(standing)s.", standing=standing
        )
        return sent or ask(
            self,
            form,
            status,
            facts=self._facts(row),
            back=back,
            blocked="" if row.status is needed else where,
            **words,
        )

    def _facts(self, row: Organisation) -> list[tuple[str, Any]]:
        primary = organisations.primary_of(row)
        facts = [
            (_("Standing"), written(row.status)),
            (_("Type"), written(row.type)),
            (_("Place"), f"{row.city}, {row.country}"),
            (_("Website"), row.website),
            (_("Address of the applicant"), self.lies(row)),
            (_("Answer due on"), written(row.due_on)),
        ]
        if waiting := invitations.waiting_for(row.website):
            words = ngettext("%(num)s result", "%(num)s results", waiting)
            facts.append((_("Candidates wait for it with"), words))
        if primary is not None:
            title = f", {primary.job_title}" if primary.job_title else ""
            facts.append((_("Applicant"), f"{primary.name}{title}, {primary.email}"))
        for other in organisations.look_alikes(row):
            facts.append((_("Reads like"), f"{other}: {written(other.status)}"))
        return facts


class DueFirst(Rows):
    """Organisations, ordered by their standing: what is due first, then the newest."""

    def apply_order_by(
        self, query: Query[Any], column: str, *args: Any, **options: Any
    ) -> Query[Any]:
        """Put those that wait for an answer on top, the most overdue of them first."""
        if column != "status":
            return super().apply_order_by(query, column, *args, **options)
        waits = Organisation.status == OrganisationStatus.applied
        return query.order_by(
            when_then((waits, 0), else_=1),
            when_then((waits, Organisation.due_on), else_=None),
            when_then((waits, Organisation.id), else_=-Organisation.id),
        )


class Organisations(Decisions):
    """Every organisation, whatever its standing."""

    datamodel = DueFirst(Organisation, ["decided_by", "primary"])
    class_permission_name = "Organisations"
    list_title = _l("Organisations")
    show_template = "admin/organisation.html"
    label_columns = {
        "name": _l("Name"),
        "type": _l("Type"),
        "website": _l("Website"),
        "city": _l("City"),
        "country": _l("Country"),
        "domain_matches": _l("Address of the applicant"),
        "status": _l("Standing"),
        "applied_at": _l("Applied"),
        "due_on": _l("Answer due on"),
        "decided_at": _l("Decided"),
        "decided_by": _l("Decided by"),
        "decision_reason": _l("Reason"),
    }
    list_columns = ["name", "city", "country", "status", "due_on", "domain_matches"]
    show_columns = list(label_columns)
    search_columns = ["name", "city", "country", "status", "type"]
    edit_columns = ["type"]
    order_columns = ["name", "city", "country", "status", "due_on"]
    base_order = ("status", "asc")
    related_views = [Members]

    def value(self, row: Organisation, column: str) -> Any:
        """Say in words where an address lies, and mark what is overdue."""
        if column == "domain_matches":
            return self.lies(row)
        if column == "due_on" and self.overdue(row):
            return _("%(day)s: overdue", day=written(row.due_on))
        return super().value(row, column)

    def look_alikes(self, row: Organisation) -> list[Organisation]:
        """Return the organisations that a reader could take this one for."""
        return organisations.look_alikes(row)

    def waiting(self, row: Organisation) -> int:
        """Return how many results wait for an organisation with this website."""
        return invitations.waiting_for(row.website)
