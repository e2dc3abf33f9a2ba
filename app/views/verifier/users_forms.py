"""What is filled in about an organisation's users."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.models import Member
from app.services import applications
from app.views.forms import EsitoForm, PlainSelect, email_address, longest, required
from app.views.verifier.forms import CHOOSE

_EMAIL = _l("Enter an email address such as name@example.org.")


def _words(label: Any, name: str, message: Any) -> StringField:
    limit = applications.LONGEST[name]
    return StringField(label, [required(message), longest(limit)])


class UserForm(EsitoForm):
    """The name and the job title of a user."""

    first_name = _words(_l("First name"), "first_name", _l("Enter the first name."))
    family_name = _words(_l("Last name"), "family_name", _l("Enter the last name."))
    job_title = _words(_l("Job title"), "job_title", _l("Enter the job title."))


class NewUserForm(UserForm):
    """A user to be added."""

    email = StringField(
        _l("Work email address"),
        [required(_EMAIL), email_address()],
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
