"""What candidates ask their centre: lost papers, missing results, and the answers."""

from typing import Any

from flask import g, request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case as when_then
from sqlalchemy.orm import Query
from wtforms import TextAreaField

from app import clock
from app.models import CentreCase, Entry
from app.services import cases
from app.services.cases import lost_papers
from app.services.rights import Act
from app.values import CaseState
from app.views.admin.acts import AskForm, answered, ask
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre
from app.views.admin.words import written
from app.views.forms import EsitoForm, longest, required


class AnswerForm(EsitoForm):
    """The centre's words."""

    words = TextAreaField(
        _l("Answer"),
        [required(_l("Write an answer first.")), longest(2000)],
        render_kw={"rows": 5},
    )


class WaitingFirst(Rows):
    """Cases, ordered by their state: what waits longest, and then the newest others."""

    def apply_order_by(
        self, query: Query[Any], column: str, *args: Any, **options: Any
    ) -> Query[Any]:
        """Put the open ones on top, the oldest of them first."""
        if column != "state":
            return super().apply_order_by(query, column, *args, **options)
        waits = CentreCase.state == CaseState.open
        rank = when_then((waits, 0), else_=1)
        return query.order_by(
            rank, when_then((waits, CentreCase.id), else_=-CentreCase.id)
        )


class Cases(Screen):
    """Questions of candidates to their centre; each centre sees its own."""

    datamodel = WaitingFirst(CentreCase, ["centre", "entry.session"])
    class_permission_name = "Cases"
    list_title = _l("Questions from candidates")
    show_template = "admin/case.html"
    label_columns = {
        "person": _l("Name"),
        "kind": _l("About"),
        "state": _l("State"),
        "opened_at": _l("Asked"),
        "closed_at": _l("Closed"),
        "centre": _l("Centre"),
        "centre.number": _l("Centre"),
        "name": _l("Name, as they wrote it"),
        "email": _l("Email address"),
        "language": _l("Language"),
    }
    list_columns = ["person", "kind", "state", "opened_at", "centre.number"]
    show_columns = ["kind", "state", "opened_at", "closed_at", "centre", "language"]
    search_columns = ["state", "kind", "name", "centre.number"]
    order_columns = ["state", "opened_at"]
    base_order = ("state", "asc")
    base_filters = [["centre_id", OwnCentre, None]]

    @expose("/answer/<pk>", methods=("GET", "POST"))
    @has_access
    def answer(self, pk: str) -> Any:
        """Answer the person, who is told that there is an answer."""
        row, form, at = self.row(pk), AnswerForm(), clock.now()

        def answer() -> str:
            cases.answer(row, form.words.data or "", by=g.user, at=at)
            return self.address("show", pk=pk)

        done = _("Your answer is there, and the person is told by email.")
        sent, status = answered(form, Act.answer_case, answer, done)
        if sent:
            return sent
        page = self.render_template(
            self.show_template, screen=self, row=row, pk=pk, form=form
        )
        return page, status

    @expose("/close/<pk>", methods=("GET", "POST"))
    @has_access
    def close(self, pk: str) -> Any:
        """End a conversation."""
        row, form, at = self.row(pk), AskForm(), clock.now()

        def close() -> str:
            cases.close(row, by=g.user, at=at)
            return self.address("show", pk=pk)

        sent, status = answered(form, Act.answer_case, close, _("It is closed."))
        closed = row.state is CaseState.closed
        return sent or ask(
            self,
            form,
            status,
            title=_("Close the question of %(name)s", name=row.person),
            facts=[(_("About"), written(row.kind)), (_("State"), written(row.state))],
            text=_(
                "Nobody can write about it any more. The person is not told, and sees"
                " on their page that it is closed. They may ask again."
            ),
            label=_("Close"),
            back=self.address("show", pk=pk),
            blocked=_("This conversation is closed.") if closed else "",
        )

    @expose("/match/<pk>", methods=("POST",))
    @has_access
    def match(self, pk: str) -> Any:
        """Note which entry a lost paper belongs to."""
        row, at = self.row(pk), clock.now()
        entry = lost_papers.entry_of(row, request.form.get("entry", ""))

        def match() -> str:
            lost_papers.match(row, entry, by=g.user, at=at)
            return self.address("show", pk=pk)

        done = _("Noted. You can issue the paper again now.")
        sent, status = answered(AskForm(), Act.answer_case, match, done)
        return sent or (
            self.render_template(self.show_template, screen=self, row=row, pk=pk),
            status,
        )

    # --- What the page of one case asks -----------------------------------------------

    def answer_form(self) -> AnswerForm:
        """Return the empty form of an answer."""
        return AnswerForm(formdata=None)

    def looked_for(self) -> str:
        """Return the other name that the reader looks for."""
        return request.args.get("name", "")[:200].strip()

    def suggestions(self, row: CentreCase) -> list[tuple[Entry, bool, bool]]:
        """Return the entries of the case's centre that may be the person's."""
        return lost_papers.suggestions(row, self.looked_for())

    def may_reissue(self) -> bool:
        """Tell whether the reader may issue a paper again."""
        return bool(self.appbuilder.sm.has_access("can_reissue", "Entries"))
