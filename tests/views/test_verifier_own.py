"""A member's own pages: the way around, notifications, organisation, help, contact."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Mail, MemberQuestion, Organisation
from app.services import helping, questions
from app.values import MemberRole, Notify
from tests.cast import NOW
from tests.views.test_verifier import other_browser, signed_in, words

OWN = (
    "/verifier/notifications",
    "/verifier/organisation",
    "/verifier/contact",
)


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def rita(client, cast):
    return signed_in(client, cast.verifier)


@pytest.fixture
def carlo(app, cast):
    """A colleague's browser."""
    member = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    return other_browser(app, member)


def standing(page):
    return [
        (link.get("href"), link.get("aria-current"))
        for link in page.xpath("//header//a[@aria-current]")
    ]


# --- The way around -------------------------------------------------------------------


def test_every_way_leads_to_a_page(rita):
    page = rita.page("/verifier/")
    ways = page.xpath("//header//nav//a/@href")
    for wanted in ("/verifier/", "/verifier/organisation", "/verifier/help"):
        assert wanted in ways
    own = page.xpath("//header//details//a/@href")
    assert "/verifier/notifications" in own
    for way in [*ways, *own]:
        found = standing(rita.page(way))
        assert found == [(way, "page")], way


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/verifier/help/users", "/verifier/help"),
        ("/verifier/organisation/users", "/verifier/organisation"),
        ("/verifier/results/absent", "/verifier/"),
    ],
)
def test_a_page_below_marks_where_it_belongs(rita, path, home):
    status = 404 if "absent" in path else 200
    assert standing(rita.page(path, status)) == [(home, "true")]


def test_every_page_leads_to_the_board_and_says_from_where(rita):
    def asking(path, status=200):
        page = rita.page(path, status)
        return page.xpath("//footer//a[contains(@href, 'contact')]/@href")

    assert asking("/verifier/") == ["/verifier/contact?about=/verifier/"]
    assert asking("/verifier/results/AbC_9", 404) == [
        "/verifier/contact?about=/verifier/results/*"
    ]
    assert asking("/verifier/contact") == ["/verifier/contact"]
    assert asking("/terms") == ["/verifier/contact"]


def test_nobody_else_is_sent_to_the_boards_officers(client, cast):
    cast.account(cast.amina)
    for path in ("/", "/help", "/verifier/login", "/verifier/help"):
        assert "/verifier/contact?" not in client.get(path).text, path
        assert "account-menu" not in client.get(path).text, path


@pytest.mark.parametrize("path", OWN)
def test_whoever_is_not_signed_in_is_led_to_the_door(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/verifier/login" in answer.location


# --- Notifications --------------------------------------------------------------------


def test_each_chooses_how_often_for_themselves(rita, carlo, cast):
    page = rita.page("/verifier/notifications")
    assert page.xpath("//input[@name='notify'][@checked]/@value") == ["off"]
    assert "registrar@acme.example, in the language that your account" in words(page)
    assert "Europe/Rome" in words(page)
    sent = rita.submit("/verifier/notifications", {"notify": "weekly"})
    assert sent.status_code == 303
    page = rita.page("/verifier/notifications")
    assert "Your choice is saved" in words(page)
    assert page.xpath("//input[@name='notify'][@checked]/@value") == ["weekly"]
    db.session.refresh(cast.verifier)
    assert cast.verifier.notify is Notify.weekly
    assert cast.verifier.told_until == NOW
    other = carlo.page("/verifier/notifications")
    assert other.xpath("//input[@name='notify'][@checked]/@value") == ["off"]


@pytest.mark.parametrize("often", ["hourly", ""])
def test_what_is_no_choice_is_refused(rita, cast, often):
    sent = rita.submit("/verifier/notifications", {"notify": often})
    assert sent.status_code == 400
    db.session.refresh(cast.verifier)
    assert cast.verifier.notify is Notify.off


# --- The organisation -----------------------------------------------------------------


def acme():
    db.session.expire_all()
    return db.session.scalars(
        db.select(Organisation).where(Organisation.name == "Acme University")
    ).one()


def test_the_page_of_the_organisation_says_what_candidates_find(rita):
    page = rita.page("/verifier/organisation")
    said = words(page)
    for fact in ("Acme University", "https://acme.example", "Pisa", "Italy"):
        assert fact in said
    assert "/verifier/organisation/users" in page.xpath("//main//a/@href")
    assert not page.xpath("//main//input[@name='website' or @name='name']")


def test_the_primary_user_changes_the_clock_and_the_question(rita, cast):
    form = {"timezone": "Asia/Tokyo", "asks_purpose": "y"}
    assert rita.submit("/verifier/organisation", form).status_code == 303
    assert (acme().timezone, acme().asks_purpose) == ("Asia/Tokyo", True)
    assert "Asia/Tokyo" in words(rita.page("/verifier/notifications"))
    form = {"timezone": "", "name": "Evil", "website": "https://evil.example"}
    assert rita.submit("/verifier/organisation", form).status_code == 303
    own = acme()
    assert (own.timezone, own.asks_purpose) == ("", False)
    assert own.website == "https://acme.example"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "UTC"])
