"""A certificate on its way from the board to its owner, told on every step of it.

The candidate is on a phone; officer and clerk sit at their desks.
"""

import pytest
from playwright.sync_api import expect

from app.values import CertificateState, DayPart
from tests.browser import board, scenes
from tests.browser.people import (
    download,
    follow,
    link_in,
    log_in,
    log_in_with_email,
    press,
)

pytestmark = pytest.mark.browser

ARRIVED = CertificateState.arrived


@pytest.fixture
def centre(stage):
    """A centre of this journey's own."""
    return stage.centre()


@pytest.fixture
def amina(stage, words, centre):
    return stage.candidate("Amina", "Benali", language=words.language, centre=centre)


@pytest.fixture
def phone_of(stage, visitors, words):
    """A function that signs a candidate in on their phone."""

    def open_for(person):
        page = visitors.arrive(stage.service.url, 375, locale=words.locale)
        log_in(page, words, person)
        return page

    return open_for


@pytest.fixture
def desk_of(stage, visitors, words):
    """A function that opens the browser of the board's staff at a desk."""

    def open_for(role, centre=""):
        place = {"at_the_centre": True, "centre": centre} if centre else {}
        page = visitors.arrive(stage.service.url, locale=words.locale)
        log_in_with_email(page, words, "/admin/login/", stage.staff(role, **place))
        return page

    return open_for


def test_a_certificate_is_sent_arrives_and_is_collected(
    stage, words, centre, amina, phone_of, desk_of
):
    messages = stage.service.post_office
    phone = phone_of(amina)
    follow(phone, "B2 First")
    expect(now_at(phone)).to_have_count(0)
    the_board_sends_it(desk_of("Results officer"), words, amina)
    phone.reload()
    expect(phone.locator("section[aria-labelledby=certificate]")).to_contain_text(
        words(
            "The board sent it to your centre on %(day)s. We send you an email when it"
            " is there.",
            day=words.day(scenes.days_ago(0)),
        )
    )
    clerk = desk_of("Centre staff", centre)
    it_arrives(clerk, words, amina)
    told = messages.wait_for(amina.email, words("Your certificate has arrived"))
    phone.goto(link_in(told))
    main = phone.locator("main")
    expect(main).to_contain_text(words("At your centre"))
    # A year, as no rule of this centre says something else.
    expect(main.locator(".lead strong")).to_contain_text("36")

    day = amina_makes_an_appointment(stage, phone, words)
    the_clerk_confirms_it(clerk, words, amina)
    told = messages.wait_for(amina.email, words("Your appointment is confirmed"))
    assert words.day(day) in told
    phone.goto(link_in(told))
    expect(main).to_contain_text(words("Confirmed by your centre"))
    the_clerk_hands_it_over(clerk, words, "Amina Benali")
    told = messages.wait_for(amina.email, words("Your certificate was handed over"))
    assert "Amina Benali signed" not in told
    phone.goto(link_in(told))
    expect(main.locator(".lead")).to_have_text(
        words(
            "It was handed over on %(day)s. %(name)s signed for it.",
            day=words.day(scenes.days_ago(0)),
            name="Amina Benali",
        )
    )
    expect(main.get_by_role("link", name=words("I come and collect it"))).to_have_count(
        0
    )
    follow(phone, words("Back to this exam"))
    last = phone.locator(".timeline li").last
    expect(last).to_contain_text(words("Certificate collected"))
    expect(last).to_have_class("done")


def test_somebody_else_collects_it_with_a_paper(
    stage, words, centre, amina, phone_of, desk_of
):
    scenes.certificate(stage, amina, state=ARRIVED, arrived_on=scenes.days_ago(3))
    phone = phone_of(amina)
    follow(phone, words("Get my certificate"))
    follow(phone, words("Somebody else collects it for me"))
    name = words("Name of the person who collects it")
    press(phone, words("Ask my centre"))
    expect(phone.locator("#problems li")).to_have_count(3)
    phone.get_by_label(name).fill("Samira Haddad")
    choose_a_day(stage, phone, words, "Morning")
    main = phone.locator("main")
    expect(main.locator(".summary")).to_contain_text("Samira Haddad")
    expect(main).to_contain_text(words("Not confirmed yet"))
    paper = board.printed(download(phone, words("Authorisation (PDF)")))
    for said in ("Amina Benali", "Samira Haddad", centre):
        assert said in paper
    clerk = desk_of("Centre staff", centre)
    open_the_certificate(clerk, words, amina)
    expect(clerk.locator("main")).to_contain_text("Samira Haddad")
    the_clerk_hands_it_over(clerk, words, "Samira Haddad")
    phone.reload()
    expect(main.locator(".lead")).to_contain_text("Samira Haddad")


