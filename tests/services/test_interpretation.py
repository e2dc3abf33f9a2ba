""" "What does 172 mean?" is answered for the very score that somebody has."""

from datetime import date

import pytest

from app.services import grading, interpretation
from app.services.schemes import SCHEMES
from tests.services.test_meaning import BANDED, EDGES, TODAY, graded, named
from tests.telling import tells

PARTS = {"score_r": 172, "score_u": 170, "score_w": 158, "score_l": 185, "score_s": 175}


def of(code, overall=None, grade=None, cefr=None, *, day=TODAY, **scores):
    exam = grading.exam_on(code, day)
    return interpretation.of(exam, graded(exam, overall, grade, cefr, **scores))


def everything(told):
    return " ".join((told.title, *told.place, told.ability, *told.parts, told.balance))


def test_172_is_explained(app):
    told = of("FCE", 172, "C", "B2", **PARTS)
    assert told.title == "What does 172 mean?"
    assert told.place == (
        "172 is in the band 160–172: Grade C, Level B2.",
        "Grade B begins at 173.",
    )
    assert told.ability.startswith("People at Level B2")
    assert told.parts == (
        "Listening: Level C1, above the level of this exam.",
        "Speaking, Reading, Use of English: Level B2, the level of this exam.",
        "Writing: Level B1, below the level of this exam.",
    )
    assert told.balance == "You did best in: Listening. Good to work on next: Writing."
    assert "does not expire" in told.lasting
    assert "C1 Advanced" in told.next_exam


@pytest.mark.parametrize(("exam", "overall", "band"), EDGES, ids=named)
def test_every_score_lies_in_the_band_it_is_said_to(app, exam, overall, band):
    told = interpretation.of(exam, graded(exam, overall, band.grade, band.cefr))
    place, following = told.place
    assert place.startswith(f"{overall} is in the band {band.low}–{band.high}")
    higher = [one for one in exam.bands if one.low > overall and one.grade]
    if higher:
        assert following.endswith(f"begins at {higher[-1].low}.")
    elif overall == exam.maximum:
        assert following == "No higher score is possible in this exam."
    else:
        assert following == "There is no higher band in this exam."
    assert (told.ability == "") is (band.cefr is None)
    assert band.cefr is None or f"Level {band.cefr}" in told.ability
    assert "None" not in everything(told)
    assert "!" not in everything(told)


@pytest.mark.parametrize("exam", BANDED, ids=named)
def test_equal_parts_are_not_set_against_each_other(app, exam):
    best = exam.bands[0]
    told = interpretation.of(exam, graded(exam, best.low, best.grade, best.cefr))
    assert "best" not in told.balance
    assert (told.balance == "") is (exam.kind == "points")


def test_parts_are_compared_from_ten_points_on(app):
    close = {**PARTS, "score_w": 166, "score_l": 175}
    assert "none stands out" in of("FCE", 172, "C", "B2", **close).balance
    apart = {**close, "score_w": 165}
    assert "next: Writing." in of("FCE", 172, "C", "B2", **apart).balance


def test_what_is_not_reported_is_not_told(app):
    below = dict.fromkeys(PARTS, 101)
    told = of("FCE", 101, **below)
    assert told.title == "What does “below 122” mean?"
    assert told.place == (
        "B2 First reports overall scores from 122 to 190.",
        "Level B1 begins at 140.",
    )
    assert told.balance == told.ability == told.lasting == ""
    assert not tells(everything(told), "101")
    assert "A1" not in everything(told)


def test_points_out_of_100_are_explained(app):
    told = of("FCE", 78, "B", "B2", day=date(2012, 6, 9))
    assert told.title == "What does 78/100 mean?"
    assert told.place == (
        "78 is in the band 75–79: Grade B, Level B2.",
        "Grade A begins at 80.",
    )
    assert told.parts == ()


def test_a_grade_that_the_board_confirmed_is_not_explained_away(app):
    told = of("FCE", 172, "B", "B2")
    assert not tells(" ".join(told.place), "172")
    assert "confirmed" in told.place[0]


def test_shields_and_words_have_their_own_answers(app):
    movers = of("YLEM", 12, score_l=5, score_rw=4, score_s=3)
    assert movers.title == "What do 12 shields mean?"
    assert (
        movers.balance == "You did best in: Listening. Good to work on next: Speaking."
    )
    assert movers.place == ("The most in this exam are 15: five for each part.",)
    delta = of("DELTA1", grade="Pass with Merit")
    assert delta.title == "What does “Pass with Merit” mean?"
    assert "Pass with Distinction, Pass with Merit, Pass, Fail" in delta.place[0]


def test_every_exam_is_explained_in_every_year(app):
    for history in SCHEMES.values():
        for _, exam in history:
            overall = exam.maximum if exam.kind != "labels" else None
            grade = exam.labels[0] if exam.labels else None
            told = interpretation.of(exam, graded(exam, overall, grade))
            assert told.title
            assert told.next_exam
