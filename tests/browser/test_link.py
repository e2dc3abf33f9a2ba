"""A link to a result: who opens it needs no account, and its candidate hears of it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.services import localtime
from tests.browser.people import follow, link_in, log_in, press
from tests.telling import tells

pytestmark = pytest.mark.browser

PARTS = ("173", "170", "168", "175", "174")
VAGUE = (
    "This does not open a result. Check the date of birth and the address of the link."
    " If both are right, ask whoever gave it to you for a new one."
)
ASKED = "Date of birth of the person"


def test_an_employer_sees_what_a_link_shows_until_it_is_ended(stage, visitors, words):
    noor = stage.candidate("Noor", "Haddad", language=words.language)
    stage.photograph(noor)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, noor)
    address = make_a_link(stage, phone, words)
    expect(phone.locator("main")).to_contain_text(words("Nobody has looked yet"))
    page = phone.url

    employer = visitors.arrive(stage.service.url, locale=words.locale)
    employer.goto(address)
    told = employer.locator("main")
    expect(told).not_to_contain_text("Haddad")
    answer_with(employer, words, "06/03/2004")
    expect(employer.locator("#problems")).to_contain_text(words(VAGUE))
    expect(told).not_to_contain_text("Haddad")
    answer_with(employer, words, noor.typed_birth)
    the_employer_reads(stage, employer, words)

    subject = words("Somebody looked at your result")
    message = stage.service.post_office.wait_for(noor.email, subject)
    assert not re.search(r"\b(172|Grade C)\b", message)
    assert link_in(message) == page
    phone.goto(page)
    looks = phone.locator("main > ul > li")
    expect(looks).to_have_count(1)
    expect(looks).to_contain_text("Chrom")

    follow(phone, words("End this link"))
    expect(phone.locator("h1")).to_have_text(words("End this link?"))
    press(phone, words("End this link"))
    expect(phone.locator(".flash")).to_contain_text(
        words("The link has ended. It shows nothing any more.")
    )
    expect(phone.locator(".qr, textarea")).to_have_count(0)
    employer.reload()
    expect(employer.get_by_label(words(ASKED))).to_be_visible()
    answer_with(employer, words, noor.typed_birth)
    expect(employer.locator("#problems")).to_contain_text(words(VAGUE))
    for path in (address, f"{address}/photo.jpg"):
        text = employer.request.get(path).text()
        assert not tells(text, "Haddad", "172", *PARTS)


def test_a_link_that_cannot_be_keeps_what_was_typed(stage, visitors, words):
    noor = stage.candidate("Noor", "Haddad", language=words.language)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, noor)
    phone.goto(f"/candidate/results/{noor.reference}/links")
    last = phone.get_by_label(words("Last day on which it works"))
    month = today(stage) + timedelta(days=30)
    expect(last).to_have_value(re.compile(f"{month:%d/%m/%Y}|{month.isoformat()}"))
    phone.get_by_label(words("Whom is it for?")).fill("My CV")
    too_late = f"01/01/{month.year + 2}"
    wrong = {
        "": "Choose the last day of the link.",
        too_late: "Choose a day in the next 12 months. You can make another link then.",
    }
    for text, problem in wrong.items():
        last.fill(text)
        press(phone, words("Make a link"))
        said = re.compile(re.escape(words(problem)))
        expect(last).to_have_accessible_description(said)
        expect(last).to_have_value(text)
        expect(phone.get_by_label(words("Whom is it for?"))).to_have_value("My CV")


def test_somebody_of_seventeen_is_told_kindly_why_not(stage, visitors, words):
    day = today(stage)
    born = date(day.year - 17, day.month, min(day.day, 28))
    milo = stage.candidate("Milo", "Conti", born=born, language=words.language)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, milo)
    phone.goto(f"/candidate/results/{milo.reference}")
    follow(phone, words("Show it with a link"))
    main = phone.locator("main")
    birthday = words.day(born.replace(year=born.year + 18))
    expect(main.locator(".note")).to_contain_text(birthday)
    expect(main.get_by_role("button", name=words("Make a link"))).to_have_count(0)
    follow(phone, words("send it to a university or another organisation"))
    expect(phone.get_by_label(words("Name of the organisation"))).to_be_visible()


# --- The steps ------------------------------------------------------------------------


def make_a_link(stage, phone, words):
    """Make one that shows everything; return its address, as it stands to be copied."""
    follow(phone, words("View result"))
    follow(phone, words("Show it with a link"))
    photo = words("The overall result, each part and my photo")
    phone.get_by_label(photo, exact=True).check()
    phone.get_by_label(words("Whom is it for?")).fill("My CV")
    press(phone, words("Make a link"))
    expect(phone.locator(".flash")).to_contain_text(words("Your link is ready."))
    expect(phone.locator("h1")).to_have_text("My CV")
    drawn = "image => image.decode().then(() => image.naturalWidth > 100)"
    assert phone.locator(".qr img").evaluate(drawn)
    address = phone.get_by_label(words("Address of the link")).input_value()
    assert address.startswith(f"{stage.service.url}/verify/")
    return address


def answer_with(page, words, born):
    page.get_by_label(words(ASKED)).fill(born)
    press(page, words("Show the result"))


def the_employer_reads(stage, page, words):
    """Everything that was chosen, on the board's own host."""
    main = page.locator("main")
    expect(page.locator("h1")).to_have_text("Noor Haddad")
    expect(page.locator(".verdict")).to_contain_text("172")
    for fact in (words("Verified"), *PARTS, stage.service.url.partition("//")[2]):
        expect(main).to_contain_text(fact)
    drawn = "image => image.decode().then(() => image.naturalWidth > 0)"
    assert page.locator(".exam-photo img").evaluate(drawn)
    expect(page.get_by_role("button", name=words("Sign out"))).to_have_count(0)


def today(stage):
    with stage.set():
        return localtime.today(datetime.now(UTC))
