"""The page that lists what changed since an organisation looked."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Share, ShareAccess
from app.services import changes, corrections, lookups, publication, sharing
from app.values import AccessKind
from tests.cast import NOW, PASSWORD

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = NOW + 3 * DAY
PAGE = "/verifier/changes"


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    """The clock of the pages stands at LATER until a test moves it."""
    moment = [LATER]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def rita(client, cast):
    return signed_in(client, cast.verifier)


@pytest.fixture
def shares(cast):
    """Amina's and Boris's results, shared with Acme and read."""
    made = []
    for entry in (cast.amina, cast.boris):
        cast.result(entry)
        cast.account(entry)
    cast.released()
    for entry in (cast.amina, cast.boris):
        made.append(sharing.share(entry, cast.acme, by=entry.account, at=NOW))
        reference = made[-1].reference
        sharing.read(cast.verifier, reference, AccessKind.viewed, at=NOW + DAY)
    return made


@pytest.fixture
def changed(cast, shares):
    """Amina's was amended, Boris's was withdrawn."""
    cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    cast.released(instant=NOW + 2 * DAY)
    result = publication.published_result(cast.boris, at=NOW + 2 * DAY)
    corrections.withdraw_result(
        result, by=cast.officer, why="wrong candidate", at=NOW + 2 * DAY
    )
    return shares


def signed_in(browser, member):
    answer = browser.submit(
        "/verifier/login", {"email": member.email, "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser


def words(tree):
    return " ".join(tree.text_content().split())


def offered(page):
    """What each form on the page would take note of."""
    forms = page.xpath("//main//form")
    return [form.xpath(".//input[@name='change']/@value") for form in forms]


def noted():
    kind = ShareAccess.kind == AccessKind.acknowledged
    return db.session.query(ShareAccess).filter(kind).count()


def test_who_has_seen_nothing_that_changed_is_told_so(shares, rita):
    text = words(rita.page(PAGE))
    assert "Nothing has changed" in text
    assert "Amina" not in text


def test_each_change_says_whose_what_and_when_without_a_mark(changed, rita):
    text = words(rita.page(PAGE))
    assert "Amina Benali B2 First, November 2026 Amended 16 December 2026" in text
    assert "Boris Ivanov B2 First, November 2026 Withdrawn 16 December 2026" in text
    assert "wrong candidate" not in text
    for mark in ("172", "181", "C1", "Grade"):
        assert mark not in text


def test_looking_again_leaves_it_in_the_list(changed, rita):
    page = rita.page(PAGE)
    assert f"/verifier/results/{changed[0].reference}" in page.xpath("//main//a/@href")
    assert "181" in words(rita.page(f"/verifier/results/{changed[0].reference}"))
    assert "Amina Benali" in words(rita.page(PAGE))


def test_who_looked_it_up_is_sent_to_look_again_where_there_is_something(cast, rita):
    for entry in (cast.amina, cast.boris):
        cast.result(entry)
    cast.released()
    for entry in (cast.amina, cast.boris):
        number, born = entry.statement_number, entry.date_of_birth
        lookups.find(cast.verifier, number, born, at=NOW + DAY)
    cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    cast.released(instant=NOW + 2 * DAY)
    result = publication.published_result(cast.boris, at=NOW + 2 * DAY)
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW + 2 * DAY)
    cards = {
        words(card.find("h2")): words(card)
        for card in rita.page(PAGE).xpath("//main//ul[@class='cards']/li")
    }
    assert "Look it up again" in cards["Amina Benali"]
    # A search for it would find nothing.
    assert "Look it up again" not in cards["Boris Ivanov"]
    assert "looked it up by its statement number" in cards["Boris Ivanov"]


def test_one_change_is_taken_note_of_by_itself(changed, rita, cast):
    forms = offered(rita.page(PAGE))
    assert [len(marks) for marks in forms] == [1, 1, 2]
    answer = rita.submit(PAGE, {"change": forms[0]})
    assert answer.status_code == 303
    text = words(rita.page(PAGE))
    assert "1 change is taken note of." in text
    assert text.count("Take note") == 1
    assert noted() == 1


def test_all_on_the_page_are_taken_note_of_at_once(changed, rita, cast):
    rita.submit(PAGE, {"change": offered(rita.page(PAGE))[-1]})
    text = words(rita.page(PAGE))
    assert "2 changes are taken note of." in text
    assert "Nothing has changed" in text
    assert noted() == 2


def test_what_a_colleague_noted_a_moment_ago_is_said(changed, rita, cast):
    marks = [row.mark for row in changes.page_for(cast.verifier, at=LATER).rows]
    changes.acknowledge(marks, by=cast.verifier, at=LATER)
    rita.submit(PAGE, {"change": marks})
    assert "Somebody has taken note of this already." in words(rita.page(PAGE))


def test_what_changed_once_more_stays(changed, rita, cast, at_a_time):
    marks = [row.mark for row in changes.page_for(cast.verifier, at=LATER).rows]
    cast.result(cast.amina, version=3, overall=190, grade="A", cefr="C1")
    cast.released(instant=LATER + HOUR)
    at_a_time[0] = LATER + HOUR
    rita.submit(PAGE, {"change": [one for one in marks if one.endswith(":2")]})
    text = words(rita.page(PAGE))
    assert "This has changed once more. Look at it again." in text
    assert "Amina Benali" in text
    assert noted() == 0


def test_another_organisation_sees_none_of_it_and_can_note_nothing(changed, app, cast):
    other = cast.organisation("Other College", "other.example")
    stranger = cast.member(other, "clerk@other.example")
    browser = signed_in(app.test_client(), stranger)
    assert "Nothing has changed" in words(browser.page(PAGE))
    marks = [row.mark for row in changes.page_for(cast.verifier, at=LATER).rows]
    for change in (marks, ["nonsense", ":", "x:y:z", ""], []):
        assert browser.submit(PAGE, {"change": change}).status_code == 303
    assert noted() == 0


def test_a_share_that_was_withdrawn_is_gone_without_a_word(changed, rita, cast):
    share = db.session.get(Share, changed[0].id)
    sharing.withdraw(share, by=cast.amina.account, at=LATER)
    text = words(rita.page(PAGE))
    assert "Amina" not in text
    assert "Boris Ivanov" in text


def test_the_page_is_for_members_alone(client):
    assert client.get(PAGE).status_code == 302
