"""E-mails about newly shared results: each time, each morning, on Mondays, or none."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.models import Mail
from tests.browser.desks import desk, go_to, members_are_told, time_passes, university
from tests.browser.people import fill_in, link_in, log_in, press
from tests.browser.words import Words

pytestmark = pytest.mark.browser

EACH = "For every candidate: an email as soon as something is shared"
DAILY = "Daily summary: each morning, when something was shared"
WEEKLY = "Weekly summary: on Monday, when something was shared"
ONE, SEVERAL = "A result has been shared with you", "Results shared with you"
HOW_MANY = (
    "%(num)s result has been shared with %(organisation)s since the last summary:",
    "%(num)s results have been shared with %(organisation)s since the last summary:",
)


def test_who_wants_to_hear_of_every_candidate_does(stage, visitors, words):
    registrar = university(stage, words, "Hearing")
    page = desk(stage, visitors, words, registrar)
    choose(page, words, EACH)
    amina = stage.candidate("Amina", "Benali", language=words.language)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    send(phone, words, amina, f"Hearing University {words.telling}")
    time_passes(stage, registrar, hours=1)
    for _ in range(2):
        members_are_told(stage)
    told = stage.service.post_office.wait_for(registrar, words(ONE))
    assert "Amina Benali" in told
    says_no_result(told)
    page.goto(link_in(told))
    expect(page.locator("h1")).to_have_text("Amina Benali")
    assert queued(stage, registrar, "new_share") == 1


def test_a_daily_summary_names_what_stands_on_the_clock_of_the_organisation(
    stage, visitors, words
):
    registrar = university(stage, words, "Morning")
    page = desk(stage, visitors, words, registrar)
    the_organisation_has_another_clock(page, words, "Pacific/Auckland")
    choose(page, words, DAILY)
    expect(page.locator("main")).to_contain_text("Pacific/Auckland")
    for first in ("Bianca", "Carla"):
        person = stage.candidate(first, "Rossi")
        stage.share(person, registrar, at=datetime.now(UTC))
    dora = stage.candidate("Dora", "Rossi", language=words.language)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, dora)
    send(phone, words, dora, f"Morning University {words.telling}")
    phone.get_by_role("button", name=words("Undo")).click()
    expect(phone.locator("main")).to_contain_text(words("Nothing sent yet"))
    time_passes(stage, registrar, days=5)
    members_are_told(stage)
    told = stage.service.post_office.wait_for(registrar, words(SEVERAL))
    name = f"Morning University {words.telling}"
    assert words.many(*HOW_MANY, 2, organisation=name) in told
    assert all(first in told for first in ("Bianca Rossi", "Carla Rossi"))
    assert "Dora" not in told
    says_no_result(told)
    page.goto(link_in(told))
    expect(page.locator("main table tbody tr")).to_have_count(2)


def test_an_italian_reads_her_mondays_in_italian_and_hears_nothing_of_nothing(
    stage, visitors
):
    words = Words("it")
    registrar = university(stage, words, "Lunedi")
    page = desk(stage, visitors, words, registrar)
    choose(page, words, WEEKLY)
    time_passes(stage, registrar, days=15)
    members_are_told(stage)
    amina = stage.candidate("Amina", "Benali")
    stage.share(amina, registrar, at=datetime.now(UTC))
    time_passes(stage, registrar, days=8)
    for _ in range(2):
        members_are_told(stage)
    told = stage.service.post_office.wait_for(registrar, words(SEVERAL))
    name = f"Lunedi University {words.telling}"
    assert words.many(*HOW_MANY, 1, organisation=name) in told
    assert queued(stage, registrar, "shared_summary") == 1
    choose(page, words, "No emails")
    stage.share(stage.candidate("Boris", "Ivanov"), registrar, at=datetime.now(UTC))
    time_passes(stage, registrar, days=8)
    members_are_told(stage)
    assert queued(stage, registrar, "shared_summary") == 1


# --- The steps ------------------------------------------------------------------------


def choose(page, words, often):
    """From the account's menu to the choice, which is kept."""
    page.locator("header summary").click()
    go_to(page, words("Email notifications"))
    page.get_by_label(words(often), exact=True).check()
    press(page, words("Save"))
    expect(page.locator(".flash")).to_contain_text(words("Your choice is saved."))
    expect(page.get_by_label(words(often), exact=True)).to_be_checked()


def send(phone, words, person, organisation):
    phone.goto(f"/candidate/results/{person.reference}/share")
    fill_in(phone, words, {"Name of the organisation": organisation})
    press(phone, words("Search"))
    phone.locator(".cards > li").get_by_role("link").click()
    press(phone, words("Send my result"))
    expect(phone.locator("main .cards > li")).to_contain_text(words("Not read yet"))


def the_organisation_has_another_clock(page, words, zone):
    go_to(page, words("Your organisation"))
    page.get_by_label(words("Time zone"), exact=True).select_option(zone)
    press(page, words("Save"))
    expect(page.locator(".flash")).to_be_visible()
    expect(page.get_by_label(words("Time zone"), exact=True)).to_have_value(zone)


def queued(stage, address, kind):
    """How many messages of a kind there have been for somebody, sent or not."""
    with stage.set() as session:
        theirs = Mail.address == address, Mail.kind == kind
        return session.query(Mail).filter(*theirs).count()


def says_no_result(told):
    assert not re.search(r"\b(172|Grade C|grade)\b", told), told
