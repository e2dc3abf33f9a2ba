"""An account's e-mail address changes at the new one, and the old one is told."""

from datetime import timedelta

import pytest

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Mail
from app.services import accounts, addresses, languages, mail, signins, tokens
from app.services.tokens import Purpose
from app.values import Language
from tests.cast import NOW, PASSWORD

DAY = timedelta(days=1)
NEW = "new@mail.example"


@pytest.fixture
def account(cast):
    return cast.account(cast.amina)


def ask(account, new=NEW, password=PASSWORD, at=NOW):
    addresses.ask_change(account, new, password, address="10.0.0.1", at=at)


def link(account, at=NOW):
    return tokens.make(Purpose.change_email, account, at=at)


def mails(kind):
    rows = db.session.scalars(db.select(Mail).where(Mail.kind == kind))
    return [row.address for row in rows]


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return [row.subject for row in rows]


def test_nothing_changes_before_the_link_is_opened(account):
    ask(account, " New@Mail.example ")
    assert (account.email, account.new_email) == ("amina@mail.example", NEW)
    assert mails("email_change") == [NEW]
    assert mails("email_changed") == []
    row = db.session.scalars(db.select(Mail)).one()
    assert "Amina" not in str(row.values)


def test_the_link_changes_it_tells_the_old_one_and_ends_the_sign_ins(account):
    browser = signins.begin(account, address="", browser="", at=NOW)
    ask(account)
    addresses.change(link(account), at=NOW)
    assert (account.email, account.new_email) == (NEW, "")
    assert account.email_confirmed_at == NOW
    assert mails("email_changed") == ["amina@mail.example"]
    assert signins.candidate(browser, at=NOW) is None
    subject = f"candidate:{account.reference}"
    assert acts("account_email_changed") == [subject]
    assert NEW not in str(
        [row.detail for row in db.session.scalars(db.select(AuditRow))]
    )
    assert accounts.sign_in(NEW, PASSWORD, address="10.0.0.1", at=NOW) == account


def test_a_link_changes_it_once_and_for_a_day(account):
    ask(account)
    token = link(account)
    with pytest.raises(NotFound):
        addresses.change(token, at=NOW + DAY)
    addresses.change(token, at=NOW)
    with pytest.raises(NotFound):
        addresses.change(token, at=NOW)


def test_links_mailed_to_the_old_address_die(account):
    old = [
        tokens.make(purpose, account, at=NOW)
        for purpose in (Purpose.set_password, Purpose.sign_in, Purpose.confirm_email)
    ]
    ask(account)
    addresses.change(link(account), at=NOW)
    for purpose, token in zip(
        (Purpose.set_password, Purpose.sign_in, Purpose.confirm_email), old, strict=True
    ):
        with pytest.raises(NotFound):
            accounts.holder(purpose, token, at=NOW)


def test_asking_for_another_address_ends_the_first_wish(account):
    ask(account, "first@mail.example")
    first = link(account)
    ask(account, NEW)
    with pytest.raises(NotFound):
        addresses.change(first, at=NOW)
    mail.deliver(at=NOW)
    rows = db.session.scalars(db.select(Mail).where(Mail.kind == "email_change"))
    assert {row.address: row.state.value for row in rows} == {
        "first@mail.example": "dropped",
        NEW: "sent",
    }


def test_a_wish_can_be_taken_back(account):
    ask(account)
    token = link(account)
    addresses.cancel_change(account, at=NOW)
    assert account.new_email == ""
    with pytest.raises(NotFound):
        addresses.change(token, at=NOW)
    addresses.send_again(account, at=NOW)
    assert len(mails("email_change")) == 1


def test_it_takes_the_password_which_is_as_hard_to_guess_as_at_the_door(account):
    for _ in range(5):
        with pytest.raises(Refused) as wrong:
            ask(account, password="a wrong guess")
        assert wrong.value.field == "password"
    with pytest.raises(TooManyTries):
        ask(account)
    assert account.new_email == ""


def test_the_same_address_is_no_change(account):
    with pytest.raises(Refused) as same:
        ask(account, "Amina@mail.example")
    assert same.value.field == "email"


def test_nobody_can_write_to_strangers_without_end(account):
    ask(account)
    for _ in range(4):
        addresses.send_again(account, at=NOW)
    with pytest.raises(Refused) as enough:
        addresses.send_again(account, at=NOW + timedelta(hours=2))
    assert enough.value.status == 429
    with pytest.raises(Refused):
        ask(account, "victim@mail.example", at=NOW + timedelta(hours=2))
    assert account.new_email == NEW
    addresses.send_again(account, at=NOW + DAY)
    assert mails("email_change") == [NEW] * 6


def test_a_changed_password_ends_the_wish_for_an_address(account):
    ask(account)
    token = link(account)
    accounts.change_password(
        account, PASSWORD, "a new password", address="10.0.0.1", at=NOW
    )
    with pytest.raises(NotFound):
        addresses.change(token, at=NOW)


def test_people_are_written_to_in_the_language_they_last_chose(cast, account):
    for person in (account, cast.verifier):
        languages.keep(person, Language.it, at=NOW)
        languages.keep(person, Language.it, at=NOW)
        assert person.language is Language.it
    assert acts("account_changed") == [f"candidate:{account.reference}"]
    assert acts("member_changed") == [f"member:{cast.verifier.reference}"]
