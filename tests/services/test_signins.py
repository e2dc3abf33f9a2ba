"""A browser is signed in until it signs out, the password changes or time is up."""

from datetime import timedelta

import pytest

from app.errors import Refused
from app.extensions import db
from app.models import SignIn
from app.services import signins
from app.services.doors import Door
from tests.cast import NOW, PASSWORD, save


def begin(person, at=NOW):
    return signins.begin(person, address="10.0.0.1", browser="Phone", at=at)


def test_each_kind_of_person_is_found_by_their_own_token_only(cast):
    account, member, user = cast.account(cast.amina), cast.verifier, cast.officer
    token = begin(account)
    assert signins.candidate(token, at=NOW) == account
    assert signins.member(token, at=NOW) is None
    assert signins.staff(token, at=NOW) is None
    assert signins.member(begin(member), at=NOW) == member
    assert signins.staff(begin(user), at=NOW) == user


def test_a_sign_in_lasts_twelve_hours(cast):
    token = begin(cast.account(cast.amina))
    almost = NOW + signins.LASTS - timedelta(seconds=1)
    assert signins.candidate(token, at=almost) is not None
    assert signins.candidate(token, at=NOW + signins.LASTS) is None


def test_signing_out_ends_one_browser_and_leaves_the_other(cast):
    account = cast.account(cast.amina)
    phone, desk = begin(account), begin(account)
    signins.end(phone, at=NOW)
    assert signins.candidate(phone, at=NOW) is None
    assert signins.candidate(desk, at=NOW) == account


def test_ending_all_ends_everybody_of_one_person_only(cast):
    amina, boris = cast.account(cast.amina), cast.account(cast.boris)
    tokens = [begin(amina), begin(amina)]
    other = begin(boris)
    signins.end_all(amina, at=NOW)
    assert [signins.candidate(t, at=NOW) for t in tokens] == [None, None]
    assert signins.candidate(other, at=NOW) == boris


def test_whoever_is_deactivated_is_out_at_once(cast):
    member, user, account = cast.verifier, cast.officer, cast.account(cast.amina)
    tokens = [begin(member), begin(user), begin(account)]
    member.active, user.active, account.ended_at = False, False, NOW
    for person in (member, user, account):
        save(person)
    assert signins.member(tokens[0], at=NOW) is None
    assert signins.staff(tokens[1], at=NOW) is None
    assert signins.candidate(tokens[2], at=NOW) is None


def test_the_table_holds_no_token(cast):
    token = begin(cast.account(cast.amina))
    row = db.session.scalars(db.select(SignIn)).one()
    assert token not in (row.token_hash, row.browser)


def admit(password, name="123456ABC", person=None):
    return signins.admit(
        Door.candidate_sign_in,
        name,
        password,
        lambda: person,
        address="10.0.0.1",
        at=NOW,
    )


def test_the_right_password_admits_and_a_wrong_one_says_nothing(cast):
    account = cast.account(cast.amina)
    assert admit(PASSWORD, person=account) is account
    with pytest.raises(Refused) as wrong:
        admit("something else", person=account)
    with pytest.raises(Refused) as unknown:
        admit(PASSWORD, name="nobody", person=None)
    assert str(wrong.value) == str(unknown.value)
    assert wrong.value.status == unknown.value.status == 401
