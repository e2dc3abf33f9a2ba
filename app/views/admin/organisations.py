"""Organisations that apply, and the answer they get; their members, to look at."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app import clock
from app.models import Member, Organisation
from app.services import invitations, members, organisations
from app.services.rights import Act
from app.values import OrganisationStatus
from app.views.admin.acts import AskForm, ReasonForm, answered, ask
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.words import written
from app.views.forms import EsitoForm


class Members(Screen):
    """The users of organisations and schools; nobody of the board is among them."""

    datamodel = Rows(Member, ["organisation", "school"])
    class_permission_name = "Members"
    list_title = _l("Members of organisations and schools")
    show_template = "admin/member.html"
    label_columns = {
        "name": _l("Name"),
        "family_name": _l("Family name"),
        "email": _l("Email address"),
        "job_title": _l("Job title"),
        "organisation": _l("Organisation"),
        "school": _l("School"),
        "role": _l("Role"),
        "language": _l("Language"),
        "notify": _l("Told of new results"),
        "active": _l("May sign in"),
        "created_at": _l("Added"),
        "last_visit_at": _l("Last visit"),
    }
    list_columns = ["name", "email", "organisation", "school", "role", "active"]
    show_columns = [
        "name",
        "email",
        "job_title",
        "organisation",
        "school",
        "role",
        "language",
        "notify",
        "active",
        "created_at",
        "last_visit_at",
    ]
    search_columns = ["family_name", "email", "active"]
    base_order = ("id", "desc")

    @expose("/deactivate/<pk>", methods=("GET", "POST"))
    @has_access
    def deactivate(self, pk: str) -> Any:
        """Let a member in no more."""
        member, form, at = self.row(pk), AskForm(), clock.now()

        def deactivate() -> str:
            members.deactivate(member, by=g.user, at=at)
            return self.address("show", pk=member.id)

        done = _("This person cannot sign in any more.")
        sent, status = answered(form, Act.deactivate_member, deactivate, done)
        return sent or ask(
            self,
            form,
            status,
            title=_("Deactivate %(name)s", name=member.name),
            facts=[
                (_("Email address"), member.email),
                (_("Works for"), member.organisation or member.school),
                (_("Role"), written(member.role)),
            ],
            text=_("This person is signed out everywhere and cannot sign in again."),
            label=_("Deactivate"),
            danger=True,
            back=self.address("show", pk=member.id),
            blocked="" if member.active else _("This person is deactivated already."),
        )


class Decisions(Screen):
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
            lambda why: organisations.suspend(row, by=g.user, why=why, at=at),
            title=_("Suspend %(name)s", name=row.name),
            text=_(
                "Its members are signed out at once and see nothing any more;"
                " candidates cannot find it. What was shared with it is kept, and comes"
                " back when you restore it."
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
        decide: Callable[[str], None],
        *,
        done: str,
        **words: Any,
    ) -> Any:
        def act() -> str:
            decide(form.why.data or "" if "why" in form else "")
            return self.address("show", pk=row.id)

        sent, status = answered(form, Act.decide_application, act, done)
        standing = written(row.status)
        blocked = _("This organisation is %(standing)s now.", standing=standing.lower())
        return sent or ask(
            self,
            form,
            status,
            facts=self._facts(row),
            back=self.address("show", pk=row.id),
            blocked="" if row.status is needed else blocked,
            **words,
        )

    def _facts(self, row: Organisation) -> list[tuple[str, Any]]:
        primary = organisations.primary_of(row)
        facts = [
            (_("Standing"), written(row.status)),
            (_("Type"), written(row.type)),
            (_("Place"), f"{row.city}, {row.country}"),
            (_("Website"), row.website),
            (
                _("Address of the applicant"),
                _("Lies under the website's domain")
                if row.domain_matches
                else _("Does not lie under the website's domain"),
            ),
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


class Organisations(Decisions):
    """Every organisation, whatever its standing."""

    datamodel = Rows(Organisation, ["decided_by"])
    class_permission_name = "Organisations"
    list_title = _l("Organisations")
    show_template = "admin/organisation.html"
    label_columns = {
        "name": _l("Name"),
        "type": _l("Type"),
        "website": _l("Website"),
        "city": _l("City"),
        "country": _l("Country"),
        "domain_matches": _l("Applicant's address under the website's domain"),
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
    base_order = ("due_on", "desc")
    related_views = [Members]

    def look_alikes(self, row: Organisation) -> list[Organisation]:
        """Return the organisations that a reader could take this one for."""
        return organisations.look_alikes(row)

    def waiting(self, row: Organisation) -> int:
        """Return how many results wait for an organisation with this website."""
        return invitations.waiting_for(row.website)
