"""The figures of a result: a form with them, and the difference between two."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.models import Entry
from app.services import corrections, enquiries, grading
from app.services.grading import Exam
from app.values import ComponentCode
from app.views.admin.results import Results
from app.views.admin.words import grade_word, written
from app.views.forms import EsitoForm, longest, required


class WordsForm(EsitoForm):
    """What the board has to say to the candidate."""

    words = TextAreaField(
        _l("What the candidate reads"),
        [longest(enquiries.LONGEST)],
        description=_l(
            "Optional. It stands on the page of the exam, beside the outcome."
        ),
        render_kw={"rows": 4},
    )


class FiguresForm(WordsForm):
    """The figures that were found; which fields there are depends on the exam."""

    def figures(self) -> dict[str, Any]:
        """Return the scores by component, and the word of an exam without scores."""
        fields = {code: self._fields.get(_field(code)) for code in ComponentCode}
        scores = {code: int(field.data) for code, field in fields.items() if field}
        word = self._fields.get("grade")
        return {"scores": scores, "grade": word.data if word else None}

    def confirmed(self) -> bool:
        """Tell whether the difference was shown, and is to be written."""
        return request.form.get("confirmed") == "yes"

    def to_be_changed(self) -> bool:
        """Tell whether the difference was shown, and something is wrong with it."""
        return request.form.get("confirmed") == "no"


def figures_form(entry: Entry, *, at: datetime) -> FiguresForm:
    """Return the form of an entry's exam, filled with the figures that hold now."""
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    now = corrections.standing_figures(entry, at=at)
    fields = _fields(exam)
    kind = type("ExamFiguresForm", (FiguresForm,), fields)
    filled = {name: getattr(now, name) for name in fields}
    return kind(**filled)  # type: ignore[no-any-return]


def _fields(exam: Exam) -> dict[str, Any]:
    missing = _l("The value is missing.")
    if exam.components:
        attributes = {"inputmode": "numeric", "autocomplete": "off"}
        return {
            _field(part.code): StringField(
                _(part.name), [required(missing), whole], render_kw=attributes
            )
            for part in exam.components
        }
    words = exam.labels or tuple(band.grade for band in exam.bands if band.grade)
    choices = [SelectChoice(word, grade_word(word)) for word in words]
    return {"grade": SelectField(_l("Grade"), [required(missing)], choices=choices)}


def in_words(changes: Iterable[tuple[str, Any, Any]]) -> list[tuple[Any, str, str]]:
    """Return the name of each figure that changes, with what it reads now and then."""
    return [
        (Results.label_columns[column], _said(column, now), _said(column, then))
        for column, now, then in changes
    ]


def _said(column: str, value: Any) -> str:
    return grade_word(value) if column == "grade" else written(value)


def whole(_form: Any, field: Any) -> None:
    """Refuse what is no whole number; whether it can be is the service's to say."""
    text = field.data or ""
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise ValidationError(_l("Write a whole number."))


def _field(code: ComponentCode) -> str:
    return f"score_{code.lower()}"
