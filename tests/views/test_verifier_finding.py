"""Candidate search in a browser: one answer, and nobody in an address."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Lookup
from app.services import lookups, publication, sharing
from app.values import MemberRole
from tests.cast import NOW
from tests.telling import tells
from tests.views.test_verifier import other_browser, signed_in, words

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    """The clock of the pages stands at NOW until a test moves it."""
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def amina(cast):
    cast.result(cast.amina, overall=187, grade="A", cefr="C1")
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.released()
    return account


@pytest.fixture
def rita(client, cast):
    """The registrar's browser, signed in."""
    return signed_in(client, cast.verifier)


def search(browser, entry, born=None, **more):
    born = born or f"{entry.date_of_birth:%d/%m/%Y}"
    typed = {"number": entry.statement_number, "date_of_birth": born, **more}
    return browser.submit("/verifier/search", typed)


def test_a_result_is_found_and_its_page_has_all_but_photo_and_pdf(cast, amina, rita):
    answer = search(rita, cast.amina, purpose="entry 2027")
    assert answer.status_code == 303
    assert cast.amina.statement_number not in answer.location
    assert not tells(answer.location, "2009")
    page = rita.page(answer.location)
    said = words(page)
    for fact in ("Amina Benali", "187", "Reading", "November 2026", "entry 2027"):
        assert fact in said
    assert not page.xpath("//a[contains(@href, 'pdf')]|//img")


def test_wrong_and_unknown_get_the_same_page(cast, amina, rita):
    released = search(rita, cast.amina, born="01/01/2008")
    unknown = rita.submit(
        "/verifier/search", {"number": "26CZZ9990002", "date_of_birth": "01/01/2008"}
    )
    assert released.status_code == unknown.status_code == 400
    number = cast.amina.statement_number
    assert (
        released.text.replace(number, "26CZZ9990002").count("We found no result") == 2
    )
    assert plain(released, number) == plain(unknown, "26CZZ9990002")
    assert 'value="01/01/2008"' in unknown.text


def plain(answer, number):
    """A page without what was typed and what differs from one to the next."""
    lines = answer.text.replace(number, "NUMBER").splitlines()
    return [line for line in lines if "csrf" not in line and "nonce" not in line]


def test_a_result_that_is_not_out_is_answered_like_none(cast, rita, at_a_time):
    at_a_time[0] = NOW - timedelta(milliseconds=1)
    assert cast.amina
    without = search(rita, cast.amina)
    cast.result(cast.amina)
    cast.released(instant=NOW)
    with_result = search(rita, cast.amina)
    number = cast.amina.statement_number
    assert without.status_code == with_result.status_code == 400
    assert plain(without, number) == plain(with_result, number)
    at_a_time[0] = NOW
    assert search(rita, cast.amina).status_code == 303


def test_what_is_missing_or_odd_is_said_beside_its_field(cast, amina, rita):
    empty = rita.submit("/verifier/search", {})
    assert empty.status_code == 400
    assert empty.text.count("12 letters and digits, such as") == 2
    assert "Enter the date of birth." in empty.text
    odd = rita.submit(
        "/verifier/search", {"number": "%%%", "date_of_birth": "30/02/2009"}
    )
    assert odd.status_code == 400
    assert "Enter a date such as" in odd.text
    two = rita.submit(
        "/verifier/search",
        {
            "number": ["26CZZ9990001", cast.amina.statement_number],
            "date_of_birth": "05/03/2009",
        },
    )
    assert "We found no result" in two.text


def test_an_organisation_that_asks_what_for_gets_an_answer(cast, amina, rita):
    cast.acme.asks_purpose = True
    db.session.commit()
    assert "your organisation asks for it" in search(rita, cast.amina).text
    empty = rita.submit("/verifier/search", {}).text
    assert "Enter the date of birth." in empty
    assert 'id="purpose-error"' in empty
    assert search(rita, cast.amina, purpose="entry").status_code == 303


def test_a_shared_result_is_led_to(cast, amina, rita):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    answer = search(rita, cast.amina)
    assert answer.location.endswith(f"/verifier/results/{share.reference}")
    assert not db.session.scalars(db.select(Lookup)).all()
    assert "shared this result with you" in words(rita.page(answer.location))


def test_what_was_found_is_this_members_for_an_hour(app, cast, amina, rita, at_a_time):
    address = search(rita, cast.amina).location
    colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    assert other_browser(app, colleague).get(address).status_code == 404
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert other_browser(app, rival).get(address).status_code == 404
    at_a_time[0] = NOW + HOUR
    over = rita.page(address, 410)
    assert "Search again" in words(over)
    assert "Benali" not in words(over)


def test_what_is_taken_back_by_the_board_is_gone_at_once(cast, amina, rita):
    address = search(rita, cast.amina).location
    release = publication.published_result(cast.amina, at=NOW).release
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW)
    assert not tells(words(rita.page(address, 410)), "187")


def test_too_many_wrong_tries_say_how_long_to_wait(cast, amina, rita, monkeypatch):
    monkeypatch.setattr(lookups, "NUMBER", lookups.Budget(1, lookups.DAY))
    search(rita, cast.amina, born="01/01/2008")
    answer = search(rita, cast.amina)
    assert answer.status_code == 429
    assert "wait 24 hours" in answer.text
    assert int(answer.headers["Retry-After"]) > 80_000


def test_the_candidate_sees_who_looked_up_the_result(app, cast, amina, rita):
    for _ in range(6):
        search(rita, cast.amina, purpose="entry 2027")
    browser = app.test_client()
    browser.submit(
        "/candidate/login",
        {"id_number": cast.amina.id_number, "password": "correct horse battery"},
    )
    page = browser.page("/candidate/shares")
    said = words(page)
    assert "Looked up with your statement number" in said
    assert said.count("What for: entry 2027") == 5
    everybody = words(browser.page("/candidate/shares/lookups"))
    assert everybody.count("Acme University") == 6
    assert "That is all." in words(browser.page("/candidate/shares/lookups?page=2"))
