"""Who gets in: by number or address, whatever a classmate spends, and by link."""

from contextlib import suppress
from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import CandidateAccount, Mail
from app.services import (
    accounts,
    addresses,
    known_browsers,
    mail,
    members,
    passwords,
    signins,
    tokens,
)
from app.services.tokens import Purpose
from tests.cast import NOW, PASSWORD, save

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOME, SCHOOL = "192.0.2.1", "10.0.0.1"


def sign_in(typed, password=PASSWORD, *, at=NOW, address=HOME, browser=""):
    return accounts.sign_in(typed, password, address=address, at=at, browser=browser)


def refusal(typed, password=PASSWORD, **where):
    with pytest.raises(Refused) as refused:
        sign_in(typed, password, **where)
    return refused.value


def mails(kind):
    return list(
        db.session.scalars(db.select(Mail).where(Mail.kind == kind).order_by(Mail.id))
    )


def sibling(cast, password=PASSWORD):
    """Amina's brother, who uses her e-mail address."""
    entry = cast.entry("0031", "Karim", "Benali", email="amina@mail.example")
    account = cast.account(entry)
    account.password_hash = passwords.hashed(password)
    return entry, save(account)


# --- Number or address ----------------------------------------------------------------


@pytest.mark.parametrize("typed", ["amina@mail.example", " Amina@Mail.EXAMPLE "])
def test_the_address_opens_the_account_like_the_number(cast, typed):
    account = cast.account(cast.amina)
    assert sign_in(typed) == sign_in(cast.amina.id_number) == account


def test_an_address_that_nobody_confirmed_opens_nothing(cast):
    account = cast.account(cast.amina)
    account.email_confirmed_at = None
    save(account)
    assert refusal("amina@mail.example").message == signins.WRONG
    assert sign_in(cast.amina.id_number) == account


def test_siblings_on_one_address_are_told_apart_by_their_passwords(cast):
    hers = cast.account(cast.amina)
    _, his = sibling(cast, "another password")
    assert sign_in("amina@mail.example") == hers
    assert sign_in("amina@mail.example", "another password") == his


def test_siblings_with_one_password_are_asked_for_the_number(cast):
    hers = cast.account(cast.amina)
    entry, his = sibling(cast)
    both = refusal("amina@mail.example")
    assert isinstance(both, Conflict)
    assert both.field == "id_number"
    assert "ID Number" in str(both)
    assert refusal("amina@mail.example", "a wrong guess").message == signins.WRONG
    assert sign_in(cast.amina.id_number) == hers
    assert sign_in(entry.id_number) == his


def test_an_address_costs_as_many_hashes_whoever_has_it(cast, monkeypatch):
    cast.account(cast.amina)
    cast.account(cast.boris)
    sibling(cast, "another password")
    compared, right = [], passwords.matches

    def matches(password, stored):
        compared.append(stored)
        return right(password, stored)

    monkeypatch.setattr(passwords, "matches", matches)
    counts = set()
    for typed in ("amina@mail.example", "boris@mail.example", "no@mail.example"):
        compared.clear()
        refusal(typed, "a wrong guess")
        counts.add(len(compared))
    assert counts == {accounts.SIBLINGS}
    compared.clear()
    refusal("999999ZZZ", "a wrong guess")
    assert len(compared) == 1


# --- A classmate ----------------------------------------------------------------------


def classmates_spend(name, places=20, at=NOW):
    """Others try what they can, from the school and from many other places."""
    for n in range(places):
        for _ in range(6):
            refusal(name, "a wrong guess", address=f"10.0.0.{n + 1}", at=at)


def test_a_classmate_spends_everything_and_the_owner_still_signs_in(cast):
    account = cast.account(cast.amina)
    browser = known_browsers.remember(account, "", at=NOW)
    for name in (cast.amina.id_number, "amina@mail.example"):
        classmates_spend(name)
        for address in (HOME, SCHOOL):
            stranger = refusal(name, address=address)
            assert isinstance(stranger, TooManyTries)
            assert sign_in(name, address=address, browser=browser) == account


