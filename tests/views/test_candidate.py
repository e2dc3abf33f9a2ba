"""A candidate's way: register, log in, wait, see the result, take it home."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.extensions import db
from app.models import CandidateAccount, Certificate, Mail, Result
from app.services import publication, tokens
from app.services.tokens import Purpose
from app.values import CertificateState, Language, ResultStatus
from tests.cast import NOW, PASSWORD, save
from tests.telling import tells

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
VAGUE = "We cannot match these details."


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Set the clock of the pages; NOW until a test says otherwise."""

    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


def paper(entry, **typed):
    return {
        "id_number": entry.id_number,
        "secret": "00482913",
        "date_of_birth": entry.date_of_birth.strftime("%d/%m/%Y"),
        "email": "me@mail.example",
        "confirm_email": "me@mail.example",
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        "terms": "y",
        **typed,
    }


def log_in(client, entry, password=PASSWORD, path="/candidate/login"):
    return client.submit(path, {"id_number": entry.id_number, "password": password})


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def said(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


# --- Registering ----------------------------------------------------------------------


def test_amina_registers_logs_in_and_waits(client, cast, at):
    cast.result(cast.amina)
    cast.released(instant=NOW + DAY)
    answer = client.submit("/candidate/register", paper(cast.amina, updates="y"))
    assert answer.status_code == 302
    assert answer.location == f"/candidate/login?id_number={cast.amina.id_number}"
    page = client.page(answer.location)
    assert "me@mail.example" in words(page)
    field = page.xpath("//input[@name='id_number']/@value")
    assert field == [cast.amina.id_number]
    answer = log_in(client, cast.amina)
    assert (answer.status_code, answer.location) == (302, "/candidate/")
    home = words(client.page("/candidate/"))
    assert "B2 First, November 2026" in home
    assert "Please wait until 19 December 2026" in home
    assert "View result" not in home
    assert not tells(home, "172")


def test_the_paper_fills_in_the_number_and_never_the_secret(client, cast):
    page = client.page("/candidate/register?id_number=001001ABC&secret=00482913")
    assert page.xpath("//input[@name='id_number']/@value") == ["001001ABC"]
    assert not page.xpath("//input[@name='secret']")[0].get("value")
    labels = [" ".join(label.text_content().split()) for label in page.iter("label")]
    assert labels == [
        "ID Number",
        "Secret Number",
        "Date of birth",
        "Email address",
        "Confirm email address",
        "Password",
        "Confirm password",
        "I agree to the terms of use",
        "Send me updates",
    ]
    assert page.xpath("//main//button")[0].text_content().strip() == "Submit"


def test_wrong_details_get_one_sentence_and_keep_what_was_typed(client, cast):
    answer = client.submit("/candidate/register", paper(cast.amina, secret="11111111"))
    assert answer.status_code == 400
    assert VAGUE in answer.text
    assert "me@mail.example" in answer.text
    assert "05/03/2009" in answer.text
    assert "11111111" not in answer.text
    assert PASSWORD not in answer.text
    db.session.expire_all()
    assert cast.amina.secret_failures == 1


def test_unknown_wrong_and_taken_look_the_same_but_for_what_was_typed(client, cast):
    cast.account(cast.boris)
    typed = [
        paper(cast.amina, id_number="999999ZZZ"),
        paper(cast.amina, secret="11111111"),
        paper(
            cast.boris, password="another password", confirm_password="another password"
        ),
    ]
    pages = set()
    for form in typed:
        answer = client.submit("/candidate/register", form)
        assert answer.status_code == 400
        text = answer.text
        for value in (form["id_number"], form["date_of_birth"]):
            text = text.replace(f'value="{value}"', "")
        pages.add(normal(text))
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"confirm_email": "you@mail.example"}, "email addresses are not the same"),
        ({"confirm_password": "something else"}, "passwords are not the same"),
        ({"email": "nonsense"}, "Enter an email address"),
        ({"date_of_birth": "30/02/2009"}, "Enter a date such as"),
        ({"date_of_birth": ""}, "Enter your date of birth"),
        ({"terms": ""}, "please agree to the terms"),
        ({"password": "short", "confirm_password": "short"}, "at least 8 characters"),
        ({"password": "00482913", "confirm_password": "00482913"}, "not printed on"),
        ({"id_number": "\x00"}, "ID Number"),
        ({"id_number": "CA12345AB"}, "6 digits, such as BCD123456"),
    ],
)
def test_each_mistake_is_said_beside_its_field(client, cast, typed, sentence):
    form = {k: v for k, v in paper(cast.amina, **typed).items() if v}
    answer = client.submit("/candidate/register", form)
    assert answer.status_code == 400
    assert sentence in answer.text
    db.session.expire_all()
    assert cast.amina.account_id is None
    assert cast.amina.secret_failures == 0


