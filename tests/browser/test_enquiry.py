"""Having a result checked: the candidate asks, the centre passes it on, the board says.

The candidate is on a phone; clerk, officer and registrar sit at their desks.
"""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.values import CertificateState, ExamCode
from tests.browser import scenes
from tests.browser.people import follow, link_in, log_in, log_in_with_email, press
from tests.browser.words import Words
from tests.telling import tells

pytestmark = pytest.mark.browser

SHIELDS = {"status": "graded", "overall": 12, "score_l": 5, "score_rw": 4, "score_s": 3}
# The stage's Grade C with a better writing: 176, Grade B.
BETTER = "190"
# A centre in Italy is written to in Italian.
CENTRES = Words("it")


@pytest.fixture
def centre(stage):
    """A centre of this journey's own, which says what a check costs."""
    number = stage.centre()
    scenes.rules(
        stage,
        number,
        recheck_fee="EUR 42",
        remark_fee="EUR 95",
        enquiry_rules="Pay by bank transfer within five days.",
    )
    return number


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
    """A function that opens the browser of staff, or of a registrar, at a desk."""

    def open_for(email, door="/admin/login/"):
        page = visitors.arrive(stage.service.url, locale=words.locale)
        log_in_with_email(page, words, door, email)
        return page

    return open_for


def test_a_recheck_is_asked_for_passed_on_and_answered(
    stage, words, centre, phone_of, desk_of
):
    amina = stage.candidate("Amina", "Benali", language=words.language, centre=centre)
    phone = phone_of(amina)
    amina_asks_for_a_recheck(phone, words)
    messages = stage.service.post_office
    messages.wait_for(amina.email, words("We have your request"))
    subject = CENTRES("A candidate asks for a check of their result")
    told = messages.wait_for(f"esami@{centre.lower()}.example", subject)
    assert "Amina Benali" in told

    clerk = stage.staff("Centre staff", at_the_centre=True, centre=centre)
    the_clerk_passes_it_on(desk_of(clerk), words)
    messages.wait_for(amina.email, words("Your request is with us"))
    phone.reload()
    main = phone.locator("main")
    expect(main).to_contain_text(words("The board is looking at it"))
    expect(main.get_by_role("link", name=words("Cancel my request"))).to_have_count(0)

    the_officer_leaves_it(desk_of(stage.staff("Results officer")), words, amina)
    answer = messages.wait_for(amina.email, words("The answer to your request is here"))
    assert not tells(answer, "172")
    phone.goto(link_in(answer))
    expect(main).to_contain_text(
        words("We have checked it. Your result stays as it is.")
    )
    expect(main.locator(".quoted")).to_have_text("Every mark was counted.")
    # What comes next is offered at once, on its own terms.
    follow(phone, words("How a check works, and what it costs"))
    expect(main).to_contain_text(words("Have my writing marked again"))
    expect(main.locator(".summary")).to_contain_text("EUR 95")


def test_a_remark_that_changes_the_result_shows_once_two_people_have_signed(
    stage, words, centre, phone_of, desk_of
):
    amina = stage.candidate("Amina", "Benali", language=words.language, centre=centre)
    scenes.checked_once(stage, amina)
    scenes.certificate(
        stage,
        amina,
        state=CertificateState.collected,
        arrived_on=scenes.days_ago(5),
        ended_on=scenes.days_ago(2),
        handed_to="Amina Benali",
    )
    domain = f"remark-{words.language}.example"
    registrar = stage.organisation(
        f"Remark University {words.language}", domain, language=words.language
    )
    shared = f"/verifier/results/{stage.share(amina, registrar)}"
    university = desk_of(registrar, "/verifier/login")
    university.goto(shared)
    expect(university.locator(".verdict")).to_contain_text("172")

    phone = phone_of(amina)
    amina_asks_for_a_remark(phone, words, amina)
    scenes.passed_on(stage, amina)
    officer = desk_of(stage.staff("Results officer"))
    the_officer_amends_it(officer, words, amina)
    the_officer_proposes(officer, words)
    nothing_shows_yet(phone, university, words, amina, shared)
    somebody_else_signs(desk_of(stage.staff("Release approver")), words, amina)
    nothing_shows_yet(phone, university, words, amina, shared)

    scenes.the_instant_comes(stage, amina)
    phone.goto(f"/candidate/results/{amina.reference}")
    main = phone.locator("main")
    expect(phone.locator("h1")).to_have_text(words("Pass at Grade B"))
    expect(main.locator("dl.score")).to_contain_text("176")
    expect(main).to_contain_text(words("Amended"))
    messages = stage.service.post_office
    answer = messages.wait_for(amina.email, words("The answer to your request is here"))
    phone.goto(link_in(answer))
    expect(main).to_contain_text(
        words("We have checked it, and your result has been corrected.")
    )
    expect(main.locator(".quoted").first).to_have_text("Part 2 was marked again.")
    # The old certificate holds no more: the grade is another one. A job of its own
    # recalls it, and may come after the message.
    end = time.monotonic() + 60
    while not main.locator(".note").count() and time.monotonic() < end:
        phone.reload()
    expect(main.locator(".note")).to_contain_text(
        words(
            "Your result has been corrected, and the certificate that you have does not"
            " hold any more. Please give it back to your centre. You get a new one."
        )
    )
    for told in (
        answer,
        messages.wait_for(
            registrar, words("A result shared with you has been corrected")
        ),
    ):
        assert not tells(told, "176", "172")
    university.reload()
    expect(university.locator(".verdict")).to_contain_text("176")
    expect(university.locator("main")).to_contain_text(words("Amended"))
    # The centre gives the fee back; it is told that, and no marks.
    messages.wait_for(
        f"esami@{centre.lower()}.example",
        CENTRES("An enquiry about a result is answered"),
    )
    clerk = desk_of(stage.staff("Centre staff", at_the_centre=True, centre=centre))
    open_the_enquiry(clerk, words("Enquiries of our candidates"), "Benali")
    expect(clerk.locator("main")).to_contain_text(
        words("Answered: the result is amended")
    )
    expect(clerk.locator("main .note")).to_contain_text(
        words(
            "The grade has changed. Please give the fee back, and ask the candidate for"
            " the old certificate if they have it."
        )
    )
    expect(clerk.locator("main")).not_to_contain_text("176")


