"""Exam centres, and the schools whose students they enter."""

from flask_babel import lazy_gettext as _l

from app.models import Centre, School
from app.views.admin.base import Screen
from app.views.admin.checks import centre_number, country_code, time_zone
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre
from app.views.forms import email_address


class Schools(Screen):
    """Preparation centres: they see their students' results."""

    datamodel = Rows(School, ["centre"])
    class_permission_name = "Schools"
    list_title = _l("Schools")
    add_title = _l("Add a school")
    label_columns = {
        "number": _l("Number"),
        "name": _l("Name"),
        "city": _l("City"),
        "email": _l("Email address"),
        "centre": _l("Centre"),
        "centre.number": _l("Centre"),
    }
    list_columns = ["number", "name", "city", "centre.number"]
    show_columns = ["number", "name", "city", "email", "centre"]
    search_columns = ["number", "name", "city", "centre.number"]
    base_order = ("number", "asc")
    base_filters = [["centre_id", OwnCentre, None]]
    add_columns = ["number", "name", "city", "email", "centre"]
    edit_columns = ["number", "name", "city", "email", "centre"]
    named_relations = {"centre": "number"}
    description_columns = {"centre": _l("Its number, such as IT024.")}
    validators_columns = {"email": [email_address()]}
    deletable = True


class Centres(Screen):
    """Exam centres: they enter candidates and hand out what the board sends them."""

    datamodel = Rows(Centre)
    class_permission_name = "Centres"
    list_title = _l("Centres")
    add_title = _l("Add a centre")
    label_columns = {
        "number": _l("Number"),
        "name": _l("Name"),
        "city": _l("City"),
        "country": _l("Country"),
        "email": _l("Email address"),
        "phone": _l("Telephone"),
        "website": _l("Website"),
        "address": _l("Address"),
        "timezone": _l("Time zone"),
    }
    list_columns = ["number", "name", "city", "country"]
    show_columns = [
        "number",
        "name",
        "city",
        "country",
        "email",
        "phone",
        "website",
        "address",
        "timezone",
    ]
    search_columns = ["number", "name", "city", "country"]
    base_order = ("number", "asc")
    base_filters = [["id", OwnCentre, None]]
    related_views = [Schools]
    add_columns = show_columns
    edit_columns = show_columns
    description_columns = {
        "number": _l("Two letters for the country and three digits, such as IT024."),
        "country": _l("Two letters, such as IT."),
        "timezone": _l("Such as Europe/Rome: times of papers are on this clock."),
    }
    validators_columns = {
        "number": [centre_number()],
        "country": [country_code()],
        "email": [email_address()],
        "timezone": [time_zone()],
    }
    deletable = True
