"""What an organisation asks for, in words: for its users and for candidates."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.extensions import db
from app.models import Organisation, Requirement
from app.services import grading
from app.services.requirements.fitting import in_order, minimums
from app.values import ExamCode


def for_candidate(organisation: Organisation, exam: ExamCode, *, on: date) -> list[str]:
    """Return what an organisation asks for of an exam, a sentence for each programme.

    Empty where it says nothing about any exam. `on` is the reader's day.
    """
    rows = db.session.scalars(
        select(Requirement).where(Requirement.organisation_id == organisation.id)
    ).all()
    asked = in_order(row for row in rows if row.exam == exam)
    name = grading.exam(exam).name
    if rows and not asked:
        return [_("%(exam)s is not among the exams that they list.", exam=name)]
    return [_sentence(row, several=len(rows) > 1) for row in asked]


def _sentence(asked: Requirement, *, several: bool) -> str:
    said = _("%(wanted)s.", wanted=in_words(asked))
    if asked.programme:
        return f"{asked.programme}: {said}"
    if several:
        return _("Everything else: %(said)s", said=said)
    return said[:1].upper() + said[1:]


def in_words(asked: Requirement) -> str:
    """Return the least that a requirement asks for, such as "overall at least 175"."""
    exam = grading.exam(asked.exam)
    parts = []
    if asked.overall is not None:
        parts.append(_("overall at least %(least)s", least=asked.overall))
    least = minimums(asked)
    for part in exam.components:
        if part.code in least:
            name, score = _(part.name), least[part.code]
            parts.append(_("%(part)s at least %(least)s", part=name, least=score))
    if asked.months is not None:
        parts.append(
            ngettext(
                "taken in the last month",
                "taken in the last %(num)s months",
                asked.months,
            )
        )
    if not parts:
        return _("any certified result")
    return ", ".join(parts)