def test_a_centre_that_cannot_pass_it_on_says_why(
    stage, words, centre, phone_of, desk_of
):
    amina = stage.candidate("Amina", "Benali", language=words.language, centre=centre)
    phone = phone_of(amina)
    amina_asks_for_a_recheck(phone, words)
    clerk = desk_of(stage.staff("Centre staff", at_the_centre=True, centre=centre))
    open_the_enquiry(clerk, words("Enquiries to pass on"), "Benali")
    clerk.locator("main").get_by_role("link", name=words("Refuse")).click()
    press(clerk, words("Refuse"))
    expect(clerk.locator(".has-error .error")).to_contain_text(
        words("Say why. The candidate reads it.")
    )
    clerk.get_by_label(words("Reason"), exact=True).fill("The fee was not paid.")
    press(clerk, words("Refuse"))
    expect(clerk.locator(".flash")).to_contain_text(
        words("The request is refused. The candidate is told.")
    )
    told = stage.service.post_office.wait_for(
        amina.email, words("Your centre has answered your request")
    )
    assert "fee was not paid" not in told
    phone.goto(link_in(told))
    main = phone.locator("main")
    expect(main).to_contain_text(words("Not passed on"))
    expect(main.locator(".quoted")).to_have_text("The fee was not paid.")
    # Until the deadline she may ask again.
    follow(phone, words("How a check works, and what it costs"))
    expect(phone.get_by_role("button", name=words("Ask my centre"))).to_be_visible()


def test_who_takes_the_request_back_can_ask_again(stage, words, centre, phone_of):
    amina = stage.candidate("Amina", "Benali", language=words.language, centre=centre)
    phone = phone_of(amina)
    amina_asks_for_a_recheck(phone, words)
    follow(phone, words("Cancel my request"))
    expect(phone.locator("h1")).to_have_text(words("Cancel my request?"))
    press(phone, words("Cancel my request"))
    expect(phone.locator(".flash")).to_contain_text(words("Your request is cancelled."))
    expect(phone.locator("main")).to_contain_text(words("You took this request back."))
    expect(phone.get_by_role("button", name=words("Ask my centre"))).to_be_visible()


def test_where_nothing_can_be_asked_for_the_page_says_why(stage, words, phone_of):
    young = {"born": scenes.days_ago(3300), "exam": ExamCode.YLEM, "result": SHIELDS}
    late = {"sat_days_ago": 80, "out_hours_ago": 24 * 40}
    people = {
        "Results of exams for young learners are not checked again: nobody fails them."
        " Your centre can answer your questions.": young,
        "The time to ask for a check is over. If there was a reason why you could not"
        " ask in time, please talk to your centre.": late,
        "Only a result with a grade or scores can be checked. Your centre can tell you"
        " what happens next.": {"result": {"status": "withheld"}},
    }
    for number, (why, values) in enumerate(people.items()):
        name = ("Nina", "Luca", "Vera")[number]
        phone = phone_of(
            stage.candidate(name, "Rossi", language=words.language, **values)
        )
        follow(phone, words("View result"))
        reference = phone.url.rpartition("/")[2]
        phone.goto(f"/candidate/exams/{reference}")
        section = phone.locator("section[aria-labelledby=enquiry]")
        expect(section).to_contain_text(words(why))
        expect(section.get_by_role("link")).to_have_count(0)
        phone.goto(f"/candidate/exams/{reference}/enquiry")
        expect(phone.locator("main .lead")).to_have_text(words(why))
        expect(phone.locator("main form")).to_have_count(0)


# --- The candidate --------------------------------------------------------------------