def test_in_a_known_browser_wrong_tries_wait_too(cast):
    account = cast.account(cast.amina)
    browser = known_browsers.remember(account, "", at=NOW)
    number = cast.amina.id_number
    for _ in range(5):
        refusal(number, "a wrong guess", browser=browser)
    assert isinstance(refusal(number, browser=browser), TooManyTries)
    assert sign_in(number, at=NOW + MINUTE, browser=browser) == account


def test_a_browser_that_knows_boris_is_a_stranger_to_amina(cast):
    cast.account(cast.amina)
    browser = known_browsers.remember(cast.account(cast.boris), "", at=NOW)
    classmates_spend(cast.amina.id_number)
    problem = refusal(cast.amina.id_number, browser=browser)
    assert isinstance(problem, TooManyTries)


def test_a_member_in_a_known_browser_is_not_shut_out_either(cast):
    member = cast.verifier
    browser = known_browsers.remember(member, "", at=NOW)
    for n in range(60):
        with pytest.raises(Refused):
            members.sign_in(
                member.email, "a wrong guess", address=f"10.0.1.{n}", at=NOW
            )
    with pytest.raises(TooManyTries) as stranger:
        members.sign_in(member.email, PASSWORD, address=HOME, at=NOW)
    assert "Forgotten password" in str(stranger.value)
    assert member == members.sign_in(
        member.email, PASSWORD, address=HOME, at=NOW, browser=browser
    )
    members.forgot_password(member.email, address=HOME, at=NOW)
    assert len(mails("set_password")) == 1


# --- A link by e-mail -----------------------------------------------------------------


def ask(typed, *, at=NOW, address=HOME):
    accounts.ask_sign_in_link(typed, address=address, at=at)


def link(account, at=NOW):
    return tokens.make(Purpose.sign_in, account, at=at)


def test_a_link_lets_its_owner_in_while_the_tries_are_spent(cast):
    account = cast.account(cast.amina)
    classmates_spend(cast.amina.id_number)
    ask(cast.amina.id_number)
    (sent,) = mails("sign_in_link")
    assert sent.address == "amina@mail.example"
    assert sent.values["id_number_ending"] == cast.amina.id_number[-3:]
    assert sent.values["link"] == ["sign_in", "CandidateAccount", account.id]
    assert accounts.sign_in_by_link(link(account), at=NOW) == account
    assert account.sign_in_links == 1


def test_a_link_works_once_and_ends_those_before_it(cast):
    account = cast.account(cast.amina)
    first, second = link(account), link(account, NOW + MINUTE)
    accounts.sign_in_by_link(second, at=NOW + MINUTE)
    for used in (first, second):
        with pytest.raises(NotFound):
            accounts.sign_in_by_link(used, at=NOW + MINUTE)


def test_a_link_works_for_an_hour_and_for_nothing_else(cast):
    account = cast.account(cast.amina)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(link(account), at=NOW + HOUR)
    with pytest.raises(NotFound):
        accounts.set_password(link(account), "a new password", at=NOW)
    for purpose in (Purpose.set_password, Purpose.confirm_email):
        other = tokens.make(purpose, account, at=NOW)
        with pytest.raises(NotFound):
            accounts.sign_in_by_link(other, at=NOW)


@pytest.mark.parametrize("change", ["password_hash", "email", "ended_at"])
def test_a_link_dies_with_what_it_was_made_for(cast, change):
    account = cast.account(cast.amina)
    token = link(account)
    values = {"email": "new@mail.example", "ended_at": NOW, "password_hash": "x" * 40}
    setattr(account, change, values[change])
    save(account)
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(token, at=NOW)


def test_a_link_confirms_the_address_it_came_to(cast):
    account = cast.account(cast.amina)
    account.email_confirmed_at = None
    save(account)
    accounts.sign_in_by_link(link(account), at=NOW)
    assert account.email_confirmed_at == NOW


