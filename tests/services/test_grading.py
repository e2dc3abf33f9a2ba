"""What scores earn: every exam, every band edge, and the way ties are rounded."""

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import grading
from app.services.exams import HIGHEST_SCORE, LOWEST_SCORE
from app.values import ComponentCode as C
from app.values import ExamCode, ResultStatus

GRADED = ResultStatus.graded
SCALE = [exam for exam in grading.EXAMS.values() if exam.kind == "scale"]

# Written down apart from the module: lowest and highest overall score, grade, level.
EDGES = {
    "KET KETFS": [
        (140, 150, "A", "B1"),
        (133, 139, "B", "A2"),
        (120, 132, "C", "A2"),
        (100, 119, "Level A1", "A1"),
        (82, 99, None, None),
    ],
    "PET PETFS": [
        (160, 170, "A", "B2"),
        (153, 159, "B", "B1"),
        (140, 152, "C", "B1"),
        (120, 139, "Level A2", "A2"),
        (102, 119, None, None),
    ],
    "FCE FCEFS BECV": [
        (180, 190, "A", "C1"),
        (173, 179, "B", "B2"),
        (160, 172, "C", "B2"),
        (140, 159, "Level B1", "B1"),
        (122, 139, None, None),
    ],
    "CAE BECH": [
        (200, 210, "A", "C2"),
        (193, 199, "B", "C1"),
        (180, 192, "C", "C1"),
        (160, 179, "Level B2", "B2"),
        (142, 159, None, None),
    ],
    "CPE": [
        (220, 230, "A", "C2"),
        (213, 219, "B", "C2"),
        (200, 212, "C", "C2"),
        (180, 199, "Level C1", "C1"),
        (162, 179, None, None),
    ],
    "BECP": [
        (160, 170, "Pass with Distinction", "B2"),
        (153, 159, "Pass with Merit", "B1"),
        (140, 152, "Pass", "B1"),
        (120, 139, "Level A2", "A2"),
        (102, 119, None, None),
    ],
}
BANDS = [
    (code, *band)
    for codes, bands in EDGES.items()
    for code in codes.split()
    for band in bands
]
PARTS = {
    "KET KETFS": "RW L S",
    "PET PETFS BECP BECV BECH": "R W L S",
    "FCE FCEFS CAE CPE": "R U W L S",
    "YLES YLEM YLEF": "L RW S",
    "DELTA1": "",
}


@pytest.mark.parametrize(("code", "low", "high", "grade", "cefr"), BANDS)
def test_each_band_earns_its_grade_at_both_edges(code, low, high, grade, cefr):
    exam = grading.exam(code)
    assert grading.outcome(exam, low) == (grade, cefr)
    assert grading.outcome(exam, high) == (grade, cefr)
    if high < exam.maximum:
        assert grading.outcome(exam, high + 1) != (grade, cefr)


@pytest.mark.parametrize("exam", SCALE, ids=lambda exam: exam.code)
def test_the_bands_cover_what_is_reported_without_gap_or_overlap(exam):
    covered = [score for band in exam.bands for score in range(band.low, band.high + 1)]
    assert sorted(covered) == list(range(exam.minimum, exam.maximum + 1))


@pytest.mark.parametrize("exam", SCALE, ids=lambda exam: exam.code)
def test_below_what_is_reported_there_is_no_grade_and_above_it_nothing(exam):
    assert grading.outcome(exam, exam.minimum - 1) == (None, None)
    assert grading.outcome(exam, LOWEST_SCORE) == (None, None)
    with pytest.raises(ValueError):
        grading.outcome(exam, exam.maximum + 1)


def test_every_code_of_the_board_is_an_exam_with_its_components_in_printed_order():
    listed = {code: parts for codes, parts in PARTS.items() for code in codes.split()}
    assert listed.keys() == set(ExamCode) == grading.EXAMS.keys()
    for code, parts in listed.items():
        exam = grading.exam(code)
        assert exam.code == code
        assert [part.code for part in exam.components] == parts.split()


@pytest.mark.parametrize(
    ("code", "scores", "overall", "grade", "cefr"),
    [
        ("KET", {C.RW: 130, C.L: 118, C.S: 121}, 125, "C", "A2"),
        ("PET", {C.R: 152, C.W: 153, C.L: 152, C.S: 153}, 153, "B", "B1"),
        (
            "FCE",
            {C.R: 159, C.U: 160, C.W: 159, C.L: 160, C.S: 160},
            160,
            "C",
            "B2",
        ),
    ],
)
def test_the_worked_examples_come_out(code, scores, overall, grade, cefr):
    exam = grading.exam(code)
    assert grading.overall(exam, scores) == overall
    assert grading.outcome(exam, overall) == (grade, cefr)


@given(st.data())
def test_the_overall_is_the_weighted_mean_rounded_half_up(data):
    exam = data.draw(st.sampled_from(SCALE))
    score = st.integers(LOWEST_SCORE, HIGHEST_SCORE)
    scores = {part.code: data.draw(score) for part in exam.components}
    weights = {part.code: part.weight for part in exam.components}
    total = sum(weights[code] * scores[code] for code in scores)
    mean = Fraction(total, sum(weights.values()))
    assert grading.overall(exam, scores) == floor(mean + Fraction(1, 2))


