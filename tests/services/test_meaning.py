"""Every result of every exam is put into words, true ones that wound nobody."""

import re
from datetime import date, timedelta

import pytest

from app.models import Result
from app.services import grading, interpretation, meaning, progress
from app.services.exams import Exam
from app.services.meaning import Kind
from app.services.schemes import SCHEMES
from app.values import ComponentCode, ExamCode, ResultStatus
from tests.cast import NOW
from tests.telling import tells

GRADED = ResultStatus.graded
TODAY = date(2026, 11, 14)
EVERY = [exam for history in SCHEMES.values() for _, exam in history]
BANDED = [exam for exam in EVERY if exam.bands]
PASSES = {"A", "B", "C", "Pass", "Pass with Merit", "Pass with Distinction"}


def graded(exam, overall=None, grade=None, cefr=None, **scores):
    """A graded result; every part has the overall score unless told otherwise."""
    parts = {}
    if exam.kind == "scale" and overall is not None:
        parts = {f"score_{part.code.lower()}": overall for part in exam.components}
    return Result(
        status=GRADED, overall=overall, grade=grade, cefr=cefr, **{**parts, **scores}
    )


def of(code, overall=None, grade=None, cefr=None, *, day=TODAY, **values):
    exam = grading.exam_on(code, day)
    return meaning.of(exam, graded(exam, overall, grade, cefr, **values))


def said(told):
    return " ".join(told.sentences)


# Each exam as it was graded in any year, at both ends of each of its bands.
EDGES = [
    (exam, overall, band)
    for exam in BANDED
    for band in exam.bands
    for overall in (band.low, band.high)
]


def named(value):
    return f"{value.code}-{value.kind}" if isinstance(value, Exam) else None


@pytest.mark.parametrize(("exam", "overall", "band"), EDGES, ids=named)
@pytest.mark.parametrize("past", [False, True])
def test_every_band_of_every_exam_has_true_words(app, exam, overall, band, past):
    result = graded(exam, overall, band.grade, band.cefr)
    told = meaning.of(exam, result, past=past)
    passed = band.grade in PASSES
    assert told.lead
    assert told.means
    assert told.follows
    assert told.advice
    text = said(told)
    assert "None" not in text
    assert "%(" not in text
    assert text.startswith("You passed") is passed
    assert passed or "You passed" not in text
    assert "fail" not in text.casefold()
    assert "!" not in text
    # The only levels it names are the one it certifies and the one of the exam.
    spoken = set(re.findall(r"Level ([A-C][12])", text))
    assert spoken <= {band.cefr, exam.target_cefr}
    assert (band.cefr in spoken) is (band.cefr is not None)
    certified = band.cefr is not None
    assert told.certificate is certified
    assert meaning.earns_certificate(exam, result) is certified
    assert ("No certificate" in text) is not certified
    assert ("level above" in text) is (band.cefr is not None and _above(exam, band))


def _above(exam, band):
    return band.grade in PASSES and band.cefr > exam.target_cefr


@pytest.mark.parametrize("exam", EVERY, ids=named)
@pytest.mark.parametrize("status", sorted(set(ResultStatus) - {GRADED}))
def test_every_status_of_every_exam_says_what_to_do(app, exam, status):
    result = Result(status=status)
    told = meaning.of(exam, result)
    assert told.kind == status
    assert all((told.lead, told.means, told.follows, told.advice))
    assert not told.certificate
    assert not meaning.earns_certificate(exam, result)
    assert told.ask_centre is (status is not ResultStatus.pending)
    assert "passed" not in said(told)
    assert interpretation.of(exam, result) is None


def test_the_best_grade_certifies_the_level_above(app):
    assert "the level above" in said(of("FCE", 185, "A", "C1"))
    assert "the level above" not in said(of("CPE", 225, "A", "C2"))
    assert "the level above" not in said(of("FCE", 175, "B", "B2"))


def test_a_word_for_a_grade_is_said_as_a_sentence(app):
    told = said(of("BECP", 162, "Pass with Distinction", "B2", day=date(2022, 1, 1)))
    assert told.startswith("You passed B1 Business Preliminary with Distinction.")
    assert "the level above" in told
    old = said(of("KET", 135, "Pass with Merit", "A2", day=date(2018, 6, 2)))
    assert old.startswith("You passed A2 Key with Merit.")


