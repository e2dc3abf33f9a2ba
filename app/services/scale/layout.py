"""Where everything on the scale picture lies: plain shapes, for any way of drawing.

The scale runs from left to right. Each component has a line of its own, so that equal
and neighbouring scores never hide one another.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.services import grading
from app.services.grading import Component, Exam
from app.services.scale import grades
from app.services.scale.ground import (
    HIGHEST,
    LOWEST,
    TALL,
    WIDE,
    Format,
    Picture,
    numbers,
    plate,
)
from app.services.scale.shapes import Bar, Dot, Label, Mark, Rule, Shape, width_of
from app.values import ComponentCode

__all__ = ["TALL", "WIDE", "Format", "Picture", "laid_out", "level_of", "part_names"]

# The bounds of the levels on the scale, from the board's chart.
LEVELS = (
    ("", 80, 99),
    ("A1", 100, 119),
    ("A2", 120, 139),
    ("B1", 140, 159),
    ("B2", 160, 179),
    ("C1", 180, 199),
    ("C2", 200, 230),
)

# The exams name their parts in English; these are the words to translate.
PARTS = (
    _l("Reading"),
    _l("Use of English"),
    _l("Writing"),
    _l("Listening"),
    _l("Speaking"),
    _l("Reading and Writing"),
    _l("Reading and Use of English"),
)


def laid_out(
    form: Format, exam: Exam, overall: int | None, scores: Mapping[ComponentCode, int]
) -> Picture:
    """Return the picture of one result on the scale, or of one out of 100 before it.

    Out of 100 there are no levels and no parts.
    """
    parts = [part for part in exam.components if part.code in scores]
    language = str(get_locale())
    names = part_names(exam, language)
    picture = _frame(form, exam, scores, names)
    around = (form, picture.left, picture.right, exam, overall, len(parts))
    above, below, picture.y, end = _around(*around, language)
    picture.add(*above)
    for part in parts:
        _component(picture, exam, names[part.code], scores[part.code], overall)
    picture.add(*below)
    picture.y = end
    return picture


@cache
def part_names(exam: Exam, _language: str) -> Mapping[ComponentCode, str]:
    """Return what the parts of an exam are called in the reader's language."""
    return {part.code: _name(part) for part in exam.components}


def _name(part: Component) -> str:
    return f"{_(part.name)} ×{part.weight}" if part.weight > 1 else _(part.name)


@lru_cache(maxsize=512)
def _around(
    form: Format,
    left: float,
    right: float,
    exam: Exam,
    overall: int | None,
    rows: int,
    _language: str,
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], float, float]:
    """Return what stands above and below the components, and where these begin and end.

    Kept, because it is two thirds of the work and the same for everybody with the same
    overall score in an exam; its words are in the reader's language.
    """
    points = exam.kind == "points"
    low, high = (exam.minimum, exam.maximum) if points else (LOWEST, HIGHEST)
    above = Picture(form, left, right, low=low, high=high)
    if overall is not None:
        _overall(above, exam, overall)
    if not points:
        _levels(above, exam, overall)
    rows_end = above.y + form.row * rows
    below = Picture(form, left, right, y=rows_end, low=low, high=high)
    if form.beside and rows:
        _grid(above, exam, above.y, rows_end, overall)
    if not points:
        _axis(below)
    grades.drawn(below, exam, overall)
    return tuple(above.marks), tuple(below.marks), above.y, below.y


def _frame(
    form: Format,
    exam: Exam,
    scores: Mapping[ComponentCode, int],
    names: Mapping[ComponentCode, str],
) -> Picture:
    if not form.beside:
        return Picture(form, 8, form.width - 8)
    widths = [width_of(name, form.size) for name in names.values()]
    room = [
        width_of(str(grading.shown(exam, score)), form.size, bold=True)
        for score in scores.values()
    ]
    left = max([128, *widths]) + 20
    return Picture(form, left, form.width - max([28, *room]) - 24)


def _overall(picture: Picture, exam: Exam, overall: int) -> None:
    """The large mark: a plate with the score, pointing at its place on the scale."""
    # What is not reported is not pointed at either.
    form, x = picture.format, picture.x(max(overall, exam.minimum))
    text = _("Overall score %(score)s", score=grading.shown(exam, overall))
    size = form.size + 2
    width, height = width_of(text, size, bold=True) + 24, 34
    left = min(max(x - width / 2, 0), form.width - width)
    picture.add(
        Bar(left, 0, width, height, "warm", 6),
        Shape(((x - 7, height - 1), (x + 7, height - 1), (x, height + 8)), "warm"),
        Label(left + width / 2, 23, text, size, "on-warm", "middle", bold=True),
    )
    picture.y = height + 10


def _levels(picture: Picture, exam: Exam, overall: int | None) -> None:
    """The CEFR levels: the one that was reached filled, that of the exam underlined."""
    form = picture.format
    if form.beside:
        picture.add(Label(0, picture.y + 19, _("CEFR level"), form.small, "quiet"))
    reached = None if overall is None else level_of(exam, overall)
    for level, low, high in LEVELS:
        here = level == reached
        text = level or (_("below A1") if form.beside else "< A1")
        size = form.size if level else form.small
        plate(picture, low, high, [text], 28, size, here=here)
        if level == exam.target_cefr:
            left, right = picture.stretch(low, high)
            middle, y = (left + right) / 2, picture.y + 30
            picture.add(
                Bar(left + 1, y, right - left - 2, 3, "accent", 1),
                Label(middle, y + 14, _("this exam"), 11, "quiet", "middle"),
            )
    picture.y += 50 if form.beside else 47


def level_of(exam: Exam, overall: int) -> str | None:
    """Return the level that an overall score earns in the exam, if it earns one."""
    return grading.outcome(exam, min(overall, exam.maximum)).cefr


def _grid(
    picture: Picture, exam: Exam, top: float, bottom: float, overall: int | None
) -> None:
    """Upright lines where the levels begin, and at the overall score."""
    for _level, low, _high in LEVELS[1:]:
        x = picture.x(low)
        picture.add(Rule(x, top, x, bottom, "line"))
    if overall is not None:
        x = picture.x(max(overall, exam.minimum))
        picture.add(Rule(x, top, x, bottom, "accent", 2))


def _component(
    picture: Picture, exam: Exam, name: str, score: int, overall: int | None
) -> None:
    """One component: its name, its mark on a line of its own, its score."""
    form, below = picture.format, score < exam.minimum
    middle = picture.y + (form.row / 2 if form.beside else form.row - 12)
    if not form.beside:
        # No further up and down than where text begins.
        _grid(picture, exam, middle - 9, middle + 9, overall)
    picture.add(Rule(picture.left, middle, picture.right, middle, "line"))
    x = picture.x(max(score, exam.minimum))
    left, right = (0.0, form.width) if form.beside else (picture.left, picture.right)
    y = middle + 5 if form.beside else picture.y + 18
    text = str(grading.shown(exam, score))
    picture.add(
        Dot(x, middle, 6, "accent", hollow=below),
        Label(left, y, name, form.size),
        Label(right, y, text, form.size, anchor="end", bold=True),
    )
    picture.y += form.row


def _axis(picture: Picture) -> None:
    """The numbers of the scale."""
    bounds = (LOWEST, *(low for _level, low, _high in LEVELS[1:]), HIGHEST)
    places = [(picture.x(score), score) for score in bounds]
    picture.y += 3
    numbers(picture, places, picture.format.small)
    picture.y += 12