def test_asking_for_a_link_by_address_reaches_each_sibling(cast):
    cast.account(cast.amina)
    entry, _ = sibling(cast)
    ask("amina@mail.example")
    endings = {row.values["id_number_ending"] for row in mails("sign_in_link")}
    assert endings == {cast.amina.id_number[-3:], entry.id_number[-3:]}


def test_whoever_asks_has_a_link_that_works_whatever_others_asked(cast):
    """Others ask all day; each refusal comes while a sent link still works."""
    cast.account(cast.amina)
    at = NOW.replace(hour=0)
    for n in range(200):
        at += 7 * MINUTE
        with suppress(TooManyTries):
            ask(cast.amina.id_number, at=at, address=f"10.0.0.{n % 3}")
        if at.date() != NOW.date():
            break
        latest = max(row.queued_at for row in mails("sign_in_link"))
        assert at - latest <= 45 * MINUTE
    assert len(mails("sign_in_link")) <= 53


def test_nobody_learns_by_asking_who_is_known(cast):
    cast.account(cast.amina)
    for typed in (cast.amina.id_number, "999999ZZZ", "no@mail.example"):
        for _ in range(5):
            ask(typed)
        with pytest.raises(TooManyTries) as refused:
            ask(typed)
        assert refused.value.retry_after == 60
    assert len(mails("sign_in_link")) == 5


# --- Forgotten passwords --------------------------------------------------------------


def test_each_sibling_gets_a_letter_that_says_whose_it_is(cast):
    hers = cast.account(cast.amina)
    entry, his = sibling(cast)
    accounts.ask_new_password("amina@mail.example", address=HOME, at=NOW)
    told = {
        row.values["link"][2]: row.values["id_number_ending"]
        for row in mails("set_password")
    }
    assert told == {
        hers.id: cast.amina.id_number[-3:],
        his.id: entry.id_number[-3:],
    }


def test_a_link_of_one_sibling_changes_nothing_for_the_other(cast):
    hers = cast.account(cast.amina)
    entry, his = sibling(cast)
    token = tokens.make(Purpose.set_password, hers, at=NOW)
    accounts.set_password(token, "a new password", at=NOW)
    assert sign_in(entry.id_number) == his
    assert refusal(cast.amina.id_number).message == signins.WRONG


def test_no_link_is_made_for_an_address_of_the_past(cast):
    """It was queued for the old address; meanwhile the account has another one."""
    account = cast.account(cast.amina)
    accounts.ask_new_password(cast.amina.id_number, address=HOME, at=NOW)
    ask(cast.amina.id_number)
    account.new_email = "new@mail.example"
    save(account)
    token = tokens.make(Purpose.change_email, account, at=NOW)
    addresses.change(token, at=NOW)
    mail.deliver(at=NOW + MINUTE)
    rows = db.session.scalars(db.select(Mail))
    assert {row.kind: row.state.value for row in rows} == {
        "set_password": "dropped",
        "sign_in_link": "dropped",
        "email_changed": "sent",
    }


def test_a_password_like_the_own_name_is_refused_with_the_link_too(cast):
    account = cast.account(cast.amina)
    token = tokens.make(Purpose.set_password, account, at=NOW)
    for own in ("benali2009", "05/03/2009", "password1"):
        with pytest.raises(Refused) as poor:
            accounts.set_password(token, own, at=NOW)
        assert poor.value.field == "password"
    accounts.set_password(token, "a new password", at=NOW)


def test_two_uses_of_a_link_at_one_moment_count_once(cast):
    account = cast.account(cast.amina)
    token = link(account)
    stale = accounts.holder(Purpose.sign_in, token, at=NOW)
    db.session.expunge(stale)
    accounts.sign_in_by_link(token, at=NOW)
    with pytest.raises(NotFound):
        accounts._change(stale, at=NOW, confirmed=False, sign_in_links=1)
    row = db.session.get(CandidateAccount, account.id, populate_existing=True)
    assert row.sign_in_links == 1
