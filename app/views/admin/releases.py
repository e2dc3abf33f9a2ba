"""Releases: what stands where, and the pages on which two people sign or take back."""

from datetime import datetime
from typing import Any

from flask import g, get_template_attribute, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TimeField
from wtforms.widgets import DateInput

from app import clock
from app.models import Centre, ExamSession, Release, Result
from app.services import (
    corrections,
    grading,
    localtime,
    publication,
    readiness,
    releases,
)
from app.services.releases import Standing
from app.services.rights import Act
from app.values import AuditAction, ExamCode
from app.views.admin.acts import AskForm, Pressed, ReasonForm, answered
from app.views.admin.base import Screen
from app.views.admin.figures import in_words
from app.views.admin.rows import Rows
from app.views.admin.words import written
from app.views.forms import DayField, EsitoForm, required

STANDINGS: dict[Standing, tuple[Any, str]] = {
    Standing.proposed: (_l("Proposed"), "new"),
    Standing.signed: (_l("Signed, waiting for its instant"), "waiting"),
    Standing.out: (_l("Out"), "good"),
    Standing.withdrawn: (_l("Withdrawn"), "stopped"),
}


def exam_name(code: ExamCode) -> str:
    """Return the name under which people know an exam."""
    return str(grading.exam(code).name)


class CalendarDayField(DayField):
    """A day that the browser lets people pick from a calendar."""

    widget = DateInput()

    def _value(self) -> str:
        return self.data.isoformat() if self.data else ""


class ClockField(TimeField):
    """A time of day; `data` is a time or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, and say in our words when it is no time."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Choose the time, such as 09:00.")) from None


class ProposeForm(EsitoForm):
    """The instant at which results come out, on the board's clock."""

    day = CalendarDayField(_l("Day"), [required(_l("Choose the day."))])
    time = ClockField(_l("Time"), [required(_l("Choose the time, such as 09:00."))])

    def instant(self) -> datetime:
        """Return the instant; refuse a time that the clock skips or shows twice."""
        zone = localtime.board_zone()
        # A form that is well has both.
        return localtime.instant_from_local(
            self.day.data,  # type: ignore[arg-type]
            self.time.data,  # type: ignore[arg-type]
            zone,
        )


