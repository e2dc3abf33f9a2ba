"""Results of earlier years: read by the rules of their day, and not held for it."""

from datetime import date, timedelta

import pytest

from app.extensions import db
from app.models import Result
from app.values import ExamCode
from tests.services.files import check, csv_file, load, problems, row

NONE = dict.fromkeys(["overall", "grade", "cefr", "R", "U", "W", "L", "S"], "")


@pytest.fixture
def sat(cast):
    """Chiara sat an exam on a day; returns a function that writes her row."""

    def begin(exam, day):
        session = cast.exam_session(f"S-{exam}", ExamCode(exam))
        session.exam_date, session.final_date = day, day + timedelta(days=35)
        db.session.commit()
        cast.entry("0007", "Chiara", "Rossi", session=session)
        key = {"session": session.code, "candidate_number": "0007"}
        return lambda **cells: row("results", **{**key, **NONE, **cells})

    return begin


def stored():
    return db.session.scalars(db.select(Result)).one()


@pytest.mark.parametrize(
    ("exam", "day", "cells"),
    [
        ("FCE", date(2012, 6, 9), {"overall": "78", "grade": "B", "cefr": "B2"}),
        ("FCE", date(2012, 6, 9), {"overall": "80", "grade": "A", "cefr": "C1"}),
        # From when on a grade A certified the level above is not known.
        ("FCE", date(2012, 6, 9), {"overall": "80", "grade": "A", "cefr": "B2"}),
        ("FCE", date(2010, 6, 9), {"overall": "60", "grade": "Pass at Grade C"}),
        (
            "CAE",
            date(2013, 6, 9),
            {"overall": "59", "grade": "Council of Europe Level B2", "cefr": "B2"},
        ),
        ("FCE", date(2006, 6, 9), {"overall": "57", "grade": "D"}),
        ("FCE", date(2006, 6, 9), {"grade": "E"}),
        ("KET", date(2011, 5, 7), {"overall": "44", "grade": "Fail"}),
        ("KET", date(2011, 5, 7), {"grade": "Fail"}),
        ("KET", date(2011, 5, 7), {"grade": "Pass with Merit", "cefr": "A2"}),
        (
            "KET",
            date(2018, 6, 2),
            {
                "overall": "135",
                "grade": "Pass with Merit",
                "cefr": "A2",
                "RW": "135",
                "L": "140",
                "S": "130",
            },
        ),
    ],
)
def test_a_right_old_result_is_not_held(sat, exam, day, cells):
    line = sat(exam, day)(**cells)
    assert load("results", line).held == 0
    assert (stored().overall or "") == (int(cells.get("overall", 0)) or "")
    assert load("results", line).unchanged == 1


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"overall": "78", "grade": "A"}, "grade A, by the rule B"),
        ({"overall": "78", "grade": "B", "cefr": "C1"}, "cefr C1, by the rule B2"),
        ({"overall": "50", "grade": "Level B1", "cefr": "B2"}, "cefr B2, by the rule"),
        ({"overall": "40", "grade": "Fail", "cefr": "B1"}, "cefr B1, by the rule none"),
        ({"grade": "Pass with Merit"}, "grade Pass with Merit, by the rule none"),
    ],
)
def test_a_wrong_old_result_is_held(sat, cells, why):
    plan = check("results", csv_file(sat("FCE", date(2012, 6, 9))(**cells)))
    assert [str(note.message)[: len(why)] for note in plan.notes] == [why]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"overall": "101", "grade": "A"}, "overall"),
        ({"overall": "0", "grade": "Fail"}, "overall"),
        ({"overall": "78"}, "grade"),
        ({"overall": "78", "grade": "D"}, "grade"),
        ({"overall": "78", "grade": "B", "R": "78"}, "R"),
    ],
)
def test_what_was_never_given_then_is_refused(sat, cells, column):
    found = problems("results", sat("FCE", date(2012, 6, 9))(**cells))
    assert [place for _, place, _ in found] == [column]


def test_a_letter_was_no_grade_of_a2_key_in_2018(sat):
    cells = {"overall": "135", "grade": "B", "cefr": "A2"}
    parts = {"RW": "135", "L": "140", "S": "130"}
    load("results", sat("KET", date(2018, 6, 2))(**cells, **parts))
    assert stored().held_why == "grade B, by the rule Pass with Merit"


def test_nobody_is_entered_for_a_business_exam_after_its_end(cast):
    session = cast.exam_session("S-BEC", ExamCode.BECV)
    session.exam_date, session.final_date = date(2024, 1, 20), date(2024, 3, 1)
    db.session.commit()
    assert cast.it024
    ((_, column, message),) = problems("entries", row("entries", session="S-BEC"))
    assert column == "session"
    assert message == "B2 Business Vantage was withdrawn after 2023-12-31."


def test_results_of_the_business_exams_are_still_imported(sat):
    cells = {"overall": "165", "grade": "C", "cefr": "B2"}
    parts = dict.fromkeys(["R", "W", "L", "S"], "165")
    line = sat("BECV", date(2023, 12, 2))(**cells, **parts)
    assert load("results", line).held == 0
