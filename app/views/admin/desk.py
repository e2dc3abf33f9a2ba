"""The first page of the back office: what needs its reader today, and nothing else."""

from datetime import datetime
from typing import Any

from flask import g
from flask_appbuilder import IndexView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import format_timedelta

from app import clock
from app.services import desk, desk_centre, joining, questions
from app.services.rights import Act, allowed
from app.views.admin.scope import own_centre


class Desk(IndexView):
    """What waits for the reader, by what their roles let them do."""

    route_base = "/admin"
    class_permission_name = "Desk"
    index_template = "admin/desk.html"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Show the desk of whoever is signed in."""
        at = clock.now()
        narrowed, centre = own_centre()
        waiting = _of_centre(centre, at) if narrowed else self._of_board(at)
        waiting = {name: found for name, found in waiting.items() if found}

        def until(instant: datetime) -> str:
            return str(format_timedelta(instant - at, add_direction=True))

        return self.render_template(self.index_template, until=until, **waiting)

    def _of_board(self, at: datetime) -> dict[str, Any]:
        waiting: dict[str, Any] = {}
        if self._may("can_list", "Releases"):
            waiting["to_sign"] = desk.releases_to_sign(at=at)
            waiting["coming"] = desk.releases_coming(at=at)
            waiting["may_sign"] = allowed(g.user, Act.approve_release)
        if self._may("can_list", "Results"):
            waiting["held"] = desk.held_results()
        if self._may("can_propose", "Releases"):
            waiting["due"] = desk.results_due(at=at)
        if self._may("can_list", "Organisations"):
            waiting["applications"] = desk.applications(at=at)
        if allowed(g.user, Act.decide_join):
            waiting["to_join"] = joining.neglected(at=at)
        if allowed(g.user, Act.answer_member):
            waiting["asked"] = questions.waiting()
        if allowed(g.user, Act.answer_case):
            waiting["slow_centres"] = desk_centre.slow_centres(at=at)
        if allowed(g.user, Act.decide_enquiry):
            waiting["to_decide"] = desk_centre.enquiries_to_decide(at=at)
        if self._may("can_list", "Entries"):
            waiting["unissued"] = desk.confirmations_to_issue(at=at)
        if self._may("can_list", "Mail"):
            waiting["failed_mail"] = desk.failed_mail()
        return waiting

    def _may(self, permission: str, view: str) -> bool:
        return self.appbuilder.sm.has_access(permission, view)


def _of_centre(centre: int | None, at: datetime) -> dict[str, Any]:
    """Return what waits for a centre's staff: never anything about a result."""
    if centre is None:
        return {}
    waiting: dict[str, Any] = {
        "unissued": desk.confirmations_to_issue(at=at, centre_id=centre),
        "sessions": desk.coming_sessions(at=at, centre_id=centre),
    }
    if allowed(g.user, Act.keep_certificate):
        waiting["at_centre"] = desk_centre.waiting_at(centre, at=at)
        waiting["kept"] = desk_centre.certificates_at(centre)
    return waiting