class Signing(Screen):
    """Propose, sign, take back."""

    @expose("/propose", methods=("GET", "POST"))
    @has_access
    def propose(self) -> Any:
        """Choose a session; see what its release would hold; name the instant."""
        code = request.args.get("session", "")
        if not code:
            ready = readiness.sessions_with_ready_results()
            page = "admin/release_choose.html"
            return self.render_template(page, sessions=ready, exam_name=exam_name)
        session = releases.session_by_code(code)
        centre = releases.centre_by_number(request.args.get("centre", ""))
        form = ProposeForm()

        def propose() -> str:
            instant = form.instant()
            made = publication.propose(
                session, centre, instant, by=g.user, at=clock.now()
            )
            return self.address("show", pk=made.id)

        done = _("The release is proposed. Somebody else has to sign it now.")
        sent, status = answered(form, Act.propose_release, propose, done)
        return sent or (self._proposal(form, session, centre), status)

    @expose("/approve/<pk>", methods=("GET", "POST"))
    @has_access
    def approve(self, pk: str) -> Any:
        """Show what is signed, and sign it."""
        release, form, at = self.row(pk), AskForm(), clock.now()

        def approve() -> str:
            publication.approve(release, by=g.user, at=at)
            return self.address("show", pk=release.id)

        done = _("The release is signed. Its results come out at its instant.")
        subject, back = f"release:{release.reference}", self.address("show", pk=pk)
        pressed = Pressed(AuditAction.release_approved, subject, back)
        sent, status = answered(
            form, Act.approve_release, approve, done, pressed=pressed
        )
        return sent or self._ask("admin/release_approve.html", release, form, status)

    @expose("/withdraw/<pk>", methods=("GET", "POST"))
    @has_access
    def withdraw(self, pk: str) -> Any:
        """The take-down switch: ask for the reason, and hide the results at once."""
        release, form, at = self.row(pk), ReasonForm(), clock.now()

        def withdraw() -> str:
            publication.withdraw(release, by=g.user, why=form.why.data or "", at=at)
            return self.address("show", pk=release.id)

        done = _("The release is withdrawn. Nothing of it can be seen from outside.")
        sent, status = answered(form, Act.withdraw_release, withdraw, done)
        return sent or self._ask("admin/release_withdraw.html", release, form, status)

    def _proposal(
        self, form: ProposeForm, session: ExamSession, centre: Centre | None
    ) -> str:
        search: dict[str, Any] = {"_flt_0_entry.session.code": session.code}
        return self.render_template(
            "admin/release_propose.html",
            form=form,
            session=session,
            exam=exam_name(session.exam),
            centre=centre,
            report=readiness.report(session, centre),
            centres=readiness.centres_with_ready_results(session),
            zone=localtime.board_zone().key,
            held=url_for("Held.list", **search),
            written=written,
        )

    def standing(self, release: Release) -> Standing:
        """Return where a release stands now."""
        return releases.standing(release, at=clock.now())

    def only_result(self, release: Release) -> Result | None:
        """Return the result of a release that holds no other."""
        return releases.only_result(release)

    def mark(self, release: Release) -> Any:
        """Return the word for it, with its shape and colour."""
        word, kind = STANDINGS[self.standing(release)]
        return get_template_attribute("components/status.html", "status")(word, kind)

    def _ask(self, page: str, release: Release, form: EsitoForm, status: int) -> Any:
        only = self.only_result(release)
        changes = corrections.differences(only, at=clock.now()) if only else ()
        shown = self.render_template(
            page,
            release=release,
            exam=exam_name(release.session.exam),
            form=form,
            contents=readiness.contents(release),
            written=written,
            mark=self.mark(release),
            only=only,
            changes=in_words(changes),
            standing=self.standing(release),
            own=release.proposed_by_id == g.user.id,
            late=release.instant <= clock.now(),
            back=self.address("show", pk=release.id),
        )
        return shown, status


class Releases(Signing):
    """Every release, signed or not, out or taken back."""

    datamodel = Rows(
        Release,
        ["session", "centre", "proposed_by", "approved_by", "withdrawn_by"],
    )
    class_permission_name = "Releases"
    list_title = _l("Releases")
    list_template = "admin/releases.html"
    show_template = "admin/release.html"
    label_columns = {
        "id": _l("Number"),
        "standing": _l("Standing"),
        "session.code": _l("Session"),
        "centre.number": _l("Centre"),
        "instant": _l("Instant"),
        "result_count": _l("Results"),
        "proposed_by": _l("Proposed by"),
        "proposed_at": _l("Proposed"),
        "approved_by": _l("Approved by"),
        "approved_at": _l("Approved"),
        "withdrawn_by": _l("Withdrawn by"),
        "withdrawn_at": _l("Withdrawn"),
        "withdrawn_why": _l("Why withdrawn"),
        "announced_at": _l("E-mails queued"),
    }
    list_columns = [
        "session.code",
        "standing",
        "centre.number",
        "instant",
        "result_count",
        "proposed_by",
        "approved_by",
    ]
    show_columns = [
        "id",
        "session.code",
        "centre.number",
        "instant",
        "result_count",
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
        "withdrawn_by",
        "withdrawn_at",
        "withdrawn_why",
        "announced_at",
    ]
    search_columns = ["session.code", "centre.number", "instant"]
    base_order = ("instant", "desc")
    formatters_columns = {"centre.number": lambda number: number or _("Every centre")}

    def value(self, row: Any, column: str) -> Any:
        """Write where a release stands, which is in none of its columns."""
        return self.mark(row) if column == "standing" else super().value(row, column)
