"""Help that is searched, and a question to the board from any page, answered."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desks import desk, go_to, university
from tests.browser.people import link_in, mail_to, press
from tests.browser.words import Words

pytestmark = pytest.mark.browser

LOOKED_FOR = {"en": "download", "it": "scaricare"}
QUESTION = "Can we read a Statement of Results that is three years old?"
ANSWER = "Yes. Ask the candidate to share it with you."


def test_help_is_found_by_its_words_and_leads_to_where_it_happens(
    stage, visitors, words
):
    # On the way home, on a phone.
    page = desk(stage, visitors, words, university(stage, words, "Helped"), width=375)
    go_to(page, words("Help"))
    search(page, words, "xyzzy")
    main = page.locator("main")
    expect(main).to_contain_text(words("Nothing found"))
    every = main.locator("ul.ways a")
    expect(every.first).to_be_visible()
    many = every.count()
    search(page, words, LOOKED_FOR[words.language])
    found = main.locator("ul.cards > li h3 a")
    expect(found.first).to_be_visible()
    assert 0 < found.count() < many
    title = found.first.inner_text()
    found.first.click()
    expect(page.locator("h1")).to_have_text(title)
    main.locator("a.target").click()
    expect(page.get_by_role("button", name=words("Sign out"))).to_be_visible()


def test_a_question_from_any_page_is_answered_where_it_was_asked(
    stage, visitors, words
):
    officer_of_the_board = stage.staff("Partnerships officer")
    registrar = university(stage, words, "Curious")
    page = desk(stage, visitors, words, registrar)
    go_to(page, words("What changed"))
    page.locator("footer").get_by_role("link", name=words("Contact the board")).click()
    expect(page.locator("main")).to_contain_text("/verifier/changes")
    press(page, words("Send"))
    box = page.get_by_label(words("Your question"), exact=True)
    problem = re.escape(words("Write your question first."))
    expect(box).to_have_accessible_description(re.compile(problem))
    box.fill(QUESTION)
    press(page, words("Send"))
    card = page.locator("main .cards > li")
    expect(card).to_contain_text(words("Waits for the board"))
    expect(card).to_contain_text(QUESTION)

    told = mail_to(
        stage,
        Words("en"),
        officer_of_the_board,
        "Users of organisations wait for an answer",
    )
    assert QUESTION not in told
    the_officer_answers(
        desk(stage, visitors, words, officer_of_the_board, "/admin/login/"), words
    )
    told = mail_to(stage, words, registrar, "The board has answered your question")
    assert ANSWER not in told
    page.goto(link_in(told))
    expect(card).to_have_count(1)
    expect(card).to_contain_text(words("Answered"))
    for said in (QUESTION, ANSWER):
        expect(card).to_contain_text(said)
    # What one user asks is between them and the board.
    somebody = desk(stage, visitors, words, university(stage, words, "Silent"))
    somebody.goto("/verifier/contact")
    expect(somebody.locator("main .cards")).to_have_count(0)


# --- The steps ------------------------------------------------------------------------


def search(page, words, text):
    page.get_by_label(words("What are you looking for?")).fill(text)
    press(page, words("Search"))


def the_officer_answers(page, words):
    """From the desk to the question, and to an answer that is said once."""
    page.goto("/admin/")
    page.locator("main a[href*='/admin/questions/list/']").click()
    expect(page.locator("h1")).to_have_text(words("Questions from organisations"))
    row = page.locator("main tr", has_text="Curious University")
    row.filter(has_text=words.telling).first.locator("a.row-link").click()
    expect(page.locator("main")).to_contain_text(QUESTION)
    expect(page.locator("main")).to_contain_text("/verifier/changes")
    press(page, words("Send"))
    expect(page.locator("#problems")).to_contain_text(words("Write an answer first."))
    page.get_by_label(words("Answer"), exact=True).fill(ANSWER)
    press(page, words("Send"))
    expect(page.locator(".flash")).to_contain_text(
        words("Your answer is there, and the person is told by email.")
    )
    expect(page.get_by_role("button", name=words("Send"), exact=True)).to_have_count(0)
