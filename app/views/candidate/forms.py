"""The forms of the candidates' pages."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.values import Language
from app.views.forms import (
    DateOfBirthField,
    EsitoForm,
    email_address,
    longest,
    required,
    same_as,
)


class SecretField(StringField):
    """A number that is seen while it is typed and never sent back to the page."""

    def _value(self) -> str:
        return ""


class RegistrationForm(EsitoForm):
    """What opens an account: the details on the paper, an address, a password."""

    id_number = StringField(
        _l("ID Number"), [required(_l("Enter your ID Number.")), longest(40)]
    )
    secret = SecretField(
        _l("Secret Number"), [required(_l("Enter your Secret Number.")), longest(40)]
    )
    date_of_birth = DateOfBirthField(
        _l("Date of birth"), [required(_l("Enter your date of birth."))]
    )
    email = StringField(
        _l("Email address"),
        [required(_l("Enter your email address.")), email_address()],
    )
    confirm_email = StringField(
        _l("Confirm email address"),
        [
            required(_l("Enter your email address again.")),
            same_as("email", _l("The two email addresses are not the same.")),
        ],
    )
    password = PasswordField(_l("Password"), [required(_l("Choose a password."))])
    confirm_password = PasswordField(
        _l("Confirm password"),
        [
            required(_l("Enter the password again.")),
            same_as("password", _l("The two passwords are not the same.")),
        ],
    )
    terms = BooleanField(
        _l("I agree to the terms of use"),
        [required(_l("To register, please agree to the terms of use."))],
    )
    updates = BooleanField(_l("Send me updates"))


class SignInForm(EsitoForm):
    """The ID Number and the password that was chosen."""

    id_number = StringField(_l("ID Number"), [required(_l("Enter your ID Number."))])
    password = PasswordField(_l("Password"), [required(_l("Enter your password."))])


class ForgottenForm(EsitoForm):
    """Whose password is forgotten."""

    id_number = StringField(_l("ID Number"), [required(_l("Enter your ID Number."))])


class NewPasswordForm(EsitoForm):
    """A new password, typed twice."""

    password = PasswordField(_l("New password"), [required(_l("Choose a password."))])
    confirm_password = PasswordField(
        _l("Confirm password"),
        [
            required(_l("Enter the password again.")),
            same_as("password", _l("The two passwords are not the same.")),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one."""

    old_password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )


class PreferencesForm(EsitoForm):
    """The language of e-mails, and news of the board."""

    language = SelectField(
        _l("Language of our emails"),
        choices=[
            SelectChoice(Language.en.value, "English"),
            SelectChoice(Language.it.value, "Italiano"),
        ],
    )
    updates = BooleanField(_l("Send me updates"))


class PlainForm(EsitoForm):
    """A button, and nothing to fill in."""
