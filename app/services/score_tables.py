"""The bands of every exam in every year, as tables to look one up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.services import grading, levels
from app.services.exams import CEFR_BOUNDS, HIGHEST_SCORE, Band, Exam
from app.services.schemes import SCHEMES
from app.values import ResultStatus


@dataclass(frozen=True)
class Table:
    """Bands that exams had in common for some years; best first.

    first, last: the years, None where there is no end. lines: scores, result, level.
    """

    exams: tuple[str, ...]
    first: int | None
    last: int | None
    points: bool
    lines: tuple[tuple[str, str, str], ...]

    @property
    def present(self) -> bool:
        """Exams sat today are graded by it."""
        return self.last is None


def tables() -> list[Table]:
    """Return the bands of today's exams first, then those of earlier years."""
    together: dict[tuple[int | None, int | None, tuple[Band, ...]], list[Exam]] = {}
    for first, last, exam in _schemes():
        together.setdefault((first, last, exam.bands), []).append(exam)
    found = [
        Table(
            tuple(exam.name for exam in exams),
            first,
            last,
            exams[0].kind == "points",
            tuple(_line(exams[0], band) for band in bands),
        )
        for (first, last, bands), exams in together.items()
    ]
    return sorted(found, key=lambda table: -(table.last or date.max.year))


def scale() -> list[tuple[str, str, str]]:
    """Return the levels on the scale, highest first: scores, level, what it means."""
    lines, high = [], HIGHEST_SCORE
    for low, level in CEFR_BOUNDS:
        lines.append((f"{low}–{high}", level, str(levels.IN_SHORT[level])))
        high = low - 1
    return lines


def _schemes() -> Iterator[tuple[int | None, int | None, Exam]]:
    """Each scheme with bands, with the first and the last year it was used in."""
    for history in SCHEMES.values():
        until = history[0][1].until
        last = until.year if until else None
        for since, exam in history:
            first = None if since == date.min else since.year
            if exam.bands:
                yield first, last, exam
            last = since.year - 1


def _line(exam: Exam, band: Band) -> tuple[str, str, str]:
    label = grading.result_label(exam, band.grade, band.cefr, ResultStatus.graded)
    return f"{band.low}–{band.high}", str(label), band.cefr or _("none")
