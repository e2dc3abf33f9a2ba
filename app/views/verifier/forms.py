"""What a verifier's user fills in."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.values import MemberRole, OrganisationType
from app.views.forms import (
    EsitoForm,
    PlainSelect,
    email_address,
    longest,
    required,
    same_as,
)
from app.views.people_forms import ENTER_EMAIL, OwnWorkForm, words

TYPES = {
    OrganisationType.university: _l("University"),
    OrganisationType.college: _l("College or school of higher education"),
    OrganisationType.employer: _l("Employer"),
    OrganisationType.ministry: _l("Ministry or public authority"),
    OrganisationType.professional_body: _l("Professional body"),
    OrganisationType.other: _l("Other"),
}
ROLES = {
    MemberRole.primary: _l("Primary user"),
    MemberRole.admin: _l("User"),
}
CHOOSE = SelectChoice("", _l("Choose"))


class ApplicationForm(OwnWorkForm):
    """An organisation, and the person who applies for it."""

    email = StringField(_l("Email address"), [required(ENTER_EMAIL), email_address()])
    email_again = StringField(
        _l("Confirm email address"),
        [same_as("email", _l("The two email addresses are not the same."))],
    )
    organisation = words(
        _l("Organisation name"), "organisation", _l("Enter your organisation's name.")
    )
    type = SelectField(
        _l("Type of organisation"),
        [required(_l("Choose what kind of organisation it is."))],
        choices=[CHOOSE, *(SelectChoice(key.value, TYPES[key]) for key in TYPES)],
    )
    website = StringField(
        _l("Website"), [required(_l("Enter your website.")), longest(200)]
    )
    city = words(_l("City"), "city", _l("Enter the city of your organisation."))
    country = SelectField(
        _l("Country"), [required(_l("Choose a country."))], widget=PlainSelect()
    )


class SignInForm(EsitoForm):
    """E-mail address and password, and the page that asked for them."""

    email = StringField(
        _l("Email address"), [required(_l("Enter your email address."))]
    )
    password = PasswordField(_l("Password"), [required(_l("Enter your password."))])
    next = HiddenField()


class ForgottenForm(EsitoForm):
    """The address that a password link goes to."""

    email = StringField(_l("Email address"), [required(ENTER_EMAIL), email_address()])


class PasswordForm(EsitoForm):
    """A new password, typed twice."""

    password = PasswordField(_l("Password"), [required(_l("Choose a password."))])
    password_again = PasswordField(
        _l("Confirm password"),
        [same_as("password", _l("The two passwords are not the same."))],
    )
