"""Sending a result to a university: what it sees, and from when on it does not.

The candidate is on a phone, the registrar at a desk; between them is the whole service.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import Share
from app.services import localtime
from tests.browser import board
from tests.browser.people import (
    download,
    follow,
    link_in,
    log_in,
    log_in_with_email,
    press,
)
from tests.telling import tells

pytestmark = pytest.mark.browser

# The parts of the stage's Grade C; its overall score is 172.
PARTS = ("173", "170", "168", "175", "174")
# 173 is also where a grade begins, and stands below every picture of the scale.
TELLTALE = PARTS[1:]


@pytest.fixture
def amina(stage, words):
    return stage.candidate("Amina", "Benali", language=words.language)


@pytest.fixture
def phone(stage, visitors, words, amina):
    """Amina's phone, on which she has signed in."""
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(page, words, amina)
    return page


@pytest.fixture
def university(stage, words):
    """A function that makes a university and returns its registrar's address."""

    def make(name, **values):
        domain = f"{name.split()[0].lower()}-{words.language}.example"
        return stage.organisation(name, domain, language=words.language, **values)

    return make


@pytest.fixture
def desk_of(stage, visitors, words):
    """A function that opens a registrar's browser and signs them in."""

    def open_for(registrar):
        page = visitors.arrive(stage.service.url, locale=words.locale)
        log_in_with_email(page, words, "/verifier/login", registrar)
        return page

    return open_for


def test_two_of_one_name_are_told_apart(stage, phone, words, amina):
    name = f"Northgate University {words.telling}"
    for place, country, checked in (("Leeds", "GB", True), ("Halifax", "CA", False)):
        domain = f"{place.lower()}-{words.language}.example"
        stage.organisation(name, domain, city=place, country=country, checked=checked)
    follow(phone, words("View result"))
    follow(phone, words("Send my result"))
    look_for(phone, words, f"northgate {words.telling}")
    cards = phone.locator(".cards > li")
    expect(cards).to_have_count(2)
    leeds, halifax = (cards.filter(has_text=city) for city in ("Leeds", "Halifax"))
    for card, website in ((leeds, "leeds"), (halifax, "halifax")):
        expect(card).to_contain_text(f"www.{website}-{words.language}.example")
        expect(card).to_contain_text(words("Same name"))
    belongs = words("Their email address belongs to this website.")
    expect(leeds).to_contain_text(belongs)
    expect(halifax).not_to_contain_text(belongs)

    halifax.get_by_role("link").click()
    main = phone.locator("main")
    expect(main.locator("dl.summary")).to_contain_text("Halifax")
    expect(main).to_contain_text(
        words("Others have the same name. Is this the one you mean?")
    )
    follow(phone, f"{name}, Leeds")
    expect(main.locator("dl.summary")).to_contain_text("Leeds")
    expect(main.locator("dl.summary")).to_contain_text(belongs)
    press(phone, words("Send my result"))
    expect(main.locator(".cards > li")).to_contain_text("Leeds")


def test_before_it_is_sent_the_page_says_exactly_what_they_will_see(
    stage, phone, words, amina, university
):
    university("Rovigo Institute " + words.telling)
    choose(phone, words, amina, "rovigo " + words.telling)
    said = phone.locator("form ul").first
    for fact in (amina.name, words.day(amina.born), amina.statement_number, "B2 First"):
        expect(said).to_contain_text(fact)
    only, parts = (
        words("The overall result only"),
        words("The overall result and each part"),
    )
    expect(phone.get_by_role("radio")).to_have_count(2)
    expect(phone.get_by_role("radio", name=parts)).to_be_checked()

    stage.photograph(amina)
    phone.reload()
    photo = words("The overall result, each part and my photo")
    told = {name: told_beside(phone, name) for name in (only, parts, photo)}
    for text in told.values():
        assert "172" in text
        assert "B2" in text
    assert not tells(told[only], *PARTS)
    for name in (parts, photo):
        assert all(part in told[name] for part in PARTS), told[name]
    face = words("your photo from the day of the exam")
    assert [face in text for text in told.values()] == [False, False, True]


