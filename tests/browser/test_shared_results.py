"""What candidates have shared, as a registrar finds it, reads it and can rely on it."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from app.models import Centre, Enquiry
from app.services import publication
from app.values import EnquiryKind
from tests.browser import board, scenes
from tests.browser.desks import desk, go_to, university
from tests.browser.inspection import overhanging
from tests.browser.people import (
    download,
    fill_in,
    follow,
    log_in_with_email,
    press,
    problem_of,
)
from tests.cast import save
from tests.telling import tells

pytestmark = pytest.mark.browser

SINCE = (
    "%(num)s new result has been shared since your last visit.",
    "%(num)s new results have been shared since your last visit.",
)
AT_FIRST = (
    "%(num)s result has been shared with you.",
    "%(num)s results have been shared with you.",
)
# The parts of the stage's Grade C that stand nowhere else on the page.
PARTS = ("170", "168", "175", "174")
MORE = "More ways to search"


def test_what_came_since_the_last_visit_is_bold_until_each_has_read_it(
    stage, visitors, words
):
    rita = university(stage, words, "Greeting")
    carla = rita.replace("registrar", "carla")
    stage.colleague(rita, "Carla", carla)
    stage.share(stage.candidate("Amina", "Benali"), rita)
    page = desk(stage, visitors, words, rita)
    lead = page.locator("main .lead")
    expect(lead).to_contain_text(words.many(*AT_FIRST, 1))

    press(page, words("Sign out"))
    for first in ("Boris", "Carlo"):
        stage.share(stage.candidate(first, "Ivanov"), rita, at=datetime.now(UTC))
    log_in_with_email(page, words, "/verifier/login", rita)
    expect(lead).to_contain_text(words.many(*SINCE, 2))
    new = page.locator("main tbody tr.new")
    expect(new).to_have_count(3)
    his = page.locator("main tbody tr", has_text="Boris")
    assert is_bold(his)
    expect(his).to_contain_text(words("New"))
    his.get_by_role("link", name=words("View")).click()
    follow(page, words("Shared results"))
    expect(new).to_have_count(2)
    assert not is_bold(his)
    expect(his).not_to_contain_text(words("New"))

    # What Rita has read is still new to Carla.
    hers = desk(stage, visitors, words, carla)
    expect(hers.locator("main .lead")).to_contain_text(words.many(*AT_FIRST, 3))
    expect(hers.locator("main tbody tr.new")).to_have_count(3)


def test_a_registrar_finds_who_they_look_for_among_all(stage, visitors, words):
    registrar = university(stage, words, "Finding")
    away = stage.centre()
    with stage.set() as session:
        session.query(Centre).filter_by(number=away).one().city = "Forlì"
    people = {
        "Núñez": stage.candidate("José", "Núñez", sat_days_ago=41),
        "Abate": stage.candidate("Maria", "Abate", centre=away, sat_days_ago=44),
        "Zorzi": stage.candidate("Josefine", "Zorzi", sat_days_ago=44),
        "Costa": stage.candidate("Pia" * 33, "Costa"),
    }
    for person in people.values():
        stage.share(person, registrar)
    page = desk(stage, visitors, words, registrar)
    assert overhanging(page) == []

    for typed in ("nunez jose", "NÚÑEZ"):
        fill_in(page, words, {"Name": typed})
        search(page, words)
        listed(page, "Núñez")
    fill_in(page, words, {"Name": "nobody"})
    search(page, words)
    expect(page.locator("main")).to_contain_text(words("Nobody found"))
    press(page, words("Show everything"))
    expect(page.locator("main tbody tr")).to_have_count(4)

    unfold(page, words)
    fill_in(page, words, {"Place of entry": "atlantis"})
    search(page, words)
    expect(problem_of(page, words("Place of entry"))).to_be_visible()
    fill_in(page, words, {"Place of entry": "forli"})
    search(page, words)
    listed(page, "Abate")
    # What was looked for is folded away and said, so that the list is in sight.
    place = page.get_by_label(words("Place of entry"), exact=True)
    expect(place).to_be_hidden()
    expect(page.locator("main [role=status]")).to_contain_text("forli")
    unfold(page, words)
    # Two sat on this day; it is looked for beside the place no more.
    day = f"{scenes.days_ago(44):%d/%m/%Y}"
    fill_in(page, words, {"Place of entry": "", "Exam date": day})
    search(page, words)
    listed(page, "Zorzi", "Abate")
    expect(page.locator("main [role=status]")).to_contain_text(day)

    sort(page, words, "Family name", "ascending")
    listed(page, "Abate", "Zorzi")
    press(page, words("Show everything"))
    sort(page, words, "Family name", "ascending")
    sort(page, words, "Family name", "descending")
    listed(page, "Zorzi", "Núñez", "Costa", "Abate")

    follow(page, words("View"))
    expect(page.locator("h1")).to_have_text("Josefine Zorzi")
    follow(page, words("Shared results"))
    unfold(page, words)
    unread = page.get_by_label(words("Opened"), exact=True)
    unread.select_option(words("Not opened by me yet"))
    search(page, words)
    expect(page.locator("main tbody tr")).to_have_count(3)
    expect(page.locator("main tbody")).not_to_contain_text("Zorzi")
    assert not any(name in page.url for name in ("Abate", "Zorzi", "nunez", "2004"))


def test_a_result_says_what_holds_of_it_and_what_has_happened(stage, visitors, words):
    amina = stage.candidate("Amina", "Benali", language=words.language)
    stage.photograph(amina)
    registrar = university(stage, words, "Standing")
    reference = stage.share(
        amina, registrar, scope="photo", purpose="Master in Physics"
    )
    page = desk(stage, visitors, words, registrar)
    follow(page, words("View"))
    main = page.locator("main")
    for fact in ("172", *PARTS, "Master in Physics", amina.statement_number, "Pisa"):
        expect(main).to_contain_text(fact)
    for said in ("Valid", "Published by the board", "Looked at the result"):
        expect(main).to_contain_text(words(said))
    expect(page.locator(".exam-photo img")).to_be_visible()
    expect(page.locator(".scale-figure svg").first).to_be_visible()
    statement = board.printed(download(page, words("Download PDF")))
    assert all(fact in statement for fact in ("Amina Benali", "172", *PARTS))
    page.reload()
    looks = page.locator("table", has_text="Rita Registrar").locator("tbody tr")
    expect(looks).to_have_count(3)
    expect(looks.nth(1)).to_contain_text(words("Took the Statement of Results"))

    amina_asks_for_a_check(stage, amina)
    page.reload()
    expect(main).to_contain_text(words("Valid"))
    scenes.passed_on(stage, amina)
    page.reload()
    expect(main).to_contain_text(words("Under enquiry"))
    expect(main).to_contain_text(words("The board began to look into it again"))
    expect(page.locator(".verdict")).to_contain_text("172")

    scenes.taken_back(stage, amina)
    page.reload()
    expect(main).to_contain_text(words("Withdrawn"))
    expect(main).to_contain_text(words("Withdrawn by the board"))
    expect(main.get_by_role("link", name=words("Download PDF"))).to_have_count(0)
    expect(page.locator(".exam-photo, .scale-figure")).to_have_count(0)
    assert not tells(page.content(), "172", *PARTS)
    for file in ("statement.pdf", "photo.jpg"):
        address = f"/verifier/results/{reference}/{file}"
        assert page.request.get(address).status in (404, 410)
    go_to(page, words("Shared results"))
    row = page.locator("main tbody tr")
    expect(row).to_contain_text(words("No result available"))
    expect(row.get_by_role("link", name=words("Download PDF"))).to_have_count(0)


def test_on_a_phone_the_list_is_cards(stage, visitors, words):
    registrar = university(stage, words, "Phone")
    for first in ("Amina", "Bianca", "Chiara"):
        stage.share(stage.candidate(first, "Benali"), registrar)
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in_with_email(page, words, "/verifier/login", registrar)
    cards = page.locator("main tbody tr")
    expect(cards).to_have_count(3)
    boxes = [card.bounding_box() for card in cards.all()]
    for above, below in pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"] + 1
    assert all(box["x"] + box["width"] <= 375 for box in boxes)
    card = cards.filter(has_text="Bianca")
    expect(card).to_contain_text("B2 First")
    expect(card.locator(f"[data-label='{words('Date shared')}']")).to_be_visible()
    for name in ("Download PDF", "View"):
        target = card.get_by_role("link", name=words(name)).bounding_box()
        assert target["height"] >= 44
    card.get_by_role("checkbox").check()
    press(page, words("Download Options"))
    expect(page.locator("main .lead")).to_have_text(
        words.many(
            "You have chosen %(num)s result.", "You have chosen %(num)s results.", 1
        )
    )
    follow(page, words("Shared results"))
    card.get_by_role("link", name=words("View")).click()
    expect(page.locator("h1")).to_have_text("Bianca Benali")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 375


# --- The steps ------------------------------------------------------------------------


def listed(page, *families):
    """The list holds people of these family names and nobody else, in this order."""
    names = [re.compile(rf"^\s*{family}\b") for family in families]
    expect(page.locator("main tbody th")).to_have_text(names)


def search(page, words):
    page.get_by_role("button", name=words("Search"), exact=True).first.click()


def unfold(page, words):
    page.locator("main summary", has_text=words(MORE)).click()


def sort(page, words, column, way):
    """Follow the heading of a column; it says how the list is sorted then."""
    heading = page.get_by_role("columnheader", name=words(column))
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", way)


def is_bold(row):
    weight = "cell => Number(getComputedStyle(cell).fontWeight)"
    return row.locator(".first-name").evaluate(weight) >= 600


def amina_asks_for_a_check(stage, amina):
    with stage.set():
        entry, now = stage.entry(amina), datetime.now(UTC)
        save(
            Enquiry(
                entry=entry,
                account=entry.account,
                kind=EnquiryKind.recheck,
                result=publication.published_result(entry, at=now),
                requested_at=now,
            )
        )
