"""Exam sessions, and when and where their components are taken."""

from flask_babel import lazy_gettext as _l

from app.models import ExamSession, TimetableSlot
from app.services import labels
from app.views.admin.base import Screen
from app.views.admin.checks import candidate_number
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre, SessionOfOwnCentre


class Timetable(Screen):
    """Slots of a component: for everybody of a centre, or for one candidate."""

    datamodel = Rows(TimetableSlot, ["session", "centre"])
    class_permission_name = "Timetable"
    list_title = _l("Timetable")
    add_title = _l("Add a slot")
    label_columns = {
        "session": _l("Session"),
        "session.code": _l("Session"),
        "centre": _l("Centre"),
        "centre.number": _l("Centre"),
        "component": _l("Component"),
        "day": _l("Day"),
        "start": _l("Start"),
        "venue": _l("Venue"),
        "room": _l("Room"),
        "candidate_number": _l("Candidate number"),
    }
    list_columns = [
        "component",
        "session.code",
        "centre.number",
        "day",
        "start",
        "venue",
        "room",
        "candidate_number",
    ]
    show_columns = [
        "session",
        "centre",
        "component",
        "day",
        "start",
        "venue",
        "room",
        "candidate_number",
    ]
    search_columns = ["session.code", "centre.number", "component", "day"]
    base_order = ("day", "desc")
    base_filters = [["centre_id", OwnCentre, None]]
    add_columns = show_columns
    edit_columns = ["component", "day", "start", "venue", "room"]
    named_relations = {"session": "code", "centre": "number"}
    description_columns = {
        "session": _l("Its code."),
        "centre": _l("Its number, such as IT024."),
        "start": _l("On the clock of the centre, such as 09:00."),
        "candidate_number": _l("Empty: everybody who has no slot of their own."),
    }
    validators_columns = {"candidate_number": [candidate_number()]}
    deletable = True


class Sessions(Screen):
    """One exam in one mode on one date."""

    datamodel = Rows(ExamSession)
    class_permission_name = "Sessions"
    list_title = _l("Sessions")
    add_title = _l("Add a session")
    formatters_columns = {"label": labels.in_words}
    label_columns = {
        "code": _l("Code"),
        "exam": _l("Exam"),
        "mode": _l("Mode"),
        "label": _l("Name of the session"),
        "exam_date": _l("Exam date"),
        "final_date": _l("Results out by"),
    }
    list_columns = ["code", "exam", "mode", "label", "exam_date", "final_date"]
    show_columns = list_columns
    search_columns = ["code", "exam", "mode", "exam_date"]
    base_order = ("exam_date", "desc")
    base_filters = [["id", SessionOfOwnCentre, None]]
    related_views = [Timetable]
    add_columns = list_columns
    edit_columns = ["label", "exam_date", "final_date"]
    description_columns = {"label": _l("As people say it, such as November 2026.")}
    deletable = True
