"""The users of an organisation: added, stopped, let in again, removed, in charge."""

import re

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import Member
from tests.browser.inspection import overhanging, shortcomings
from tests.browser.people import (
    PASSWORD,
    fill_in,
    follow,
    link_in,
    log_in_with_email,
    mail_to,
    press,
    problem_of,
)

pytestmark = pytest.mark.browser

USERS = "/verifier/organisation/users"
HANDOVER = "Hand over the primary role"
# One word, and wider than its column.
TITLE = "Donaudampfschifffahrtsgesellschaftskapitänsassistentin"


@pytest.fixture
def home(stage, words):
    """A function that makes an organisation: its name, its primary user's address."""

    def make(name, colleagues=()):
        domain = f"{name.split()[0].lower()}-{words.language}.example"
        name = f"{name} {words.telling}"
        primary = stage.organisation(name, domain, language=words.language)
        people = [f"{first.lower()}@{domain}" for first in colleagues]
        for first, email in zip(colleagues, people, strict=True):
            stage.colleague(primary, first, email)
        return name, primary, *people

    return make


@pytest.fixture
def desk_of(stage, visitors, words):
    """A function that opens a browser for a user and signs them in."""

    def open_for(email, door="/verifier/login", width=1280):
        page = visitors.arrive(stage.service.url, width, locale=words.locale)
        log_in_with_email(page, words, door, email)
        return page

    return open_for


def test_a_user_is_added_stopped_let_in_again_and_removed(
    stage, visitors, words, home, desk_of
):
    name, primary = home("Ravenna Institute")
    email = primary.replace("registrar", "tea." + "tosi" * 14)
    stage.share(stage.candidate("Amina", "Benali"), primary)
    desk = desk_of(primary)
    follow_menu(desk, words, "Your organisation")
    follow(desk, words("Users"))
    follow(desk, words("Add a user"))
    texts = {"First name": "Tea", "Last name": "Tosi", "Job title": TITLE}
    fill_in(desk, words, {**texts, "Work email address": primary})
    press(desk, words("Add and send the link"))
    used = words("Somebody uses this address already.")
    expect(problem_of(desk, words("Work email address"))).to_contain_text(used)
    expect(desk.get_by_label(words("Job title"), exact=True)).to_have_value(TITLE)
    fill_in(desk, words, {"Work email address": email})
    press(desk, words("Add and send the link"))
    row = desk.get_by_role("row", name="Tea Tosi")
    expect(row).to_contain_text(words("Invited, no password yet"))
    assert overhanging(desk) == []
    subject = words("You have been added to %(organisation)s", organisation=name)
    post = stage.service.post_office
    first = link_in(post.wait_for(email, re.escape(subject)))

    follow(desk, words("Change") + " – Tea Tosi")
    act(desk, words, "Send the link again", "Send the link")
    again = link_in(post.wait_for(email, re.escape(subject), number=2))
    assert again != first
    tea = visitors.arrive(stage.service.url, locale=words.locale)
    tea.goto(again)
    fill_in(tea, words, {"Password": PASSWORD, "Confirm password": PASSWORD})
    press(tea, words("Save password"))
    log_in_with_email(tea, words, "/verifier/login", email)
    expect(tea.locator("main")).to_contain_text("Benali")
    she_sees_the_others_and_changes_nobody(tea, words, primary)
    tea.goto("/verifier/")

    desk.reload()
    change_the_job_title(desk, words)
    act(desk, words, "Deactivate", "Deactivate")
    expect(desk.locator("dl.summary")).to_contain_text(words("Deactivated"))
    follow(tea, words("View"))
    expect(tea).to_have_url(re.compile("/verifier/login"))
    expect(tea.locator("main")).not_to_contain_text("Benali")
    log_in_refused(tea, words, email)
    ended = words("Your access at %(organisation)s has ended", organisation=name)
    post.wait_for(email, re.escape(ended))

    act(desk, words, "Let in again", "Let in again")
    mail_to(stage, words, email, "You can sign in again")
    log_in_with_email(tea, words, "/verifier/login", email)
    follow(tea, words("View"))
    expect(tea.locator("h1")).to_have_text("Amina Benali")
    act(desk, words, "Remove", "Remove")
    expect(desk.locator("main")).not_to_contain_text("Tosi")
    post.wait_for(email, re.escape(ended), number=2)
    tea.reload()
    expect(tea).to_have_url(re.compile("/verifier/login"))
    log_in_refused(tea, words, email)


