"""A copy of one's own data, and the end of an account, on the candidates' pages."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import AuditRow, CandidateAccount, Mail, Share
from app.services import own_copy, sharing, throttle
from tests.cast import NOW, PASSWORD

MINE, DELETE = "/candidate/account/mine", "/candidate/account/delete"
SURE = {"password": PASSWORD, "sure": "y"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def amina(client, cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    account = cast.account(cast.amina)
    log_in(client, cast.amina)
    return account


def log_in(client, entry, password=PASSWORD):
    form = {"id_number": entry.id_number, "password": password}
    return client.submit("/candidate/login", form)


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def taken():
    acts = select(func.count(AuditRow.id)).where(
        AuditRow.action == "account_data_taken"
    )
    return db.session.scalar(acts)


# --- A copy ---------------------------------------------------------------------------


def test_amina_finds_her_data_from_her_account_and_takes_a_copy(client, amina):
    account = client.page("/candidate/account")
    assert account.xpath(f"//a[@href='{MINE}']")
    page = client.page(MINE)
    assert "for good" in words(page)
    assert "90 days" in words(page)
    copy = client.submit(MINE, {"password": PASSWORD})
    assert copy.status_code == 200
    assert copy.mimetype == "application/zip"
    assert copy.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in copy.headers["Cache-Control"]
    disposition = copy.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="my-results-data-2026-12-14.zip"'
    archive = zipfile.ZipFile(io.BytesIO(copy.data))
    record = json.loads(archive.read("data.json"))
    assert record["exams"][0]["first_name"] == "Amina"
    assert taken() == 1


def test_a_copy_is_in_the_language_that_was_chosen(client, amina):
    with client.session_transaction() as session:
        session["locale"] = "it"
    copy = client.submit(MINE, {"password": PASSWORD})
    page = zipfile.ZipFile(io.BytesIO(copy.data)).read("index.html").decode()
    assert '<html lang="it">' in page


@pytest.mark.parametrize(
    ("password", "status"), [("", 400), ("not my password", 400), ("x" * 500, 400)]
)
def test_who_does_not_know_the_password_gets_nothing(client, amina, password, status):
    answer = client.submit(MINE, {"password": password})
    assert answer.status_code == status
    error = html.fromstring(answer.text).xpath("//*[@id='password-error']")
    assert error
    assert taken() == 0


def test_the_password_is_as_hard_to_guess_here_as_at_the_door(client, amina):
    for _ in range(throttle.PAIR.failures):
        assert client.submit(MINE, {"password": "wrong guess"}).status_code == 400
    answer = client.submit(MINE, {"password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert taken() == 0


def test_after_a_few_copies_it_is_enough_for_today(client, amina):
    for _ in range(own_copy.COPIES):
        assert client.submit(MINE, {"password": PASSWORD}).status_code == 200
    answer = client.submit(MINE, {"password": PASSWORD})
    assert answer.status_code == 429
    assert "tomorrow" in answer.text


def test_the_page_is_the_same_whatever_is_held(client, cast, amina, monkeypatch):
    before = words(client.page(MINE))
    monkeypatch.setattr(clock, "now", lambda: NOW - timedelta(hours=1))
    assert words(client.page(MINE)) == before


@pytest.mark.parametrize("path", [MINE, DELETE])
def test_it_is_for_candidates_alone(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/candidate/login" in answer.location
    assert client.post(path).status_code in (302, 400)


# --- The end --------------------------------------------------------------------------


def test_amina_deletes_her_account_and_is_calmly_signed_out(client, cast, amina):
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    page = client.page(DELETE)
    for told in ("What goes, at once", "What stays", "Your certificate stays valid"):
        assert told in words(page)
    assert page.xpath("//button[contains(@class, 'btn-danger')]")
    answer = client.submit(DELETE, SURE)
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    calm = client.page(answer.location)
    assert "Your account is deleted" in words(calm)
    assert client.get("/candidate/").status_code == 302
    assert db.session.scalars(select(Share)).all() == []
    mail = select(Mail.address).where(Mail.kind == "account_deleted")
    assert db.session.scalars(mail).all() == ["amina@mail.example"]


def test_who_has_deleted_their_account_cannot_log_in_again(client, cast, amina):
    client.submit(DELETE, SURE)
    answer = log_in(client, cast.amina)
    assert answer.status_code == 401


def test_the_other_browsers_are_signed_out_too(app, client, cast, amina):
    other = app.test_client()
    log_in(other, cast.amina)
    assert other.get("/candidate/").status_code == 200
    client.submit(DELETE, SURE)
    assert other.get("/candidate/").status_code == 302


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"password": PASSWORD}, "sure"),
        ({"sure": "y"}, "password"),
        ({"password": "not my password", "sure": "y"}, "password"),
    ],
)
def test_nothing_is_deleted_by_half_a_form(client, amina, form, field):
    answer = client.submit(DELETE, form)
    assert answer.status_code == 400
    assert html.fromstring(answer.text).xpath(f"//*[@id='{field}-error']")
    assert db.session.get(CandidateAccount, amina.id).ended_at is None
    assert client.get("/candidate/").status_code == 200


def test_a_form_from_elsewhere_deletes_nothing(client, amina):
    assert client.post(DELETE, data=SURE).status_code == 400
    assert db.session.get(CandidateAccount, amina.id).ended_at is None


def test_a_form_that_was_sent_twice_ends_at_the_sign_in(client, amina):
    token = html.fromstring(client.get(DELETE).text).xpath(
        "//main//input[@name='csrf_token']/@value"
    )[0]
    form = {**SURE, "csrf_token": token}
    assert client.post(DELETE, data=form).status_code == 302
    assert client.post(DELETE, data=form).status_code in (302, 400)
