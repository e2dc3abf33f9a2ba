"""Good passwords are long enough, not among the first to be tried, and one's own."""

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Refused
from app.services import guessable, members, passwords, staff
from app.services.members import NewMember
from tests.cast import NOW

OWN = ("Amina Benali", "amina.b@mail.example", "05032009")


def why(password, own=OWN):
    with pytest.raises(Refused) as refused:
        passwords.require_good(password, own)
    assert refused.value.field == "password"
    return refused.value.message


@pytest.mark.parametrize("common", ["password1", "PassWord1", "iloveyou1", "bandit01"])
def test_what_many_people_use_is_refused_whatever_its_case(common):
    assert why(common) == passwords.COMMON


@pytest.mark.parametrize(
    "simple",
    [
        "aaaaaaaa",
        "x" * 256,
        "abcdefghij",
        "abcabcabc",
        "passwordpasswordpassword",
        "qwertyuiop[]",
        "P@ssw0rd",
        "francesco",
        "14122026",
    ],
)
def test_what_is_guessed_soon_is_refused(simple):
    assert why(simple) in (passwords.SIMPLE, passwords.COMMON)


@pytest.mark.parametrize(
    "own",
    ["AminaBenali", "benali.amina", "Benali2009", "amina.b@mail.example", "Aminàb12"],
)
def test_nobodys_own_name_or_address_protects_them(own):
    assert why(own) == passwords.OWN


@pytest.mark.parametrize("born", ["05/03/2009", "05-03-2009", "05032009"])
def test_nor_does_their_date_of_birth(born):
    assert why(born) == passwords.OWN


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "matteo12",
        "wxkqzr47",
        "battery amina benali",
        "пароль из трёх слов",
        "Ω≈ç√∫˜µ≤",
        " leading and trailing ",
    ],
)
def test_every_character_and_a_plain_good_password_are_taken(good):
    passwords.require_good(good, OWN)


@given(
    st.text(string.ascii_lowercase, min_size=6, max_size=6),
    st.text(string.digits, min_size=2, max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_six_letters_and_two_digits_do_unless_they_are_common(letters, digits):
    password = letters + digits
    if guessable.is_listed(password) or len(set(letters)) < 4:
        return
    passwords.require_good(password)


def test_no_password_keeps_the_service_busy():
    passwords.require_good("load the lists first")
    odd = "4@8({[<369!1|70$5+%2" * 12
    begun = time.perf_counter()
    for length in range(8, 240):
        guessable.is_guessed_soon(odd[:length])
    assert time.perf_counter() - begun < 2


def test_what_no_password_is_kept_for_matches_nothing(cast):
    assert not passwords.matches("nobody signs in with this password", None)


def test_the_rule_holds_for_everybody_and_every_way(app, cast):
    new = NewMember("rita@acme.example", "Rita", "Registrar")
    for poor in ("password1", "registrar99"):
        with pytest.raises(Refused):
            members.create(new, cast.acme, poor, by=None, at=NOW)
        with pytest.raises(Refused):
            staff.create(
                "registrar@board.example",
                role="Auditor",
                password=poor,
                by=None,
                at=NOW,
            )
    run = app.test_cli_runner().invoke(
        args=[
            "create-staff",
            "o@board.example",
            "--role",
            "Auditor",
            "--password-stdin",
        ],
        input="password1\n",
    )
    assert run.exit_code == 1
    assert "Many people use this password" in run.output
