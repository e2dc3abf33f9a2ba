"""Results as the board sees them, in all versions; some accepted, some withdrawn."""

from typing import Any

from flask import g, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app import clock
from app.models import Result
from app.services import corrections
from app.services.rights import Act
from app.views.admin.acts import AskForm, ReasonForm, answered, ask
from app.views.admin.base import Screen
from app.views.admin.rows import Condition, Rows
from app.views.admin.scope import OwnCentre
from app.views.admin.words import grade_word, why_held, written


class NotEmpty(Condition):
    """Something is written in the column."""

    name = _l("is not empty")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Compare with the empty text."""
        return column != ""


class Taking(Screen):
    """Accept a difference, take one published result back."""

    @expose("/accept/<pk>", methods=("GET", "POST"))
    @has_access
    def accept(self, pk: str) -> Any:
        """Let a held result go into a release although it contradicts the rule."""
        result, form, at = self.row(pk), AskForm(), clock.now()

        def accept() -> str:
            corrections.accept_difference(result, by=g.user, at=at)
            return url_for("Held.list")

        done = _("The difference is accepted. The result can be released.")
        sent, status = answered(form, Act.accept_result, accept, done)
        blocked = "" if result.held_why else _("This result is not held back any more.")
        return sent or ask(
            self,
            form,
            status,
            title=_("Accept a difference"),
            facts=_facts(result),
            text=_(
                "The scores stay as they were imported, and the result can go into a"
                " release. Accept it only when the board stands by these figures."
            ),
            label=_("Accept the difference"),
            back=self.address("show", pk=result.id),
            blocked=blocked,
        )

    @expose("/withdraw/<pk>", methods=("GET", "POST"))
    @has_access
    def withdraw(self, pk: str) -> Any:
        """Take one released result back, and hide it at once."""
        result, form, at = self.row(pk), ReasonForm(), clock.now()

        def withdraw() -> str:
            why = form.why.data or ""
            corrections.withdraw_result(result, by=g.user, why=why, at=at)
            return self.address("show", pk=result.id)

        done = _("The result is withdrawn. It cannot be seen from outside.")
        sent, status = answered(form, Act.withdraw_result, withdraw, done)
        return sent or ask(
            self,
            form,
            status,
            title=_("Withdraw a result"),
            facts=_facts(result),
            text=_(
                "The result is hidden at once from the candidate and from everybody it"
                " was shared with. The other results of its release stay."
            ),
            label=_("Hide this result now"),
            danger=True,
            back=self.address("show", pk=result.id),
            blocked=_("This result is withdrawn already.")
            if result.withdrawn_at
            else "",
        )


def _facts(result: Result) -> list[tuple[str, Any]]:
    entry = result.entry
    facts = [
        (_("Candidate"), entry),
        (_("Session"), f"{entry.session.code}, {entry.centre}"),
        (_("Status"), written(result.status)),
        (_("Overall score"), written(result.overall)),
        (_("Grade"), grade_word(result.grade)),
        (_("CEFR level"), written(result.cefr)),
        *((written(code), score) for code, score in result.scores.items()),
    ]
    if result.held_why:
        facts.append((_("Held back because"), why_held(result.held_why)))
    return facts


class Results(Taking):
    """Every version of every result."""

    datamodel = Rows(
        Result, ["entry.session", "entry.centre", "release", "accepted_by"]
    )
    class_permission_name = "Results"
    list_title = _l("Results")
    show_template = "admin/result.html"
    base_filters = [["entry.centre_id", OwnCentre, None]]
    label_columns = {
        "entry.session.code": _l("Session"),
        "entry.centre.number": _l("Centre"),
        "entry.candidate_number": _l("Candidate number"),
        "entry": _l("Candidate"),
        "version": _l("Version"),
        "status": _l("Status"),
        "overall": _l("Overall score"),
        "grade": _l("Grade"),
        "cefr": _l("CEFR level"),
        "score_r": _l("Reading"),
        "score_u": _l("Use of English"),
        "score_w": _l("Writing"),
        "score_l": _l("Listening"),
        "score_s": _l("Speaking"),
        "score_rw": _l("Reading and Writing"),
        "imported_at": _l("Imported"),
        "held_why": _l("Held back because"),
        "accepted_by": _l("Difference accepted by"),
        "accepted_at": _l("Accepted"),
        "release.instant": _l("Instant of its release"),
        "withdrawn_at": _l("Withdrawn"),
        "withdrawn_why": _l("Why withdrawn"),
    }
    formatters_columns = {"grade": grade_word, "held_why": why_held}
    list_columns = [
        "entry.session.code",
        "entry.centre.number",
        "entry",
        "version",
        "status",
        "overall",
        "grade",
        "held_why",
        "release.instant",
        "withdrawn_at",
    ]
    show_columns = [
        column for column in label_columns if column != "entry.candidate_number"
    ]
    search_columns = [
        "entry.session.code",
        "entry.centre.number",
        "entry.candidate_number",
        "status",
    ]
    base_order = ("id", "desc")


class Held(Results):
    """The results that wait for an officer's look; their pages are those of Results."""

    route_base = "/admin/held"
    list_title = _l("Results held back")
    base_permissions = ["can_list", "can_show"]
    include_route_methods = {"list"}
    base_filters = [*Results.base_filters, ["held_why", NotEmpty, None]]
    list_columns = [
        "entry.session.code",
        "entry.centre.number",
        "entry",
        "version",
        "overall",
        "grade",
        "held_why",
    ]

    def address(self, page: str, **values: Any) -> str:
        """Return the address of this list, or of a page of Results."""
        return url_for(f"{'Held' if page == 'list' else 'Results'}.{page}", **values)
