"""What is filled in about an organisation's users."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.models import Member
from app.views.forms import EsitoForm, PlainSelect, email_address, required
from app.views.people_forms import ENTER_EMAIL, words
from app.views.verifier.forms import CHOOSE


class UserForm(EsitoForm):
    """The name and the job title of a user."""

    first_name = words(_l("First name"), "first_name", _l("Enter the first name."))
    family_name = words(_l("Last name"), "family_name", _l("Enter the last name."))
    job_title = words(_l("Job title"), "job_title", _l("Enter the job title."))


class NewUserForm(UserForm):
    """A user to be added."""

    email = StringField(
        _l("Work email address"),
        [required(ENTER_EMAIL), email_address()],
        description=_l("We send a link to this address, to set a password."),
    )


class SureForm(EsitoForm):
    """A question with nothing to fill in."""


class OfferForm(EsitoForm):
    """Who is to become the primary user, and the password of whoever asks."""

    to = SelectField(
        _l("New primary user"),
        [required(_l("Choose who is to become the primary user."))],
        widget=PlainSelect(),
    )
    password = PasswordField(
        _l("Your password"), [required(_l("Enter your password."))]
    )

    def offer_to(self, people: list[Member]) -> None:
        """Offer these people, by their names and addresses."""
        known = [
            SelectChoice(one.reference, f"{one.name}, {one.email}") for one in people
        ]
        self.to.choices = [CHOOSE, *known]


class AnswerForm(EsitoForm):
    """The answer to an offer; accepting it takes the password."""

    password = PasswordField(
        _l("Your password"),
        [required(_l("Enter your password to accept."))],
    )