def test_the_primary_role_passes_on_when_both_say_so(stage, words, home, desk_of):
    _, primary, ugo = home("Modena School", ["Ugo"])
    # He is on the train, with a phone.
    desk, his = desk_of(primary), desk_of(ugo, width=375)
    desk.goto(USERS)
    follow(desk, words(HANDOVER))
    offer(desk, words, "a wrong guess")
    expect(problem_of(desk, words("Your password"))).to_be_visible()
    offer(desk, words, PASSWORD)
    expect(desk.locator("h1")).to_have_text(words("You have offered the primary role"))
    asked = mail_to(stage, words, ugo, "You are asked to become the primary user")
    his.goto(link_in(asked))
    press(his, words("Decline"))
    declined = words("You have declined. Nothing has changed.")
    expect(his.locator(".flash")).to_have_text(declined)
    mail_to(stage, words, primary, "You are still the primary user")
    desk.reload()
    offer(desk, words, PASSWORD)
    expect(desk.locator("dl.summary")).to_contain_text("Ugo")

    his.goto(USERS)
    follow(his, words("Accept or decline"))
    press(his, words("Accept the role"))
    expect(problem_of(his, words("Your password"))).to_be_visible()
    assert shortcomings(his, words.language) == []
    fill_in(his, words, {"Your password": PASSWORD})
    press(his, words("Accept the role"))
    expect(his.locator(".flash")).to_have_text(words("You are the primary user now."))
    me = his.get_by_role("row", name="Ugo")
    expect(me).to_contain_text(words("Primary user"))
    assert shortcomings(his, words.language) == []
    expect(his.get_by_role("link", name=words("Add a user"))).to_be_visible()
    for address in (primary, ugo):
        subject = "Your organisation has a new primary user"
        assert "Ugo" in mail_to(stage, words, address, subject)
    # The page that was open before the role passed on.
    desk.reload()
    expect(desk.locator("h1")).to_have_text(words("There is no offer"))
    follow(desk, words("See the users"))
    expect(desk.get_by_role("link", name=words("Add a user"))).to_have_count(0)
    expect(desk.get_by_role("row", name="Rita")).to_contain_text(words("User"))


def test_staff_replace_a_primary_user_who_has_left(
    stage, visitors, words, home, desk_of
):
    name, primary, ines = home("Parma Academy", ["Ines"])
    officer = desk_of(stage.staff("Partnerships officer"), "/admin/login/")
    left, her = desk_of(primary), desk_of(ines)
    officer.goto(f"/admin/members/show/{key_of(stage, ines)}")
    follow(officer, words("Make primary user"))
    expect(officer.locator("dl.summary")).to_contain_text(primary)
    press(officer, words("Make primary user"))
    expect(problem_of(officer, words("Reason"))).to_be_visible()
    fill_in(officer, words, {"Reason": "Rita has moved to another university."})
    press(officer, words("Make primary user"))
    there = words("The organisation has a new primary user.")
    expect(officer.locator(".flash")).to_have_text(there)
    left.reload()
    expect(left).to_have_url(re.compile("/verifier/login"))
    her.goto(USERS)
    expect(her.get_by_role("row", name="Rita")).to_contain_text(words("Deactivated"))
    told = mail_to(stage, words, ines, "Your organisation has a new primary user")
    assert "moved" not in told

    # She leaves as well, and nobody else is there.
    officer.goto(f"/admin/members/show/{key_of(stage, ines)}")
    follow(officer, words("Replace by a new person"))
    email = primary.replace("registrar", "piero")
    texts = {
        "First name": "Piero",
        "Last name": "Poli",
        "Job title": "Registrar",
        "Work email address": email,
        "Reason": "She has left, too.",
    }
    fill_in(officer, words, texts)
    press(officer, words("Replace"))
    expect(officer.locator(".flash")).to_have_text(there)
    subject = words("You have been added to %(organisation)s", organisation=name)
    added = stage.service.post_office.wait_for(email, re.escape(subject))
    his = visitors.arrive(stage.service.url, locale=words.locale)
    his.goto(link_in(added))
    fill_in(his, words, {"Password": PASSWORD, "Confirm password": PASSWORD})
    press(his, words("Save password"))
    log_in_with_email(his, words, "/verifier/login", email)
    his.goto(USERS)
    expect(his.get_by_role("link", name=words("Add a user"))).to_be_visible()
    her.reload()
    expect(her).to_have_url(re.compile("/verifier/login"))


# --- The steps ------------------------------------------------------------------------


def follow_menu(page, words, name):
    page.get_by_role("navigation").get_by_role("link", name=words(name)).first.click()


def act(page, words, link, button):
    """Follow the link of an act on a user; it is done once the button is pressed."""
    follow(page, words(link))
    expect(page.locator("main .note li").first).to_be_visible()
    press(page, words(button))
    expect(page.locator(".flash")).to_be_visible()


def she_sees_the_others_and_changes_nobody(page, words, primary):
    page.goto(USERS)
    expect(page.get_by_role("row", name="Rita")).to_contain_text(primary)
    for name in ("Change", "Add a user", HANDOVER):
        offered = page.locator("main").get_by_role("link", name=words(name))
        expect(offered).to_have_count(0)
    assert page.request.get(f"{USERS}/add").status == 403


def change_the_job_title(page, words):
    fill_in(page, words, {"Job title": "Deputy registrar"})
    press(page, words("Save"))
    expect(page.locator(".flash")).to_have_text(words("Saved."))
    field = page.get_by_label(words("Job title"), exact=True)
    expect(field).to_have_value("Deputy registrar")


def log_in_refused(page, words, email):
    """The right password, and still no way in."""
    page.goto("/verifier/login")
    fill_in(page, words, {"Email address": email, "Password": PASSWORD})
    press(page, words("Log in"))
    expect(page.locator("#problems")).to_be_visible()


def offer(page, words, password):
    page.locator("select[name=to]").select_option(index=1)
    fill_in(page, words, {"Your password": password})
    press(page, words("Ask them"))


def key_of(stage, email):
    with stage.set() as session:
        return session.scalars(db.select(Member.id).filter_by(email=email)).one()
