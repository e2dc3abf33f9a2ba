"""The grade bands of an exam on the scale picture, with the scores they begin at."""

from flask_babel import gettext as _

from app.services.exams import Band, Exam
from app.services.scale.ground import Picture, lanes, numbers, plate
from app.services.scale.shapes import Label, width_of


def drawn(picture: Picture, exam: Exam, overall: int | None) -> None:
    """Draw the bands; names that do not fit stand below, in lanes."""
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
        left, right = picture.stretch(band.low, band.high)
        lines = _fitting(grade_name(band), right - left - 4, form.small, bold=here)
        plate(picture, band.low, band.high, lines, 34, form.small, here=here)
        if not lines:
            middle, text = (left + right) / 2, grade_name(band)
            outside.append(
                Label(middle, 0, text, form.small, "quiet", "middle", bold=here)
            )
    picture.y += 34
    numbers(picture, _edges(picture, bands), 11)
    lanes(picture, outside)


def _edges(picture: Picture, bands: list[Band]) -> list[tuple[float, int]]:
    """Return where bands begin, and where the last one ends.

    Where room is short, the lowest score, the first one that passes and the highest.
    """
    lows = [band.low for band in bands]
    if not picture.format.beside:
        lows = [lows[0], next(b.low for b in bands if b.grade in ("C", "Pass"))]
    right = picture.stretch(bands[-1].low, bands[-1].high)[1]
    return [*((picture.x(low), low) for low in lows), (right, bands[-1].high)]


def _fitting(text: str, room: float, size: float, *, bold: bool) -> list[str]:
    """Return the text in one line or two, or in none when the room is too small."""
    for lines in ([text], text.split(" ", 1)):
        if max(width_of(line, size, bold=bold) for line in lines) <= room:
            return lines
    return []


def grade_name(band: Band) -> str:
    """Return the short name of a grade band, as it stands on the picture."""
    if band.grade is None:
        return _("score only")
    return band.grade if len(band.grade) == 1 else _(band.grade)