def test_reading_and_writing_of_a2_key_counts_twice():
    exam = grading.exam("KET")
    assert [part.weight for part in exam.components] == [2, 1, 1]
    assert grading.overall(exam, {C.RW: 150, C.L: 82, C.S: 82}) == 116


@pytest.mark.parametrize(
    "scores",
    [{}, {C.R: 160}, {C.R: 1, C.W: 1, C.L: 1, C.S: 1, C.U: 1}, {C.RW: 1, C.L: 1}],
)
def test_a_missing_or_foreign_component_is_no_overall(scores):
    with pytest.raises(ValueError):
        grading.overall(grading.exam("PET"), scores)
    with pytest.raises(ValueError):
        grading.overall(grading.exam("DELTA1"), scores)


def test_shields_are_added_and_nobody_fails():
    exam = grading.exam("YLEM")
    assert grading.overall(exam, {C.L: 5, C.RW: 4, C.S: 3}) == 12
    assert grading.outcome(exam, 12) == (None, None)
    assert str(grading.result_label(exam, None, None, GRADED)) == "Shields awarded"
    assert list(grading.score_range(exam)) == [1, 2, 3, 4, 5]
    assert grading.overall_range(exam) == range(3, 16)


def test_delta_has_a_word_and_no_scores():
    exam = grading.exam("DELTA1")
    assert exam.labels == ("Pass with Distinction", "Pass with Merit", "Pass", "Fail")
    assert grading.outcome(exam, 0) == (None, None)
    assert not grading.score_range(exam)
    assert not grading.overall_range(exam)
    for label in exam.labels:
        assert str(grading.result_label(exam, label, None, GRADED)) == label


def test_the_business_exams_ended_with_2023_and_the_others_go_on():
    ended = {code for code, exam in grading.EXAMS.items() if exam.until is not None}
    assert ended == {"BECP", "BECV", "BECH"}
    assert {grading.exam(code).until for code in ended} == {date(2023, 12, 31)}


def test_three_exams_and_the_one_for_schools_have_a_photo():
    photo = {code for code, exam in grading.EXAMS.items() if exam.photo}
    assert photo == {"FCE", "FCEFS", "CAE", "CPE"}


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (80, None),
        (99, None),
        (100, "A1"),
        (119, "A1"),
        (120, "A2"),
        (139, "A2"),
        (140, "B1"),
        (159, "B1"),
        (160, "B2"),
        (179, "B2"),
        (180, "C1"),
        (199, "C1"),
        (200, "C2"),
        (230, "C2"),
    ],
)
def test_the_scale_has_its_levels(score, level):
    assert grading.cefr_of(score) == level


@pytest.mark.parametrize(
    ("grade", "cefr", "status", "words"),
    [
        ("A", "C1", GRADED, "Pass at Grade A"),
        ("B", "B2", GRADED, "Pass at Grade B"),
        ("C", "B2", GRADED, "Pass at Grade C"),
        ("Level B1", "B1", GRADED, "Level B1"),
        ("Pass with Merit", "B1", GRADED, "Pass with Merit"),
        (None, None, GRADED, "Score only"),
        ("D", None, GRADED, "Grade D"),
        (None, "B1", GRADED, "Level B1"),
        (None, None, ResultStatus.pending, "Pending"),
        (None, None, ResultStatus.withheld, "Withheld"),
        (None, None, ResultStatus.absent_part, "X (absent from part of the exam)"),
        (None, None, ResultStatus.absent_all, "Z (absent from all parts of the exam)"),
    ],
)
def test_a_result_is_said_in_words(app, grade, cefr, status, words):
    label = grading.result_label(grading.exam("FCE"), grade, cefr, status)
    assert str(label) == words


def test_a_score_below_what_is_reported_is_shown_as_below(app):
    exam = grading.exam("FCE")
    assert str(grading.shown(exam, 121)) == "below 122"
    assert str(grading.shown(exam, 122)) == "122"
    assert str(grading.shown(grading.exam("YLES"), 1)) == "1"


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("B", "B"),
        ("Grade B", "B"),
        ("Pass at Grade B", "B"),
        ("pass at  grade b", "B"),
        ("Level B1", "Level B1"),
        ("Council of Europe Level B1", "Level B1"),
        ("pass WITH merit", "Pass with Merit"),
        ("Fail", "Fail"),
        ("Grade D", "D"),
        ("E", "E"),
        ("Level D1", None),
        ("Grade", None),
        ("Pass at Grade Pass at Grade B", None),
        ("", None),
    ],
)
def test_both_spellings_of_a_grade_are_understood(text, grade):
    assert grading.spelled_grade(text) == grade


def test_use_of_english_is_sat_with_reading():
    exam = grading.exam("CAE")
    assert grading.paper_name(exam, C.R) == "Reading and Use of English"
    assert grading.paper_name(exam, C.U) is None
    assert [code for code, _ in exam.papers] == ["R", "W", "L", "S"]
    business = grading.exam("BECP")
    assert grading.paper_name(business, C.R) == "Reading and Writing"
    assert grading.paper_name(business, C.W) is None
    assert grading.paper_name(grading.exam("PET"), C.R) == "Reading"
