"""The users of organisations and schools: to look at, to stop, to let in again."""

from flask_babel import lazy_gettext as _l

from app.models import Member
from app.views.admin.factors import RemovesFactor
from app.views.admin.member_acts import MemberActs
from app.views.admin.rows import Rows


class Members(RemovesFactor, MemberActs):
    """The users of organisations and schools; nobody of the board is among them."""

    datamodel = Rows(Member, ["organisation", "school"])
    class_permission_name = "Members"
    list_title = _l("Members of organisations and schools")
    show_template = "admin/member.html"
    label_columns = {
        "name": _l("Name"),
        "family_name": _l("Family name"),
        "email": _l("Email address"),
        "job_title": _l("Job title"),
        "organisation": _l("Organisation"),
        "school": _l("School"),
        "role": _l("Role"),
        "language": _l("Language"),
        "notify": _l("Told of new results"),
        # Whether they get in depends on their organisation and a password, too.
        "active": _l("Active"),
        "created_at": _l("Added"),
        "last_visit_at": _l("Last visit"),
    }
    list_columns = ["name", "email", "organisation", "school", "role", "active"]
    show_columns = [
        "name",
        "email",
        "job_title",
        "organisation",
        "school",
        "role",
        "language",
        "notify",
        "active",
        "created_at",
        "last_visit_at",
    ]
    search_columns = ["family_name", "email", "active"]
    base_order = ("id", "desc")
