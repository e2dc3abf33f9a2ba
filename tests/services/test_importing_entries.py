"""Entries: numbered when they are new, corrected later, never moved."""

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Entry
from app.values import ExamCode, Language
from tests.cast import NOW
from tests.services.files import check, csv_file, load, problems, row


@pytest.fixture
def board(cast):
    """Centre IT024 with its school S-100, and a B2 First session in November 2026."""
    assert cast.session
    assert cast.liceo
    return cast


def entry(number="0101"):
    return db.session.scalars(
        db.select(Entry).where(Entry.candidate_number == number)
    ).one()


def test_a_new_entry_gets_its_numbers_and_is_found_without_accents(board):
    load("entries", row("entries", first_name="José", family_name="O’Brien Muñoz"))
    new = entry()
    assert new.statement_number == "26BIT0240101"
    assert len(new.reference) == 22
    assert new.folded_name == "jose obrien munoz"
    assert (new.created_at, new.id_number, new.secret) == (NOW, None, None)
    assert new.language is Language.it


def test_what_may_be_empty_is(board):
    values = {"first_name": "", "group": "", "language": ""}
    load("entries", row("entries", **values))
    new = entry()
    assert (new.name, new.group, new.language) == ("Benali", "", Language.en)
    assert (new.school, new.guardian_email) == (None, "")


def test_a_correction_changes_the_entry_and_none_of_its_numbers(board):
    load("entries", row("entries"))
    before = entry()
    reference, number = before.reference, before.statement_number
    fixed = row("entries", family_name="Bénali", school="S-100", group="5A")
    plan = check("entries", csv_file(fixed))
    assert [(one.column, one.before, one.after) for one in plan.changes] == [
        ("family_name", "Benali", "Bénali"),
        ("school", "", "S-100"),
        ("group", "4B", "5A"),
    ]
    assert load("entries", fixed).changed == 1
    after = entry()
    assert (after.name, after.folded_name) == ("Samir Bénali", "samir benali")
    assert (after.school, after.group) == (board.liceo, "5A")
    assert (after.reference, after.statement_number) == (reference, number)
    assert load("entries", fixed).unchanged == 1


def test_a_new_name_is_found_by_its_letters(board):
    load("entries", row("entries"))
    load("entries", row("entries", family_name="Øst"))
    assert entry().folded_name == "samir ost"


def test_a_school_of_another_centre_never_gets_the_student(board):
    board.centre("IT025")
    load("schools", row("schools", number="S-300", centre="IT025"))
    ((_, column, words),) = problems("entries", row("entries", school="S-300"))
    assert (column, words) == ("school", "This school belongs to another centre.")


def test_the_same_number_may_sit_two_sessions_and_not_one_session_twice(board):
    board.exam_session("2611-CAE-P", ExamCode.CAE)
    twice = [row("entries"), row("entries", session="2611-CAE-P")]
    load("entries", *twice)
    numbers = db.session.scalars(db.select(Entry.statement_number).order_by(Entry.id))
    assert list(numbers) == ["26BIT0240101", "26CIT0240101"]
    again = problems("entries", row("entries"), row("entries", email="b@c.example"))
    assert again == [(3, "candidate_number", "Line 2 is about the same already.")]


def test_a_candidate_number_is_refused_when_its_year_is_full(board):
    rows = []
    for turn in range(37):
        code = f"2611-{turn}"
        board.exam_session(code, ExamCode.CAE)
        rows.append(row("entries", session=code))
    assert load("entries", *rows[:36]).added == 36
    ((line, column, words),) = problems("entries", *rows)
    assert (line, column) == (38, "candidate_number")
    assert "Use another number" in words


def test_nobody_is_born_on_the_day_of_the_exam(board):
    latest = board.session.exam_date - timedelta(days=3 * 365)
    assert problems("entries", row("entries", date_of_birth=str(latest))) == []
    later = latest + timedelta(days=1)
    ((_, column, _),) = problems("entries", row("entries", date_of_birth=str(later)))
    assert column == "date_of_birth"


def test_what_candidates_did_meanwhile_is_left_alone(board):
    account = board.account(board.amina)
    secret = board.amina.secret
    fixed = row("entries", candidate_number="0001", first_name="Amína")
    load("entries", fixed)
    amina = entry("0001")
    assert amina.first_name == "Amína"
    assert (amina.account, amina.secret) == (account, secret)
