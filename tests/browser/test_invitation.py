"""An organisation that is not here is invited: a result waits, and goes out to it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import (
    PASSWORD,
    fill_in,
    follow,
    link_in,
    log_in,
    log_in_with_email,
    mail_to,
    press,
)
from tests.telling import tells

pytestmark = pytest.mark.browser

NOTHING = "Nothing has been shared with you yet"


@pytest.fixture
def vera(stage, words):
    return stage.candidate("Vera", "Santoro", language=words.language)


@pytest.fixture
def phone(stage, visitors, words, vera):
    """Vera's phone, on which she has signed in."""
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(page, words, vera)
    return page


@pytest.fixture
def officer(stage, visitors, words):
    """The partnerships officer's browser."""
    page = visitors.arrive(stage.service.url, locale=words.locale)
    email = stage.staff("Partnerships officer")
    log_in_with_email(page, words, "/admin/login/", email)
    return page


def test_a_result_waits_for_an_organisation_and_goes_out_when_it_joins(
    stage, visitors, phone, officer, words, vera
):
    site, name = f"perla-{words.language}.example", f"Perla Hotels {words.telling}"
    email = f"jobs@{site}"
    nobody_is_found(phone, words, vera, name)
    what_is_wrong_is_said_beside_it(phone, words, site)
    fill_in(phone, words, {"Their email address": email})
    phone.get_by_label(words("The overall result only"), exact=True).check()
    press(phone, words("Invite them"))
    expect(phone.locator("main section .cards > li")).to_contain_text(words("Waits"))

    employer = visitors.arrive(stage.service.url, locale=words.locale)
    message = mail_to(stage, words, email, "Somebody wants to show you an exam result")
    assert "Vera Santoro" in message
    assert not re.search(r"\b(172|Grade C|First)\b", message), message
    employer.goto(link_in(message))
    apply(employer, words, name, email)
    the_officer_sees_who_waits(officer, words, site)
    approve(officer, words, name, waiting=1)

    answered = mail_to(stage, words, vera.email, "Your invitation was answered")
    assert name in answered
    assert not tells(answered, "172")
    phone.goto(link_in(answered))
    expect(phone.locator("main section")).to_have_count(0)
    card = phone.locator("main .cards > li")
    expect(card).to_contain_text(name)
    expect(card).to_contain_text(words("Not read yet"))

    come_in(stage, employer, words, email)
    follow(employer, words("View"))
    expect(employer.locator("h1")).to_have_text("Vera Santoro")
    expect(employer.locator(".verdict")).to_contain_text("172")
    expect(employer.locator("main")).not_to_contain_text("168")
    phone.reload()
    expect(card).to_contain_text(words("First read"))


def test_an_invitation_that_was_taken_back_sends_nothing(
    stage, visitors, phone, officer, words, vera
):
    site, name = f"corallo-{words.language}.example", f"Corallo Lines {words.telling}"
    email = f"crew@{site}"
    phone.goto(f"/candidate/results/{vera.reference}/invite")
    texts = {"Name of the organisation": name, "Their website": site}
    fill_in(phone, words, {**texts, "Their email address": email})
    press(phone, words("Invite them"))
    follow(phone, words("Take the invitation back"))
    expect(phone.locator("h1")).to_contain_text(name)
    press(phone, words("Take it back"))
    expect(phone.locator(".flash")).to_contain_text(name)
    expect(phone.locator("main")).not_to_contain_text(words("Waits"))

    employer = visitors.arrive(stage.service.url, locale=words.locale)
    employer.goto("/verifier/register")
    apply(employer, words, name, email)
    approve(officer, words, name)
    come_in(stage, employer, words, email)
    expect(employer.locator("main")).to_contain_text(words(NOTHING))
    phone.goto("/candidate/shares")
    expect(phone.locator("main")).to_contain_text(words("Nothing sent yet"))


# --- The steps ------------------------------------------------------------------------


def nobody_is_found(page, words, person, name):
    """Look for it where results are sent; from there to the invitation."""
    page.goto(f"/candidate/results/{person.reference}/share")
    page.get_by_label(words("Name of the organisation")).fill(name)
    press(page, words("Search"))
    expect(page.locator("main")).to_contain_text(words("Nobody found"))
    follow(page, words("Invite them to get your result here"))
    expect(page.get_by_label(words("Name of the organisation"))).to_have_value(name)


def what_is_wrong_is_said_beside_it(page, words, site):
    """An address that does not lie at the website is refused; nothing typed is lost."""
    typed = {"Their website": f"www.{site}", "Their email address": "boss@mail.example"}
    fill_in(page, words, typed)
    press(page, words("Invite them"))
    field = page.get_by_label(words("Their email address"), exact=True)
    expect(field).to_have_accessible_description(re.compile(f"@{site}"))
    expect(page.locator(".field.has-error")).to_have_count(1)
    for label, text in typed.items():
        expect(page.get_by_label(words(label), exact=True)).to_have_value(text)


def apply(page, words, name, email):
    """Apply as the organisation, with the website that was invited."""
    follow(page, words("Create a new account"))
    texts = {
        "First name": "Paolo",
        "Last name": "Perla",
        "Job title": "Head of people",
        "Email address": email,
        "Confirm email address": email,
        "Organisation name": name,
        "Website": "https://www." + email.partition("@")[2],
        "City": "Rimini",
    }
    fill_in(page, words, texts)
    page.locator("select[name=type]").select_option("employer")
    page.locator("select[name=country]").select_option("IT")
    press(page, words("Send application"))
    page.wait_for_url("**/thanks")


def the_officer_sees_who_waits(page, words, site):
    page.goto("/admin/invitations/list/")
    waits = page.get_by_role("region", name=words("Who is waited for"))
    expect(waits.get_by_role("row", name=site)).to_contain_text("1")


def approve(page, words, name, waiting=0):
    page.goto("/admin/")
    page.locator("main").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_contain_text(name)
    said = words.many(
        "%(num)s result waits for an organisation with this website. It goes out when"
        " you let it in.",
        "%(num)s results wait for an organisation with this website. They go out when"
        " you let it in.",
        waiting,
    )
    expect(page.locator(".note", has_text=said)).to_have_count(min(waiting, 1))
    follow(page, words("Approve"))
    expect(page.locator("h1")).to_have_text(words("Approve %(name)s", name=name))
    press(page, words("Approve"))
    expect(page.locator(".flash")).to_contain_text(
        words("The organisation is approved.")
    )


def come_in(stage, page, words, email):
    """Choose a password by the link of the message, and sign in."""
    page.goto(
        link_in(mail_to(stage, words, email, "Your organisation has been approved"))
    )
    fill_in(page, words, {"Password": PASSWORD, "Confirm password": PASSWORD})
    press(page, words("Save password"))
    log_in_with_email(page, words, "/verifier/login", email)
