"""Where everything on the scale picture lies: plain shapes, for any way of drawing.

The scale runs from left to right. Each component has a line of its own, so that equal
and neighbouring scores never hide one another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.services import grading
from app.services.grading import Band, Exam
from app.services.scale_shapes import Bar, Dot, Ink, Label, Mark, Rule, Shape, width_of
from app.values import ComponentCode, ExamCode

LOWEST, HIGHEST = 80, 230
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


@dataclass(frozen=True)
class Format:
    """The measures of one size of the picture."""

    name: str
    width: float
    # Names and numbers stand beside their line, or above it.
    beside: bool
    size: float
    small: float
    row: float


WIDE = Format("wide", 720, beside=True, size=14, small=12, row=30)
TALL = Format("tall", 343, beside=False, size=14, small=12, row=46)


@dataclass
class Picture:
    """What has been drawn so far, from the top down, between two ends of the scale."""

    format: Format
    left: float
    right: float
    marks: list[Mark] = field(default_factory=list)
    y: float = 0

    @property
    def height(self) -> float:
        return self.y + 4

    def x(self, score: float) -> float:
        share = (min(max(score, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
        return self.left + share * (self.right - self.left)

    def add(self, *marks: Mark) -> None:
        self.marks.extend(marks)


def laid_out(
    form: Format, exam: Exam, overall: int | None, scores: Mapping[ComponentCode, int]
) -> Picture:
    """Return the picture of one result on the scale."""
    parts = [part for part in exam.components if part.code in scores]
    language = str(get_locale())
    names = part_names(exam.code, language)
    picture = _frame(form, exam, scores, names)
    around = (form, picture.left, picture.right, exam.code, overall, len(parts))
    above, below, picture.y, end = _around(*around, language)
    picture.add(*above)
    for part in parts:
        _component(picture, exam, names[part.code], scores[part.code], overall)
    picture.add(*below)
    picture.y = end
    return picture


@cache
def part_names(code: ExamCode, _language: str) -> Mapping[ComponentCode, str]:
    """Return what the parts of an exam are called in the reader's language."""
    return {part.code: _(part.name) for part in grading.exam(code).components}


@lru_cache(maxsize=512)
def _around(
    form: Format,
    left: float,
    right: float,
    code: ExamCode,
    overall: int | None,
    rows: int,
    _language: str,
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], float, float]:
    """Return what stands above and below the components, and where these begin and end.

    Kept, because it is two thirds of the work and the same for everybody with the same
    overall score in an exam; its words are in the reader's language.
    """
    exam, above = grading.exam(code), Picture(form, left, right)
    if overall is not None:
        _overall(above, exam, overall)
    _levels(above, overall)
    below = Picture(form, left, right, y=above.y + form.row * rows)
    if form.beside:
        _grid(above, above.y, below.y, overall)
    _axis(below)
    _grades(below, exam, overall)
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
    numbers = [
        width_of(str(grading.shown(exam, score)), form.size, bold=True)
        for score in scores.values()
    ]
    left = max(128, *widths) + 20
    return Picture(form, left, form.width - max(28, *numbers) - 24)


def _overall(picture: Picture, exam: Exam, overall: int) -> None:
    """The large mark: a plate with the score, pointing at its place on the scale."""
    form, x = picture.format, picture.x(overall)
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


def _levels(picture: Picture, overall: int | None) -> None:
    """The CEFR levels, the one that was reached standing out."""
    form = picture.format
    if form.beside:
        picture.add(Label(0, picture.y + 19, _("CEFR level"), form.small, "quiet"))
    for level, low, high in LEVELS:
        here = overall is not None and low <= min(max(overall, LOWEST), HIGHEST) <= high
        text = level or (_("below A1") if form.beside else "< A1")
        size = form.size if level else form.small
        _band(picture, low, high, [text], 28, size, here=here)
    picture.y += 36 if form.beside else 32


