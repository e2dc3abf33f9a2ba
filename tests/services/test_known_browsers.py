"""A browser remembers who signed in with it, and tells nobody who that was."""

from datetime import timedelta

import pytest

from app.services import known_browsers, passwords
from tests.cast import NOW, save


def remember(person, held="", at=NOW):
    return known_browsers.remember(person, held, at=at)


def name(person, held, at=NOW):
    return known_browsers.name([person], held, at=at)


def test_a_browser_knows_who_signed_in_and_nobody_else(cast):
    amina, boris = cast.account(cast.amina), cast.account(cast.boris)
    held = remember(amina)
    assert name(amina, held)
    assert name(boris, held) == ""
    assert name(cast.verifier, held) == ""
    assert name(amina, "") == ""


def test_a_browser_holds_a_family_and_forgets_the_first(cast):
    people = [
        cast.account(cast.entry(f"01{n:02d}", "Child", f"N{n}")) for n in range(5)
    ]
    held = ""
    for person in people:
        held = remember(person, held)
    assert [bool(name(person, held)) for person in people] == [False] + 4 * [True]
    assert len(held) < 400


def test_signing_in_again_opens_no_new_budget(cast):
    amina = cast.account(cast.amina)
    first = remember(amina)
    again = remember(amina, first, at=NOW + timedelta(days=3))
    assert name(amina, first) == name(amina, again)
    assert name(amina, remember(amina)) != name(amina, first)


def test_it_is_forgotten_after_half_a_year(cast):
    amina = cast.account(cast.amina)
    held = remember(amina)
    assert name(amina, held, at=NOW + known_browsers.LASTS)
    assert not name(amina, held, at=NOW + known_browsers.LASTS + timedelta(days=1))


def test_another_password_makes_every_browser_a_stranger(cast):
    amina = cast.account(cast.amina)
    held = remember(amina)
    amina.password_hash = passwords.hashed("a new password")
    save(amina)
    assert name(amina, held) == ""


@pytest.mark.parametrize(
    "held", ["x", "..", "a.b.c~", "~~~", "9" * 5000, "1.2.é", "739999.abc.def~"]
)
def test_what_somebody_made_up_is_worth_nothing(cast, held):
    amina = cast.account(cast.amina)
    assert name(amina, held) == ""
    assert name(amina, remember(amina, held))


def test_the_day_in_a_mark_cannot_be_moved(cast):
    amina = cast.account(cast.amina)
    day, rest = remember(amina).split(".", 1)
    assert name(amina, f"{int(day) + 100}.{rest}") == ""
