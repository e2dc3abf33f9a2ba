"""Enquiries about results at the board: decided, amended, put up for two signatures."""

from typing import Any

from flask import g, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_

from app import clock
from app.errors import Refused
from app.models import Enquiry, Release
from app.services import corrections, enquiries, localtime, publication, rights
from app.services.corrections import Amendment
from app.services.rights import Act
from app.values import EnquiryState
from app.views.admin.acts import answered
from app.views.admin.base import Screen
from app.views.admin.figures import FiguresForm, WordsForm, figures_form, in_words
from app.views.admin.releases import ProposeForm, exam_name
from app.views.admin.rows import Condition, Rows
from app.views.admin.scope import OwnCentre
from app.views.admin.words import grade_word, why_held, written
from app.views.forms import EsitoForm


class Deciding(Screen):
    """Answer an enquiry, and put the amended result up for its signatures."""

    @expose("/unchanged/<pk>", methods=("GET", "POST"))
    @has_access
    def unchanged(self, pk: str) -> Any:
        """Answer that the result stays as it is."""
        row, form, at = self.row(pk), WordsForm(), clock.now()

        def decide() -> str:
            words = form.words.data or ""
            enquiries.decide_unchanged(row, words, by=g.user, at=at)
            return self.address("show", pk=row.id)

        done = _("The enquiry is answered. Candidate and centre are told.")
        sent, status = answered(form, Act.decide_enquiry, decide, done)
        return sent or self._page("admin/enquiry_unchanged.html", row, form, status)

    @expose("/changed/<pk>", methods=("GET", "POST"))
    @has_access
    def changed(self, pk: str) -> Any:
        """Take the figures that were found, show the difference, and write them."""
        row, at = self.row(pk), clock.now()
        form = figures_form(row.entry, at=at)
        new: Amendment | None = None
        status = 200
        if request.method == "POST":
            status = 400
            if form.validate():
                try:
                    rights.require(g.user, Act.decide_enquiry)
                    new = corrections.proposed(row.entry, **form.figures(), at=at)
                    if form.confirmed():
                        return self._amend(row, form)
                    status = 200
                except Refused as problem:
                    new, status = None, form.refuse(problem)
        asked_again = new is not None and not form.to_be_changed()
        name = "enquiry_difference" if asked_again else "enquiry_changed"
        changes = in_words(new.changes if new else ())
        return self._page(
            f"admin/{name}.html", row, form, status, new=new, changes=changes
        )

    @expose("/propose/<pk>", methods=("GET", "POST"))
    @has_access
    def propose(self, pk: str) -> Any:
        """Propose the release of the amended result alone."""
        row, form, at = self.row(pk), ProposeForm(), clock.now()
        entry = row.entry

        def propose() -> str:
            release = publication.propose(
                entry.session,
                entry.centre,
                form.instant(),
                entry=entry,
                by=g.user,
                at=at,
            )
            return url_for("Releases.show", pk=release.id)

        done = _("The release is proposed. Somebody else has to sign it now.")
        sent, status = answered(form, Act.propose_release, propose, done)
        zone = localtime.board_zone().key
        page = "admin/enquiry_propose.html"
        new = row.new_result
        changes = in_words(corrections.differences(new, at=at) if new else ())
        return sent or self._page(page, row, form, status, zone=zone, changes=changes)

    def _amend(self, row: Enquiry, form: FiguresForm) -> Any:
        def decide() -> str:
            enquiries.decide_changed(
                row,
                form.figures()["scores"],
                form.words.data or "",
                grade=form.figures()["grade"],
                by=g.user,
                at=clock.now(),
            )
            return self.address("show", pk=row.id)

        done = _("The amended result is written. It comes out with two signatures.")
        sent, status = answered(form, Act.decide_enquiry, decide, done)
        page = "admin/enquiry_changed.html"
        return sent or self._page(page, row, form, status, new=None, changes=[])

    def _page(
        self, page: str, row: Enquiry, form: EsitoForm, status: int, **values: Any
    ) -> Any:
        shown = self.render_template(
            page,
            row=row,
            form=form,
            facts=_facts(row),
            figures=_figures(row),
            exam=exam_name(row.entry.session.exam),
            with_board=row.state is EnquiryState.accepted,
            step=self.step(row),
            back=self.address("show", pk=row.id),
            why_held=why_held,
            **values,
        )
        return shown, status

    def step(self, row: Enquiry) -> str:
        """Return what becomes of the amended result next: held, ready, bound or ""."""
        new = row.new_result
        if new is None or new.withdrawn_at is not None:
            return ""
        if new.held_why:
            return "held"
        bound: Release | None = new.release
        return "bound" if bound and bound.withdrawn_at is None else "ready"


