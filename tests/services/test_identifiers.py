"""ID Numbers as people type them, and statement numbers that are given out once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refused
from app.extensions import db
from app.services import identifiers

NOVEMBER = date(2026, 11, 14)
SAME = [(NOVEMBER, "IT024", "0001")]


def test_new_id_numbers_have_their_shape_and_do_not_repeat():
    drawn = {identifiers.new_id_number() for _ in range(500)}
    assert len(drawn) == 500
    assert all(identifiers.is_id_number(number) for number in drawn)


@pytest.mark.parametrize(
    "typed",
    [
        "SIR094701",
        "sir 094 701",
        "SIR-094-701",
        " sir094701\n",
        "ＳＩＲ０９４７０１",
        "sir–094701",
    ],
)
def test_an_id_number_is_known_however_it_is_typed(typed):
    assert identifiers.normalised_id_number(typed) == "SIR094701"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("SIR094701", True),
        ("094701SIR", True),
        ("SIR09470", False),
        ("SIR0947011", False),
        ("SIR094701\n", False),
        ("sir094701", False),
        ("SIRSIRSIR", False),
        ("094701094", False),
        ("SIR٠٩٤٧٠١", False),
        ("XSIR094701", False),
        ("", False),
    ],
)
def test_the_shape_of_an_id_number(text, good):
    assert identifiers.is_id_number(text) is good


@given(st.text(max_size=300))
def test_whatever_is_typed_for_a_number_is_answered(text):
    short = identifiers.normalised_id_number(text)
    assert not identifiers.is_id_number(short) or len(short) == 9
    number = identifiers.normalised_statement_number(text)
    assert not identifiers.is_statement_number(number) or len(number) == 12


@pytest.mark.parametrize(
    ("month", "character"), [(1, "1"), (3, "3"), (9, "9"), (10, "A"), (12, "C")]
)
def test_a_statement_number_tells_year_month_centre_and_candidate(
    app, month, character
):
    day = date(2013, month, 7)
    (number,) = identifiers.statement_numbers([(day, "GB961", "0001")])
    assert number == f"13{character}GB9610001"
    assert identifiers.is_statement_number(number)


def test_a_second_exam_of_the_month_takes_the_next_character(app):
    assert identifiers.statement_numbers(SAME * 3) == [
        "26BIT0240001",
        "26CIT0240001",
        "26DIT0240001",
    ]


def test_other_centres_candidates_and_years_do_not_get_in_the_way(app):
    wanted = [
        *SAME,
        (NOVEMBER, "IT025", "0001"),
        (NOVEMBER, "IT024", "0002"),
        (date(2027, 11, 14), "IT024", "0001"),
    ]
    assert [number[2] for number in identifiers.statement_numbers(wanted)] == list(
        "BBBB"
    )


def test_a_number_that_an_entry_has_is_not_given_out_again(cast):
    cast.amina.statement_number = "26BIT0240001"
    db.session.commit()
    assert identifiers.statement_numbers(SAME) == ["26CIT0240001"]


def test_a_number_of_a_centre_that_was_renumbered_is_not_given_out_again(cast):
    cast.amina.statement_number = "26BIT0990001"
    db.session.commit()
    wanted = [(NOVEMBER, "IT099", "0001")]
    assert identifiers.statement_numbers(wanted) == ["26CIT0990001"]


def test_after_thirty_six_sessions_of_a_year_the_words_say_so(app):
    full = identifiers.statement_numbers(SAME * 36)
    assert {number[2] for number in full} == set(identifiers.SESSION_CHARACTERS)
    with pytest.raises(Refused, match="0001 of centre IT024 was used in 36 sessions"):
        identifiers.statement_numbers(SAME * 37)


def test_a_large_batch_takes_few_queries(app, cast):
    assert cast.amina
    queries = []

    def count(*_):
        queries.append(1)

    db.event.listen(db.engine, "before_cursor_execute", count)
    try:
        wanted = [(NOVEMBER, f"IT{n % 300:03d}", f"{n:04d}") for n in range(3000)]
        assert len(set(identifiers.statement_numbers(wanted))) == 3000
    finally:
        db.event.remove(db.engine, "before_cursor_execute", count)
    assert len(queries) <= 4
