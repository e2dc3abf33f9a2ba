"""The tables of the exams: components and weights, bands, grades and CEFR levels."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.values import ComponentCode as C
from app.values import ExamCode

# The scale runs from 80 to 230; a component may lie below what its exam reports.
LOWEST_SCORE = 80
HIGHEST_SCORE = 230
# Young learners earn one to five shields for each part.
MOST_SHIELDS = 5


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an exam with a score of its own, and how often it counts."""

    code: C
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Band:
    """Overall scores from `low` to `high`, and what they earn."""

    low: int
    high: int
    grade: str | None
    cefr: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """One exam of the board, as it is graded in some years; each is made once.

    kind: "scale" (scores, bands, grades), "points" (out of 100, bands, grades),
    "labels" (a word and no scores) or "shields". minimum, maximum: the overall scores
    that are reported. components: in the order of the Statement of Results. papers:
    what is sat, under the code its slots carry. until: the last day of an exam that was
    withdrawn.
    """

    code: ExamCode
    name: str
    target_cefr: str | None
    components: tuple[Component, ...]
    minimum: int
    maximum: int
    bands: tuple[Band, ...] = ()
    kind: Literal["scale", "points", "labels", "shields"] = "scale"
    labels: tuple[str, ...] = ()
    photo: bool = False
    until: date | None = None
    papers: tuple[tuple[C, str], ...] = ()


# Lower bound of each level on the scale, highest first; below 100 lies below A1.
CEFR_BOUNDS = (
    (200, "C2"),
    (180, "C1"),
    (160, "B2"),
    (140, "B1"),
    (120, "A2"),
    (100, "A1"),
)

# --- Components, in the order of the Statement of Results -----------------------------

THREE = (
    # The scores are printed as three, but reading and writing are two skills.
    Component(C.RW, "Reading and Writing", 2),
    Component(C.L, "Listening", 1),
    Component(C.S, "Speaking", 1),
)
FOUR = (
    Component(C.R, "Reading", 1),
    Component(C.W, "Writing", 1),
    Component(C.L, "Listening", 1),
    Component(C.S, "Speaking", 1),
)
FIVE = (
    Component(C.R, "Reading", 1),
    Component(C.U, "Use of English", 1),
    Component(C.W, "Writing", 1),
    Component(C.L, "Listening", 1),
    Component(C.S, "Speaking", 1),
)
SHIELDS = (
    Component(C.L, "Listening", 1),
    Component(C.RW, "Reading and Writing", 1),
    Component(C.S, "Speaking", 1),
)

# --- Bands: low, high, grade, CEFR level ----------------------------------------------

A2_KEY = (
    Band(140, 150, "A", "B1"),
    Band(133, 139, "B", "A2"),
    Band(120, 132, "C", "A2"),
    Band(100, 119, "Level A1", "A1"),
    Band(82, 99, None, None),
)
B1_PRELIMINARY = (
    Band(160, 170, "A", "B2"),
    Band(153, 159, "B", "B1"),
    Band(140, 152, "C", "B1"),
    Band(120, 139, "Level A2", "A2"),
    Band(102, 119, None, None),
)
B2_FIRST = (
    Band(180, 190, "A", "C1"),
    Band(173, 179, "B", "B2"),
    Band(160, 172, "C", "B2"),
    Band(140, 159, "Level B1", "B1"),
    Band(122, 139, None, None),
)
C1_ADVANCED = (
    Band(200, 210, "A", "C2"),
    Band(193, 199, "B", "C1"),
    Band(180, 192, "C", "C1"),
    Band(160, 179, "Level B2", "B2"),
    Band(142, 159, None, None),
)
C2_PROFICIENCY = (
    Band(220, 230, "A", "C2"),
    Band(213, 219, "B", "C2"),
    Band(200, 212, "C", "C2"),
    Band(180, 199, "Level C1", "C1"),
    Band(162, 179, None, None),
)
BUSINESS_PRELIMINARY = (
    Band(160, 170, "Pass with Distinction", "B2"),
    Band(153, 159, "Pass with Merit", "B1"),
    Band(140, 152, "Pass", "B1"),
    Band(120, 139, "Level A2", "A2"),
    Band(102, 119, None, None),
)
LABELS = ("Pass with Distinction", "Pass with Merit", "Pass", "Fail")

