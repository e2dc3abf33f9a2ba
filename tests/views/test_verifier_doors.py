"""How an organisation's people come in: application, password, sign-in."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Mail, Member, Organisation
from app.services import organisations, sharing, tokens
from app.services.tokens import Purpose
from tests.cast import NOW, PASSWORD

NEW = "another good battery"
FORM = {
    "first_name": "Ada",
    "family_name": "Registrar",
    "job_title": "Head of admissions",
    "email": "ada@unipi.example",
    "email_again": "ada@unipi.example",
    "organisation": "Università di Pisa",
    "type": "university",
    "website": "www.unipi.example",
    "city": "Pisa",
    "country": "IT",
}


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


def words(tree):
    return " ".join(tree.text_content().split())


def log_in(browser, email, password=PASSWORD, **more):
    form = {"email": email, "password": password, **more}
    return browser.submit("/verifier/login", form)


def link(member):
    token = tokens.make(Purpose.set_password, member, at=NOW)
    return f"/verifier/password/{token}"


def test_the_door_has_three_ways(client):
    page = client.page("/verifier/register")
    ways = {a.text_content().strip(): a.get("href") for a in page.xpath("//main//a")}
    assert ways["Create a new account"] == "/verifier/register/new"
    assert ways["Join an existing account"] == "/verifier/join"
    assert ways["I am a student"] == "/candidate/register"
    assert "primary user" in words(client.page("/verifier/join"))


def test_an_organisation_applies_is_admitted_and_its_first_user_gets_in(client, cast):
    sent = client.submit("/verifier/register/new", FORM)
    assert (sent.status_code, sent.location) == (303, "/verifier/register/thanks")
    # 14 December 2026 is a Monday.
    assert "21 December 2026" in words(client.page("/verifier/register/thanks"))
    organisation = db.session.scalars(db.select(Organisation)).one()
    assert log_in(client, FORM["email"]).status_code == 401
    organisations.approve(organisation, by=cast.partnerships, at=NOW)
    member = organisations.primary_of(organisation)
    form = {"password": NEW, "password_again": NEW}
    assert client.submit(link(member), form).location == "/verifier/login"
    assert log_in(client, FORM["email"], NEW).location == "/verifier/"
    page = client.page("/verifier/")
    assert "Welcome, Ada Registrar" in words(page)
    assert "Nothing has been shared with you yet" in words(page)


def test_an_address_that_is_known_sees_the_same_thank_you(client, cast):
    known = cast.verifier.email
    sent = client.submit(
        "/verifier/register/new", {**FORM, "email": known, "email_again": known}
    )
    assert (sent.status_code, sent.location) == (303, "/verifier/register/thanks")
    # Only its owner reads what happened.
    (told,) = db.session.scalars(db.select(Mail)).all()
    assert (told.kind, told.address) == ("address_known", known)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", ""),
        ("email_again", "eva@unipi.example"),
        ("email", "nonsense"),
        ("type", ""),
        ("type", "bank"),
        ("website", "https://192.0.2.1"),
        ("country", "ZZ"),
        ("organisation", "Universit\u0430 di Pisa"),
    ],
)
def test_a_wrong_field_keeps_what_was_typed_and_says_why(client, field, typed):
    answer = client.submit("/verifier/register/new", {**FORM, field: typed})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "Head of admissions" in answer.text
    assert not db.session.scalars(db.select(Organisation)).all()


def test_the_same_application_twice_is_refused_kindly(client, at_a_time):
    for _ in range(2):
        # A button that is pressed twice sends it once.
        answer = client.submit("/verifier/register/new", FORM)
        assert answer.location == "/verifier/register/thanks"
    stranger = {"email": "eva@unipi.example", "email_again": "eva@unipi.example"}
    answer = client.submit("/verifier/register/new", {**FORM, **stranger})
    assert answer.status_code == 409
    at_a_time[0] = NOW + timedelta(minutes=2)
    answer = client.submit("/verifier/register/new", FORM)
    assert answer.status_code == 409
    assert "Join an existing account" in answer.text


def test_a_password_is_chosen_once_and_typed_twice(client, cast):
    member = cast.verifier
    path = link(member)
    assert member.email in words(client.page(path))
    short = client.submit(path, {"password": "short", "password_again": "short"})
    assert short.status_code == 400
    differs = client.submit(path, {"password": NEW, "password_again": "x" + NEW})
    assert differs.status_code == 400
    assert NEW not in differs.text
    assert log_in(client, member.email).status_code == 303
    fresh = client.application.test_client()
    done = fresh.submit(path, {"password": NEW, "password_again": NEW})
    assert done.status_code == 303
    # The sign-in from before has ended, and the link with it.
    assert client.get("/verifier/").status_code == 302
    gone = client.page(path, 404)
    assert "Ask for a new one" in words(gone)
    # Who has just chosen one, and pressed the button twice, can go on.
    assert gone.xpath("//main//a[@href='/verifier/login']")


def test_links_that_are_wrong_late_or_foreign_answer_alike(client, cast, at_a_time):
    wrong = client.page("/verifier/password/nonsense", 404)
    foreign = tokens.make(Purpose.set_password, cast.officer, at=NOW)
    late = link(cast.verifier)
    foreign_page = client.page(f"/verifier/password/{foreign}", 404)
    at_a_time[0] = NOW + timedelta(hours=24)
    late_page = client.page(late, 404)
    said = {words(page.find(".//main")) for page in (wrong, foreign_page, late_page)}
    assert len(said) == 1


def test_a_forgotten_password_answers_the_same_for_everybody(client, cast):
    known = client.submit("/verifier/forgotten", {"email": cast.verifier.email})
    unknown = client.submit("/verifier/forgotten", {"email": "nobody@acme.example"})
    assert known.location == unknown.location == "/verifier/forgotten/sent"
    assert known.status_code == unknown.status_code == 303
    sent = db.session.scalars(db.select(Mail.address)).all()
    assert sent == [cast.verifier.email]
    assert "If this address" in words(client.page("/verifier/forgotten/sent"))


def test_a_wrong_sign_in_says_one_vague_sentence_and_keeps_the_address(client, cast):
    wrong = log_in(client, cast.verifier.email, "wrong password")
    unknown = log_in(client, "nobody@acme.example", "wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert "wrong password" not in wrong.text
    assert cast.verifier.email in wrong.text
    sentence = "We cannot sign you in with these details"
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert "Please check what you entered" in wrong.text


def test_too_many_wrong_tries_wait(client, cast):
    for _ in range(5):
        log_in(client, cast.verifier.email, "wrong password")
    wait = log_in(client, cast.verifier.email)
    assert wait.status_code == 429
    assert "Please check what you entered" not in wait.text


def test_who_was_led_to_the_sign_in_comes_back_to_their_page(client, cast):
    cast.verifier
    asked = client.get("/verifier/organisation")
    page = client.page(asked.location)
    (back,) = page.xpath(
        "//input[@name='next' and @type='hidden' and @id='next']/@value"
    )
    done = log_in(client, cast.verifier.email, next=back)
    assert done.location == "/verifier/organisation"


@pytest.mark.parametrize(
    "away",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/admin/", ""],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, cast, away):
    assert log_in(client, cast.verifier.email, next=away).location == "/verifier/"


def test_signing_out_ends_the_session_of_a_copied_cookie_too(client, cast):
    log_in(client, cast.verifier.email)
    thief = client.application.test_client()
    cookie = client.get_cookie("esito")
    thief.set_cookie("esito", cookie.value)
    assert thief.get("/verifier/").status_code == 200
    out = client.submit("/verifier/", at="/verifier/logout")
    assert (out.status_code, out.location) == (303, "/verifier/login")
    assert client.get("/verifier/logout").status_code == 405
    assert thief.get("/verifier/").status_code == 302


def test_what_was_looked_for_is_forgotten_when_signing_out(client, cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    log_in(client, cast.verifier.email)
    client.submit("/verifier/", {"name": "benali"})
    client.submit("/verifier/", at="/verifier/logout")
    log_in(client, cast.verifier.email)
    page = client.page("/verifier/")
    assert page.xpath("//input[@name='name']/@value") == [""]


def test_a_members_sign_in_ends_a_candidates_in_the_same_browser(client, cast):
    log_in(client, cast.verifier.email)
    with client.session_transaction() as session:
        assert set(session) & {"candidate", "staff", "member"} == {"member"}


def test_a_user_of_a_school_has_no_business_here(client, cast):
    teacher = Member(
        school=cast.liceo,
        email="prof@liceo.example",
        first_name="Paola",
        family_name="Prof",
        role="primary",
        password_hash=cast.verifier.password_hash,
        created_at=NOW,
    )
    db.session.add(teacher)
    db.session.commit()
    assert log_in(client, teacher.email).status_code == 401


def test_a_signed_in_member_needs_no_sign_in_page(client, cast):
    log_in(client, cast.verifier.email)
    assert client.get("/verifier/login").location == "/verifier/"