def test_too_many_tries_are_told_to_wait(client, cast):
    for _ in range(5):
        client.submit("/candidate/register", paper(cast.amina, secret="11111111"))
    answer = client.submit("/candidate/register", paper(cast.amina))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Please wait one minute" in answer.text


# --- The mailbox ----------------------------------------------------------------------


def test_opening_the_link_alone_confirms_nothing(client, cast):
    account = cast.account(cast.amina)
    account.email_confirmed_at = None
    save(account)
    path = f"/candidate/confirm/{tokens.make(Purpose.confirm_email, account, at=NOW)}"
    client.page(path)
    db.session.refresh(account)
    assert account.email_confirmed_at is None
    assert client.submit(path).status_code == 302
    db.session.refresh(account)
    assert account.email_confirmed_at == NOW
    over = client.page(path, status=404)
    assert "Perhaps you have used it already" in words(over)


def test_a_forgotten_password_is_answered_alike_for_everybody(client, cast):
    cast.account(cast.amina)
    answers = set()
    for number in (cast.amina.id_number, cast.boris.id_number, "999999ZZZ"):
        answer = client.submit("/candidate/forgotten", {"id_number": number})
        answers.add((answer.status_code, answer.location))
    assert answers == {(302, "/candidate/forgotten/sent")}
    client.page("/candidate/forgotten/sent")
    assert len(db.session.scalars(db.select(Mail)).all()) == 1


def test_a_new_password_is_set_with_the_link_once(client, cast):
    account = cast.account(cast.amina)
    log_in(client, cast.amina)
    old = cookie(client)
    path = f"/candidate/password/{tokens.make(Purpose.set_password, account, at=NOW)}"
    new = {"password": "a new password", "confirm_password": "a new password"}
    poor = client.submit(path, {"password": "short", "confirm_password": "short"})
    assert (poor.status_code, "at least 8" in poor.text) == (400, True)
    assert client.submit(path, new).location == "/candidate/login"
    assert is_signed_out(client, old)
    # Whoever pressed the button twice reads that it is done.
    assert "your new password is set" in words(client.page(path, status=404))
    assert log_in(client, cast.amina).status_code == 401
    assert log_in(client, cast.amina, "a new password").status_code == 302


# --- In and out -----------------------------------------------------------------------


def cookie(client):
    return client.get_cookie("esito").value


def is_signed_out(client, value):
    client.set_cookie("esito", value)
    answer = client.get("/candidate/")
    return answer.status_code == 302 and "/candidate/login" in answer.location


def test_a_failed_sign_in_says_one_vague_sentence(client, cast):
    cast.account(cast.amina)
    for entry, password in ((cast.amina, "a wrong guess"), (cast.boris, PASSWORD)):
        answer = log_in(client, entry, password)
        assert answer.status_code == 401
        assert "We cannot sign you in with these details" in answer.text
        assert entry.id_number in answer.text
        assert password not in answer.text


def test_after_signing_in_one_arrives_where_one_wanted_to_go(client, cast):
    cast.account(cast.amina)
    answer = client.get("/candidate/shares")
    assert answer.status_code == 302
    assert log_in(client, cast.amina, path=answer.location).location == (
        "/candidate/shares"
    )


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil"])
def test_nobody_is_led_away_from_here(client, cast, away):
    cast.account(cast.amina)
    answer = log_in(client, cast.amina, path=f"/candidate/login?next={away}")
    assert answer.location == "/candidate/"


