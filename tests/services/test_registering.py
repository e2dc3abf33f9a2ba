"""One account for all of a person's exams, and a paper that nobody can spoil."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Entry, Mail
from app.services import (
    confirmations,
    credentials,
    proof,
    registering,
    throttle,
    tokens,
)
from app.services.registering import Paper
from app.services.tokens import Purpose
from app.values import Language
from tests.cast import NOW, PASSWORD, Cast, save

SECRET = "00482913"
HOUR = timedelta(hours=1)
BIRTH = date(2009, 3, 5)


def paper(entry, **typed):
    known = {
        "id_number": entry.id_number,
        "secret": SECRET,
        "date_of_birth": entry.date_of_birth,
    }
    return Paper(**{**known, **typed})


def add(account, entry, *, at=NOW, address="10.0.0.1", **typed):
    return registering.add_exam(account, paper(entry, **typed), address=address, at=at)


def register(entry, *, at=NOW, address="10.0.0.1", password=PASSWORD):
    return registering.register(
        paper(entry),
        "me@mail.example",
        password,
        Language.en,
        False,
        address=address,
        at=at,
    )


def refusal(act, *args, **typed):
    with pytest.raises(Refused) as refused:
        act(*args, **typed)
    return refused.value


def mails(kind):
    return list(
        db.session.scalars(db.select(Mail).where(Mail.kind == kind).order_by(Mail.id))
    )


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return [row.subject for row in rows]


def failures(entry):
    return db.session.scalar(
        db.select(Entry.secret_failures).where(Entry.id == entry.id)
    )


# --- One exam more --------------------------------------------------------------------


@pytest.fixture
def second(cast):
    """Another entry of Amina, made by her school with another address."""
    return cast.entry(
        "0009", "Amina", "Benali", birth=BIRTH, email="school@mail.example"
    )


def test_amina_adds_another_exam_to_her_account(cast, second):
    account = cast.account(cast.amina)
    assert add(account, second) == second
    assert (second.account_id, second.registered_at) == (account.id, NOW)
    assert acts("account_exam_added") == [f"entry:{second.reference}"]
    assert [row.address for row in mails("registered")] == ["school@mail.example"]


def test_each_exam_that_is_added_is_told_of(cast, second):
    account = cast.account(cast.amina)
    third = cast.entry("0010", "Amina", "Benali", birth=BIRTH, email="x@mail.example")
    add(account, second)
    add(account, third)
    assert len(mails("registered")) == 2


def test_an_exam_that_is_there_already_is_said_to_be(cast):
    account = cast.account(cast.amina)
    problem = refusal(add, account, cast.amina)
    assert (problem.field, "already" in str(problem)) == ("id_number", True)


def test_what_is_wrong_or_somebody_elses_gets_the_one_sentence(cast, second):
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    for entry, typed in (
        (second, {"secret": "11111111"}),
        (second, {"date_of_birth": date(2009, 5, 3)}),
        (second, {"id_number": "999999ZZZ"}),
        (cast.boris, {}),
    ):
        assert refusal(add, account, entry, **typed).message == proof.NO_MATCH
    assert failures(second) == 2
    assert second.account_id is None


def test_a_brothers_exam_is_kindly_refused_and_stays_free(cast):
    account = cast.account(cast.amina)
    brother = cast.entry("0011", "Karim", "Benali", birth=date(2011, 1, 9))
    problem = refusal(add, account, brother)
    assert (problem.field, "another person" in str(problem)) == ("date_of_birth", True)
    assert failures(brother) == 0
    assert register(brother).id != account.id


def test_an_account_that_has_ended_takes_nothing(cast, second):
    account = cast.account(cast.amina)
    account.ended_at = NOW
    save(account)
    assert refusal(add, account, second).message == proof.NO_MATCH
    assert second.account_id is None


def test_a_password_like_the_name_on_the_paper_is_refused(cast):
    problem = refusal(register, cast.amina, password="Benali 2009")
    assert problem.field == "password"
    assert cast.amina.account_id is None
    assert register(cast.amina).id


def test_addresses_are_kept_in_small_letters(cast):
    account = registering.register(
        paper(cast.amina),
        " Me@Mail.Example ",
        PASSWORD,
        Language.en,
        False,
        address="10.0.0.1",
        at=NOW,
    )
    assert account.email == "me@mail.example"


# --- A paper that others tried --------------------------------------------------------


def lock(entry, at=NOW):
    """Ten wrong tries, each from somewhere else."""
    for n in range(10):
        with pytest.raises(Refused):
            proof.proved(
                entry.id_number,
                f"{n:08d}",
                entry.date_of_birth,
                address=f"10.0.9.{n}",
                at=at,
            )
    assert failures(entry) == 10


def unlock(entry, at=NOW, address="10.0.0.1"):
    db.session.refresh(entry)
    token = tokens.make(Purpose.unlock_secret, entry, at=at)
    proof.unlock(token, address=address, at=at)
    return token


def test_who_owns_the_paper_unlocks_it_with_a_link(cast):
    lock(cast.amina)
    assert refusal(register, cast.amina).message == proof.NO_MATCH
    (sent,) = mails("secret_unlock")
    assert sent.address == "amina@mail.example"
    assert sent.values["link"] == ["unlock_secret", "Entry", cast.amina.id]
    assert SECRET not in str(sent.values)
    unlock(cast.amina)
    assert failures(cast.amina) == 0
    assert acts("secret_unlocked") == [f"entry:{cast.amina.reference}"]
    assert register(cast.amina).id


def test_unlocking_forgets_what_was_tried_from_the_same_place(cast):
    for n in range(5):
        refusal(
            registering.register,
            paper(cast.amina, secret=f"{n:08d}"),
            "me@mail.example",
            PASSWORD,
            Language.en,
            False,
            address="10.0.0.1",
            at=NOW,
        )
    cast.amina.secret_failures = 10
    save(cast.amina)
    unlock(cast.amina)
    assert register(cast.amina).id


def test_a_link_unlocks_one_lock_and_no_other(cast):
    lock(cast.amina)
    token = unlock(cast.amina)
    with pytest.raises(NotFound):
        proof.unlock(token, address="10.0.0.1", at=NOW)
    lock(cast.amina, at=NOW + HOUR)
    with pytest.raises(NotFound):
        proof.unlock(token, address="10.0.0.1", at=NOW + HOUR)
    assert failures(cast.amina) == 10


@pytest.mark.parametrize(("secret", "links"), [(SECRET, 3), ("4829", 1)])
def test_forty_tries_are_the_end_and_twenty_of_a_short_secret(cast, secret, links):
    entry = cast.amina
    entry.secret = credentials.sealed(entry.id_number, secret)
    save(entry)
    for n in range(links):
        lock(entry, at=NOW + n * HOUR)
        unlock(entry, at=NOW + n * HOUR)
    lock(entry, at=NOW + 9 * HOUR)
    assert len(mails("secret_unlock")) == links


def test_a_secret_is_unlocked_while_a_classmate_goes_on_trying(own_app, monkeypatch):
    """A try holds its budgets and wants the entry; unlocking must not cross it."""
    entry = Cast().amina
    number, born, key = entry.id_number, entry.date_of_birth, entry.id
    # So that the budgets of all and of nobody else are there.
    refusal(proof.proved, "ABC000000", "1", born, address="10.0.0.8", at=NOW)
    entry.secret_failures = 10
    save(entry)
    token = tokens.make(Purpose.unlock_secret, entry, at=NOW)
    db.session.remove()
    charged, forgiving = threading.Event(), threading.Event()
    charge, give_back, failed = throttle.charge, throttle.give_back, []

    def slow_charge(*args, **values):
        charge(*args, **values)
        charged.set()
        forgiving.wait(1)

    def slow_give_back(*args, **values):
        forgiving.set()
        charged.wait(1)
        give_back(*args, **values)

    monkeypatch.setattr(throttle, "charge", slow_charge)
    monkeypatch.setattr(throttle, "give_back", slow_give_back)

    def act(what, *args, **values):
        with own_app.app_context():
            try:
                what(*args, at=NOW, **values)
            except Refused:
                pass
            except Exception as problem:
                failed.append(problem)
            db.session.remove()

    tries = (proof.proved, number, "00000001", born), {"address": "10.0.0.9"}
    owner = (proof.unlock, token), {"address": "10.0.0.1"}
    threads = [
        threading.Thread(target=act, args=args, kwargs=values)
        for args, values in (tries, owner)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert db.session.get(Entry, key).secret_failures < 10


def test_a_new_secret_can_be_unlocked_afresh(cast):
    for n in range(3):
        lock(cast.amina, at=NOW + n * HOUR)
        unlock(cast.amina, at=NOW + n * HOUR)
    confirmations.reissue(cast.amina, by=cast.officer, at=NOW + 5 * HOUR)
    lock(cast.amina, at=NOW + 6 * HOUR)
    assert len(mails("secret_unlock")) == 4


def test_a_link_dies_with_the_secret_and_with_a_registration(cast):
    for entry in (cast.amina, cast.boris):
        lock(entry)
    hers, his = (
        tokens.make(Purpose.unlock_secret, entry, at=NOW)
        for entry in (cast.amina, cast.boris)
    )
    confirmations.reissue(cast.amina, by=cast.officer, at=NOW + HOUR)
    cast.account(cast.boris)
    for token in (hers, his):
        with pytest.raises(NotFound):
            proof.unlock(token, address="10.0.0.1", at=NOW + HOUR)


def test_nobody_is_written_to_who_cannot_use_it(cast):
    cast.account(cast.boris)
    alone = cast.entry("0012", "Nobody", "Known")
    child = cast.entry("0013", "Little", "One", guardian_email="mum@mail.example")
    for entry in (cast.boris, alone, child):
        lock(entry)
    assert [row.address for row in mails("secret_unlock")] == ["mum@mail.example"]


def test_classmates_elsewhere_cannot_keep_the_owner_from_registering(cast):
    for n in range(60):
        with pytest.raises(Refused):
            proof.proved("999999ZZZ", "1", BIRTH, address=f"10.0.1.{n}", at=NOW)
    lock(cast.amina)
    unlock(cast.amina)
    assert register(cast.amina, address="192.0.2.1").id