def _facts(row: Enquiry) -> list[tuple[str, Any]]:
    entry = row.entry
    return [
        (_("Candidate"), entry),
        (_("Exam"), exam_name(entry.session.exam)),
        (_("Session"), f"{entry.session.code}, {entry.centre}"),
        (_("What is checked"), written(row.kind)),
        (_("Answer due on"), written(row.answer_due_on)),
        (_("What the candidate wrote"), written(row.words)),
    ]


def _figures(row: Enquiry) -> list[tuple[str, Any]]:
    """Return what holds now, in words."""
    result = corrections.standing_figures(row.entry, at=clock.now())
    return [
        (_("Overall score"), written(result.overall)),
        (_("Grade"), grade_word(result.grade)),
        (_("CEFR level"), written(result.cefr)),
        *((written(code), score) for code, score in result.scores.items()),
    ]


class Enquiries(Deciding):
    """Every enquiry, whatever became of it."""

    datamodel = Rows(
        Enquiry,
        [
            "entry.session",
            "entry.centre",
            "accepted_by",
            "decided_by",
            "new_result.release",
        ],
    )
    class_permission_name = "Enquiries"
    list_title = _l("Enquiries about results")
    show_template = "admin/enquiry.html"
    label_columns = {
        "entry": _l("Candidate"),
        "entry.session.code": _l("Session"),
        "entry.centre.number": _l("Centre"),
        "entry.candidate_number": _l("Candidate number"),
        "kind": _l("What is checked"),
        "state": _l("State"),
        "requested_at": _l("Asked"),
        "words": _l("What the candidate wrote"),
        "fee": _l("Fee"),
        "accepted_at": _l("Passed on"),
        "accepted_by": _l("Passed on by"),
        "answer_due_on": _l("Answer due on"),
        "decided_at": _l("Decided"),
        "decided_by": _l("Decided by"),
        "outcome": _l("Outcome"),
        "answer": _l("What the candidate reads"),
        "told_at": _l("Everybody told"),
    }
    list_columns = [
        "entry",
        "entry.session.code",
        "entry.centre.number",
        "kind",
        "state",
        "answer_due_on",
        "outcome",
    ]
    show_columns = [name for name in label_columns if name != "entry.candidate_number"]
    search_columns = [
        "state",
        "kind",
        "answer_due_on",
        "entry.session.code",
        "entry.centre.number",
        "entry.candidate_number",
    ]
    base_order = ("id", "desc")
    base_filters = [["entry.centre_id", OwnCentre, None]]


class WithBoard(Condition):
    """It is the board's turn: to decide, or to release what it has decided."""

    name = _l("is with the board")

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Leave out what waits for the centre, and what everybody has been told."""
        return and_(column != EnquiryState.requested, enquiries.unfinished())


class EnquiriesDue(Enquiries):
    """What the board has to answer, by its day; the pages are those of Enquiries."""

    route_base = "/admin/enquiries-due"
    list_title = _l("Enquiries to finish")
    base_permissions = ["can_list", "can_show"]
    include_route_methods = {"list"}
    base_filters = [*Enquiries.base_filters, ["state", WithBoard, None]]
    base_order = ("answer_due_on", "asc")

    def address(self, page: str, **values: Any) -> str:
        """Return the address of this list, or of a page of Enquiries."""
        screen = "EnquiriesDue" if page == "list" else "Enquiries"
        return url_for(f"{screen}.{page}", **values)
