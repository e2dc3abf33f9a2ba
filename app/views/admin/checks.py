"""What generated forms check beyond the length of a field."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form
from wtforms.validators import ValidationError

Check = Callable[[Form, Field], None]


def centre_number() -> Check:
    """A centre's number is two capital letters and three digits."""
    return _shaped(r"[A-Z]{2}[0-9]{3}", _l("A centre's number looks like IT024."))


def country_code() -> Check:
    """A country is two capital letters."""
    return _shaped(r"[A-Z]{2}", _l("A country is two capital letters, such as IT."))


def candidate_number() -> Check:
    """A candidate's number is four digits; the field may be left empty."""
    return _shaped(r"([0-9]{4})?", _l("A candidate's number is four digits."))


def time_zone() -> Check:
    """A time zone is one that the clocks of this service know."""

    def check(_form: Form, field: Field) -> None:
        if field.data not in available_timezones():
            raise ValidationError(_l("A time zone looks like Europe/Rome."))

    return check


def _shaped(pattern: str, words: Any) -> Check:
    shape = re.compile(pattern, re.ASCII)

    def check(_form: Form, field: Field) -> None:
        if not shape.fullmatch(field.data or ""):
            raise ValidationError(words)

    return check