def amina_asks_for_a_recheck(page, words):
    """From her exams to a request that her centre has; she must know the risk."""
    follow(page, "B2 First")
    follow(page, words("How a check works, and what it costs"))
    main = page.locator("main")
    facts = main.locator(".summary")
    expect(facts).to_contain_text("EUR 42")
    # The result came out yesterday, and this centre gives the thirty days.
    expect(facts).to_contain_text(words.day(scenes.days_ago(1) + timedelta(days=30)))
    expect(main).to_contain_text("Pay by bank transfer within five days.")
    page.get_by_label(words("What your centre should know")).fill("One part is low.")
    press(page, words("Ask my centre"))
    expect(page.locator(".has-error .error")).to_contain_text(
        words("Please tick this: a check can also lower the grade.")
    )
    field = page.get_by_label(words("What your centre should know"))
    expect(field).to_have_value("One part is low.")
    page.get_by_label(words("I know that the grade can go down")).check()
    press(page, words("Ask my centre"))
    expect(page.locator(".flash")).to_contain_text(
        words("Your request is with your centre now.")
    )
    expect(main).to_contain_text(words("With your centre"))


def amina_asks_for_a_remark(page, words, amina):
    page.goto(f"/candidate/exams/{amina.reference}")
    follow(page, words("How a check works, and what it costs"))
    expect(page.locator(".summary")).to_contain_text("EUR 95")
    page.get_by_label(words("I know that the grade can go down")).check()
    press(page, words("Ask my centre"))
    expect(page.locator(".flash")).to_contain_text(
        words("Your request is with your centre now.")
    )


def nothing_shows_yet(phone, university, words, amina, shared):
    """Whatever the board has decided, the old result stands for everybody else."""
    phone.goto(f"/candidate/results/{amina.reference}")
    expect(phone.locator("dl.score")).to_contain_text("172")
    expect(phone.locator("main")).not_to_contain_text(words("Amended"))
    phone.goto(f"/candidate/exams/{amina.reference}")
    expect(phone.locator("main")).to_contain_text(words("The board is looking at it"))
    expect(phone.locator("main")).not_to_contain_text("Part 2 was marked again.")
    university.goto(shared)
    expect(university.locator(".verdict")).to_contain_text("172")


# --- The centre and the board ---------------------------------------------------------


def open_the_enquiry(page, listed, name):
    """From the menu to the list, and to the row of a candidate."""
    menu = page.locator(".office-menu")
    link = menu.get_by_role("link", name=listed, exact=True)
    menu.locator("summary", has=page.locator("xpath=..//a", has_text=listed)).click()
    link.click()
    expect(page.locator("h1")).to_have_text(listed)
    page.locator("main tr", has_text=name).first.locator("a.row-link").click()


def the_clerk_passes_it_on(page, words):
    open_the_enquiry(page, words("Enquiries to pass on"), "Benali")
    expect(page.locator("main")).not_to_contain_text("172")
    page.locator("main").get_by_role("link", name=words("Pass it on")).click()
    press(page, words("The fee is paid: pass it on"))
    expect(page.locator(".flash")).to_contain_text(
        words("The request is with the board. The candidate is told.")
    )


def the_officer_leaves_it(page, words, amina):
    open_the_enquiry(page, words("Enquiries to finish"), amina.session)
    page.locator("main").get_by_role("link", name=words("The result stays")).click()
    page.get_by_label(words("What the candidate reads")).fill("Every mark was counted.")
    press(page, words("Answer that the result stays"))
    expect(page.locator(".flash")).to_contain_text(
        words("The enquiry is answered. Candidate and centre are told.")
    )


def the_officer_amends_it(page, words, amina):
    open_the_enquiry(page, words("Enquiries to finish"), amina.session)
    page.locator("main").get_by_role("link", name=words("The result changes")).click()
    expect(page.get_by_label(words("Writing"), exact=True)).to_have_value("168")
    page.get_by_label(words("Writing"), exact=True).fill(BETTER)
    page.get_by_label(words("What the candidate reads")).fill(
        "Part 2 was marked again."
    )
    press(page, words("Show the difference"))
    main = page.locator("main")
    expect(main.locator("tr", has_text=words("Overall score"))).to_contain_text("176")
    press(page, words("Write the amended result"))
    expect(page.locator(".flash")).to_contain_text(
        words("The amended result is written. It comes out with two signatures.")
    )


def the_officer_proposes(page, words):
    page.locator("main").get_by_role("link", name=words("Propose its release")).click()
    tomorrow = scenes.days_ago(-1)
    page.get_by_label(words("Day"), exact=True).fill(tomorrow.isoformat())
    page.get_by_label(words("Time"), exact=True).fill("09:00")
    press(page, words("Propose its release"))
    expect(page.locator(".flash")).to_contain_text(
        words("The release is proposed. Somebody else has to sign it now.")
    )


def somebody_else_signs(page, words, amina):
    page.goto("/admin/")
    row = page.locator("main tr, main li", has_text=amina.session).first
    row.get_by_role("link").first.click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".flash")).to_contain_text(
        words("The release is signed. Its results come out at its instant.")
    )