def test_a_last_day_that_cannot_be_keeps_what_was_typed(
    stage, phone, words, amina, university
):
    university("Trieste Polytechnic " + words.telling)
    choose(phone, words, amina, "trieste " + words.telling)
    day, purpose = (
        phone.get_by_label(words("Last day on which they see it")),
        "MSc 2027",
    )
    today = localtime_today(stage)
    wrong = {
        "30 febbraio": words("Enter a date such as 05/03/2009 (day/month/year)."),
        typed(today): words("Choose a day after today, or leave this empty."),
        f"{typed(today)[:-4]}2099": words(
            "Choose a day in the next %(n)s years.", n=10
        ),
    }
    phone.get_by_label(words("What is it for?")).fill(purpose)
    phone.get_by_label(words("The overall result only"), exact=True).check()
    for text, problem in wrong.items():
        day.fill(text)
        press(phone, words("Send my result"))
        expect(phone.locator("#problems")).to_contain_text(problem)
        expect(day).to_have_accessible_description(re.compile(re.escape(problem)))
        expect(day).to_have_value(text)
        expect(phone.get_by_label(words("What is it for?"))).to_have_value(purpose)
        only = phone.get_by_label(words("The overall result only"), exact=True)
        expect(only).to_be_checked()
    last = today + timedelta(days=60)
    day.fill(typed(last))
    press(phone, words("Send my result"))
    card = phone.locator("main .cards > li")
    for fact in (words("Not read yet"), purpose, words.day(last)):
        expect(card).to_contain_text(fact)
    expect(card).to_contain_text(words("The overall result only"))


def test_what_nobody_has_read_is_undone_and_they_never_know(
    stage, phone, words, amina, university, desk_of
):
    registrar = university("Urbino Academy " + words.telling)
    send(phone, words, amina, "urbino " + words.telling)
    address = shared_address(stage, amina)
    card = phone.locator("main .cards > li")
    card.get_by_role("button", name=words("Undo")).click()
    expect(phone.locator(".flash")).to_contain_text("Urbino Academy")
    expect(phone.locator("main")).to_contain_text(words("Nothing sent yet"))
    desk = desk_of(registrar)
    nothing = words("Nothing has been shared with you yet")
    expect(desk.locator("main")).to_contain_text(nothing)
    for page in (address, f"{address}/statement.pdf", f"{address}/photo.jpg"):
        assert desk.request.get(page).status == 404


def test_a_university_reads_it_until_it_is_taken_back(
    stage, phone, words, amina, university, desk_of
):
    registrar = university("Ferrara University " + words.telling)
    stage.photograph(amina)
    last = localtime_today(stage) + timedelta(days=30)
    send(
        phone,
        words,
        amina,
        "ferrara " + words.telling,
        scope=words("The overall result, each part and my photo"),
        purpose="Master in Physics 2027",
        until=typed(last),
    )
    receipt(stage, words, amina, "Ferrara University", last)

    desk = desk_of(registrar)
    desk.locator("tr", has_text="Benali").get_by_role(
        "link", name=words("View")
    ).click()
    main = desk.locator("main")
    for fact in ("172", *PARTS, "Master in Physics 2027", words.day(last)):
        expect(main).to_contain_text(fact)
    assert is_drawn(desk.locator(".exam-photo img"))
    statement = board.printed(download(desk, words("Download PDF")))
    assert all(fact in statement for fact in ("Amina Benali", "172", *PARTS)), statement
    amina_sees_who_looked(stage, phone, words, amina)

    address = desk.url
    phone.goto("/candidate/shares")
    follow(phone, words("Take it back"))
    press(phone, words("Take it back"))
    expect(phone.locator("main .cards > li")).to_contain_text(words("Taken back"))
    gone_for(desk, words, address)
    stage.service.post_office.wait_for(
        amina.email, words("Your result has been taken back")
    )


def test_what_is_changed_or_over_shows_no_more_than_it_should(
    stage, phone, words, amina, university, desk_of
):
    registrar = university("Lucca College " + words.telling)
    stage.photograph(amina)
    everything = {"scope": "photo", "purpose": "A scholarship"}
    reference = stage.share(amina, registrar, **everything)
    desk = desk_of(registrar)
    desk.goto(f"/verifier/results/{reference}")
    main = desk.locator("main")
    expect(main).to_contain_text("168")

    choose(phone, words, amina, "lucca " + words.telling)
    expect(phone.locator("main")).to_contain_text(
        words("What you choose now takes the place of what was chosen then.")
    )
    expect(phone.get_by_label(words("What is it for?"))).to_have_value("A scholarship")
    fill_in(phone, words, scope=words("The overall result only"))
    press(phone, words("Send my result"))
    desk.reload()
    expect(main).to_contain_text("172")
    expect(desk.locator(".exam-photo")).to_have_count(0)
    statement = board.printed(download(desk, words("Download PDF")))
    for text in (main.inner_text(), statement):
        assert "172" in text
        assert not tells(text, *TELLTALE)

    with stage.set() as session:
        share = session.scalars(db.select(Share).filter_by(reference=reference)).one()
        share.expires_at = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()
    over = words("The time for which it was shared is over")
    gone_for(desk, words, f"/verifier/results/{reference}", over)
    phone.goto("/candidate/shares")
    expect(phone.locator("main .cards > li")).to_contain_text(words("Expired"))


