"""Every result of every exam is put into words, and none of them wounds."""

import pytest

from app.models import Result
from app.services import grading, meaning
from app.values import ExamCode, ResultStatus


def of(code, overall=None, grade=None, cefr=None, status=ResultStatus.graded):
    result = Result(status=status, overall=overall, grade=grade, cefr=cefr)
    return meaning.of(grading.exam(code), result)


def said(told):
    return " ".join(str(part) for part in (told.lead, *told.more))


SCALED = [exam for exam in grading.EXAMS.values() if exam.kind == "scale"]


@pytest.mark.parametrize("exam", SCALED, ids=lambda exam: exam.code)
def test_every_band_of_every_exam_has_its_words(app, exam):
    for band in exam.bands:
        told = of(exam.code, band.low, band.grade, band.cefr)
        assert told.certificate is (band.grade is not None)
        assert "None" not in said(told)
        assert "fail" not in said(told).casefold()
        if band.cefr:
            assert f"Level {band.cefr}" in said(told)


def test_the_best_grade_certifies_the_level_above(app):
    assert "the level above" in said(of(ExamCode.FCE, 185, "A", "C1"))
    assert "the level above" not in said(of(ExamCode.CPE, 225, "A", "C2"))
    assert "the level above" not in said(of(ExamCode.FCE, 175, "B", "B2"))


def test_a_word_for_a_grade_is_said_as_a_sentence(app):
    told = said(of(ExamCode.BECP, 162, "Pass with Distinction", "B2"))
    assert told.startswith("You passed B1 Business Preliminary with Distinction.")
    assert "the level above" in told
    assert said(of(ExamCode.DELTA1, grade="Pass")) == "You passed DELTA Module One."
    failed = of(ExamCode.DELTA1, grade="Fail")
    assert "did not pass DELTA Module One this time" in said(failed)
    assert not failed.certificate


def test_children_earn_shields_and_a_certificate(app):
    told = of(ExamCode.YLEM, 12)
    assert said(told).startswith("You earned 12 of 15 shields in A1 Movers.")
    assert told.certificate


def test_whoever_has_no_scores_learns_what_to_do(app):
    for status in set(ResultStatus) - {ResultStatus.graded}:
        told = of(ExamCode.FCE, status=status)
        assert not told.certificate
        assert told.ask_centre is (status is not ResultStatus.pending)
