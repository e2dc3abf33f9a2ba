"""Registering with the paper, and keeping the account with a password."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, CandidateAccount, Entry, Mail, SignIn
from app.services import accounts, addresses, audit, proof, registering, signins, tokens
from app.services.registering import Paper
from app.services.tokens import Purpose
from app.values import TERMS_VERSION, Language
from tests.cast import NOW, PASSWORD, Cast, save

SECRET = "00482913"
BIRTH = date(2009, 3, 5)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def register(entry, *, at=NOW, address="10.0.0.1", **typed):
    form = {
        "id_number": entry.id_number,
        "secret": SECRET,
        "date_of_birth": entry.date_of_birth,
        "email": "me@mail.example",
        "password": PASSWORD,
        "language": Language.it,
        "wants_updates": True,
        **typed,
    }
    numbers = [form.pop(name) for name in ("id_number", "secret", "date_of_birth")]
    return registering.register(Paper(*numbers), **form, address=address, at=at)


def refusal(entry, **typed):
    with pytest.raises(Refused) as refused:
        register(entry, **typed)
    return refused.value


def failures(entry):
    return db.session.scalar(
        db.select(Entry.secret_failures).where(Entry.id == entry.id)
    )


def mails(kind):
    return list(
        db.session.scalars(db.select(Mail).where(Mail.kind == kind).order_by(Mail.id))
    )


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return [row.subject for row in rows]


def sign_in(id_number, password, *, at=NOW, address="10.0.0.1"):
    return accounts.sign_in(id_number, password, address=address, at=at)


# --- Registering ----------------------------------------------------------------------


def test_amina_registers_with_her_paper(cast):
    account = register(cast.amina)
    assert cast.amina.account_id == account.id
    assert cast.amina.registered_at == NOW
    assert (account.language, account.wants_updates) == (Language.it, True)
    assert account.terms_version == TERMS_VERSION
    assert account.email_confirmed_at is None
    assert PASSWORD not in account.password_hash
    assert acts("account_registered") == [f"entry:{cast.amina.reference}"]
    assert audit.first_broken()[1] is None
    assert sign_in(cast.amina.id_number, PASSWORD) == account


def test_blanks_dashes_and_small_letters_are_no_mistakes(cast):
    number = cast.amina.id_number
    typed = f" {number[:3].lower()}-{number[3:6]} {number[6:].lower()} "
    account = register(cast.amina, id_number=typed, secret="0048 2913")
    assert sign_in(typed, PASSWORD) == account


def test_the_confirmation_is_queued_without_secret_or_link(cast):
    account = register(cast.amina)
    (mail,) = mails("confirm_email")
    assert (mail.address, mail.language) == ("me@mail.example", Language.it)
    assert mail.values["link"] == ["confirm_email", "CandidateAccount", account.id]
    assert mail.values["name"] == "Amina Benali"
    assert SECRET not in str(mail.values)


def test_the_address_that_the_centre_knows_hears_of_a_registration(cast):
    register(cast.amina)
    (mail,) = mails("registered")
    assert mail.address == "amina@mail.example"
    assert mail.values["id_number_ending"] == cast.amina.id_number[-3:]


def test_nobody_is_told_twice_when_both_addresses_are_the_same(cast):
    register(cast.amina, email="Amina@mail.example")
    assert mails("registered") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"id_number": "999999ZZZ"},
        {"id_number": ""},
        {"id_number": "Ω" * 500},
        {"secret": "00482914"},
        {"secret": "482913"},
        {"secret": "unknown"},
        {"secret": ""},
        {"secret": "٠٠٤٨٢٩١٣"},
        {"date_of_birth": date(2009, 5, 3)},
    ],
)
def test_every_wrong_detail_gets_the_same_sentence(cast, wrong):
    problem = refusal(cast.amina, **wrong)
    assert (problem.message, problem.status) == (proof.NO_MATCH, 400)
    assert problem.field is None
    assert db.session.scalars(db.select(CandidateAccount)).all() == []
    assert mails("confirm_email") == []


def test_whoever_is_registered_already_gets_the_same_sentence(cast):
    register(cast.amina)
    problem = refusal(cast.amina, password="another password")
    assert (problem.message, problem.status) == (proof.NO_MATCH, 400)
    assert len(db.session.scalars(db.select(CandidateAccount)).all()) == 1


def test_the_same_form_sent_twice_opens_one_account(cast):
    assert register(cast.amina) == register(cast.amina)
    assert len(mails("confirm_email")) == 1


def test_an_entry_without_a_paper_cannot_be_registered(cast):
    entry = cast.amina
    entry.id_number = entry.secret = entry.secret_issued_at = None
    save(entry)
    assert refusal(entry, id_number="").message == proof.NO_MATCH


def test_a_wrong_try_counts_although_it_is_refused(cast):
    refusal(cast.amina, secret="11111111")
    refusal(cast.amina, date_of_birth=date(2000, 1, 1))
    assert failures(cast.amina) == 2
    register(cast.amina)
    assert failures(cast.amina) == 2


def test_after_ten_wrong_tries_the_right_secret_fails_too(cast):
    for n in range(10):
        refusal(cast.amina, secret=f"{n:08d}", at=NOW + n * HOUR)
    problem = refusal(cast.amina, at=NOW + 11 * HOUR)
    assert problem.message == proof.NO_MATCH
    assert failures(cast.amina) == 10
    assert acts("secret_locked") == [f"entry:{cast.amina.reference}"]
    refusal(cast.amina, secret="11111111", at=NOW + 13 * HOUR)
    assert failures(cast.amina) == 10
    assert len(acts("secret_locked")) == 1


def test_nine_wrong_tries_leave_the_tenth(cast):
    for n in range(9):
        refusal(cast.amina, secret=f"{n:08d}", at=NOW + n * HOUR)
    assert register(cast.amina, at=NOW + 11 * HOUR).id


def test_locking_a_secret_locks_nobody_out_of_an_account(cast):
    register(cast.amina)
    for n in range(12):
        refusal(cast.amina, secret=f"{n:08d}", at=NOW + n * HOUR)
    assert sign_in(cast.amina.id_number, PASSWORD)


def test_tries_on_one_number_are_limited_before_the_secret_is_looked_at(cast):
    for _ in range(5):
        refusal(cast.amina, secret="11111111")
    with pytest.raises(TooManyTries):
        register(cast.amina)
    assert failures(cast.amina) == 5
    register(cast.amina, at=NOW + timedelta(minutes=6))


def test_tries_on_unknown_numbers_are_limited_alike(cast):
    for _ in range(5):
        refusal(cast.amina, id_number="999999ZZZ")
    with pytest.raises(TooManyTries) as unknown:
        register(cast.amina, id_number="999999 zzz")
    assert unknown.value.retry_after <= 300


@pytest.mark.parametrize("password", ["short", "x" * 257, SECRET, "0048 2913"])
def test_a_poor_password_is_refused_before_the_details_are_looked_at(cast, password):
    right = refusal(cast.amina, password=password)
    wrong = refusal(cast.amina, password=password, id_number="999999ZZZ")
    assert right.field == wrong.field == "password"
    assert str(right) == str(wrong)
    assert failures(cast.amina) == 0


def test_two_people_with_one_paper_cannot_both_register(own_app):
    cast = Cast()
    number, birth = cast.amina.id_number, cast.amina.date_of_birth
    outcomes, ready = [], threading.Barrier(4)

    def run(n):
        with own_app.app_context():
            ready.wait()
            try:
                registering.register(
                    Paper(number, SECRET, birth),
                    f"p{n}@mail.example",
                    f"password of number {n}",
                    Language.en,
                    False,
                    address=f"10.0.0.{n}",
                    at=NOW,
                )
                outcomes.append("in")
            except Refused as problem:
                outcomes.append(str(problem))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert outcomes.count("in") == 1
    assert set(outcomes) == {"in", str(proof.NO_MATCH)}
    assert len(db.session.scalars(db.select(CandidateAccount)).all()) == 1
    assert len(mails("confirm_email")) == 1


def test_parallel_guesses_do_not_pass_the_cap(own_app):
    cast = Cast()
    cast.amina.secret_failures = 9
    save(cast.amina)
    number, birth = cast.amina.id_number, cast.amina.date_of_birth
    db.session.remove()
    wrong, ready = [], threading.Barrier(4)

    def run(n):
        with own_app.app_context():
            ready.wait()
            with pytest.raises(Refused):
                proof.proved(number, f"{n}" * 8, birth, address=f"10.0.0.{n}", at=NOW)
            wrong.append(n)
            db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(wrong) == 4
    assert db.session.scalar(db.select(Entry.secret_failures)) == 10
    assert len(acts("secret_locked")) == 1


# --- Confirming the address -----------------------------------------------------------


def confirmation(account, at=NOW):
    return tokens.make(Purpose.confirm_email, account, at=at)


def test_a_link_confirms_the_address_once(cast):
    account = register(cast.amina)
    token = confirmation(account)
    addresses.confirm(token, at=NOW + SECOND)
    assert account.email_confirmed_at == NOW + SECOND
    with pytest.raises(NotFound):
        addresses.confirm(token, at=NOW + 2 * SECOND)
    assert len(acts("account_email_confirmed")) == 1


def test_links_are_good_for_one_purpose_and_one_week(cast):
    account = register(cast.amina)
    with pytest.raises(NotFound):
        accounts.set_password(confirmation(account), "a new password", at=NOW)
    with pytest.raises(NotFound):
        addresses.confirm(tokens.make(Purpose.set_password, account, at=NOW), at=NOW)
    with pytest.raises(NotFound):
        addresses.confirm(confirmation(account), at=NOW + timedelta(days=7))
    with pytest.raises(NotFound):
        addresses.confirm(confirmation(account) + "x", at=NOW)


def test_a_link_of_a_member_opens_no_candidate(cast):
    account = register(cast.amina)
    assert account.id == cast.verifier.id or cast.verifier
    token = tokens.make(Purpose.set_password, cast.verifier, at=NOW)
    with pytest.raises(NotFound):
        accounts.set_password(token, "a new password", at=NOW)


def test_the_confirmation_can_be_asked_for_again_a_few_times(cast):
    """And no more on that day: nobody has shown yet that the address is theirs."""
    account = register(cast.amina)
    for _ in range(4):
        addresses.ask_confirmation(account, at=NOW)
    for later in (timedelta(0), timedelta(hours=2)):
        with pytest.raises(Refused) as enough:
            addresses.ask_confirmation(account, at=NOW + later)
        assert enough.value.status == 429
    assert len(mails("confirm_email")) == 5
    addresses.ask_confirmation(account, at=NOW + timedelta(days=1))
    assert len(mails("confirm_email")) == 6
    addresses.confirm(confirmation(account), at=NOW)
    with pytest.raises(Refused):
        addresses.ask_confirmation(account, at=NOW + timedelta(days=2))
    assert len(mails("confirm_email")) == 6


# --- Passwords ------------------------------------------------------------------------


def ask(id_number, *, at=NOW, address="10.0.0.1"):
    accounts.ask_new_password(id_number, address=address, at=at)


def test_a_forgotten_password_is_replaced_by_a_link_from_the_mailbox(cast):
    account = register(cast.amina)
    token = signins.begin(account, address="", browser="", at=NOW)
    ask(cast.amina.id_number.lower())
    (mail,) = mails("set_password")
    assert mail.values["link"] == ["set_password", "CandidateAccount", account.id]
    link = tokens.make(Purpose.set_password, account, at=NOW)
    accounts.set_password(link, "a new password", at=NOW + SECOND)
    assert signins.candidate(token, at=NOW + SECOND) is None
    assert account.email_confirmed_at == NOW + SECOND
    assert len(mails("password_changed")) == 1
    assert sign_in(cast.amina.id_number, "a new password") == account
    with pytest.raises(Refused):
        sign_in(cast.amina.id_number, PASSWORD)


def test_a_link_for_the_password_works_once_and_for_a_day(cast):
    account = register(cast.amina)
    link = tokens.make(Purpose.set_password, account, at=NOW)
    with pytest.raises(NotFound):
        accounts.set_password(link, "a new password", at=NOW + timedelta(days=1))
    with pytest.raises(Refused) as short:
        accounts.set_password(link, "short", at=NOW)
    assert short.value.field == "password"
    accounts.set_password(link, "a new password", at=NOW)
    with pytest.raises(NotFound):
        accounts.set_password(link, "another password", at=NOW)
    other = tokens.make(Purpose.set_password, account, at=NOW)
    change(account, "a new password", "a third password")
    with pytest.raises(NotFound):
        accounts.set_password(other, "a fourth password", at=NOW)


def test_asking_for_an_unknown_number_says_and_sends_nothing(cast):
    register(cast.amina)
    ask("999999ZZZ")
    ask(cast.boris.id_number)
    assert mails("set_password") == []


def test_nobody_can_flood_a_mailbox(cast):
    register(cast.amina)
    for n in range(20):
        ask(cast.amina.id_number, address=f"10.0.0.{n}")
    assert len(mails("set_password")) == 5
    ask(cast.amina.id_number, at=NOW + timedelta(days=1))
    assert len(mails("set_password")) == 6


def test_asking_from_one_place_is_limited_known_or_not(cast):
    register(cast.amina)
    for number in (cast.amina.id_number, "999999ZZZ"):
        for _ in range(5):
            ask(number)
        with pytest.raises(TooManyTries):
            ask(number)


def test_an_ended_account_is_nobodys(cast):
    account = register(cast.amina)
    link = tokens.make(Purpose.set_password, account, at=NOW)
    account.ended_at = NOW
    save(account)
    ask(cast.amina.id_number)
    assert mails("set_password") == []
    with pytest.raises(NotFound):
        accounts.set_password(link, "a new password", at=NOW)
    with pytest.raises(Refused):
        sign_in(cast.amina.id_number, PASSWORD)


def change(account, old, new, at=NOW):
    accounts.change_password(account, old, new, address="10.0.0.1", at=at)


def test_changing_the_password_ends_every_sign_in(cast):
    account = register(cast.amina)
    token = signins.begin(account, address="", browser="", at=NOW)
    change(account, PASSWORD, "a new password")
    assert signins.candidate(token, at=NOW) is None
    assert acts("password_changed") == [f"candidate:{account.reference}"]
    assert sign_in(cast.amina.id_number, "a new password") == account


def test_the_old_password_is_as_hard_to_guess_as_at_the_door(cast):
    account = register(cast.amina)
    for _ in range(5):
        with pytest.raises(Refused) as wrong:
            change(account, "a wrong guess", "a new password")
        assert (wrong.value.field, wrong.value.status) == ("old_password", 400)
    with pytest.raises(TooManyTries):
        change(account, PASSWORD, "a new password")


# --- Signing in -----------------------------------------------------------------------


def test_any_of_her_numbers_opens_aminas_account_and_no_other_does(cast):
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    second = cast.entry("0009", "Amina", "Benali")
    second.registered_at, second.account = NOW, account
    save(second)
    assert sign_in(cast.amina.id_number, PASSWORD) == account
    assert sign_in(second.id_number, PASSWORD) == account
    assert sign_in(cast.boris.id_number, PASSWORD) != account


def test_unknown_and_unregistered_and_wrong_are_refused_alike(cast):
    cast.account(cast.amina)
    said = set()
    for number, password in (
        (cast.amina.id_number, "a wrong guess"),
        (cast.boris.id_number, PASSWORD),
        ("999999ZZZ", PASSWORD),
        ("", ""),
    ):
        with pytest.raises(Refused) as wrong:
            sign_in(number, password)
        said.add((str(wrong.value), wrong.value.status, wrong.value.field))
    assert said == {(str(signins.WRONG), 401, None)}


def test_preferences_leave_a_trace_only_when_they_change(cast):
    account = cast.account(cast.amina)
    for _ in range(2):
        accounts.update_preferences(
            account, language=Language.it, wants_updates=True, at=NOW
        )
    db.session.refresh(account)
    assert (account.language, account.wants_updates) == (Language.it, True)
    assert acts("account_changed") == [f"candidate:{account.reference}"]


def test_the_latest_sign_ins_come_first(cast):
    account = cast.account(cast.amina)
    for n in range(7):
        signins.begin(account, address=f"10.0.0.{n}", browser="", at=NOW + n * HOUR)
    signins.begin(cast.account(cast.boris), address="x", browser="", at=NOW)
    recent = signins.recent(account)
    assert [row.address for row in recent] == [f"10.0.0.{n}" for n in (6, 5, 4, 3, 2)]
    assert db.session.scalar(db.select(db.func.count()).select_from(SignIn)) == 8
