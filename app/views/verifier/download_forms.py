"""What a member fills in to take results along, and to lay out their data files."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.models import DownloadTemplate
from app.services.downloads import kinds
from app.services.downloads.fields import FIELDS, OF_A_PART
from app.services.downloads.templates import LONGEST_HEADING, LONGEST_NAME, Layout
from app.values import DownloadFormat, RowPer
from app.views.forms import EsitoForm, longest, required

ALL_DETAILS = _l("All details")
DATES = {
    "iso": _l("2026-12-14"),
    "day_first": _l("14/12/2026"),
    "month_first": _l("12/14/2026"),
    "dotted": _l("14.12.2026"),
    "words": _l("14 December 2026"),
}
ROWS = {
    RowPer.result: _l("Each result"),
    RowPer.component: _l("Each part of the exam"),
}


def _offered(message: Any) -> Any:
    def check(_form: Form, field: Field) -> None:
        if field.data not in [choice.value for choice in field.choices]:
            raise StopValidation(message)

    return check


class AgainForm(EsitoForm):
    """A button, and the token that comes with it."""


class DownloadForm(EsitoForm):
    """What the chosen results are taken as."""

    format = RadioField(
        _l("What do you need?"),
        [_offered(_l("Choose what you need."))],
        choices=[SelectChoice(one.value, kinds.NAMES[one]) for one in DownloadFormat],
        default=DownloadFormat.csv.value,
        validate_choice=False,
    )
    template = SelectField(
        _l("Template of a data file"),
        [_offered(_l("Choose one of the templates."))],
        description=_l("Which fields it holds, and in which order."),
        validate_choice=False,
    )

    def __init__(
        self,
        offered: Sequence[DownloadTemplate],
        default: DownloadTemplate | None,
        **values: Any,
    ) -> None:
        # Boxes that were ticked come from the list; what as is asked here.
        asked = "format" in request.form
        super().__init__(formdata=request.form if asked else None, **values)
        self.template.choices = [
            SelectChoice("", ALL_DETAILS),
            *(SelectChoice(one.reference, one.name) for one in offered),
        ]
        if not asked:
            self.template.data = default.reference if default else ""


class TemplateForm(EsitoForm):
    """How an organisation's data files are laid out; the fields are in `columns`."""

    name = StringField(
        _l("Name of the template"),
        [required(_l("Give the template a name.")), longest(LONGEST_NAME)],
        description=_l("For example: Import into our student system."),
    )
    row_per = RadioField(
        _l("One row for"),
        [_offered(_l("Choose what a row stands for."))],
        choices=[SelectChoice(one.value, ROWS[one]) for one in RowPer],
        default=RowPer.result.value,
        validate_choice=False,
    )
    date_format = SelectField(
        _l("How dates are written"),
        [_offered(_l("Choose how dates are written."))],
        choices=[SelectChoice(key, words) for key, words in DATES.items()],
        default="iso",
        validate_choice=False,
    )

    def __init__(self, layout: Layout | None = None, **values: Any) -> None:
        if layout is not None:
            values["name"] = layout.name
            values["row_per"] = layout.row_per.value
            values["date_format"] = layout.date_format
        super().__init__(**values)
        self.columns = (
            _typed()
            if self.is_submitted()
            else _as_kept(layout.columns if layout else ())
        )

    def layout(self) -> Layout:
        """Return what was filled in; the fields by their place, then as listed."""
        chosen = sorted(
            (one for one in self.columns if one["chosen"]),
            key=lambda one: one["place"] or len(FIELDS) + 1,
        )
        # What is not in the list was not in our form: the service refuses it.
        foreign = set(request.form.getlist("field")) - FIELDS.keys()
        return Layout(
            self.name.data or "",
            (
                *((one["key"], one["heading"]) for one in chosen),
                *((key, "") for key in sorted(foreign)),
            ),
            self.date_format.data,
            RowPer(self.row_per.data),
        )


def _typed() -> list[dict[str, Any]]:
    """Return each field of the list with what was ticked and typed beside it."""
    ticked = set(request.form.getlist("field"))
    return [
        {
            **_about(key),
            "chosen": key in ticked,
            "place": _number(request.form.get(f"place-{key}", "")),
            "heading": _text(request.form.get(f"heading-{key}", "")),
        }
        for key in FIELDS
    ]


def _as_kept(columns: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    kept = {key: (place, words) for place, (key, words) in enumerate(columns, 1)}
    return [
        {
            **_about(key),
            "chosen": key in kept,
            "place": kept[key][0] if key in kept else None,
            "heading": kept[key][1] if key in kept else "",
        }
        for key in FIELDS
    ]


def _about(key: str) -> dict[str, Any]:
    return {"key": key, "words": FIELDS[key].heading, "of_a_part": key in OF_A_PART}


def _number(text: str) -> int | None:
    short = text.strip()[:4]
    return int(short) if short.isascii() and short.isdigit() else None


def _text(text: str) -> str:
    """Return a heading as it can be written: one line of what can be printed."""
    line = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(line.split())[: LONGEST_HEADING + 1]
