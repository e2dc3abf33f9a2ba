"""What somebody fills in who wants to join, or answers what the board asks."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app.services import applicant
from app.views.forms import EsitoForm, email_address, longest, required, same_as
from app.views.people_forms import ENTER_EMAIL, OwnWorkForm


class JoinForm(OwnWorkForm):
    """Somebody who works for an organisation that is here already."""

    email = StringField(_l("Email address"), [required(ENTER_EMAIL), email_address()])
    email_again = StringField(
        _l("Confirm email address"),
        [same_as("email", _l("The two email addresses are not the same."))],
    )


class ReplyForm(EsitoForm):
    """An applicant's words to the board."""

    words = TextAreaField(
        _l("Your answer"),
        [required(_l("Write something first.")), longest(applicant.LONGEST)],
        render_kw={"rows": 6},
    )


class DecideForm(EsitoForm):
    """A button with nothing to fill in."""
