"""What somebody fills in who wants to join, or answers what the board asks."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app.services import applicant, applications
from app.views.forms import EsitoForm, email_address, longest, required, same_as

_EMAIL = _l("Enter an email address such as name@example.org.")


class JoinForm(EsitoForm):
    """Somebody who works for an organisation that is here already."""

    first_name = StringField(
        _l("First name"),
        [
            required(_l("Enter your first name.")),
            longest(applications.LONGEST["first_name"]),
        ],
    )
    family_name = StringField(
        _l("Last name"),
        [
            required(_l("Enter your last name.")),
            longest(applications.LONGEST["family_name"]),
        ],
    )
    job_title = StringField(
        _l("Job title"),
        [
            required(_l("Enter your job title.")),
            longest(applications.LONGEST["job_title"]),
        ],
    )
    email = StringField(_l("Email address"), [required(_EMAIL), email_address()])
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
