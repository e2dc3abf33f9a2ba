"""The forms of the candidates' pages: the way in, and the account."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.services import identifiers
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


def _looks_like_one(_form: Form, field: Field) -> None:
    """Refuse what cannot be an ID Number, most often that of an identity card."""
    if not identifiers.is_id_number(identifiers.normalised_id_number(field.data)):
        raise ValidationError(
            _l(
                "An ID Number has 3 letters and 6 digits, such as BCD123456. It is not"
                " the number of your identity card."
            )
        )


class PaperForm(EsitoForm):
    """What stands on a Confirmation of Entry."""

    id_number = StringField(
        _l("ID Number"),
        [required(_l("Enter your ID Number.")), longest(40), _looks_like_one],
    )
    secret = SecretField(
        _l("Secret Number"), [required(_l("Enter your Secret Number.")), longest(40)]
    )
    date_of_birth = DateOfBirthField(
        _l("Date of birth"), [required(_l("Enter your date of birth."))]
    )


class RegistrationForm(PaperForm):
    """What opens an account: the details on the paper, an address, a password."""

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


def _whose() -> Any:
    words = _l("Enter your ID Number or your email address.")
    return StringField(_l("ID Number"), [required(words), longest(254)])


class SignInForm(EsitoForm):
    """The ID Number, or the e-mail address, and the password that was chosen."""

    id_number = _whose()
    password = PasswordField(_l("Password"), [required(_l("Enter your password."))])


class WhoseForm(EsitoForm):
    """Whose password is forgotten, or who wants a link."""

    id_number = _whose()


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


class ChangeEmailForm(EsitoForm):
    """The new address, typed twice, and the present password."""

    email = StringField(
        _l("New email address"),
        [required(_l("Enter your new email address.")), email_address()],
    )
    confirm_email = StringField(
        _l("Confirm new email address"),
        [
            required(_l("Enter your new email address again.")),
            same_as("email", _l("The two email addresses are not the same.")),
        ],
    )
    password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )


class PreferencesForm(EsitoForm):
    """The language of e-mails, news of the board, and notices of the first reading."""

    language = SelectField(
        _l("Language of our emails"),
        choices=[
            SelectChoice(Language.en.value, "English"),
            SelectChoice(Language.it.value, "Italiano"),
        ],
    )
    read_notices = BooleanField(
        _l("Tell me when an organisation first reads my result")
    )
    updates = BooleanField(_l("Send me updates"))


class PlainForm(EsitoForm):
    """A button, and nothing to fill in."""
