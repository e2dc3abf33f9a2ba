"""The demonstration's own pages: its sign-ins and its mail, and nothing elsewhere."""

import json
from email.message import EmailMessage

import pytest

from app.extensions import db
from tests.client import PageClient
from tests.conftest import make_app

NAME = "20261214T080000000000-result_out-abc_DEF-123.eml"


@pytest.fixture
def demo(new_database_url, tmp_path):
    """A browser at a demonstration whose data folder is `tmp_path`."""
    app = make_app(new_database_url(), tmp_path, ESITO_ENV="demo")
    app.test_client_class = PageClient
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def keep(folder, name=NAME, **changes):
    message = EmailMessage()
    message["Subject"] = changes.get("subject", "Your result is out")
    message["To"] = "amina@mail.example"
    message["Date"] = "Mon, 14 Dec 2026 08:00:00 +0000"
    message.set_content(
        "Hello Amina,\nsee http://127.0.0.1:8000/candidate/.\n"
        "Not http://evil.example/x <b>bold</b>\n"
    )
    message.add_alternative("<p>HTML</p>", subtype="html")
    (folder / "mail").mkdir(exist_ok=True)
    (folder / "mail" / name).write_bytes(message.as_bytes())


def test_the_demonstration_says_on_each_page_what_it_is(demo):
    assert "everybody here is invented" in demo.page("/help").text_content()


def test_nothing_of_the_demonstration_exists_elsewhere(client):
    for path in ("/demo/", "/demo/mail", f"/demo/mail/{NAME}"):
        assert client.get(path).status_code == 404
    assert "invented" not in client.get("/").text


def test_before_anything_is_sent_the_page_says_what_will_come(demo):
    assert "No mail yet" in demo.page("/demo/mail").text_content()


def test_mail_is_listed_newest_first(demo, tmp_path):
    keep(tmp_path)
    keep(tmp_path, NAME.replace("20261214", "20261215"), subject="A later <b>one</b>")
    page = demo.page("/demo/mail")
    assert [h.text_content() for h in page.xpath("//main//h2")] == [
        "A later <b>one</b>",
        "Your result is out",
    ]
    assert "amina@mail.example" in page.text_content()
    assert "14 December 2026, 09:00, Rome time" in page.text_content()


def test_a_message_shows_its_text_and_links_only_to_this_site(demo, tmp_path):
    keep(tmp_path)
    page = demo.page(f"/demo/mail/{NAME}")
    [letter] = page.xpath("//*[@class='letter']")
    assert "<b>bold</b>" in letter.text_content()
    assert [a.get("href") for a in letter.iter("a")] == ["/candidate/"]


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fdemo-sign-ins.json",
        "..%2F..%2Fetc%2Fpasswd",
        "%2Fetc%2Fpasswd",
        "..",
        ".eml",
        "other.eml",
        NAME + "%0A",
        NAME.replace("2026", "2025"),
        NAME.replace("result_out", "..%2Fx"),
    ],
)
def test_no_other_file_can_be_read(demo, tmp_path, name):
    keep(tmp_path)
    (tmp_path / "demo-sign-ins.json").write_text("[]")
    (tmp_path / "mail" / "other.eml").write_text("Subject: private\n\nprivate")
    answer = demo.get(f"/demo/mail/{name}", follow_redirects=True)
    assert "private" not in answer.text
    assert answer.status_code == 404 or answer.request.path == "/demo/"


def test_the_sign_ins_are_those_the_demonstration_wrote_down(demo, tmp_path):
    assert "No demonstration board yet" in demo.page("/demo/").text_content()
    (tmp_path / "demo-sign-ins.json").write_text("not json")
    assert "No demonstration board yet" in demo.page("/demo/").text_content()
    person = {"who": "Amina", "where": "/candidate/login", "name": "123456ABC"}
    person["password"] = "correct horse"
    (tmp_path / "demo-sign-ins.json").write_text(json.dumps([person]))
    page = demo.page("/demo/")
    assert "123456ABC" in page.text_content()
    assert page.xpath("//td/a[@href='/candidate/login']")
