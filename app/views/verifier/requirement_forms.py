"""What an organisation fills in about the exams that it recognises."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.models import Requirement
from app.services import grading
from app.services.grading import Exam
from app.services.requirements import Terms
from app.services.requirements.keeping import LONGEST_PROGRAMME
from app.values import ComponentCode, ExamCode
from app.views.forms import EsitoForm, PlainSelect, longest, required


class WholeNumberField(StringField):
    """A number without decimals, as people type it; `data` is an int or None."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; an empty field is None."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
            raise ValueError(_l("Enter a whole number, such as 175."))
        self.data = int(typed)


class ExamForm(EsitoForm):
    """The first step: which exam it is about."""

    class Meta(EsitoForm.Meta):
        """It only leads to a page: nothing is changed."""

        csrf = False

    exam = SelectField(
        _l("Exam"),
        [required(_l("Choose an exam."))],
        choices=[
            SelectChoice("", _l("Choose")),
            *(SelectChoice(code.value, grading.exam(code).name) for code in ExamCode),
        ],
        widget=PlainSelect(),
    )


class RequirementForm(EsitoForm):
    """The least that is asked for; only the fields that the exam has scores for."""

    programme = StringField(
        _l("Programme"),
        [longest(LONGEST_PROGRAMME)],
        description=_l(
            "Such as “Bachelor’s degrees”. Leave it empty for everything that no"
            " programme says differently."
        ),
    )
    overall = WholeNumberField(_l("Overall, at least"))
    score_r = WholeNumberField()
    score_u = WholeNumberField()
    score_w = WholeNumberField()
    score_l = WholeNumberField()
    score_s = WholeNumberField()
    score_rw = WholeNumberField()
    months = WholeNumberField(
        _l("Taken in the last so many months"),
        description=_l("For example 24. Leave it empty if it may be of any age."),
    )

    def __init__(self, exam: Exam, **values: Any) -> None:
        super().__init__(**values)
        self.exam = exam
        names = {f"score_{part.code.lower()}": part.name for part in exam.components}
        for code in ComponentCode:
            name = f"score_{code.lower()}"
            if name not in names:
                del self[name]
                continue
            self[name].label.text = _("%(part)s, at least", part=_(names[name]))
        if not grading.overall_range(exam):
            del self["overall"]

    @property
    def scores(self) -> list[Any]:
        """The fields for the scores, in the order of the Statement of Results."""
        names = [f"score_{part.code.lower()}" for part in self.exam.components]
        return [self[name] for name in ("overall", *names) if name in self]

    def terms(self) -> Terms:
        """Return what was filled in."""
        return Terms(
            programme=self.programme.data or "",
            exam=self.exam.code,
            overall=self["overall"].data if "overall" in self else None,
            scores={
                code: self[f"score_{code.lower()}"].data
                for code in ComponentCode
                if f"score_{code.lower()}" in self
            },
            months=self.months.data,
        )


def as_it_stands(row: Requirement) -> dict[str, Any]:
    """Return what a form about a requirement shows first."""
    columns = ["programme", "overall", "months"]
    columns += [f"score_{code.lower()}" for code in ComponentCode]
    return {name: getattr(row, name) for name in columns}
