"""Finding a result with the statement in hand; its candidate sees who looked."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desks import desk, go_to, university
from tests.browser.people import fill_in, follow, link_in, log_in, mail_to, press

pytestmark = pytest.mark.browser

NOT_FOUND = (
    "We found no result for this number and date of birth. Compare both with the"
    " Statement of Results, and try again."
)
NUMBER, BORN, PURPOSE = "Statement of Results number", "Date of birth", "What for"


@pytest.fixture
def amina(stage, words):
    return stage.candidate("Amina", "Benali", language=words.language)


def test_what_is_on_paper_is_found_and_the_candidate_sees_who_looked(
    stage, visitors, words, amina
):
    page = desk(stage, visitors, words, university(stage, words, "Finder"))
    the_organisation_asks_what_for(page, words)
    go_to(page, words("Candidate search"))
    boris = stage.candidate("Boris", "Ivanov", out_hours_ago=None)
    one_sentence_for_whatever_is_wrong(page, words, amina, boris)
    what_for_has_to_be_said(page, words, amina)
    search(page, words, amina.statement_number, amina.typed_birth, "Master in Physics")
    expect(page.locator("h1")).to_have_text("Amina Benali")
    main = page.locator("main")
    for fact in ("172", "168", amina.statement_number, "Master in Physics"):
        expect(main).to_contain_text(fact)
    expect(main).to_contain_text(words("Valid"))
    expect(main.locator("img")).to_have_count(0)
    expect(main.get_by_role("link", name=words("Download PDF"))).to_have_count(0)
    nothing_in_addresses(page, amina)

    told = mail_to(stage, words, amina.email, "Your result has been looked up")
    assert "Finder University" in told
    assert not re.search(r"\b(172|Grade C)\b", told), told
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    phone.goto(link_in(told))
    looked = phone.locator("main section", has_text="Finder University")
    heading = words("Looked up with your statement number")
    expect(looked.get_by_role("heading")).to_have_text(heading)
    expect(looked).to_contain_text("Master in Physics")


def test_what_was_shared_anyway_is_opened_where_it_was_shared(
    stage, visitors, words, amina
):
    registrar = university(stage, words, "Friend")
    reference = stage.share(amina, registrar)
    page = desk(stage, visitors, words, registrar)
    go_to(page, words("Candidate search"))
    search(page, words, amina.statement_number.lower(), amina.typed_birth)
    expect(page.locator(".flash")).to_contain_text(
        words("The candidate has shared this result with you.")
    )
    assert page.url == f"{stage.service.url}/verifier/results/{reference}"
    expect(page.get_by_role("link", name=words("Download PDF"))).to_be_visible()
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    phone.goto("/candidate/shares")
    main = phone.locator("main")
    expect(main).to_contain_text("Friend University")
    expect(main).not_to_contain_text(words("Looked up with your statement number"))


def test_who_has_taken_it_back_from_them_is_not_found_by_them(
    stage, visitors, words, amina
):
    registrar = university(stage, words, "Former")
    stage.share(amina, registrar)
    page = desk(stage, visitors, words, registrar)
    follow(page, words("View"))
    expect(page.locator("h1")).to_have_text("Amina Benali")
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    phone.goto("/candidate/shares")
    follow(phone, words("Take it back"))
    press(phone, words("Take it back"))
    expect(phone.locator("main .cards > li")).to_contain_text(words("Taken back"))
    go_to(page, words("Candidate search"))
    search(page, words, amina.statement_number, amina.typed_birth)
    expect(page.locator("#problems")).to_contain_text(words(NOT_FOUND))


# --- The steps ------------------------------------------------------------------------


def search(page, words, number, born, purpose=""):
    fill_in(page, words, {NUMBER: number, BORN: born})
    # Where it may be left out, the label says so.
    page.get_by_label(words(PURPOSE)).fill(purpose)
    press(page, words("Search"))


def the_organisation_asks_what_for(page, words):
    go_to(page, words("Your organisation"))
    page.get_by_label(words("Users say what for before they look up a result")).check()
    press(page, words("Save"))
    expect(page.locator(".flash")).to_be_visible()


def one_sentence_for_whatever_is_wrong(page, words, amina, boris):
    """A wrong date, an unknown number and a result that is not out read the same."""
    number, born = amina.statement_number, amina.typed_birth
    waits = (boris.statement_number, boris.typed_birth)
    for typed in ((number, "06/03/2004"), ("26CZZ9990001", born), waits):
        search(page, words, *typed, "Admission")
        expect(page.locator("#problems li")).to_have_text([words(NOT_FOUND)])
        expect(page.get_by_label(words(NUMBER), exact=True)).to_have_value(typed[0])
        expect(page.get_by_label(words(BORN), exact=True)).to_have_value(typed[1])


def what_for_has_to_be_said(page, words, amina):
    search(page, words, amina.statement_number, amina.typed_birth)
    problem = words(
        "Say what for: your organisation asks for it, and the candidate sees it."
    )
    expect(page.locator("#problems")).to_contain_text(problem)
    field = page.get_by_label(words(PURPOSE))
    expect(field).to_have_accessible_description(re.compile(re.escape(problem)))


def nothing_in_addresses(page, amina):
    """Neither the number nor the date of birth stands in an address."""
    for secret in (amina.statement_number, "2004", "Benali"):
        assert secret not in page.url
