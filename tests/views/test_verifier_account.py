"""A member's own account: details, password, and where they signed in."""

import pytest

from app import clock
from app.extensions import db
from app.models import AuditRow, Mail
from app.services import applications, members, signins
from app.values import Language
from tests.cast import NOW, PASSWORD

DETAILS = {
    "first_name": "Rita",
    "family_name": "Rossi",
    "job_title": "Head of Admissions",
    "language": "it",
}


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def registrar(client, cast):
    log_in(client, cast.verifier)
    return client


def log_in(client, member, password=PASSWORD):
    form = {"email": member.email, "password": password}
    return client.submit("/verifier/login", form)


def test_a_member_puts_their_details_right(registrar, cast):
    assert registrar.submit("/verifier/account", DETAILS).status_code == 303
    db.session.refresh(cast.verifier)
    assert cast.verifier.name == "Rita Rossi"
    assert cast.verifier.job_title == "Head of Admissions"
    assert cast.verifier.language is Language.it
    row = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id)).all()[-1]
    assert row.action == "member_changed"
    assert "Rossi" not in row.detail


@pytest.mark.parametrize("field", ["first_name", "family_name", "job_title"])
def test_what_is_longer_than_what_is_kept_is_refused_and_not_cut(
    registrar, cast, field
):
    limit = applications.LONGEST[field]
    too_long = {**DETAILS, field: "x" * (limit + 1)}
    answer = registrar.submit("/verifier/account", too_long)
    assert answer.status_code == 400
    assert f"This is too long: use at most {limit} characters." in answer.text
    assert too_long[field] in answer.text, "what was typed is gone"
    db.session.refresh(cast.verifier)
    assert cast.verifier.name == "Rita Registrar"
    just_fits = {**DETAILS, field: "x" * limit}
    assert registrar.submit("/verifier/account", just_fits).status_code == 303


def test_details_that_change_nothing_leave_no_trace(registrar, cast):
    member = cast.verifier
    form = {
        "first_name": member.first_name,
        "family_name": member.family_name,
        "job_title": member.job_title,
        "language": "en",
    }
    registrar.submit("/verifier/account", form)
    assert db.session.scalars(db.select(AuditRow)).all() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("family_name", "x" * 81),
        ("family_name", "Ros\u200bsi"),
        ("language", "fr"),
    ],
)
def test_details_that_cannot_be_kept_are_refused_beside_their_field(
    registrar, cast, field, value
):
    answer = registrar.submit("/verifier/account", {**DETAILS, field: value})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    db.session.refresh(cast.verifier)
    assert cast.verifier.family_name == "Registrar"


def test_a_password_is_changed_by_who_knows_it(registrar, cast):
    elsewhere = signins.begin(cast.verifier, address="", browser="", at=NOW)
    new = "three other words"
    form = {"old_password": PASSWORD, "password": new, "password_again": new}
    path = "/verifier/account/password"
    wrong = registrar.submit(path, {**form, "old_password": "a wrong guess"})
    assert wrong.status_code == 400
    assert "not your present password" in wrong.text
    weak = {"password": "password1", "password_again": "password1"}
    assert registrar.submit(path, {**form, **weak}).status_code == 400
    assert signins.member(elsewhere, at=NOW) is not None
    assert registrar.submit(path, form).status_code == 303
    assert signins.member(elsewhere, at=NOW) is None
    assert registrar.get("/verifier/account").status_code == 200
    kinds = [row.kind for row in db.session.scalars(db.select(Mail))]
    assert kinds == ["password_changed"]
    assert cast.verifier == members.sign_in(
        cast.verifier.email, new, address="192.0.2.1", at=NOW
    )


def test_signing_out_everywhere_ends_every_browser(registrar, cast):
    elsewhere = signins.begin(cast.verifier, address="", browser="", at=NOW)
    registrar.submit("/verifier/account", at="/verifier/account/sign-out-everywhere")
    assert signins.member(elsewhere, at=NOW) is None
    assert registrar.get("/verifier/account").status_code == 302


def test_the_page_says_where_one_signed_in_and_nothing_of_others(app, cast):
    other = cast.organisation("Rival College", "rival.example")
    rival = cast.member(other, "a@rival.example")
    signins.begin(rival, address="203.0.113.9", browser="Firefox/140", at=NOW)
    client = app.test_client()
    log_in(client, cast.verifier)
    page = client.page("/verifier/account").text_content()
    assert "127.0.0.1" in page
    assert "203.0.113.9" not in page
    assert cast.verifier.email in page
