"""What every form of ours shares: refusals beside their field, and our own words."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import escape
from wtforms import Field, Form, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import Select

from app import clock
from app.errors import Refused

Validator = Callable[[Form, Field], None]

# Nothing that people type into one field is longer; a service may ask for less.
LONGEST = 4000
TOO_LONG = _l("This is too long: use at most %(limit)d characters.")
FIRST_YEAR = 1900
# The status of what nobody gets past, whatever they type: there is nothing to check.
SHUT = (403, 429)


class EsitoForm(FlaskForm):
    """A form whose texts come stripped and without characters no database keeps."""

    # What belongs to the form as a whole.
    form_errors: list[Any]
    # Why nothing that is typed here will do now; None: it may.
    shut: Any = None

    class Meta(FlaskForm.Meta):
        """How fields are bound."""

        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: dict[str, Any]
        ) -> Field:
            """Give every text field, passwords excepted, the stripping filter."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                filters = list(unbound_field.kwargs.get("filters", ()))
                options["filters"] = [_stripped, *filters]
            return super().bind_field(form, unbound_field, options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that none is endless or holds a control character."""
        well = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, str) and (flaw := _flaw(field)):
                field.errors = [*field.errors, flaw]
                well = False
        return well

    def refuse(self, problem: Refused) -> int:
        """Put a refusal beside its field, or above the form; return its status."""
        field = self._fields.get(problem.field) if problem.field else None
        if field is None:
            self.form_errors = [*self.form_errors, problem.message]
        else:
            field.errors = [*field.errors, problem.message]
        if problem.status in SHUT:
            self.shut = problem.message
        return problem.status


class PlainSelect(Select):
    """A list to choose from, whose options have a value and a label and no more.

    Written in a fraction of the time: a list of exams was a fifth of a page.
    """

    @classmethod
    def render_option(cls, choice: Any, **_more: Any) -> str:
        """Return one option; what it says is escaped."""
        chosen = " selected" if choice.selected else ""
        value, label = escape(choice.value), escape(choice.label)
        return f'<option value="{value}"{chosen}>{label}</option>'


class DayField(StringField):
    """A calendar day, typed as 05/03/2009 or 2009-03-05; `data` is a date or None."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        earliest: Callable[[], date] | None = None,
        latest: Callable[[], date] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.earliest = earliest
        self.latest = latest

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%d/%m/%Y") if isinstance(self.data, date) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day that was typed; an empty field is None."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        day = read_day(typed)
        if day is None:
            raise ValueError(_l("Enter a date such as 05/03/2009 (day/month/year)."))
        if self.earliest and day < self.earliest():
            raise ValueError(_l("This date is too long ago. Check the year."))
        if self.latest and day > self.latest():
            raise ValueError(_l("This date is in the future. Check the year."))
        self.data = day


class DateOfBirthField(DayField):
    """A date of birth: not before 1900, not after today."""

    def __init__(self, label: Any = None, validators: Any = None, **options: Any):
        super().__init__(
            label,
            validators,
            earliest=lambda: date(FIRST_YEAR, 1, 1),
            latest=lambda: clock.now().date(),
            **options,
        )


# Day first as people write it, with one separator throughout, or ISO 8601.
_DAY_FIRST = re.compile(r"(\d{1,2})([/.\- ])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
# Keyboards of telephones may show digits alone. Written with the year first it cannot
# be taken for this: no month and day begin with 19 or 20.
_DIGITS = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})", re.ASCII)


def read_day(text: str) -> date | None:
    """Return the day written as DD/MM/YYYY or YYYY-MM-DD, or None if it is no day."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DIGITS.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(found.group(part)) for part in (1, 3, 4))
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def required(message: Any) -> Validator:
    """Insist on something being typed, chosen or ticked."""

    def check(_form: Form, field: Field) -> None:
        if field.errors:
            raise StopValidation
        if field.data is None or field.data is False or not str(field.data).strip():
            raise StopValidation(message)

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def longest(limit: int, message: Any = None) -> Validator:
    """Refuse more characters than the record has room for."""
    words = message or TOO_LONG

    def check(_form: Form, field: Field) -> None:
        if field.data and len(field.data) > limit:
            raise ValidationError(str(words) % {"limit": limit})

    check.field_flags = {"maxlength": limit}  # type: ignore[attr-defined]
    return check


def same_as(name: str, message: Any) -> Validator:
    """Refuse a second typing that differs from the first."""

    def check(form: Form, field: Field) -> None:
        if field.data != form[name].data:
            raise ValidationError(message)

    return check


# Only the shape: whether the address exists shows when a message has arrived. Before
# the @ stand no letters that our mail cannot be addressed with, seen or unseen.
_LOCAL, _LABEL = r"[^@\s<>\",;:()\[\]\\\x7f-\U0010ffff]+", r"[^@\s<>\",;:()\[\]\\.]+"
_EMAIL = re.compile(rf"{_LOCAL}@{_LABEL}(\.[^@\s.]+)+")


def email_address(message: Any = None) -> Validator:
    """Refuse what cannot be an e-mail address."""
    words = message or _l("Enter an email address such as name@example.org.")

    def check(_form: Form, field: Field) -> None:
        text = field.data or ""
        if text and (len(text) > 254 or not _EMAIL.fullmatch(text)):
            raise ValidationError(words)

    return check


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _flaw(field: Field) -> Any:
    """Return what is wrong with a text of any field, unless its length is said."""
    allowed = "\r\n\t" if isinstance(field, TextAreaField) else ""
    text = field.data
    if len(text) > LONGEST:
        return None if field.errors else str(TOO_LONG) % {"limit": LONGEST}
    if any(
        unicodedata.category(character) in ("Cc", "Cs") and character not in allowed
        for character in text
    ):
        return _l("This holds a character that we cannot keep. Type it again.")
    return None
