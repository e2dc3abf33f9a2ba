"""The rules of a centre: fees and deadlines, how certificates are collected."""

from typing import Any

from flask import abort, g, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import NumberRange

from app import clock
from app.models import Centre, CentreRules
from app.services import rules
from app.views.admin.acts import AskForm
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.admin.scope import OwnCentre, own_centre
from app.views.forms import longest

LABELS = {
    "centre": _l("Centre"),
    "centre.number": _l("Centre"),
    "enquiry_days": _l("Days to ask for an enquiry"),
    "recheck_fee": _l("Fee of a clerical re-check"),
    "remark_fee": _l("Fee of a re-mark"),
    "enquiry_rules": _l("Enquiries: how to pay, and what else to know"),
    "collection_rules": _l("Certificates: opening hours, what to bring"),
    "posts_certificates": _l("Posts certificates"),
    "posting_fee": _l("Fee of posting"),
    "keeps_months": _l("Months for which a certificate is kept"),
}
FIELDS = [name for name in LABELS if not name.startswith("centre")]


def _long(name: str) -> TextAreaField:
    return TextAreaField(
        LABELS[name],
        [longest(2000)],
        description=_l("Candidates read it as you write it."),
        render_kw={"rows": 5},
    )


def _between(low: int, high: int) -> NumberRange:
    words = _l("Choose a number between %(low)d and %(high)d.", low=low, high=high)
    return NumberRange(low, high, words)


class Rules(Screen):
    """What each centre has written; one without rules goes by the defaults."""

    datamodel = Rows(CentreRules, ["centre"])
    class_permission_name = "Rules"
    list_title = _l("Rules of the centres")
    list_template = "admin/rules.html"
    add_title = _l("Add a centre's rules")
    label_columns = LABELS
    list_columns = [
        "centre",
        "enquiry_days",
        "keeps_months",
        "posts_certificates",
    ]
    show_columns = ["centre", *FIELDS]
    search_columns = ["centre.number", "posts_certificates"]
    base_order = ("centre_id", "asc")
    base_filters = [["centre_id", OwnCentre, None]]
    add_columns = ["centre", *FIELDS]
    edit_columns = FIELDS
    named_relations = {"centre": "number"}
    add_form_extra_fields = edit_form_extra_fields = {
        name: _long(name) for name in ("enquiry_rules", "collection_rules")
    }
    description_columns = {
        "centre": _l("Its number, such as IT024."),
        "recheck_fee": _l("As candidates read it, such as EUR 42. Empty: ask us."),
        "remark_fee": _l("As candidates read it, such as EUR 42. Empty: ask us."),
        "posting_fee": _l("As candidates read it, such as EUR 12."),
        "keeps_months": _l("It holds for certificates that arrive from now on."),
    }
    validators_columns = {
        "enquiry_days": [_between(1, 365)],
        "keeps_months": [_between(1, 120)],
    }

    @expose("/begin", methods=("POST",))
    @has_access
    def begin(self) -> Any:
        """Give the reader's own centre rules of its own, to be changed."""
        centre = self.centre()
        if centre is None:
            abort(404)
        if not AskForm().validate():
            return redirect(self.address("list"))
        row = rules.begin(centre, by=g.user, at=clock.now())
        return redirect(self.address("edit", pk=row.centre_id), 303)

    def heading(self, row: Any) -> str:
        """Say whose rules they are."""
        return _("Rules of %(centre)s", centre=row.centre)

    def centre(self) -> Centre | None:
        """Return the one centre that the reader works for."""
        key = own_centre()[1]
        return rules.centre_with(key) if key is not None else None

    def may_begin(self) -> bool:
        """Tell whether the reader's own centre has no rules yet, and may have some."""
        centre = self.centre() if self.may("begin") else None
        return centre is not None and rules.stored(centre) is None
