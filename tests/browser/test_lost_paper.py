"""A paper that is lost, an account that was not theirs, a result that does not come."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date
from playwright.sync_api import expect

from app.models import School
from tests.browser import board
from tests.browser.people import (
    enter,
    fill_in,
    follow,
    link_in,
    log_in,
    log_in_with_email,
    mail_to,
    press,
    problem_of,
    register_with_paper,
)

pytestmark = pytest.mark.browser

PHONE = 375
CENTRE = "Centro Galileo"
# The clerk's list holds the people of both journeys.
FAMILY = {"en": "Neri", "it": "Moretti"}
UNIVERSITY = {"en": "Ateneo Perduto", "it": "Ateneo Ritrovato"}


def test_the_centre_is_found_by_what_one_remembers(stage, visitors, words):
    lia = stage.candidate("Lia", "Serra", account=False, result=None)
    school = f"Liceo {words.language} Marconi"
    with stage.set() as session:
        entry = stage.entry(lia)
        entry.school = School(
            number=f"S-{words.language}",
            name=school,
            city="Lucca",
            email="exams@school.example",
            centre=entry.centre,
        )
        session.commit()
        sat = entry.session.exam_date
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    page.goto("/candidate/register")
    follow(page, words("This is how you get another one"))
    # Other journeys have centres of that name.
    found = page.locator("main ul.cards > li", has_text="IT024")
    by_city = words("City, name or centre number")
    page.get_by_label(by_city, exact=True).fill("pisa")
    press(page, words("Search"))
    expect(found).to_contain_text("Via Roma 1")
    expect(found.get_by_role("link")).to_be_in_viewport()
    page.get_by_label(by_city, exact=True).fill("Atlantis")
    press(page, words("Search"))
    expect(page.locator("main")).to_contain_text(words("No centre found"))

    page.get_by_label(by_city, exact=True).fill("")
    page.locator("main details summary").click()
    fill_in(page, words, {"Your school": "marconi " + words.language})
    press(page, words("Search"))
    expect(found).to_have_count(1)
    fill_in(page, words, {"Your school": "", "Day of your exam": "31/31/2026"})
    press(page, words("Search"))
    odd = words("Enter a date such as 14/11/2026 (day/month/year).")
    expect(problem_of(page, words("Day of your exam"))).to_contain_text(odd)
    fill_in(page, words, {"Day of your exam": f"{sat:%d/%m/%Y}"})
    press(page, words("Search"))
    expect(found).to_have_count(1)
    found.get_by_role("link", name=CENTRE).click()
    expect(page.locator("main")).to_contain_text("Via Roma 1")
    expect(page.locator("main")).to_contain_text("+39 050 123456")


def test_a_stranger_had_the_paper_and_its_owner_gets_everything_back(
    stage, visitors, words
):
    url, university = stage.service.url, UNIVERSITY[words.language]
    gaia = stage.candidate(
        "Gaia", FAMILY[words.language], language=words.language, born=date(2003, 2, 1)
    )
    mine, theirs = f"gaia.{gaia.email}", f"stranger.{gaia.email}"
    registrar = stage.organisation(
        university, f"ateneo-{words.language}.example", language=words.language
    )
    with stage.set() as session:
        stage.entry(gaia).account.email = theirs
        session.commit()
    shared = stage.share(gaia, registrar)
    stranger = visitors.arrive(url, PHONE, locale=words.locale)
    log_in(stranger, words, gaia)
    office = visitors.arrive(url, locale=words.locale)
    log_in_with_email(office, words, "/verifier/login", registrar)
    office.goto(f"/verifier/results/{shared}")
    expect(office.locator("h1")).to_have_text(gaia.name)

    phone = visitors.arrive(url, PHONE, locale=words.locale)
    she_asks_for_a_new_paper(phone, words, gaia, mine)
    page_of_request = link_in(
        mail_to(stage, words, mine, "Your request has reached your exam centre")
    )
    phone.goto(page_of_request)
    unanswered = words("Your centre has not answered yet")
    expect(phone.locator("main")).to_contain_text(unanswered)
    expect(phone.locator("main")).not_to_contain_text(gaia.name)

    clerk = visitors.arrive(url, locale=words.locale)
    email = stage.staff("Centre staff", at_the_centre=True)
    log_in_with_email(clerk, words, "/admin/login/", email)
    the_clerk_finds_the_entry_and_answers(clerk, words, gaia)
    answered = mail_to(stage, words, mine, "Your exam centre has answered")
    assert "documento" not in answered, "the answer is in the e-mail"
    phone.goto(link_in(answered))
    assert phone.url == page_of_request
    expect(phone.locator("main .conversation")).to_contain_text("un documento")
    secret = the_clerk_issues_again(clerk, words)
    assert secret != gaia.secret

    stranger.reload()
    logs_in = words("Log in to see your results")
    expect(stranger.locator("h1")).to_have_text(logs_in)
    enter(stranger, words, gaia.id_number)
    expect(stranger.locator("#problems")).to_be_visible()
    register_with_paper(stranger, words, gaia, theirs)
    expect(stranger.locator("#problems")).to_be_visible()
    assert office.reload().status == 410
    unavailable = words("This result is not available at the moment")
    expect(office.locator("h1")).to_have_text(unavailable)
    expect(office.locator("main")).not_to_contain_text(gaia.name)

    register_with_paper(phone, words, gaia, mine, secret)
    expect(phone.locator(".flash")).to_contain_text(mine)
    log_in(phone, words, gaia)
    follow(phone, words("View result"))
    expect(phone.locator("dl.score")).to_contain_text("172")
    phone.goto("/candidate/shares")
    card = phone.locator("main .cards > li", has_text=university)
    expect(card).to_contain_text(words("On hold"))
    card.get_by_role("button", name=words("Let them see it")).click()
    expect(card).not_to_contain_text(words("On hold"))
    office.reload()
    expect(office.locator("h1")).to_have_text(gaia.name)


def test_before_the_last_date_one_waits(stage, visitors, words):
    ivo = stage.candidate("Ivo", "Sala", language=words.language, result=None)
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(page, words, ivo)
    page.locator("main section.exam h2 a").click()
    last = in_words(words, datetime.now(UTC).date() + timedelta(days=5))
    expect(page.locator("main")).to_contain_text(last)
    missing = page.get_by_role("link", name=words("My result is missing"))
    expect(missing).to_have_count(0)
    page.goto(f"/candidate/exams/{ivo.reference}/missing")
    wait = words(
        "Please wait until %(day)s. Results come out until the end of that day, and"
        " not everybody's at the same time.",
        day=last,
    )
    expect(page.locator("main .lead")).to_have_text(wait)
    expect(page.locator("main form")).to_have_count(0)


def test_a_missing_result_is_reported_and_answered(stage, visitors, words):
    url = stage.service.url
    zoe = stage.candidate(
        "Zoe",
        FAMILY[words.language],
        sat_days_ago=40,
        result=None,
        language=words.language,
    )
    phone = visitors.arrive(url, PHONE, locale=words.locale)
    log_in(phone, words, zoe)
    follow(phone, words("What you can do now"))
    last = in_words(words, datetime.now(UTC).date() - timedelta(days=5))
    expect(phone.locator("main .lead")).to_contain_text(last)
    invites = words("You can tell your centre now. They can find out what happened.")
    expect(phone.locator("main")).to_contain_text(invites)
    follow(phone, words("My result is missing"))
    expect(phone.locator("main")).to_contain_text(CENTRE)
    about = words("Is there anything your centre should know?")
    phone.get_by_label(about).fill("Speaking was on another day.")
    press(phone, words("Tell my centre"))
    unanswered = words("Your centre has not answered yet")
    expect(phone.locator("main")).to_contain_text(unanswered)
    expect(phone.locator(".conversation")).to_contain_text("on another day")

    clerk = visitors.arrive(url, locale=words.locale)
    email = stage.staff("Centre staff", at_the_centre=True)
    log_in_with_email(clerk, words, "/admin/login/", email)
    clerk.goto("/admin/cases/list/")
    clerk.locator("main tbody tr", has_text=zoe.name).get_by_role("link").first.click()
    expect(clerk.locator(".conversation")).to_contain_text("on another day")
    fill_in(clerk, words, {"Answer": "Your Speaking marks arrive on Monday."})
    press(clerk, words("Send"))
    sent = words("Your answer is there, and the person is told by email.")
    expect(clerk.locator(".flash")).to_have_text(sent)

    message = mail_to(stage, words, zoe.email, "Your exam centre has answered")
    assert "Monday" not in message, "the answer is in the e-mail"
    phone.goto(link_in(message))
    expect(phone.locator("main")).to_contain_text(words("Your centre has answered"))
    expect(phone.locator(".conversation")).to_contain_text("arrive on Monday")
    fill_in(phone, words, {"Write to your centre": "Thank you!"})
    press(phone, words("Send"))
    expect(phone.locator(".conversation > li")).to_have_count(3)
    phone.goto(f"/candidate/exams/{zoe.reference}")
    section = phone.locator("section", has_text=words("Your question to the centre"))
    expect(section).to_contain_text("arrive on Monday")
    expect(section).to_contain_text(unanswered)
    expect(phone.locator("main")).not_to_contain_text(invites)


# --- The steps ------------------------------------------------------------------------


def she_asks_for_a_new_paper(page, words, gaia, email):
    page.goto("/candidate/lost")
    fill_in(page, words, {"City, name or centre number": "IT024"})
    press(page, words("Search"))
    follow(page, CENTRE)
    texts = {
        "Your full name": gaia.name,
        "Date of birth": "1 Febbraio",
        "Email address": email,
    }
    fill_in(page, words, texts)
    press(page, words("Send to the centre"))
    expect(problem_of(page, words("Date of birth"))).to_be_visible()
    expect(page.get_by_label(words("Your full name"))).to_have_value(gaia.name)
    fill_in(page, words, {"Date of birth": gaia.typed_birth})
    press(page, words("Send to the centre"))
    expect(page.locator("h1")).to_have_text(words("What happens now"))
    expect(page.locator(".flash")).to_contain_text(email)


def the_clerk_finds_the_entry_and_answers(page, words, gaia):
    """From the desk to the question, the entry that it is about, and the answer."""
    page.goto("/admin/")
    page.locator("main a[href*='/admin/cases/']").first.click()
    page.goto("/admin/cases/list/")
    page.locator("main tbody tr", has_text=gaia.name).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(gaia.name)
    entry = page.locator("main details li", has_text=gaia.name)
    same = words("Date of birth: the same")
    expect(entry).to_contain_text(same)
    entry.get_by_role("button", name=words("This is the one")).click()
    noted = words("Noted. You can issue the paper again now.")
    expect(page.locator(".flash")).to_have_text(noted)
    fill_in(page, words, {"Answer": "Venga con un documento."})
    press(page, words("Send"))
    sent = words("Your answer is there, and the person is told by email.")
    expect(page.locator(".flash")).to_have_text(sent)


def the_clerk_issues_again(page, words):
    """Say that the account was a stranger's; return the new Secret Number, printed."""
    follow(page, words("Issue again and print"))
    other = words("Another one than the centre wrote down")
    expect(page.locator("main dl.summary")).to_contain_text(other)
    press(page, words("Issue a new Secret Number"))
    expect(page.locator("#problems")).to_contain_text(words("Choose one of the two."))
    page.get_by_label(words("Somebody else's, who had the paper")).check()
    press(page, words("Issue a new Secret Number"))
    done = words("A new Secret Number is issued. Print it now.")
    expect(page.locator(".flash")).to_have_text(done)
    with page.expect_download() as coming:
        press(page, words("Confirmation of Entry (PDF)"))
    paper = board.printed(coming.value.path().read_bytes())
    found = re.search(r"\b(\d{4}) (\d{4})\b", paper)
    assert found, f"no Secret Number on: {paper}"
    return found[1] + found[2]


def in_words(words, day):
    return format_date(day, "d MMMM y", locale=words.language)