def test_it_is_posted_where_the_centre_says_so_in_its_rules(
    stage, words, centre, amina, phone_of, desk_of
):
    scenes.certificate(stage, amina, state=ARRIVED, arrived_on=scenes.days_ago(3))
    phone = phone_of(amina)
    follow(phone, words("Get my certificate"))
    by_post = phone.get_by_role("link", name=words("My centre posts it to me"))
    expect(phone.locator("main .ways li")).to_have_count(2)
    expect(by_post).to_have_count(0)
    clerk = desk_of("Centre staff", centre)
    the_clerk_writes_the_rules(clerk, words)
    phone.reload()
    main = phone.locator("main")
    expect(main).to_contain_text("Come from Monday to Thursday, from 15 to 18.")
    expect(main.locator(".ways")).to_contain_text("EUR 12")
    by_post.click()
    phone.get_by_label(words("Your postal address")).fill(
        "Amina Benali\nVia Verdi 3\n20121 Milano\nItaly"
    )
    press(phone, words("Ask my centre"))
    expect(main.locator(".summary")).to_contain_text("20121 Milano")
    open_the_certificate(clerk, words, amina)
    expect(clerk.locator("main")).to_contain_text("20121 Milano")
    clerk.locator("main").get_by_role("link", name=words("Post it"), exact=True).click()
    clerk.get_by_label(words("Number of the parcel")).fill("RR123456789IT")
    press(clerk, words("It is posted"))
    told = stage.service.post_office.wait_for(
        amina.email, words("Your certificate is in the post")
    )
    phone.goto(link_in(told))
    expect(main.locator(".lead")).to_contain_text("RR123456789IT")
    follow(phone, words("Back to this exam"))
    expect(phone.locator(".timeline li").last).to_contain_text(
        words("Certificate posted to you")
    )


def test_the_days_are_counted_until_it_may_be_destroyed(stage, words, phone_of):
    """One day left, the last day, over, destroyed: each says what to do."""
    since = {"state": ARRIVED, "arrived_on": scenes.days_ago(200)}
    one = stage.candidate("Anna", "Rossi", language=words.language)
    scenes.certificate(stage, one, keep_until=scenes.days_ago(-1), **since)
    phone = phone_of(one)
    exam = phone.locator("section.exam")
    expect(exam).to_contain_text(words("Your certificate is ready"))
    expect(exam).to_contain_text(
        words.many("%(num)d day left.", "%(num)d days left.", 1)
    )
    follow(phone, words("Get my certificate"))
    main = phone.locator("main")
    expect(main).to_contain_text(
        words("After that day your centre may destroy it. There is no second one.")
    )
    last = stage.candidate("Luca", "Rossi", language=words.language)
    scenes.certificate(stage, last, keep_until=scenes.days_ago(0), **since)
    expect(phone_of(last).locator("section.exam strong")).to_have_text(
        words("today is the last day.")
    )
    over = stage.candidate("Vera", "Rossi", language=words.language)
    scenes.certificate(stage, over, keep_until=scenes.days_ago(2), **since)
    phone = phone_of(over)
    follow(phone, words("Get my certificate"))
    main = phone.locator("main")
    expect(main.locator(".lead")).to_contain_text(words.day(scenes.days_ago(2)))
    expect(main.locator(".ways")).to_have_count(0)
    gone = stage.candidate("Dora", "Rossi", language=words.language)
    kept = {"keep_until": scenes.days_ago(10), "ended_on": scenes.days_ago(3)}
    destroyed = {**since, **kept, "state": CertificateState.destroyed}
    scenes.certificate(stage, gone, **destroyed)
    phone = phone_of(gone)
    follow(phone, "B2 First")
    expect(phone.locator(".timeline li").last).to_contain_text(
        words("Certificate destroyed: nobody collected it")
    )
    follow(phone, words("What became of it"))
    expect(phone.locator("main .lead")).to_contain_text(words.day(scenes.days_ago(3)))


