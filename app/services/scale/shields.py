"""The picture of an exam for children: up to five shields for each part."""

from collections.abc import Mapping

from flask_babel import gettext as _

from app.services.exams import MOST_SHIELDS, Exam
from app.services.scale.ground import Format, Picture
from app.services.scale.shapes import Label, Shape
from app.values import ComponentCode


def laid_out(form: Format, exam: Exam, scores: Mapping[ComponentCode, int]) -> Picture:
    """Return a row of shields for each part, as many filled as were awarded."""
    beside = form.beside
    left = 200.0 if beside else 4.0
    picture = Picture(form, left, form.width)
    for part in exam.components:
        if part.code not in scores:
            continue
        awarded = scores[part.code]
        top = picture.y + (6 if beside else 28)
        text_y = top + 22 if beside else picture.y + 18
        picture.add(
            Label(0 if beside else left, text_y, _(part.name), form.size),
            Label(
                left + 260 if beside else form.width - 4,
                text_y,
                f"{awarded}/{MOST_SHIELDS}",
                form.size,
                anchor="end",
                bold=True,
            ),
            *(
                _shield(left + 40 * place, top, filled=place < awarded)
                for place in range(MOST_SHIELDS)
            ),
        )
        picture.y = top + 46
    return picture


def _shield(x: float, y: float, *, filled: bool) -> Shape:
    corners = ((0, 0), (28, 0), (28, 18), (24, 26), (14, 34), (4, 26), (0, 18))
    points = tuple((x + 2 + dx, y + dy) for dx, dy in corners)
    return Shape(points, "accent" if filled else "quiet", hollow=not filled)
