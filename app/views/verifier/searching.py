"""What a member looks for among the shared results: the form, and how it is kept.

It stays in their session: names and dates of birth have no place in an address, which
is kept in histories and logs.
"""

import hashlib
import json
from datetime import date
from typing import Any

from flask import session
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.services import grading, inbox
from app.services.inbox import Wanted
from app.values import ExamCode
from app.views.forms import (
    FIRST_YEAR,
    DateOfBirthField,
    DayField,
    EsitoForm,
    PlainSelect,
    longest,
)

LOOKED_FOR = "shared_results_wanted"
LAST_YEAR = 2100
DAYS = ("date_of_birth", "exam_from", "exam_until", "shared_from", "shared_until")
ANSWERS = {"yes": True, "no": False}


def _day(label: Any, description: Any = "") -> DayField:
    return DayField(
        label,
        description=description,
        earliest=lambda: date(FIRST_YEAR, 1, 1),
        latest=lambda: date(LAST_YEAR, 12, 31),
    )


def _choice(label: Any, *choices: tuple[str, Any]) -> SelectField:
    return SelectField(
        label,
        default="",
        choices=[SelectChoice(value, words) for value, words in choices],
        widget=PlainSelect(),
    )


class SearchForm(EsitoForm):
    """What a member looks for among the shared results."""

    name = StringField(
        _l("Name"), [longest(120)], description=_l("First name, family name, or both.")
    )
    date_of_birth = DateOfBirthField(_l("Date of birth"))
    id_number = StringField(_l("ID Number"), [longest(20)])
    email = StringField(_l("Email address"), [longest(254)])
    exam = _choice(
        _l("Exam"),
        ("", _l("All exams")),
        *((code.value, grading.exam(code).name) for code in ExamCode),
    )
    place = StringField(_l("Place of entry"), [longest(80)])
    centre = StringField(_l("Centre name"), [longest(160)])
    exam_from = _day(_l("Exam date"))
    exam_until = _day(
        _l("Last exam date"), _l("Leave this empty to look for one day only.")
    )
    shared_from = _day(_l("Shared from"))
    shared_until = _day(_l("Shared until"))
    read = _choice(
        _l("Opened"),
        ("", _l("All results")),
        ("no", _l("Not opened by me yet")),
        ("yes", _l("Opened by me")),
    )
    meets = _choice(
        _l("What you ask for"),
        ("", _l("All results")),
        ("yes", _l("Meets it")),
        ("no", _l("Does not meet it")),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that no last day comes before the first one."""
        well = super().validate(extra_validators)
        for first, last in (
            (self.exam_from, self.exam_until),
            (self.shared_from, self.shared_until),
        ):
            if first.data and last.data and last.data < first.data:
                last.errors = [*last.errors, _l("This is before the first day.")]
                well = False
        return well


def remember(form: SearchForm) -> None:
    """Keep what a well-filled form asks for; raises Refused for centres unknown."""
    centres = inbox.centres_called(form.centre.data or "", form.place.data or "")
    typed = {
        field.name: field.data.isoformat() if field.name in DAYS else field.data
        for field in form
        if field.data and field.name != "csrf_token"
    }
    if centres is not None:
        typed["centres"] = list(centres)
    session[LOOKED_FOR] = typed


def forget() -> None:
    """Look for nothing in particular any more."""
    session.pop(LOOKED_FOR, None)


def looked_for() -> Wanted:
    """Return what this browser's member looks for, as far as it makes sense."""
    try:
        return _wanted(session.get(LOOKED_FOR) or {})
    except (AttributeError, KeyError, TypeError, ValueError):
        # Kept by an earlier version of the page.
        return Wanted()


def mark() -> str:
    """Return what tells one search from another, and says nothing of either."""
    kept = json.dumps(session.get(LOOKED_FOR) or {}, sort_keys=True)
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def filled() -> SearchForm:
    """Return the form as it was filled in last."""
    kept = session.get(LOOKED_FOR) or {}
    if not looked_for():
        return SearchForm(formdata=None)
    days = {name: date.fromisoformat(kept[name]) for name in DAYS if name in kept}
    return SearchForm(formdata=None, data={**kept, **days})


def asked_beside_name(form: SearchForm) -> list[tuple[str, str]]:
    """Return what a form looks for in the fields that are folded away, in words."""
    hidden = ("name", "csrf_token")
    return [
        (field.label.text, _in_words(field))
        for field in form
        if field.data and field.name not in hidden
    ]


def _in_words(field: Any) -> str:
    if isinstance(field, SelectField):
        return next(one.label for one in field.choices if one.value == field.data)
    return str(field._value())


def _wanted(kept: dict[str, Any]) -> Wanted:
    values: dict[str, Any] = {
        name: date.fromisoformat(kept[name]) for name in DAYS if name in kept
    }
    values |= {name: kept.get(name, "") for name in ("name", "id_number", "email")}
    centres = kept.get("centres")
    return Wanted(
        **values,
        exam=ExamCode(kept["exam"]) if kept.get("exam") else None,
        centres=None if centres is None else tuple(centres),
        read=ANSWERS.get(kept.get("read", "")),
        meets=ANSWERS.get(kept.get("meets", "")),
    )
