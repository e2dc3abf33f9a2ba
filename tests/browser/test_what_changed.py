"""What was read is amended or withdrawn afterwards: it is told until it is noted."""

import pytest
from playwright.sync_api import expect

from tests.browser import scenes
from tests.browser.desks import amended, desk, go_to, university
from tests.browser.people import download, log_in, press
from tests.telling import tells

pytestmark = pytest.mark.browser


def test_what_was_read_and_changed_is_listed_until_somebody_takes_note(
    stage, visitors, words
):
    amina = stage.candidate("Amina", "Benali", language=words.language)
    boris = stage.candidate("Boris", "Ivanov", language=words.language)
    unread = stage.candidate("Carla", "Conti", language=words.language)
    registrar = university(stage, words, "Changes")
    shares = {one: stage.share(one, registrar) for one in (amina, boris, unread)}
    page = desk(stage, visitors, words, registrar)
    for one in (amina, boris):
        page.goto(f"/verifier/results/{shares[one]}")
        expect(page.locator(".verdict")).to_contain_text("172")
    download(page, words("Download PDF"))
    nothing_has_changed(page, words)

    amended(stage, amina)
    amended(stage, unread)
    scenes.taken_back(stage, boris)
    page.reload()
    cards = page.locator("main .cards > li")
    # What nobody here has seen is no change to them.
    expect(cards).to_have_count(2)
    hers, his = (cards.filter(has_text=one.name) for one in (amina, boris))
    expect(hers).to_contain_text(words("Amended"))
    expect(his).to_contain_text(words("Withdrawn"))
    for card in (hers, his):
        expect(card).to_contain_text(words.day(scenes.days_ago(0)))
        assert not tells(card.inner_text(), "180")

    hers.get_by_role("link", name=words("Look again")).click()
    expect(page.locator(".verdict")).to_contain_text("180")
    expect(page.locator("main")).to_contain_text(words("Amended"))
    go_to(page, words("What changed"))
    take_note_of(page, words, hers)
    expect(cards).to_have_count(1)
    expect(his).to_be_visible()
    his.get_by_role("link", name=words("Look again")).click()
    expect(page.locator("main")).to_contain_text(words("Withdrawn"))
    assert not tells(page.content(), "172", "168")
    go_to(page, words("What changed"))
    take_note_of(page, words, his)
    nothing_has_changed(page, words)

    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    phone.goto("/candidate/shares")
    phone.locator("main .cards > li summary").click()
    noted = words("%(name)s took note of a change", name="Rita Registrar")
    expect(phone.locator("main .cards > li ol")).to_contain_text(noted)


def test_a_colleague_takes_note_of_all_on_the_page_at_once(stage, visitors, words):
    registrar = university(stage, words, "Together")
    people = [stage.candidate(first, "Rossi") for first in ("Anna", "Bianca")]
    page = desk(stage, visitors, words, registrar)
    for one in people:
        page.goto(f"/verifier/results/{stage.share(one, registrar)}")
        amended(stage, one)
    go_to(page, words("What changed"))
    expect(page.locator("main .cards > li")).to_have_count(2)
    # A page that was opened before is behind what a colleague has done since.
    behind = page.context.new_page()
    behind.goto("/verifier/changes")
    press(page, words("Take note of all on this page"))
    expect(page.locator(".flash")).to_contain_text(
        words.many(
            "%(num)s change is taken note of.", "%(num)s changes are taken note of.", 2
        )
    )
    press(behind, words("Take note of all on this page"))
    expect(behind.locator(".flash")).to_contain_text(
        words("Somebody has taken note of this already.")
    )
    nothing_has_changed(behind, words)


# --- The steps ------------------------------------------------------------------------


def take_note_of(page, words, card):
    card.get_by_role("button", name=words("Take note"), exact=True).click()
    expect(page.locator(".flash")).to_be_visible()


def nothing_has_changed(page, words):
    go_to(page, words("What changed"))
    expect(page.locator("main .empty h2")).to_have_text(words("Nothing has changed"))