@pytest.mark.parametrize(
    "grade", ["Pass with Distinction", "Pass with Merit", "Pass", "Fail"]
)
def test_delta_is_passed_or_not_and_has_no_level(app, grade):
    told = of("DELTA1", grade=grade)
    assert told.kind is (Kind.failed if grade == "Fail" else Kind.passed)
    assert told.certificate is (grade != "Fail")
    assert "Level" not in said(told)
    if grade == "Fail":
        assert "did not pass DELTA Module One this time" in said(told)


@pytest.mark.parametrize("code", ["YLES", "YLEM", "YLEF"])
@pytest.mark.parametrize("total", [3, 9, 10, 15])
def test_children_earn_shields_and_a_certificate(app, code, total):
    told = of(code, total)
    assert said(told).startswith(f"You earned {total} of 15 shields in ")
    assert told.certificate


@pytest.mark.parametrize(
    ("shields", "ready"),
    [((4, 4, 4), True), ((5, 4, 1), True), ((3, 3, 3), False), ((5, 3, 1), False)],
)
def test_a_child_with_four_each_or_ten_in_all_is_ready(app, shields, ready):
    names = ("score_l", "score_rw", "score_s")
    values = dict(zip(names, shields, strict=True))
    result = Result(status=GRADED, overall=sum(shields), **values)
    exam = grading.exam("YLEM")
    assert progress.ready(exam, result) is ready
    sentence = progress.next_exam(exam, result)
    assert ("You are ready" in sentence) is ready
    assert "A2 Flyers" in sentence


def test_below_what_an_exam_reports_nothing_is_said_about_a_level(app):
    told = of("FCE", 110)
    assert told.kind is Kind.not_reported
    assert "below 122" in said(told)
    assert "Level" not in said(told)
    assert not tells(said(told), "110")
    assert not told.ask_centre
    absent = of("FCE")
    assert absent.kind is Kind.not_reported
    assert absent.ask_centre
    assert not absent.certificate


def test_a_fail_that_was_accepted_is_no_pass(app):
    told = of("FCE", 130, "Fail")
    assert told.kind is Kind.failed
    assert not told.certificate


def test_a_level_without_a_grade_is_a_level(app):
    told = of("FCE", 150, None, "B1")
    assert told.kind is Kind.level
    assert told.certificate


def test_after_a_year_nothing_is_on_its_way_any_more(app):
    exam = grading.exam("FCE")
    result = graded(exam, 172, "C", "B2")
    assert "4 to 8 weeks" in said(meaning.of(exam, result))
    assert "4 to 8 weeks" not in said(meaning.of(exam, result, past=True))
    assert meaning.is_past(NOW.date() - timedelta(days=367), at=NOW)
    assert not meaning.is_past(NOW.date() - timedelta(days=360), at=NOW)


def test_the_next_exam_follows_from_what_was_reached(app):
    def after(code, overall, grade=None, cefr=None):
        exam = grading.exam(code)
        return progress.next_exam(exam, graded(exam, overall, grade, cefr))

    assert "C1 Advanced, at Level C1" in after("FCE", 172, "C", "B2")
    assert "B2 First for Schools" in after("PETFS", 150, "C", "B1")
    assert "take B2 First again" in after("FCE", 150, "Level B1", "B1")
    assert "B1 Preliminary" in after("FCE", 130)
    assert "take A2 Key again" in after("KET", 90)
    assert "no higher exam" in after("CPE", 225, "A", "C2")
    assert "B2 First is at its level" in after("BECV", 150, "Level B1", "B1")


@pytest.mark.parametrize("code", ExamCode)
def test_the_next_exam_is_one_that_is_still_offered(app, code):
    exam = grading.exam(code)
    names = {one.name for one in grading.EXAMS.values() if one.until}
    for band in exam.bands:
        sentence = progress.next_exam(exam, graded(exam, band.low, *band_of(band)))
        assert not any(name in sentence for name in names)


def band_of(band):
    return band.grade, band.cefr


def test_the_parts_of_shields_are_the_exams_own(app):
    assert [part.code for part in grading.exam("YLEM").components] == [
        ComponentCode.L,
        ComponentCode.RW,
        ComponentCode.S,
    ]
