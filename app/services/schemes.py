"""How the exams were graded in earlier years; see docs/decisions/0011-old-schemes.md.

An exam has a scheme for each stretch of years, and the day of the exam decides.
"""

from dataclasses import replace
from datetime import date

from app.services.exams import EXAMS, Band, Exam
from app.values import ExamCode

# Until 2019 these two gave words where they give letters today.
LETTERS_FROM = date(2020, 1, 1)
# The first exams reported on the scale in 2015, the others a year later.
SCALE_FROM = date(2015, 1, 1)
SCALE_FROM_FOR_ALL = date(2016, 1, 1)
# About then the level below took the place of the grades D and E.
LEVELS_FROM = date(2009, 1, 1)

POINTS = 100

Scheme = tuple[Band, ...]
_E = ExamCode
_WORDS = {"A": "Pass with Distinction", "B": "Pass with Merit", "C": "Pass"}
_IN_WORDS = {_E.KET, _E.KETFS, _E.PET, _E.PETFS, _E.BECP}
_FIRST_ON_THE_SCALE = {_E.FCE, _E.FCEFS, _E.CAE, _E.CPE}


def _in_words(exam: Exam) -> Exam:
    bands = (replace(b, grade=_WORDS.get(b.grade or "", b.grade)) for b in exam.bands)
    return replace(exam, bands=tuple(bands))


def _points(exam: Exam, *rows: tuple[int, int, str, str | None]) -> Exam:
    """The exam out of 100; its profile of the parts in four words is not kept here."""
    return replace(
        exam,
        kind="points",
        components=(),
        minimum=0,
        maximum=POINTS,
        bands=tuple(Band(*row) for row in rows),
    )


def _out_of_100(exam: Exam) -> Exam:
    """Three passes and the level below them, which the scale kept."""
    best, good, enough, below = (band.cefr for band in exam.bands[:4])
    if exam.code in _IN_WORDS:
        return _points(
            exam,
            (90, POINTS, "Pass with Distinction", best),
            (85, 89, "Pass with Merit", good),
            (70, 84, "Pass", enough),
            (45, 69, f"Level {below}", below),
            (0, 44, "Fail", None),
        )
    return _points(
        exam,
        (80, POINTS, "A", best),
        (75, 79, "B", good),
        (60, 74, "C", enough),
        (45, 59, f"Level {below}", below),
        (0, 44, "Fail", None),
    )


def _narrow_fails(exam: Exam) -> Exam:
    """The letters before 2009: D was a narrow fail, E a fail, and no other level."""
    level = exam.target_cefr
    return _points(
        exam,
        (80, POINTS, "A", level),
        (75, 79, "B", level),
        (60, 74, "C", level),
        (55, 59, "D", None),
        (0, 54, "E", None),
    )


def _history(exam: Exam) -> tuple[tuple[date, Exam], ...]:
    """Return the schemes of an exam with the day each holds from, newest first."""
    if exam.kind != "scale":
        return ((date.min, exam),)
    first = exam.code in _FIRST_ON_THE_SCALE
    scale_from = SCALE_FROM if first else SCALE_FROM_FOR_ALL
    history = [(scale_from, exam)]
    if exam.code in _IN_WORDS and exam.bands[0].grade == "A":
        history = [(LETTERS_FROM, exam), (scale_from, _in_words(exam))]
    before = _out_of_100(exam)
    if exam.code in _IN_WORDS:
        return (*history, (date.min, before))
    return (*history, (LEVELS_FROM, before), (date.min, _narrow_fails(exam)))


# Newest first, with the first day of each.
SCHEMES: dict[ExamCode, tuple[tuple[date, Exam], ...]] = {
    code: _history(exam) for code, exam in EXAMS.items()
}
