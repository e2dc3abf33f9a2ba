"""The accounts that candidates made for themselves: looked at, never changed here."""

from flask_babel import lazy_gettext as _l

from app.models import CandidateAccount
from app.views.admin.base import Screen
from app.views.admin.entries import Entries
from app.views.admin.factors import RemovesFactor
from app.views.admin.rows import Rows


class Accounts(RemovesFactor, Screen):
    """Candidates' accounts, with the entries that each has proved to be its own."""

    datamodel = Rows(CandidateAccount)
    class_permission_name = "Accounts"
    list_title = _l("Candidates' accounts")
    label_columns = {
        "reference": _l("Reference"),
        "email": _l("Email address"),
        "email_confirmed_at": _l("Address confirmed"),
        "language": _l("Language"),
        "wants_updates": _l("Wants updates"),
        "terms_version": _l("Terms of use"),
        "terms_accepted_at": _l("Terms accepted"),
        "created_at": _l("Registered"),
        "ended_at": _l("Ended"),
    }
    list_columns = ["email", "language", "email_confirmed_at", "created_at", "ended_at"]
    show_columns = [
        "reference",
        "email",
        "email_confirmed_at",
        "language",
        "wants_updates",
        "terms_version",
        "terms_accepted_at",
        "created_at",
        "ended_at",
    ]
    search_columns = ["email", "reference", "created_at"]
    base_order = ("created_at", "desc")
    related_views = [Entries]
