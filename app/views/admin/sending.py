"""Certificates by the session: the board sends them, and a centre says they came."""

from datetime import date
from typing import Any

from flask import g, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from app import clock
from app.models import Centre, Certificate, ExamSession
from app.services import certificates, localtime, releases, rules
from app.services.certificates import collection
from app.services.rights import Act
from app.views.admin.acts import answered
from app.views.admin.base import Screen
from app.views.admin.releases import CalendarDayField, exam_name
from app.views.admin.scope import own_centre
from app.views.forms import EsitoForm, required


class DayForm(EsitoForm):
    """The day on which it happened."""

    day = CalendarDayField(_l("Day"), [required(_l("Choose the day."))])


class ArrivedForm(DayForm):
    """The day, and the last of the certificates that the reader saw on the way."""

    last = HiddenField()

    def seen(self, rows: list[Certificate]) -> list[Certificate]:
        """Return those that were on the list; what was sent since is still to come."""
        last = self.last.data or ""
        if not (last.isascii() and last.isdecimal()):
            return rows
        return [row for row in rows if row.id <= int(last)]


class Sending(Screen):
    """Send, and arrive: many certificates at once."""

    @expose("/send", methods=("GET", "POST"))
    @has_access
    def send(self) -> Any:
        """Choose a session; see how many would be sent; write down that they are."""
        at = clock.now()
        code = request.args.get("session", "").strip()
        if not code:
            return self._sessions(
                certificates.released_sessions(at=at),
                _("Send certificates"),
                _("Which session's certificates has the board sent to the centres?"),
            )
        session = releases.session_by_code(code)
        centre = releases.centre_by_number(request.args.get("centre", ""))
        form = DayForm(day=localtime.today(at))

        def send() -> str:
            day: date = form.day.data  # type: ignore[assignment]
            certificates.send(session, centre, day, by=g.user, at=at)
            return self.address("list")

        done = _("It is written down. Each is on its way.")
        answer, status = answered(form, Act.send_certificate, send, done)
        if answer:
            return answer
        waiting = certificates.centres_to_send_to(session, at=at)
        page = self.render_template(
            "admin/certificates_send.html",
            form=form,
            session=session,
            centre=centre,
            exam=exam_name(session.exam),
            waiting=waiting,
            count=sum(n for one, n in waiting if centre is None or one.id == centre.id),
        )
        return page, status

    @expose("/arrived", methods=("GET", "POST"))
    @has_access
    def arrived(self) -> Any:
        """Choose a session; write down that its certificates have arrived."""
        at, centre = clock.now(), self._centre()
        code = request.args.get("session", "").strip()
        if not code or centre is None:
            found = collection.sessions_on_the_way(centre) if centre else []
            return self._sessions(
                found,
                _("Certificates have arrived"),
                _("Which session's certificates have reached you?"),
            )
        session = releases.session_by_code(code)
        rows = collection.on_the_way(session, centre)
        last = max((row.id for row in rows), default=0)
        form = ArrivedForm(day=collection.today_at(centre, at), last=str(last))

        def arrive() -> str:
            day: date = form.day.data  # type: ignore[assignment]
            collection.arrive(form.seen(rows), day, by=g.user, at=at)
            return self.address("list")

        done = _("It is written down, and the candidates are told.")
        answer, status = answered(form, Act.keep_certificate, arrive, done)
        if answer:
            return answer
        page = self.render_template(
            "admin/certificates_arrived.html",
            form=form,
            session=session,
            exam=exam_name(session.exam),
            rows=form.seen(rows),
        )
        return page, status

    def _centre(self) -> Centre | None:
        """Return the reader's own centre: only its staff open what comes there."""
        key = own_centre()[1]
        return rules.centre_with(key) if key is not None else None

    def _sessions(self, found: list[ExamSession], title: str, lead: str) -> Any:
        here = url_for(str(request.endpoint))
        return self.render_template(
            "admin/certificates_choose.html",
            sessions=found,
            exam_name=exam_name,
            title=title,
            lead=lead,
            here=here,
        )
