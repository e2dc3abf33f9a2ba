"""The audit trail: read by those who check, written by nobody's hand."""

from flask_babel import lazy_gettext as _l

from app.models import AuditRow
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.trail_words import ACTS


class Trail(Screen):
    """Every act that changed something, newest first."""

    datamodel = Rows(AuditRow)
    class_permission_name = "Trail"
    list_title = _l("Audit trail")
    closed_lists = {"action": ACTS}
    label_columns = {
        "id": _l("Number"),
        "at": _l("Time"),
        "actor": _l("By"),
        "action": _l("Act"),
        "subject": _l("Done to"),
        "detail": _l("Detail"),
        "previous_hash": _l("Hash of the row before"),
        "hash": _l("Hash"),
    }
    list_columns = ["id", "at", "actor", "action", "subject"]
    show_columns = [
        "id",
        "at",
        "actor",
        "action",
        "subject",
        "detail",
        "previous_hash",
        "hash",
    ]
    search_columns = ["actor", "action", "subject", "at"]
    base_order = ("id", "desc")
    order_columns = ["id"]
