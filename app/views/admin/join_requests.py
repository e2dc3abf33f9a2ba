"""People who ask to join an organisation: staff decide where no primary user does."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case as when_then
from sqlalchemy.orm import Query

from app import clock
from app.models import JoinRequest
from app.services import joining
from app.services.rights import Act
from app.values import AuditAction, RequestState
from app.views.admin.acts import AskForm, Pressed, answered, ask
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.words import written
from app.views.lies import lies


class OpenFirst(Rows):
    """Requests, ordered by their state: what waits longest, and then the newest."""

    def apply_order_by(
        self, query: Query[Any], column: str, *args: Any, **options: Any
    ) -> Query[Any]:
        """Put the open ones on top, the oldest of them first."""
        if column != "state":
            return super().apply_order_by(query, column, *args, **options)
        waits = JoinRequest.state == RequestState.open
        rank = when_then((waits, 0), else_=1)
        return query.order_by(
            rank, when_then((waits, JoinRequest.id), else_=-JoinRequest.id)
        )


class JoinRequests(Screen):
    """Who asks to join whom; what is answered holds no name any more."""

    datamodel = OpenFirst(JoinRequest, ["organisation.primary"])
    class_permission_name = "JoinRequests"
    list_title = _l("Requests to join")
    show_template = "admin/join_request.html"
    label_columns = {
        "reference": _l("Reference"),
        "organisation": _l("Organisation"),
        "organisation.name": _l("Organisation"),
        "organisation.website": _l("Website"),
        "organisation.primary": _l("Primary user"),
        "name": _l("Name"),
        "job_title": _l("Job title"),
        "email": _l("Email address"),
        "language": _l("Language"),
        "state": _l("State"),
        "asked_at": _l("Asked"),
        "decided_at": _l("Answered"),
    }
    list_columns = ["name", "organisation", "email", "state", "asked_at", "decided_at"]
    show_columns = [
        "state",
        "name",
        "job_title",
        "email",
        "organisation",
        "organisation.website",
        "organisation.primary",
        "language",
        "asked_at",
        "decided_at",
        "reference",
    ]
    search_columns = ["state", "organisation.name", "email", "asked_at"]
    order_columns = ["state", "asked_at"]
    base_order = ("state", "asc")

    @expose("/accept/<pk>", methods=("GET", "POST"))
    @has_access
    def accept(self, pk: str) -> Any:
        """Let somebody in."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            AuditAction.join_accepted,
            lambda: joining.accept(row, by=g.user, at=at),
            title=_("Let %(name)s in", name=row.name or _("somebody")),
            text=_(
                "This person becomes a user of the organisation, sees every result"
                " that is shared with it, and gets an email with a link to set a"
                " password. As a rule its primary user decides: do it only where there"
                " is none, and when you know that the person works there."
            ),
            label=_("Let them in"),
            done=_("This person is a user now."),
        )

    @expose("/decline/<pk>", methods=("GET", "POST"))
    @has_access
    def decline(self, pk: str) -> Any:
        """Let nobody in."""
        row, at = self.row(pk), clock.now()
        return self._decide(
            row,
            AuditAction.join_declined,
            lambda: joining.decline(row, by=g.user, at=at),
            title=_("Decline the request of %(name)s", name=row.name or _("somebody")),
            text=_(
                "This person is told by email that the request was not accepted, and"
                " what they wrote is erased. They may ask again."
            ),
            label=_("Decline"),
            done=_("The request is declined."),
            danger=True,
        )

    def _decide(
        self,
        row: JoinRequest,
        action: AuditAction,
        decide: Callable[[], object],
        *,
        done: str,
        **words: Any,
    ) -> Any:
        form, back = AskForm(), self.address("show", pk=row.id)

        def act() -> str:
            decide()
            return back

        pressed = Pressed(action, f"join:{row.reference}", back)
        sent, status = answered(form, Act.decide_join, act, done, pressed=pressed)
        answered_now = _("This request is answered already.")
        return sent or ask(
            self,
            form,
            status,
            facts=self._facts(row),
            back=back,
            blocked="" if row.state is RequestState.open else answered_now,
            **words,
        )

    def _facts(self, row: JoinRequest) -> list[tuple[str, Any]]:
        facts = [
            (_("Organisation"), row.organisation),
            (_("State"), written(row.state)),
        ]
        if row.state is RequestState.open:
            facts += [
                (_("Job title"), row.job_title),
                (_("Email address"), row.email),
                (_("This address"), self.lies(row)),
            ]
        return facts

    def heading(self, row: JoinRequest) -> str:
        """Return what stands above the page: a name while there is one."""
        return row.name or _("A request to join %(one)s", one=row.organisation.name)

    def value(self, row: JoinRequest, column: str) -> Any:
        """Say of an answered request that its details are erased."""
        found = super().value(row, column)
        erased = column in ("name", "email", "job_title") and not row.email
        return _("erased") if erased else found

    def lies(self, row: JoinRequest) -> Any:
        """Return in words where the address lies, seen from the organisation."""
        return lies(row.email, row.organisation.website)