def test_another_centre_sees_none_of_it(stage, words, amina, phone_of, desk_of):
    scenes.certificate(
        stage,
        amina,
        state=ARRIVED,
        arrived_on=scenes.days_ago(3),
        collect_on=scenes.working_day(stage, 3),
        collect_part=DayPart.morning,
        collector="Samira Haddad",
    )
    key = scenes.certificate_key(stage, amina)
    stranger = desk_of("Centre staff", stage.centre())
    stranger.goto("/admin/certificates/list/")
    expect(stranger.locator("main")).to_contain_text(words("There are no rows here."))
    for page in ("show", "agree", "hand_over", "post", "destroy"):
        answer = stranger.goto(f"/admin/certificates/{page}/{key}")
        assert answer.status == 404, f"{page} of another centre's certificate"
        expect(stranger.locator("body")).not_to_contain_text("Haddad")
    # Nor does another candidate.
    phone = phone_of(stage.candidate("Boris", "Ivanov", language=words.language))
    for page in ("", "/arrange", "/authorisation.pdf"):
        path = f"/candidate/exams/{amina.reference}/certificate{page}"
        assert phone.request.get(path).status == 404


# --- The candidate --------------------------------------------------------------------


def now_at(page):
    """The step of the timeline that is going on."""
    return page.locator(".timeline [aria-current=step]")


def amina_makes_an_appointment(stage, page, words):
    follow(page, words("I come and collect it"))
    day = choose_a_day(stage, page, words, "Afternoon")
    main = page.locator("main")
    expect(main).to_contain_text(words("Not confirmed yet"))
    expect(main.locator(".summary")).to_contain_text(words.day(day))
    return day


def choose_a_day(stage, page, words, part):
    """A Sunday is refused; the fourth working day from today is not."""
    today = scenes.days_ago(0)
    day = page.get_by_label(words("Which day?"), exact=True)
    label = {"Morning": "In the morning", "Afternoon": "In the afternoon"}[part]
    page.get_by_label(words(label), exact=True).check()
    sunday = scenes.days_ago(today.weekday() - 13)
    day.fill(sunday.isoformat())
    press(page, words("Ask my centre"))
    expect(page.locator(".has-error .error")).to_contain_text(
        words("The centre is closed on this day. Choose a working day.")
    )
    chosen = scenes.working_day(stage, 4)
    day.fill(chosen.isoformat())
    press(page, words("Ask my centre"))
    expect(page.locator(".flash")).to_contain_text(
        words("Your centre has your wish. You can change it here.")
    )
    return chosen


# --- The centre and the board ---------------------------------------------------------


def the_board_sends_it(page, words, amina):
    page.goto("/admin/certificates/list/")
    follow(page, words("Send certificates"))
    page.get_by_role("link", name=amina.session, exact=True).click()
    button = words.many(
        "%(num)d certificate is sent", "%(num)d certificates are sent", 1
    )
    press(page, button)
    expect(page.locator(".flash")).to_contain_text(
        words("It is written down. Each is on its way.")
    )


def it_arrives(page, words, amina):
    page.goto("/admin/certificates/list/")
    follow(page, words("Certificates have arrived"))
    page.get_by_role("link", name=amina.session, exact=True).click()
    page.locator("main details summary").click()
    expect(page.locator("main details")).to_contain_text("Amina Benali")
    press(
        page,
        words.many(
            "%(num)d certificate has arrived", "%(num)d certificates have arrived", 1
        ),
    )
    expect(page.locator(".flash")).to_contain_text(
        words("It is written down, and the candidates are told.")
    )


def open_the_certificate(page, words, amina):
    page.goto("/admin/certificates/list/")
    row = page.locator("main tr", has_text=amina.session)
    row.locator("a.row-link").click()
    expect(page.locator("h1")).to_have_text(
        words("Certificate of %(name)s", name=amina.name)
    )


def the_clerk_confirms_it(page, words, amina):
    open_the_certificate(page, words, amina)
    follow(page, words("Confirm the appointment"))
    press(page, words("Confirm"))
    expect(page.locator(".flash")).to_contain_text(
        words("The appointment is confirmed.")
    )


def the_clerk_hands_it_over(page, words, to):
    """The name of who is expected stands there already."""
    follow(page, words("Hand it over"))
    signed = page.get_by_label(words("Name of the person who signed"), exact=True)
    expect(signed).to_have_value(to)
    press(page, words("It is handed over"))
    expect(page.locator(".flash")).to_contain_text(
        words("The certificate is handed over.")
    )


def the_clerk_writes_the_rules(page, words):
    page.goto("/admin/rules/list/")
    press(page, words("Write the rules of my centre"))
    page.get_by_label(words("Certificates: opening hours, what to bring")).fill(
        "Come from Monday to Thursday, from 15 to 18."
    )
    page.get_by_label(words("Posts certificates"), exact=True).check()
    page.get_by_label(words("Fee of posting"), exact=True).fill("EUR 12")
    press(page, words("Save"))
    expect(page.locator(".flash")).to_be_visible()
