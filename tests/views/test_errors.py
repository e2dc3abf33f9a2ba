"""What people and programs are told when something is refused, missing or broken."""

import pytest
from flask import abort
from lxml import html
from sqlalchemy.exc import OperationalError

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.values import Audience
from app.views.guards import public
from tests.cast import PASSWORD
from tests.client import check_page
from tests.conftest import make_app


@pytest.fixture
def broken(new_database_url, tmp_path):
    """An app on a database without tables, with a view for each thing that fails."""
    app = make_app(new_database_url(), tmp_path, TESTING=False)

    @public
    def fail(how: str) -> str:
        if how.isdecimal():
            abort(int(how))
        raise {
            "refused": Refused("No, because."),
            "absent": NotFound("Nothing here."),
            "often": TooManyTries("Wait a little.", retry_after=90),
            "database": OperationalError("SELECT 1", {}, Exception("gone")),
            "bug": ZeroDivisionError("somebody's secret"),
        }[how]

    app.add_url_rule("/fail/<how>", "fail", fail)
    app.add_url_rule("/api/fail/<how>", "api_fail", fail)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def told(client, path: str, status: int, **options) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == status
    check_page(answer)
    return " ".join(html.fromstring(answer.text).find(".//main").text_content().split())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "We did not understand this request"),
        (401, "Please sign in"),
        (403, "This page is not open to you"),
        (404, "We cannot find this page"),
        (405, "This page cannot be opened like that"),
        (409, "This has changed in the meantime"),
        (413, "This file is too large"),
        (418, "We did not understand this request"),
        (429, "Too many tries"),
        (500, "Something went wrong on our side"),
        (502, "Something went wrong on our side"),
        (503, "We will be back in a moment"),
    ],
)
def test_each_failure_is_told_in_plain_words(broken, status, words):
    assert words in told(broken, f"/fail/{status}", status)
    italian = {"Accept-Language": "it"}
    assert told(broken, f"/fail/{status}", status, headers=italian)


def test_a_refusal_says_why(broken):
    assert "No, because." in told(broken, "/fail/refused", 400)
    assert "Nothing here." in told(broken, "/fail/absent", 404)


def test_who_tried_too_often_learns_when_to_come_back(broken):
    assert "Wait a little." in told(broken, "/fail/often", 429)
    assert broken.get("/fail/often").headers["Retry-After"] == "90"


def test_a_database_that_does_not_answer_is_not_the_readers_fault(broken):
    assert "try again in a minute" in told(broken, "/fail/database", 503)
    assert broken.get("/fail/database").headers["Retry-After"] == "30"


def test_a_bug_shows_a_page_and_nothing_of_its_inside(broken):
    text = told(broken, "/fail/bug", 500)
    assert "not your fault" in text
    assert "secret" not in text


def test_a_page_about_a_failure_asks_the_database_nothing(broken):
    with broken.session_transaction() as session:
        session[Audience.candidate.value] = "a token"
    asked = []
    with broken.application.app_context():
        engine = db.engine
    from sqlalchemy import event

    event.listen(engine, "begin", asked.append)
    told(broken, "/fail/bug", 500)
    assert asked == []


def test_the_public_pages_stand_without_the_database(broken):
    for audience in (Audience.candidate, Audience.member):
        with broken.session_transaction() as session:
            session.clear()
            session[audience.value] = "a token"
        for path in ("/", "/help", "/verify", "/terms", "/nothing-here"):
            answer = broken.get(path)
            assert answer.status_code in (200, 404)
            check_page(answer)
            assert "Find a centre" in answer.text


def test_a_program_is_answered_in_json(broken):
    answer = broken.get("/api/fail/refused")
    assert (answer.status_code, answer.json) == (
        400,
        {"error": {"status": 400, "message": "No, because."}},
    )
    answer = broken.get("/fail/bug", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json["error"]["status"] == 500
    assert broken.get("/fail/404", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_a_wrong_method_names_the_right_ones(broken):
    answer = broken.post("/help")
    assert answer.status_code in (400, 405)
    answer = broken.get("/language")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_form_from_nowhere_is_explained(client):
    answer = client.post("/language", data={"language": "it"})
    assert answer.status_code == 400
    assert "load the page again" in answer.text


def test_an_error_in_the_back_office_leads_back_to_it(client, cast):
    form = {"email": cast.officer.email, "password": PASSWORD}
    client.submit("/admin/login/", form)
    page = client.page("/admin/nothing-here", status=404)
    assert page.xpath("//main//a/@href") == ["/admin/"]
    assert "Find a centre" not in page.find(".//header").text_content()


def test_in_tests_a_bug_is_not_hidden(broken):
    broken.application.testing = True
    with pytest.raises(ZeroDivisionError):
        broken.get("/fail/bug")
