"""How exams were graded in earlier years: the day of the exam decides."""

from datetime import date

import pytest

from app.models import Result
from app.services import grading
from app.services.schemes import SCHEMES
from app.values import ExamCode, ResultStatus

OLD = [
    exam for history in SCHEMES.values() for _, exam in history if exam.kind == "points"
]
HISTORIC = {
    "KET": [
        (90, 100, "Pass with Distinction"),
        (85, 89, "Pass with Merit"),
        (70, 84, "Pass"),
        (45, 69, "Level A1"),
        (0, 44, "Fail"),
    ],
    "FCE": [
        (80, 100, "A"),
        (75, 79, "B"),
        (60, 74, "C"),
        (45, 59, "Level B1"),
        (0, 44, "Fail"),
    ],
}


def rows(exam):
    return [(band.low, band.high, band.grade) for band in exam.bands]


@pytest.mark.parametrize("code", HISTORIC)
def test_before_the_scale_the_published_thresholds_hold(code):
    assert rows(grading.exam_on(code, date(2012, 6, 1))) == HISTORIC[code]


@pytest.mark.parametrize(
    ("code", "day", "kind", "best"),
    [
        ("KET", date(2020, 1, 1), "scale", "A"),
        ("KET", date(2019, 12, 31), "scale", "Pass with Distinction"),
        ("PETFS", date(2018, 6, 2), "scale", "Pass with Distinction"),
        ("KET", date(2016, 1, 1), "scale", "Pass with Distinction"),
        ("KET", date(2015, 12, 31), "points", "Pass with Distinction"),
        ("BECV", date(2015, 12, 31), "points", "A"),
        ("BECV", date(2016, 1, 1), "scale", "A"),
        ("BECP", date(2022, 1, 1), "scale", "Pass with Distinction"),
        ("FCE", date(2015, 1, 1), "scale", "A"),
        ("FCE", date(2014, 12, 31), "points", "A"),
        ("CPE", date(2005, 6, 1), "points", "A"),
    ],
)
def test_the_day_of_the_exam_decides_how_it_was_graded(code, day, kind, best):
    exam = grading.exam_on(code, day)
    assert (exam.code, exam.kind, exam.bands[0].grade) == (code, kind, best)


def test_d_and_e_were_given_until_2008():
    letters = [grade for _, _, grade in rows(grading.exam_on("FCE", date(2008, 12, 6)))]
    assert letters == ["A", "B", "C", "D", "E"]
    later = grading.exam_on("FCE", date(2009, 3, 7))
    assert "D" not in [band.grade for band in later.bands]


def test_words_for_letters_change_nothing_else():
    now, then = grading.exam("PET"), grading.exam_on("PET", date(2017, 5, 1))
    assert [(b.low, b.high, b.cefr) for b in then.bands] == [
        (b.low, b.high, b.cefr) for b in now.bands
    ]
    assert then.components == now.components


@pytest.mark.parametrize("exam", OLD, ids=lambda exam: exam.code)
def test_points_have_a_grade_each_from_0_to_100(exam):
    covered = [score for band in exam.bands for score in range(band.low, band.high + 1)]
    assert sorted(covered) == list(range(101))
    assert exam.components == ()
    assert exam.papers == grading.exam(exam.code).papers
    assert grading.outcome(exam, 100).cefr
    assert grading.outcome(exam, 0).cefr is None
    assert str(grading.shown(exam, 78)) == "78/100"


@pytest.mark.parametrize("code", ExamCode)
def test_today_every_exam_is_graded_as_it_is(code):
    day = grading.exam(code).until or date(2026, 11, 14)
    assert grading.exam_on(code, day) is grading.exam(code)
    assert grading.exam_on(code, date(2005, 1, 1)).name == grading.exam(code).name


def test_grades_are_counted_from_the_best_to_none():
    some = ["Fail", None, "Pass", "Level A1", "Pass with Distinction", "B", "A"]
    assert sorted(some, key=grading.rank) == [
        "A",
        "B",
        "Pass with Distinction",
        "Pass",
        "Level A1",
        "Fail",
        None,
    ]


@pytest.mark.parametrize(
    ("overall", "label"), [(122, "Score only"), (121, "Not reported"), (None, None)]
)
def test_below_what_an_exam_reports_nothing_is_reported(app, overall, label):
    result = Result(status=ResultStatus.graded, overall=overall)
    said = str(grading.label_of(grading.exam("FCE"), result))
    assert said == (label or "Not reported")