# --- The steps ------------------------------------------------------------------------


def look_for(page, words, name):
    page.get_by_label(words("Name of the organisation")).fill(name)
    press(page, words("Search"))


def choose(page, words, person, name):
    """Go from one's result to the page that asks how much an organisation sees."""
    page.goto(f"/candidate/results/{person.reference}")
    follow(page, words("Send my result"))
    look_for(page, words, name)
    page.locator(".cards > li").get_by_role("link").click()
    expect(page.locator("h2").first).to_have_text(words("What they will see"))


def fill_in(page, words, *, scope="", purpose="", until=""):
    if scope:
        page.get_by_label(scope, exact=True).check()
    if purpose:
        page.get_by_label(words("What is it for?")).fill(purpose)
    if until:
        page.get_by_label(words("Last day on which they see it")).fill(until)


def send(page, words, person, name, **wish):
    choose(page, words, person, name)
    fill_in(page, words, **wish)
    press(page, words("Send my result"))
    expect(page.locator("main .cards > li").first).to_contain_text(
        words("Not read yet")
    )


def receipt(stage, words, amina, organisation, last):
    """She has it in writing: to whom, until when, and no word of the result."""
    subject = words("Your result has been sent")
    message = stage.service.post_office.wait_for(amina.email, subject)
    for fact in (organisation, "Bologna", words.day(last)):
        assert fact in message, message
    assert not re.search(r"\b(172|Grade C|B2 level)\b", message)
    assert link_in(message) == f"{stage.service.url}/candidate/shares"


def amina_sees_who_looked(stage, phone, words, amina):
    subject = words("Your result has been read")
    message = stage.service.post_office.wait_for(amina.email, subject)
    phone.goto(link_in(message))
    card = phone.locator("main .cards > li")
    expect(card).to_contain_text(words("First read"))
    card.locator("summary").click()
    looks = card.locator("ol > li")
    expect(looks).to_have_count(2)
    name = {"name": "Rita Registrar"}
    expect(looks.first).to_contain_text(words("%(name)s looked at it", **name))
    expect(looks.last).to_contain_text(words("%(name)s downloaded the PDF", **name))


def gone_for(desk, words, address, why="The candidate has withdrawn this result"):
    """The open page, the file, the photo and the list: it is on none of them."""
    reference = address.rpartition("/")[2]
    pages = [f"/verifier/results/{reference}{rest}" for rest in ("", "/statement.pdf")]
    for page in (*pages, f"/verifier/results/{reference}/photo.jpg"):
        answer = desk.request.get(page)
        assert answer.status == 410
        assert not tells(answer.text(), "Benali", *PARTS, "172")
    desk.reload()
    expect(desk.locator("h1")).to_have_text(words(why))
    assert not tells(desk.content(), "Benali", *PARTS, "172")
    desk.goto("/verifier/")
    expect(desk.locator("main")).to_contain_text(
        words("Nothing has been shared with you yet")
    )


# --- Looking --------------------------------------------------------------------------


def told_beside(page, choice):
    """What stands beside a choice, as a screen reader says it too."""
    about = page.get_by_label(choice, exact=True).get_attribute("aria-describedby")
    return page.locator(f"#{about}").inner_text()


def is_drawn(image):
    """The browser has the picture, and not only a frame for it."""
    expect(image).to_be_visible()
    drawn = "image => image.decode().then(() => image.naturalWidth > 0)"
    return image.evaluate(drawn)


def shared_address(stage, person):
    with stage.set() as session:
        shares = db.select(Share).where(Share.entry_id == stage.entry(person).id)
        return f"/verifier/results/{session.scalars(shares).one().reference}"


def localtime_today(stage):
    with stage.set():
        return localtime.today(datetime.now(UTC))


def typed(day):
    return f"{day:%d/%m/%Y}"
