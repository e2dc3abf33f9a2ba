"""The scale picture, the signature of the service: one drawing for page and paper.

`picture` is for pages: two formats, of which the style sheet shows the one that fits.
Documents draw the wide one; see scale_drawing.py.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.services import grading
from app.services.grading import Exam
from app.services.scale import grades, layout, shields
from app.services.scale.ground import HIGHEST, LOWEST, TALL, WIDE, Format, Picture
from app.services.scale.shapes import Bar, Dot, Label, Mark, Rule, Shape
from app.values import ComponentCode

# On a page the ink is that of the text around it, so that light and dark both come out
# right; the accent is the style sheet's.
INKS: Mapping[str, tuple[str, float]] = {
    "ink": ("currentColor", 1),
    "quiet": ("currentColor", 0.78),
    "faint": ("currentColor", 0.1),
    "line": ("currentColor", 0.2),
    "accent": ("var(--accent, #124650)", 1),
    "on-accent": ("var(--on-accent, #fff)", 1),
    "warm": ("#f2b544", 1),
    "on-warm": ("#2b1d00", 1),
}


def picture(
    exam: Exam,
    overall: int | None,
    scores: Mapping[ComponentCode, int],
    *,
    name: str = "scale",
) -> Markup:
    """Return the inline SVG of a result for a page, in a wide and a tall format.

    Only the one that fits the screen is shown. `name` keeps the ids of several
    pictures on a page apart. Empty for exams and results without scores.
    """
    title, told = in_words(exam, overall, scores)
    drawings = []
    for form, shown in ((WIDE, "d-none d-sm-block"), (TALL, "d-sm-none")):
        laid = laid_out(form, exam, overall, scores)
        if laid is None:
            return Markup()
        key = f"{name}-{form.name}"
        drawings.append(
            f'<svg class="scale scale-{form.name} {shown}" role="img"'
            f' xmlns="http://www.w3.org/2000/svg" width="100%"'
            f' viewBox="0 0 {_n(laid.format.width)} {_n(laid.height)}"'
            f' aria-labelledby="{key}-title {key}-desc">'
            f'<title id="{key}-title">{escape(title)}</title>'
            f'<desc id="{key}-desc">{escape(told)}</desc>'
            f"{_written(laid)}</svg>"
        )
    return Markup("".join(drawings))  # noqa: S704 - every text in it is escaped


def laid_out(
    form: Format,
    exam: Exam,
    overall: int | None,
    scores: Mapping[ComponentCode, int],
) -> Picture | None:
    """Return where everything on the picture lies, or None for exams without scores."""
    if exam.kind == "shields":
        return shields.laid_out(form, exam, scores) if scores else None
    # An overall score alone still has its place on the scale.
    if not exam.bands or (overall is None and not scores):
        return None
    return layout.laid_out(form, exam, overall, scores)


def in_words(
    exam: Exam, overall: int | None, scores: Mapping[ComponentCode, int]
) -> tuple[str, str]:
    """Return the picture's title and all it shows, for those who don't see it."""
    names = layout.part_names(exam, str(get_locale()))
    parts = [
        f"{names[part.code]}: {grading.shown(exam, scores[part.code])}"
        for part in exam.components
        if part.code in scores
    ]
    if exam.kind == "shields":
        title = _("Shields for each part of %(exam)s", exam=exam.name)
        of = [_("%(part)s of 5 shields", part=part) for part in parts]
        return title, ". ".join(of) + "."
    title = _(
        "%(exam)s on the scale from %(low)s to %(high)s",
        exam=exam.name,
        low=LOWEST if exam.kind == "scale" else exam.minimum,
        high=HIGHEST if exam.kind == "scale" else exam.maximum,
    )
    told = []
    if overall is not None:
        score = _("Overall score: %(score)s", score=grading.shown(exam, overall))
        level = layout.level_of(exam, overall)
        told.append(f"{score} ({level})" if level else score)
    told += [*parts, *_bands_in_words(exam, str(get_locale()))]
    return title, ". ".join(told) + "."


@cache
def _bands_in_words(exam: Exam, _language: str) -> tuple[str, ...]:
    """Return the grade bands and the level of an exam in the reader's language."""
    bands = [
        _(
            "%(grade)s: from %(low)s to %(high)s",
            grade=grades.grade_name(band),
            low=band.low,
            high=band.high,
        )
        for band in exam.bands
    ]
    return *bands, _("Level of the exam: %(level)s", level=exam.target_cefr)


def _written(laid: Picture) -> str:
    return "".join(_WRITERS[type(mark)](mark) for mark in laid.marks)


def _bar(mark: Bar) -> str:
    return (
        f'<rect x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}"'
        f' height="{_n(mark.height)}" rx="{_n(mark.radius)}"'
        f"{_paint('fill', mark.ink)}/>"
    )


def _rule(mark: Rule) -> str:
    return (
        f'<line x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}"'
        f' y2="{_n(mark.y2)}" stroke-width="{_n(mark.width)}"'
        f"{_paint('stroke', mark.ink)}/>"
    )


def _dot(mark: Dot) -> str:
    paint = _outlined if mark.hollow else _paint
    return (
        f'<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.radius)}"'
        f"{paint('fill', mark.ink)}/>"
    )


def _shape(mark: Shape) -> str:
    paint = _outlined if mark.hollow else _paint
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in mark.points)
    return f'<polygon points="{points}"{paint("fill", mark.ink)}/>'


def _label(mark: Label) -> str:
    weight = ' font-weight="700"' if mark.bold else ""
    return (
        f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}"'
        f' text-anchor="{mark.anchor}"{weight}'
        f"{_paint('fill', mark.ink)}>{escape(mark.text)}</text>"
    )


@cache
def _paint(how: str, ink: str) -> str:
    colour, share = INKS[ink]
    opacity = f' {how}-opacity="{share:g}"' if share != 1 else ""
    return f' class="scale-{how}-{ink}" {how}="{colour}"{opacity}'


def _outlined(_how: str, ink: str) -> str:
    return f' fill="none" stroke-width="2"{_paint("stroke", ink)}'


@lru_cache(maxsize=4096)
def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


_WRITERS: dict[type[Mark], Callable[..., str]] = {
    Bar: _bar,
    Rule: _rule,
    Dot: _dot,
    Shape: _shape,
    Label: _label,
}
