"""Staff users: who may enter the back office, in which role, and for which centre."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g
from flask_appbuilder.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField, StringField

from app import clock
from app.models import Centre, User
from app.services import staff
from app.views.admin.base import Screen
from app.views.admin.factors import RemovesFactor
from app.views.admin.forms import NamedRow
from app.views.admin.rows import Rows
from app.views.admin.words import role_word, written
from app.views.forms import email_address, longest, required

CENTRE_HINT = _l("For Centre staff only: the centre's number, such as IT024.")


def centre_of(user: User) -> Centre | None:
    """Return the centre that a user works for; None is the board."""
    member = staff.membership(user)
    return member.centre if member else None


def _fields(*, new: bool) -> dict[str, Any]:
    said = _l("Empty: taken from the email address.") if new else ""
    needed = [] if new else [required(_l("Enter the name."))]
    return {
        "email": StringField(
            _l("Email address"),
            [required(_l("Enter their email address.")), email_address()],
            description=_l("A link with which to set a password is sent there."),
        ),
        "first_name": StringField(
            _l("First name"), [*needed, longest(64)], description=said
        ),
        "last_name": StringField(
            _l("Family name"), [*needed, longest(64)], description=said
        ),
        "role": SelectField(
            _l("Role"),
            choices=lambda: [SelectChoice(n, role_word(n)) for n in staff.role_names()],
        ),
        "centre": NamedRow(_l("Centre"), Centre, "number", description=CENTRE_HINT),
        "active": BooleanField(_l("May sign in")),
    }


class Users(RemovesFactor, Screen):
    """The people of the board and its centres. Nobody types another's password."""

    datamodel = Rows(User, ["roles"])
    class_permission_name = "Users"
    list_title = _l("Users")
    add_title = _l("Add a user")
    label_columns = {
        "first_name": _l("First name"),
        "last_name": _l("Family name"),
        "email": _l("Email address"),
        "roles": _l("Role"),
        "role": _l("Role"),
        "centre": _l("Centre"),
        "active": _l("May sign in"),
    }
    list_columns = ["email", "first_name", "last_name", "roles", "active"]
    show_columns = ["email", "first_name", "last_name", "roles", "centre", "active"]
    search_columns = ["email", "first_name", "last_name", "active"]
    base_order = ("email", "asc")
    order_columns = ["email", "last_name", "active"]
    add_columns = ["email", "first_name", "last_name", "role", "centre"]
    edit_columns = ["first_name", "last_name", "role", "centre", "active"]
    add_form_extra_fields = _fields(new=True)
    edit_form_extra_fields = _fields(new=False)

    def value(self, row: Any, column: str) -> Any:
        """Take the centre from the membership, and the words for the roles."""
        if column == "centre":
            return written(centre_of(row))
        if column == "roles":
            return written([role_word(role.name) for role in row.roles])
        return super().value(row, column)

    def prefill_form(self, form: Any, row: Any) -> None:
        """Show role and centre, which are no columns of the user."""
        if not form.is_submitted():
            form.role.data = row.roles[0].name if row.roles else ""
            form.centre.process_data(centre_of(row))

    def write_added(self, values: dict[str, Any]) -> Any:
        """Add a user and e-mail them a link."""
        return staff.create(values.pop("email"), **values, by=g.user, at=clock.now())

    def write_changed(self, row: Any, values: dict[str, Any]) -> Any:
        """Change a user, who is signed out everywhere."""
        return staff.change(row, **values, by=g.user, at=clock.now())

    @action(
        "invite",
        _l("Send a link to set a password"),
        confirmation=_l("A link with which to set a new password is e-mailed to them."),
        multiple=False,
    )
    def invite(self, rows: Sequence[Any]) -> None:
        """Help somebody who has forgotten their password."""
        (user,) = rows
        staff.send_link(user, by=g.user, at=clock.now())
        flash(_("The link is on its way."), "success")
