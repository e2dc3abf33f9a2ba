"""The account on its pages: getting in, adding exams, another address, preferences."""

from datetime import date, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import CandidateAccount, Mail, SignIn
from app.services import addresses, tokens
from app.services.tokens import Purpose
from app.values import Language
from tests.cast import NOW, PASSWORD, save

BIRTH = date(2009, 3, 5)
KNOWN = "esito-known"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Set the clock of the pages; NOW until a test says otherwise."""

    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def log_in(client, name, password=PASSWORD):
    return client.submit("/candidate/login", {"id_number": name, "password": password})


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def spend(client, name):
    """A classmate at the same school types the name and guesses."""
    classmate = client.application.test_client()
    for _ in range(6):
        log_in(classmate, name, "a wrong guess")


# --- Getting in -----------------------------------------------------------------------


def test_the_address_works_in_the_field_of_the_number(client, cast):
    cast.account(cast.amina)
    page = client.page("/candidate/login")
    assert "email address: that works too" in words(page)
    assert log_in(client, "Amina@mail.example").location == "/candidate/"


def test_a_browser_that_is_known_gets_in_whatever_classmates_spent(client, cast):
    cast.account(cast.amina)
    number = cast.amina.id_number
    log_in(client, number)
    client.submit("/candidate/", at="/candidate/logout")
    spend(client, number)
    kept = client.get_cookie(KNOWN)
    assert log_in(client, number).location == "/candidate/"
    client.submit("/candidate/", at="/candidate/logout")
    client.delete_cookie(KNOWN)
    assert log_in(client, number).status_code == 429
    assert number not in kept.value
    assert cast.amina.account.reference not in kept.value


def test_the_known_browser_is_kept_from_scripts_and_other_sites(client, cast):
    cast.account(cast.amina)
    answer = log_in(client, cast.amina.id_number)
    (line,) = [
        value for value in answer.headers.getlist("Set-Cookie") if KNOWN in value
    ]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=156"):
        assert part in line


def test_a_member_is_known_by_the_browser_too(client, cast):
    cast.verifier
    client.submit(
        "/verifier/login", {"email": cast.verifier.email, "password": PASSWORD}
    )
    assert client.get_cookie(KNOWN) is not None


def test_who_has_to_wait_is_offered_a_link(client, cast):
    account = cast.account(cast.amina)
    spend(client, cast.amina.id_number)
    answer = log_in(client, cast.amina.id_number)
    assert answer.status_code == 429
    assert "Please wait one minute" in answer.text
    assert 'action="/candidate/login/link"' in answer.text
    asked = client.submit("/candidate/login/link", {"id_number": cast.amina.id_number})
    assert asked.location == "/candidate/login/link/sent"
    assert "one hour" in words(client.page(asked.location))
    assert len(mails("sign_in_link")) == 1
    path = f"/candidate/login/link/{tokens.make(Purpose.sign_in, account, at=NOW)}"
    assert cast.amina.id_number[-3:] in words(client.page(path))
    assert db.session.scalars(db.select(SignIn)).all() == []
    assert client.submit(path).location == "/candidate/"
    client.page("/candidate/")
    over = client.application.test_client().page(path, status=404)
    assert "Ask for a new link" in words(over)


def test_asking_for_a_link_says_the_same_to_everybody(client, cast):
    cast.account(cast.amina)
    answers = set()
    for typed in (cast.amina.id_number, "amina@mail.example", "999999ZZZ", "no@x.it"):
        for path in ("/candidate/login/link", "/candidate/forgotten"):
            answer = client.submit(path, {"id_number": typed})
            answers.add((path, answer.status_code, answer.location))
    assert len(answers) == 2
    assert client.submit("/candidate/login/link").status_code == 400


def test_siblings_with_one_password_are_told_after_the_right_one_only(client, cast):
    cast.account(cast.amina)
    cast.account(cast.entry("0031", "Karim", "Benali", email="amina@mail.example"))
    wrong = log_in(client, "amina@mail.example", "a wrong guess")
    assert "More than one account" not in wrong.text
    answer = log_in(client, "amina@mail.example")
    assert (answer.status_code, "Log in with your ID Number" in answer.text) == (
        409,
        True,
    )


def test_the_wait_ends_by_itself(client, cast, at):
    cast.account(cast.amina)
    spend(client, cast.amina.id_number)
    at(NOW + timedelta(minutes=1))
    assert log_in(client, cast.amina.id_number).location == "/candidate/"


# --- Registering ----------------------------------------------------------------------


def test_the_page_shows_where_the_numbers_stand(client, cast):
    page = client.page("/candidate/register")
    (picture,) = page.xpath("//*[@role='img']")
    assert "Results Information" in picture.get("aria-label")
    text = words(page)
    assert "not the number of your identity card" in text
    assert "The Secret Number is not your password" in text
    links = page.xpath("//main//a/@href")
    for path in ("/candidate/lost", "/candidate/login", "/candidate/forgotten"):
        assert path in links


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("password1", "Many people use this password"),
        ("qwertyuiop[]", "easy to guess"),
        ("Benali2009", "your name"),
        ("amina.b@mail.example", "your email address"),
    ],
)
def test_a_poor_password_is_refused_beside_its_field(client, cast, password, said):
    form = {
        "id_number": cast.amina.id_number,
        "secret": "00482913",
        "date_of_birth": "05/03/2009",
        "email": "amina.b@mail.example",
        "confirm_email": "amina.b@mail.example",
        "password": password,
        "confirm_password": password,
        "terms": "y",
    }
    answer = client.submit("/candidate/register", form)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'href="#password"' in answer.text
    assert f'value="{password}"' not in answer.text or "@" in password


def test_a_locked_secret_is_unlocked_with_a_button(client, cast):
    cast.amina.secret_failures = 10
    save(cast.amina)
    token = tokens.make(Purpose.unlock_secret, cast.amina, at=NOW)
    path = f"/candidate/register/unlock/{token}"
    page = client.page(path)
    assert "Amina" not in words(page)
    db.session.refresh(cast.amina)
    assert cast.amina.secret_failures == 10
    assert client.submit(path).location == "/candidate/register"
    db.session.refresh(cast.amina)
    assert cast.amina.secret_failures == 0
    over = client.page(path, status=404)
    assert "/candidate/lost" in over.xpath("//main//a/@href")


# --- One exam more --------------------------------------------------------------------


def add(client, entry, **typed):
    form = {
        "id_number": entry.id_number,
        "secret": "00482913",
        "date_of_birth": entry.date_of_birth.strftime("%d/%m/%Y"),
        **typed,
    }
    return client.submit("/candidate/exams/add", form)


def test_another_exam_joins_the_account(client, cast):
    cast.account(cast.amina)
    second = cast.entry("0009", "Amina", "Benali", birth=BIRTH)
    log_in(client, cast.amina.id_number)
    here = client.get(f"/candidate/register?id_number={second.id_number}")
    assert here.location == f"/candidate/exams/add?id_number={second.id_number}"
    page = client.page(here.location)
    assert page.xpath("//input[@name='id_number']/@value") == [second.id_number]
    assert add(client, second).location == "/candidate/"
    account = words(client.page("/candidate/account"))
    assert second.id_number in account
    again = add(client, second)
    assert (again.status_code, "in your account already" in again.text) == (400, True)


def test_a_brothers_exam_and_a_wrong_one_are_refused(client, cast):
    cast.account(cast.amina)
    brother = cast.entry("0011", "Karim", "Benali", birth=date(2011, 1, 9))
    log_in(client, cast.amina.id_number)
    answer = add(client, brother)
    assert (answer.status_code, "have an account each" in answer.text) == (400, True)
    wrong = add(client, brother, secret="11111111")
    assert "We cannot match these details" in wrong.text
    assert "11111111" not in wrong.text
    assert add(client, brother, date_of_birth="").status_code == 400


def test_adding_needs_an_account(client, cast):
    answer = client.get("/candidate/exams/add")
    assert answer.status_code == 302
    assert "/candidate/login" in answer.location


# --- Another address ------------------------------------------------------------------


def wish(client, email="new@mail.example", **typed):
    form = {
        "email": email,
        "confirm_email": email,
        "password": PASSWORD,
        **typed,
    }
    return client.submit("/candidate/account/email", form)


def test_the_address_changes_with_a_link_and_this_browser_stays(client, cast):
    account = cast.account(cast.amina)
    elsewhere = client.application.test_client()
    for browser in (client, elsewhere):
        log_in(browser, cast.amina.id_number)
    assert wish(client).location == "/candidate/account"
    text = words(client.page("/candidate/account"))
    assert "Open the link that we sent to new@mail.example" in text
    assert "amina@mail.example" in text
    db.session.refresh(account)
    path = f"/candidate/email/{tokens.make(Purpose.change_email, account, at=NOW)}"
    assert "new@mail.example" in words(client.page(path))
    assert client.submit(path).location == "/candidate/account"
    text = words(client.page("/candidate/account"))
    assert "new@mail.example" in text
    assert "amina@mail.example" not in text
    assert "/candidate/login" in elsewhere.get("/candidate/").location
    over = client.page(path, status=404)
    assert "Perhaps you have used it already" in words(over)


def test_a_wish_can_be_sent_again_and_taken_back(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina.id_number)
    wish(client)
    for _ in range(5):
        client.submit("/candidate/account", at="/candidate/account/email/again")
    assert len(mails("email_change")) == 5
    assert "sent enough emails" in words(client.page("/candidate/account"))
    client.submit("/candidate/account", at="/candidate/account/email/cancel")
    text = words(client.page("/candidate/account"))
    assert "stays as it is" in text
    assert "new@mail.example" not in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"confirm_email": "other@mail.example"}, "addresses are not the same"),
        ({"password": "a wrong guess"}, "not your present password"),
        ({"email": "nonsense", "confirm_email": "nonsense"}, "such as name@example"),
        (
            {"email": "amina@mail.example", "confirm_email": "amina@mail.example"},
            "your email address already",
        ),
    ],
)
def test_each_mistake_in_a_new_address_is_said(client, cast, typed, sentence):
    cast.account(cast.amina)
    log_in(client, cast.amina.id_number)
    answer = wish(client, **typed)
    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert mails("email_change") == []


def test_boris_changes_nothing_of_amina_with_his_link(client, cast):
    amina, boris = cast.account(cast.amina), cast.account(cast.boris)
    addresses.ask_change(boris, "b@mail.example", PASSWORD, address="x", at=NOW)
    log_in(client, cast.amina.id_number)
    path = f"/candidate/email/{tokens.make(Purpose.change_email, boris, at=NOW)}"
    client.submit(path)
    db.session.expire_all()
    assert (amina.email, boris.email) == ("amina@mail.example", "b@mail.example")
    assert "Amina Benali" in words(client.page("/candidate/account"))


# --- Preferences ----------------------------------------------------------------------


def stored(account):
    row = db.session.get(CandidateAccount, account.id, populate_existing=True)
    return row.language, row.wants_read_notices, row.wants_updates


def test_the_account_page_keeps_each_preference(client, cast):
    account = cast.account(cast.amina)
    log_in(client, cast.amina.id_number)
    page = client.page("/candidate/account")
    ticked = page.xpath("//input[@type='checkbox' and @checked]/@name")
    assert ticked == ["read_notices"]
    client.submit("/candidate/account", {"language": "en", "updates": "y"})
    assert stored(account) == (Language.en, False, True)
    for path in ("/candidate/account/mine", "/candidate/account/delete"):
        assert path in page.xpath("//main//a/@href")


def test_the_language_of_the_header_is_that_of_the_letters(client, cast):
    account = cast.account(cast.amina)
    client.submit("/", {"language": "it"}, at="/language")
    assert stored(account)[0] is Language.en
    log_in(client, cast.amina.id_number)
    client.submit("/candidate/account", {"language": "en"}, at="/language")
    client.submit("/candidate/account", {"language": "it"}, at="/language")
    assert stored(account)[0] is Language.it
    client.submit("/candidate/account", {"language": "xx"}, at="/language")
    assert stored(account)[0] is Language.it


def test_a_members_letters_follow_the_header_too(client, cast):
    member = cast.verifier
    client.submit("/verifier/login", {"email": member.email, "password": PASSWORD})
    client.submit("/verifier/", {"language": "it"}, at="/language")
    db.session.refresh(member)
    assert member.language is Language.it