# --- The exams ------------------------------------------------------------------------

# The business exams were withdrawn; their certificates are recognised still.
BUSINESS_UNTIL = date(2023, 12, 31)


def _papers(
    parts: tuple[Component, ...], joint: str = "", without: C | None = None
) -> tuple[tuple[C, str], ...]:
    return tuple(
        (part.code, joint if part.code is C.R and joint else part.name)
        for part in parts
        if part.code is not without
    )


_FIVE_PAPERS = _papers(FIVE, "Reading and Use of English", without=C.U)
_BECP_PAPERS = _papers(FOUR, "Reading and Writing", without=C.W)


def _scale(
    code: ExamCode,
    name: str,
    target: str,
    parts: tuple[Component, ...],
    bands: tuple[Band, ...],
    *,
    photo: bool = False,
    until: date | None = None,
) -> Exam:
    papers = _FIVE_PAPERS if parts is FIVE else _papers(parts)
    return Exam(
        code=code,
        name=name,
        target_cefr=target,
        components=parts,
        minimum=bands[-1].low,
        maximum=bands[0].high,
        bands=bands,
        photo=photo,
        until=until,
        papers=_BECP_PAPERS if code is ExamCode.BECP else papers,
    )


def _shields(code: ExamCode, name: str, target: str) -> Exam:
    return Exam(
        code=code,
        name=name,
        target_cefr=target,
        components=SHIELDS,
        minimum=1,
        maximum=len(SHIELDS) * MOST_SHIELDS,
        kind="shields",
        papers=_papers(SHIELDS),
    )


_E = ExamCode
EXAMS: dict[ExamCode, Exam] = {
    exam.code: exam
    for exam in (
        _scale(_E.KET, "A2 Key", "A2", THREE, A2_KEY),
        _scale(_E.KETFS, "A2 Key for Schools", "A2", THREE, A2_KEY),
        _scale(_E.PET, "B1 Preliminary", "B1", FOUR, B1_PRELIMINARY),
        _scale(_E.PETFS, "B1 Preliminary for Schools", "B1", FOUR, B1_PRELIMINARY),
        _scale(_E.FCE, "B2 First", "B2", FIVE, B2_FIRST, photo=True),
        _scale(_E.FCEFS, "B2 First for Schools", "B2", FIVE, B2_FIRST, photo=True),
        _scale(_E.CAE, "C1 Advanced", "C1", FIVE, C1_ADVANCED, photo=True),
        _scale(_E.CPE, "C2 Proficiency", "C2", FIVE, C2_PROFICIENCY, photo=True),
        _scale(
            _E.BECP,
            "B1 Business Preliminary",
            "B1",
            FOUR,
            BUSINESS_PRELIMINARY,
            until=BUSINESS_UNTIL,
        ),
        _scale(
            _E.BECV, "B2 Business Vantage", "B2", FOUR, B2_FIRST, until=BUSINESS_UNTIL
        ),
        _scale(
            _E.BECH, "C1 Business Higher", "C1", FOUR, C1_ADVANCED, until=BUSINESS_UNTIL
        ),
        Exam(
            code=_E.DELTA1,
            name="DELTA Module One",
            target_cefr=None,
            components=(),
            minimum=0,
            maximum=0,
            kind="labels",
            labels=LABELS,
        ),
        _shields(_E.YLES, "Pre A1 Starters", "Pre A1"),
        _shields(_E.YLEM, "A1 Movers", "A1"),
        _shields(_E.YLEF, "A2 Flyers", "A2"),
    )
}
