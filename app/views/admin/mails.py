"""Outgoing e-mails: what was sent, and what could not be."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.models import Mail
from app.services import mail
from app.views.admin.base import Screen
from app.views.admin.mail_words import MAILS
from app.views.admin.rows import Rows


class Mails(Screen):
    """The queue of e-mails; what failed may be tried again."""

    datamodel = Rows(Mail)
    class_permission_name = "Mail"
    list_title = _l("Outgoing e-mail")
    closed_lists = {"kind": MAILS}
    label_columns = {
        "queued_at": _l("Queued"),
        "kind": _l("Kind"),
        "address": _l("Address"),
        "language": _l("Language"),
        "state": _l("State"),
        "attempts": _l("Tries"),
        "due_at": _l("Next try"),
        "sent_at": _l("Sent"),
        "error": _l("What went wrong"),
        "reference": _l("Reference"),
    }
    list_columns = ["address", "kind", "state", "queued_at", "sent_at", "error"]
    show_columns = [
        "reference",
        "kind",
        "address",
        "language",
        "state",
        "attempts",
        "queued_at",
        "due_at",
        "sent_at",
        "error",
    ]
    search_columns = ["address", "kind", "state", "queued_at"]
    base_order = ("id", "desc")
    order_columns = ["queued_at", "sent_at", "state"]

    @action("retry", _l("Try again"))
    def retry(self, rows: Sequence[Any]) -> None:
        """Put failed e-mails back into the queue; the others stay as they are."""
        queued = [mail.retry(row, by=g.user, at=clock.now()) for row in rows]
        flash(_("%(n)s will be tried again.", n=sum(queued)), "success")
