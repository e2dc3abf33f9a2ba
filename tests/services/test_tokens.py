"""Links act once, for one purpose, for one person, for a while."""

from datetime import timedelta

import pytest

from app.errors import NotFound
from app.extensions import db
from app.services import passwords, tokens
from app.services.tokens import Purpose
from tests.cast import NOW

HOUR = timedelta(hours=1)


def test_a_link_names_its_person_until_it_expires(cast):
    account = cast.account(cast.amina)
    token = tokens.make(Purpose.set_password, account, at=NOW)
    kind, key, state = tokens.read(Purpose.set_password, token, at=NOW + HOUR / 2)
    assert (kind, key) == ("CandidateAccount", account.id)
    tokens.require_unused(Purpose.set_password, account, state)
    with pytest.raises(NotFound):
        tokens.read(Purpose.set_password, token, at=NOW + HOUR)


def test_a_member_may_choose_a_password_until_the_next_day(cast):
    token = tokens.make(Purpose.set_password, cast.verifier, at=NOW)
    tokens.read(Purpose.set_password, token, at=NOW + 23 * HOUR)
    with pytest.raises(NotFound):
        tokens.read(Purpose.set_password, token, at=NOW + 24 * HOUR)


@pytest.mark.parametrize("purpose", [p for p in Purpose if p != "unlock_secret"])
def test_no_purpose_stands_for_another(cast, purpose):
    token = tokens.make(purpose, cast.account(cast.amina), at=NOW)
    for other in Purpose:
        if other is not purpose:
            with pytest.raises(NotFound):
                tokens.read(other, token, at=NOW)


def test_a_link_for_one_purpose_is_worthless_for_another(cast):
    token = tokens.make(Purpose.confirm_email, cast.account(cast.amina), at=NOW)
    with pytest.raises(NotFound):
        tokens.read(Purpose.set_password, token, at=NOW)


@pytest.mark.parametrize("change", ["", "x", "é", "a.b.c"])
def test_a_forged_link_is_worthless(cast, change):
    token = tokens.make(Purpose.set_password, cast.account(cast.amina), at=NOW)
    forged = change if change in ("", "é", "a.b.c") else change + token[1:]
    with pytest.raises(NotFound):
        tokens.read(Purpose.set_password, forged, at=NOW)


def test_a_password_link_dies_when_it_has_been_used(cast):
    account = cast.account(cast.amina)
    token = tokens.make(Purpose.set_password, account, at=NOW)
    _, _, state = tokens.read(Purpose.set_password, token, at=NOW)
    account.password_hash = passwords.hashed("a new password")
    db.session.commit()
    with pytest.raises(NotFound):
        tokens.require_unused(Purpose.set_password, account, state)


def test_a_link_dies_with_the_address_it_was_sent_to(cast):
    account = cast.account(cast.amina)
    token = tokens.make(Purpose.set_password, account, at=NOW)
    _, _, state = tokens.read(Purpose.set_password, token, at=NOW)
    account.email = "other@mail.example"
    db.session.commit()
    with pytest.raises(NotFound):
        tokens.require_unused(Purpose.set_password, account, state)