def _band(
    picture: Picture,
    low: int,
    high: int,
    lines: Sequence[str],
    height: float,
    size: float,
    *,
    here: bool,
) -> None:
    """A stretch of the scale with one or two lines of text in it."""
    left, right = picture.x(low), picture.x(min(high + 1, HIGHEST))
    ink: Ink = "accent" if here else "faint"
    picture.add(Bar(left + 1, picture.y, right - left - 2, height, ink, 3))
    first = picture.y + height / 2 + 5 - 7 * (len(lines) - 1)
    for place, line in enumerate(lines):
        ink = "on-accent" if here else "quiet"
        y = first + 13 * place
        middle = (left + right) / 2
        picture.add(Label(middle, y, line, size, ink, "middle", bold=here))


def _grid(picture: Picture, top: float, bottom: float, overall: int | None) -> None:
    """Upright lines where the levels begin, and at the overall score."""
    for _level, low, _high in LEVELS[1:]:
        x = picture.x(low)
        picture.add(Rule(x, top, x, bottom, "line"))
    if overall is not None:
        x = picture.x(overall)
        picture.add(Rule(x, top, x, bottom, "accent", 2))


def _component(
    picture: Picture, exam: Exam, name: str, score: int, overall: int | None
) -> None:
    """One component: its name, its mark on a line of its own, its score."""
    form, below = picture.format, score < exam.minimum
    middle = picture.y + (form.row / 2 if form.beside else form.row - 12)
    if not form.beside:
        # No further up and down than where text begins.
        _grid(picture, middle - 9, middle + 9, overall)
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
    form, y = picture.format, picture.y + 18
    for score in (LOWEST, *(low for _level, low, _high in LEVELS[1:]), HIGHEST):
        text, half = str(score), width_of(str(score), form.small) / 2
        x = min(max(picture.x(score), half), form.width - half)
        picture.add(Label(x, y, text, form.small, "quiet", "middle"))
    picture.y += 32


def _grades(picture: Picture, exam: Exam, overall: int | None) -> None:
    """The grade bands of the exam; names that do not fit stand below, in lanes."""
    form = picture.format
    bands = sorted(exam.bands, key=lambda band: band.low)
    if form.beside:
        picture.add(Label(0, picture.y + 22, _("Grades"), form.small, "quiet"))
    else:
        text = _("Grades of %(exam)s", exam=exam.name)
        picture.add(Label(picture.left, picture.y + 12, text, form.small, "quiet"))
        picture.y += 20
    outside = []
    for band in bands:
        here = overall is not None and band.low <= overall <= band.high
        left, right = picture.x(band.low), picture.x(min(band.high + 1, HIGHEST))
        lines = _fitting(grade_name(band), right - left - 4, form.small, bold=here)
        _band(picture, band.low, band.high, lines, 34, form.small, here=here)
        if not lines:
            middle, text = (left + right) / 2, grade_name(band)
            outside.append(
                Label(middle, 0, text, form.small, "quiet", "middle", bold=here)
            )
    picture.y += 34
    if form.beside:
        for score in (*(band.low for band in bands), bands[-1].high):
            end = 1 if HIGHEST > score == bands[-1].high else 0
            x, y = picture.x(score + end), picture.y + 14
            picture.add(Label(x, y, str(score), 11, "quiet", "middle"))
        picture.y += 16
    _lanes(picture, outside)


def _fitting(text: str, room: float, size: float, *, bold: bool) -> list[str]:
    """Return the text in one line or two, or in none when the room is too small."""
    for lines in ([text], text.split(" ", 1)):
        if max(width_of(line, size, bold=bold) for line in lines) <= room:
            return lines
    return []


def _lanes(picture: Picture, labels: Sequence[Label]) -> None:
    """Put labels below the bands, each under its own, none upon another."""
    ends: list[float] = []
    for label in labels:
        half = label.width / 2
        x = min(max(label.x, half), picture.format.width - half)
        fits = (lane for lane, end in enumerate(ends) if end + 6 <= x - half)
        lane = next(fits, len(ends))
        ends[lane:] = [x + half, *ends[lane + 1 :]]
        y = picture.y + 16 * (lane + 1)
        picture.add(replace(label, x=x, y=y))
    picture.y += 6 + 16 * len(ends) if ends else 0


def grade_name(band: Band) -> str:
    """Return the short name of a grade band, as it stands on the picture."""
    if band.grade is None:
        return _("score only")
    return band.grade if len(band.grade) == 1 else _(band.grade)