def test_a_clock_that_is_not_on_the_list_is_refused(rita, zone):
    sent = rita.submit("/verifier/organisation", {"timezone": zone})
    assert sent.status_code == 400
    assert acme().timezone == ""


def test_a_colleague_reads_and_cannot_change(carlo):
    page = carlo.page("/verifier/organisation")
    assert "The primary user of your organisation can change this" in words(page)
    assert not page.xpath("//main//select")
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    form = {"csrf_token": token, "timezone": "Asia/Tokyo", "asks_purpose": "y"}
    assert carlo.post("/verifier/organisation", data=form).status_code == 403
    assert (acme().timezone, acme().asks_purpose) == ("", False)


# --- Help -----------------------------------------------------------------------------


def test_help_is_found_by_searching(rita):
    page = rita.page("/verifier/help?q=weekly+monday")
    assert "1 page found" in words(page)
    (way,) = page.xpath("//main//li//a/@href")
    assert "Summaries go at 08:00" in words(rita.page(way))


def test_a_search_without_an_answer_shows_every_page(client):
    page = client.page("/verifier/help?q=%3Cscript%3Exyzzy")
    assert "Nothing found" in words(page)
    assert page.xpath("//input[@name='q']/@value") == ["<script>xyzzy"]
    assert len(page.xpath("//main//li//a")) == len(helping.PAGES)


def test_every_page_of_the_help_opens(client):
    for page in helping.PAGES:
        assert str(page.title) in words(client.page(f"/verifier/help/{page.slug}"))
    assert client.get("/verifier/help/nothing").status_code == 404


# --- Contact --------------------------------------------------------------------------


def test_a_question_is_sent_answered_and_read(rita, carlo, cast):
    path = "/verifier/contact?about=/verifier/results/Zk3-_9aQ"
    page = rita.page(path)
    assert "/verifier/results/*" in words(page)
    sent = rita.submit(
        path,
        {"words": "Where are <b>templates</b>?", "about": "/verifier/results/*"},
        at="/verifier/contact",
    )
    assert sent.status_code == 303
    said = words(rita.page("/verifier/contact"))
    assert "Your question is with the board" in said
    assert "Where are <b>templates</b>?" in said
    assert "Waits for the board" in said
    (question,) = db.session.scalars(db.select(MemberQuestion)).all()
    assert question.about == "/verifier/results/*"
    questions.answer(
        question, "Below.", by=cast.partnerships, at=NOW + timedelta(hours=1)
    )
    said = words(rita.page("/verifier/contact"))
    assert "Answered" in said
    assert "Below." in said
    assert "Below." not in words(carlo.page("/verifier/contact"))


def test_an_empty_question_is_refused_and_the_page_kept(rita):
    form = {"words": " ", "about": "/verifier/search"}
    sent = rita.submit("/verifier/contact", form)
    assert sent.status_code == 400
    assert "Write your question first." in sent.text
    assert 'value="/verifier/search"' in sent.text
    assert not db.session.scalars(db.select(Mail)).all()


def test_too_many_questions_are_refused_with_what_was_typed(rita):
    for _ in range(5):
        assert rita.submit("/verifier/contact", {"words": "Why?"}).status_code == 303
    sent = rita.submit("/verifier/contact", {"words": "Why not?"})
    assert sent.status_code == 429
    assert "Why not?" in sent.text
