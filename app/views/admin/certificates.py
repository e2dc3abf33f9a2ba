"""Certificates at the centres: who comes when, handed over, posted, destroyed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, g
from flask_appbuilder import expose
from flask_appbuilder.actions import action
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import StringField

from app import clock
from app.models import Certificate
from app.services.certificates import arranging, collection
from app.services.rights import Act
from app.values import AuditAction, CertificateState
from app.views.admin.acts import Pressed, answered
from app.views.admin.appointment_forms import OfferForm, SeenForm
from app.views.admin.releases import CalendarDayField
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre
from app.views.admin.sending import DayForm, Sending
from app.views.forms import EsitoForm, longest, required


class HandOverForm(EsitoForm):
    """Who took it, and when."""

    to = StringField(
        _l("Name of the person who signed"),
        [required(_l("Enter the name of the person who signed.")), longest(200)],
        description=_l("Check their ID. The candidate sees this name."),
    )
    day = CalendarDayField(_l("Day"), [required(_l("Choose the day."))])


class PostForm(EsitoForm):
    """The parcel."""

    to = StringField(
        _l("Number of the parcel"),
        [required(_l("Enter the number of the parcel.")), longest(200)],
        description=_l("The candidate sees it."),
    )
    day = CalendarDayField(_l("Day"), [required(_l("Choose the day."))])


class Keeping(Sending):
    """What is done to one certificate at the centre."""

    @expose("/agree/<pk>", methods=("GET", "POST"))
    @has_access
    def agree(self, pk: str) -> Any:
        """Confirm the appointment that the candidate asked for."""
        row, at = self.row(pk), clock.now()
        form = SeenForm(day=str(row.collect_on or ""), part=str(row.collect_part or ""))
        return self._one(
            row,
            form,
            lambda: collection.agree(row, *form.seen(), by=g.user, at=at),
            AuditAction.certificate_arranged,
            {"agreed": True},
            title=_("Confirm the appointment of %(name)s", name=row.entry.name),
            text=_("The candidate is told by email that they are expected then."),
            label=_("Confirm"),
            done=_("The appointment is confirmed."),
            blocked=not self.to_agree(row),
        )

    @expose("/offer/<pk>", methods=("GET", "POST"))
    @has_access
    def offer(self, pk: str) -> Any:
        """Move an appointment to another day; the candidate may choose one again."""
        row, at = self.row(pk), clock.now()
        seen = (str(row.collect_on or ""), str(row.collect_part or ""))
        form = OfferForm(seen_day=seen[0], seen_part=seen[1])
        return self._one(
            row,
            form,
            lambda: arranging.offer(row, form.seen(), form.wish(), by=g.user, at=at),
            AuditAction.certificate_arranged,
            {"offered": str(form.collect_on.data)},
            title=_("Offer %(name)s another day", name=row.entry.name),
            text=_(
                "The candidate gets an email. They are expected on this day unless they"
                " choose another one."
            ),
            label=_("Offer this day"),
            done=_("The candidate is told of the other day."),
            blocked=not row.collect_on,
        )

    @expose("/hand_over/<pk>", methods=("GET", "POST"))
    @has_access
    def hand_over(self, pk: str) -> Any:
        """Write down who took the certificate."""
        row, at = self.row(pk), clock.now()
        named = row.collector or (row.entry.school or row.entry).name
        form = HandOverForm(to=named, day=collection.today_at(row.entry.centre, at))
        return self._one(
            row,
            form,
            lambda: collection.hand_over(
                row, form.to.data or "", _day(form), by=g.user, at=at
            ),
            AuditAction.certificate_handed_over,
            {"day": str(form.day.data), "posted": None},
            title=_("Hand over the certificate of %(name)s", name=row.entry.name),
            text=_("The candidate gets an email that it was handed over."),
            label=_("It is handed over"),
            done=_("The certificate is handed over."),
        )

    @expose("/post/<pk>", methods=("GET", "POST"))
    @has_access
    def post(self, pk: str) -> Any:
        """Write down that the certificate was posted."""
        row, at = self.row(pk), clock.now()
        form = PostForm(day=collection.today_at(row.entry.centre, at))
        return self._one(
            row,
            form,
            lambda: collection.post(
                row, form.to.data or "", _day(form), by=g.user, at=at
            ),
            AuditAction.certificate_handed_over,
            {"day": str(form.day.data), "posted": True},
            title=_("Post the certificate of %(name)s", name=row.entry.name),
            text=_("The candidate gets an email that it is on its way to them."),
            label=_("It is posted"),
            done=_("The certificate is posted."),
            blocked=not row.post_to,
        )

    @expose("/destroy/<pk>", methods=("GET", "POST"))
    @has_access
    def destroy(self, pk: str) -> Any:
        """Write down that the certificate was destroyed."""
        row, at = self.row(pk), clock.now()
        form = DayForm(day=collection.today_at(row.entry.centre, at))
        return self._one(
            row,
            form,
            lambda: collection.destroy(row, _day(form), by=g.user, at=at),
            AuditAction.certificate_destroyed,
            {"day": str(form.day.data)},
            title=_("Destroy the certificate of %(name)s", name=row.entry.name),
            text=_("There is no second one. Keep your record of destruction."),
            label=_("It is destroyed"),
            done=_("The certificate is destroyed."),
            danger=True,
            blocked=not self.over(row),
        )

    def to_agree(self, row: Certificate) -> bool:
        """Tell whether an appointment waits for the centre, its day not gone by."""
        return arranging.waits_for_centre(row, at=clock.now())

    def over(self, row: Certificate) -> bool:
        """Tell whether the day is past until which a certificate is kept."""
        return collection.kept_no_more(row, at=clock.now())

    def _one(
        self,
        row: Certificate,
        form: EsitoForm,
        do: Callable[[], None],
        action: AuditAction,
        detail: Mapping[str, Any],
        *,
        done: str,
        blocked: bool = False,
        **words: Any,
    ) -> Any:
        back = self.address("show", pk=row.id)

        def act() -> str:
            do()
            return back

        pressed = Pressed(action, f"entry:{row.entry.reference}", back, detail)
        sent, status = answered(form, Act.keep_certificate, act, done, pressed=pressed)
        here = row.state is CertificateState.arrived
        return sent or (
            self.render_template(
                "admin/certificate_act.html",
                form=form,
                row=row,
                screen=self,
                back=back,
                blocked=blocked or not here,
                **{"danger": False, **words},
            ),
            status,
        )


def _day(form: Any) -> date:
    day: date = form.day.data
    return day


class Certificates(Keeping):
    """Every certificate; a centre sees its own candidates'."""

    datamodel = Rows(Certificate, ["entry.session", "entry.centre", "entry.school"])
    class_permission_name = "Certificates"
    list_title = _l("Certificates")
    list_template = "admin/certificates.html"
    show_template = "admin/certificate.html"
    label_columns = {
        "entry": _l("Candidate"),
        "entry.name": _l("Candidate"),
        "entry.folded_name": _l("Name"),
        "entry.candidate_number": _l("Candidate number"),
        "entry.session.code": _l("Session"),
        "entry.centre.number": _l("Centre"),
        "entry.school": _l("School"),
        "state": _l("State"),
        "sent_on": _l("Sent"),
        "arrived_on": _l("Arrived"),
        "keep_until": _l("Kept until"),
        "collect_on": _l("Appointment"),
        "collect_part": _l("Part of the day"),
        "collect_agreed_at": _l("Appointment confirmed"),
        "collector": _l("Who may collect it"),
        "post_to": _l("To be posted to"),
        "ended_on": _l("Gone since"),
        "handed_to": _l("Signed for by, or number of the parcel"),
    }
    list_columns = [
        "entry.name",
        "entry.candidate_number",
        "entry.session.code",
        "state",
        "arrived_on",
        "keep_until",
        "collect_on",
        "entry.centre.number",
    ]
    show_columns = [
        "entry.candidate_number",
        "entry.session.code",
        "entry.centre.number",
        "entry.school",
        "state",
        "sent_on",
        "arrived_on",
        "keep_until",
        "collect_on",
        "collect_part",
        "collect_agreed_at",
        "collector",
        "post_to",
        "ended_on",
        "handed_to",
    ]
    search_columns = [
        "entry.folded_name",
        "state",
        "entry.session.code",
        "entry.centre.number",
        "collect_on",
        "keep_until",
    ]
    order_columns = ["arrived_on", "keep_until", "collect_on"]
    base_order = ("id", "desc")
    base_filters = [["entry.centre_id", OwnCentre, None]]

    @action(
        "arrive",
        _l("These have arrived today"),
        confirmation=_l(
            "The candidates are told by email that they are at the centre."
        ),
        single=False,
    )
    def arrive(self, rows: Sequence[Any]) -> None:
        """Write down that these have reached the centre."""
        at = clock.now()
        today = collection.today_at(rows[0].entry.centre, at)
        count = collection.arrive(rows, today, by=g.user, at=at)
        if not count:
            flash(_("There is nothing to do here now."), "warning")
            return
        words = "%(num)d certificate has arrived.", "%(num)d certificates have arrived."
        flash(ngettext(*words, count), "success")