def test_whoever_is_signed_in_needs_neither_door(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    assert client.get("/candidate/login").location == "/candidate/"
    assert client.get("/candidate/register").location == "/candidate/exams/add"


def test_a_copied_cookie_is_worthless_after_signing_out(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    old = cookie(client)
    client.submit("/candidate/", at="/candidate/logout")
    assert is_signed_out(client, old)


def test_changing_the_password_keeps_this_browser_and_ends_the_others(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    old = cookie(client)
    form = {
        "old_password": "a wrong guess",
        "password": "a new password",
        "confirm_password": "a new password",
    }
    answer = client.submit("/candidate/account/password", form)
    assert (answer.status_code, "not your present" in answer.text) == (400, True)
    form["old_password"] = PASSWORD
    answer = client.submit("/candidate/account/password", form)
    assert answer.location == "/candidate/account"
    client.page("/candidate/account")
    assert is_signed_out(client, old)


def test_signing_out_everywhere_ends_every_browser(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    first = cookie(client)
    client.delete_cookie("esito")
    log_in(client, cast.amina)
    client.submit("/candidate/account", at="/candidate/account/sign-out-everywhere")
    assert is_signed_out(client, first)


def test_the_account_page_tells_and_changes(client, cast):
    account = cast.account(cast.amina)
    account.email_confirmed_at = None
    save(account)
    log_in(client, cast.amina)
    text = words(client.page("/candidate/account"))
    assert "Amina Benali" in text
    assert "amina@mail.example" in text
    assert "Not confirmed yet" in text
    client.submit("/candidate/account", at="/candidate/account/confirmation")
    assert db.session.scalars(db.select(Mail.kind)).all() == ["confirm_email"]
    for _ in range(5):
        client.submit("/candidate/account", at="/candidate/account/confirmation")
    text = words(client.page("/candidate/account"))
    assert "We have sent enough emails for this today" in text
    assert text.count("We have sent an email") == 0
    client.submit("/candidate/account", {"language": "it", "updates": "y"})
    account = db.session.scalars(
        db.select(CandidateAccount).execution_options(populate_existing=True)
    ).one()
    assert (account.language, account.wants_updates) == (Language.it, True)


# --- The embargo ----------------------------------------------------------------------


def normal(text):
    """A page without what differs from one answer to the next."""
    text = re.sub(r'nonce="[^"]*"', "", text)
    return re.sub(r'(name="csrf_token" value=)"[^"]*"', "", text)


def paths(entry):
    base = f"/candidate/results/{entry.reference}"
    return [base, f"{base}/statement.pdf", f"{base}/share"]


def test_a_result_is_there_from_its_instant_on_and_not_before(client, cast, at):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    at(NOW - SECOND)
    log_in(client, cast.amina)
    for path in paths(cast.amina):
        assert client.get(path).status_code == 404, path
    before = client.get("/candidate/")
    at(NOW)
    for path in paths(cast.amina):
        assert client.get(path).status_code == 200, path
    assert "View result" in words(client.page("/candidate/"))
    assert "View result" not in before.text


def test_before_the_instant_nothing_tells_whether_there_is_a_result(client, cast, at):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    client.get("/candidate/")
    without = client.get("/candidate/")
    cast.result(cast.amina)
    cast.released(instant=NOW + SECOND)
    waiting = client.get("/candidate/")
    assert normal(waiting.text) == normal(without.text)
    assert list(waiting.headers.keys()) == list(without.headers.keys())


def test_foreign_absent_and_unreleased_are_answered_alike(client, cast):
    cast.account(cast.amina)
    cast.account(cast.boris)
    cast.result(cast.boris)
    cast.released(instant=NOW)
    cast.result(cast.amina)
    log_in(client, cast.amina)
    for one, other in zip(paths(cast.boris), paths(cast.amina), strict=True):
        foreign, unreleased = client.get(one), client.get(other)
        absent = client.get(one.replace(cast.boris.reference, "x" * 22))
        assert {a.status_code for a in (foreign, unreleased, absent)} == {404}
        bodies = {
            normal(a.text).replace(reference, "#")
            for a, reference in (
                (foreign, cast.boris.reference),
                (unreleased, cast.amina.reference),
                (absent, "x" * 22),
            )
        }
        assert len(bodies) == 1


def test_a_release_taken_back_is_dark_at_once(client, cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    client.page(paths(cast.amina)[0])
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW)
    for path in paths(cast.amina):
        assert client.get(path).status_code == 404


def test_nobody_sees_anything_without_signing_in(client, cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    for path in paths(cast.amina):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/candidate/login" in answer.location


# --- The result -----------------------------------------------------------------------


def shown_result(client, cast, **values):
    cast.result(cast.amina, **values)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    return client.page(paths(cast.amina)[0])


def test_the_result_says_first_what_matters_most(client, cast):
    page = shown_result(client, cast)
    assert page.findtext(".//h1").strip() == "Pass at Grade C"
    text = words(page)
    assert text.index("Overall score 172") < text.index("You passed B2 First")
    assert "CEFR level B2" in text
    assert "Your English is at Level B2, the level of this exam." in text
    rows = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.xpath("//table/tbody/tr")
    ]
    assert rows == [
        ["Reading", "172", "B2"],
        ["Use of English", "170", "B2"],
        ["Writing", "168", "B2"],
        ["Listening", "175", "B2"],
        ["Speaking", "175", "B2"],
    ]
    assert page.xpath("//main//svg[@role='img']")
    buttons = [
        a.text_content() for a in page.xpath("//main//a[contains(@class,'btn')]")
    ]
    assert buttons == ["Send my result", "Download PDF"]
    assert "4 to 8 weeks" in text


@pytest.mark.parametrize(
    ("values", "heading", "sentence"),
    [
        (
            {"overall": 182, "grade": "A", "cefr": "C1"},
            "Pass at Grade A",
            "Your English is at Level C1. This is the level above",
        ),
        (
            {"overall": 150, "grade": "Level B1", "cefr": "B1"},
            "Level B1",
            "you receive a certificate for Level B1",
        ),
        (
            {"overall": 130, "grade": None, "cefr": None},
            "Score only",
            "You have scores, but no grade in B2 First this time.",
        ),
    ],
)
def test_every_grade_is_put_in_plain_words(client, cast, values, heading, sentence):
    page = shown_result(client, cast, **values)
    assert page.findtext(".//h1").strip() == heading
    assert sentence in words(page)
    assert "fail" not in words(page).lower()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ResultStatus.pending, "You do not need to do anything"),
        (ResultStatus.withheld, "Please contact your centre"),
        (ResultStatus.absent_part, "You were absent from part of the exam"),
        (ResultStatus.absent_all, "You were absent from the exam"),
    ],
)
def test_a_status_without_scores_says_what_to_do(client, cast, status, sentence):
    page = shown_result(client, cast, status=status)
    text = words(page)
    assert sentence in text
    assert "exams@it024.example" in text
    assert "Send my result" not in text
    assert "Download PDF" not in text
    assert not page.xpath("//main//svg")
    for path in paths(cast.amina)[1:]:
        assert client.get(path).status_code == 404


def test_the_page_of_a_result_takes_three_queries_at_most(client, cast):
    shown_result(client, cast)
    about = {"entry": cast.amina, "result": db.session.scalars(db.select(Result)).one()}
    days = dict.fromkeys(["sent_on", "arrived_on", "keep_until"], NOW.date())
    save(Certificate(**about, **days, state=CertificateState.arrived))
    statements = []
    count = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(db.engine.engine, "before_cursor_execute", count)
    try:
        client.page(paths(cast.amina)[0])
    finally:
        event.remove(db.engine.engine, "before_cursor_execute", count)
    queries = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
    assert 0 < len(queries) <= 3, queries


def test_the_statement_is_a_pdf_with_a_safe_name(client, cast):
    shown_result(client, cast)
    answer = client.get(paths(cast.amina)[1])
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    name = (
        f'attachment; filename="Statement-of-Results-{cast.amina.statement_number}.pdf"'
    )
    assert answer.headers["Content-Disposition"] == name
    assert "no-store" in answer.headers["Cache-Control"]
