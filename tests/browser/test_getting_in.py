"""Getting in: an organisation applies and is looked at; a colleague asks to join."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import JoinRequest
from tests.browser.keys import press as press_key
from tests.browser.keys import write
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
from tests.browser.scenes import working_day

pytestmark = pytest.mark.browser

# The first word of САМРО is Cyrillic throughout, and reads like the Latin one.
IMITATION = "САМРО"
MIXED = "Cаmpo"
NOTHING = "Nothing has been shared with you yet"


@pytest.fixture
def sara(stage):
    """The address of the partnerships officer."""
    return stage.staff("Partnerships officer")


@pytest.fixture
def officer(stage, visitors, words, sara):
    """The partnerships officer's browser."""
    return desk_of(stage, visitors, words, "/admin/login/", sara)


@pytest.fixture
def applicant(stage, visitors, words):
    """Somebody whom nobody knows here yet."""
    return visitors.arrive(stage.service.url, locale=words.locale)


def test_a_name_that_reads_like_another_is_looked_at_and_asked_about(
    stage, officer, sara, applicant, words
):
    stage.organisation(
        f"Campo University {words.telling}", f"campo-{words.language}.example"
    )
    email = f"rettore@campo-nuovo-{words.language}.example"
    three_ways_lead_to_three_places(applicant, words)
    applicant.goto("/verifier/register/new")
    tell_who(applicant, words, email, f"{MIXED} University {words.telling}")
    press(applicant, words("Send application"))
    one_alphabet = words("Write each word of the name in the letters of one alphabet.")
    field = problem_of(applicant, words("Organisation name"))
    expect(field).to_contain_text(one_alphabet)
    expect(applicant.get_by_label(words("Confirm email address"))).to_have_value(email)

    name = f"{IMITATION}  university {words.telling}"
    fill_in(applicant, words, {"Organisation name": name})
    press(applicant, words("Send application"))
    due = words.day(working_day(stage, 5))
    expect(applicant.locator("main .lead")).to_contain_text(due)
    received = mail_to(stage, words, email, "We have received your application")
    assert due in received

    name = " ".join(name.split())
    the_officer_finds_it_on_the_desk(officer, words, name, due)
    alike = officer.locator(".note", has_text=words(READS_LIKE))
    expect(alike).to_contain_text(f"Campo University {words.telling}")
    expect(officer.locator("main")).not_to_contain_text(
        words("It is at a free mail provider, where anybody gets an address.")
    )
    question = "Are you a part of the university of the same name?"
    fill_in(officer, words, {"Question": question})
    press(officer, words("Ask the applicant"))
    expect(officer.locator(".conversation")).to_contain_text(question)

    answer = "No. We were founded in Enna in 1998."
    asked = mail_to(stage, words, email, "We have a question about your application")
    assert question not in asked
    the_applicant_answers(applicant, words, link_in(asked), question, answer)
    told = stage.service.post_office.wait_for(sara, "An applicant has answered")
    assert answer not in told
    officer.goto(link_in(told))
    expect(officer.locator(".conversation > li").last).to_contain_text(answer)
    follow(officer, words("Approve"))
    expect(officer.locator("dl.summary")).to_contain_text("Campo University")
    press(officer, words("Approve"))
    expect(officer.locator(".flash")).to_have_text(
        words("The organisation is approved.")
    )
    applicant.reload()
    expect(applicant.locator("h1")).to_have_text(words(NO_QUESTION))

    approved = mail_to(stage, words, email, "Your organisation has been approved")
    come_in(applicant, words, link_in(approved), email)
    expect(applicant.locator("main")).to_contain_text(words(NOTHING))


def test_one_is_refused_with_a_reason_and_another_is_suspended(
    stage, visitors, officer, applicant, words
):
    name, email = f"Quick Papers {words.telling}", f"boss.{words.language}@gmail.com"
    applicant.goto("/verifier/register/new")
    tell_who(applicant, words, email, name, website="https://quick.example")
    press(applicant, words("Send application"))
    expect(applicant.locator("main .lead strong")).to_be_visible()
    due = words.day(working_day(stage, 5))
    the_officer_finds_it_on_the_desk(officer, words, name, due)
    expect(officer.locator(".note")).to_contain_text(
        words("It is at a free mail provider, where anybody gets an address.")
    )
    follow(officer, words("Refuse"))
    press(officer, words("Refuse"))
    expect(problem_of(officer, words("Reason"))).to_be_visible()
    reason = "We could not find your organisation in the register."
    fill_in(officer, words, {"Reason": reason})
    press(officer, words("Refuse"))
    expect(officer.locator(".flash")).to_have_text(words("The application is refused."))
    expect(officer.locator("main")).not_to_contain_text(email)
    subject = f"^{re.escape(words('Your application'))}$"
    assert reason in stage.service.post_office.wait_for(email, subject)

    home = f"Paused Institute {words.telling}"
    registrar = stage.organisation(
        home, f"paused-{words.language}.example", language=words.language
    )
    desk = desk_of(stage, visitors, words, "/verifier/login", registrar)
    officer.goto(f"/admin/organisations/list/?_flt_0_name={home}")
    follow(officer, home)
    follow(officer, words("Suspend"))
    fill_in(officer, words, {"Reason": "It has sold what it saw."})
    press(officer, words("Suspend"))
    expect(officer.locator(".flash")).to_have_text(
        words("The organisation is suspended.")
    )
    paused = mail_to(stage, words, registrar, "Your account is paused")
    assert "sold" not in paused
    desk.reload()
    expect(desk).to_have_url(re.compile("/verifier/login"))
    fill_in(desk, words, {"Email address": registrar, "Password": PASSWORD})
    press(desk, words("Log in"))
    expect(desk.locator("#problems")).to_be_visible()
    expect(desk.get_by_role("button", name=words("Sign out"))).to_have_count(0)


def test_a_colleague_asks_to_join_with_the_keyboard_and_is_let_in(
    stage, visitors, applicant, words
):
    home, site = f"Keys College {words.telling}", f"keys-{words.language}.example"
    primary = stage.organisation(home, site, language=words.language)
    amina = stage.candidate("Amina", "Benali")
    stage.share(amina, primary)
    email = f"carla@{site}"
    page = applicant
    page.goto("/verifier/register")
    press_key(page, page.get_by_role("link", name=words("Join an existing account")))
    write(page, words("Name of the organisation"), f"nobody {words.telling}")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(words("Nobody found"))
    page.goto("/verifier/join")
    write(page, words("Name of the organisation"), f"keys college {words.telling}")
    page.keyboard.press("Enter")
    press_key(page, page.locator(".cards").get_by_role("link", name=home))
    texts = {
        "First name": "Carla",
        "Last name": "Colleague",
        "Job title": "Admissions officer",
        "Email address": email,
        "Confirm email address": f"carlo@{site}",
    }
    for label, text in texts.items():
        write(page, words(label), text)
    page.keyboard.press("Enter")
    press_key(page, page.locator("#problems a").first)
    again = page.get_by_label(words("Confirm email address"), exact=True)
    expect(again).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(
        words("Thank you, your request is on its way")
    )

    told = mail_to(stage, words, primary, "Somebody asks to join your account")
    assert "Carla" not in told
    desk = desk_of(stage, visitors, words, "/verifier/login", primary)
    desk.goto(link_in(told))
    press_key(desk, desk.locator(".cards").get_by_role("link", name="Carla Colleague"))
    facts = desk.locator("dl.summary")
    for fact in ("Admissions officer", email, words(UNDER)):
        expect(facts).to_contain_text(fact)
    press_key(desk, desk.get_by_role("button", name=words("Let them in")))
    expect(desk.locator(".flash")).to_contain_text("Carla Colleague")

    added = words("You have been added to %(organisation)s", organisation=home)
    link = link_in(stage.service.post_office.wait_for(email, re.escape(added)))
    page.goto(link)
    write(page, words("Password"), PASSWORD)
    write(page, words("Confirm password"), PASSWORD)
    page.keyboard.press("Enter")
    write(page, words("Email address"), email)
    write(page, words("Password"), PASSWORD)
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name="Benali")
    press_key(page, row.get_by_role("link", name=words("View")))
    expect(page.locator(".verdict")).to_contain_text("172")


def test_one_is_declined_and_staff_answer_where_nobody_does(
    stage, visitors, officer, applicant, words
):
    home, site = f"Quiet Academy {words.telling}", f"quiet-{words.language}.example"
    primary = stage.organisation(home, site, language=words.language)
    stranger, colleague = f"me.{words.language}@mail.example", f"dario@{site}"
    ask_to_join(applicant, words, home, "Sonia", "Stranger", stranger)
    ask_to_join(applicant, words, home, "Dario", "Di Sotto", colleague)
    desk = desk_of(stage, visitors, words, "/verifier/login", primary)
    desk.goto("/verifier/organisation/users")
    waiting = words.many("%(num)s request to join", "%(num)s requests to join", 2)
    follow(desk, waiting)
    cards = desk.locator("main .cards > li")
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="Sonia")).to_contain_text(words(ELSEWHERE))
    follow(desk, "Sonia Stranger")
    press(desk, words("Decline"))
    expect(desk.locator(".flash")).to_have_text(
        words("The request is declined, and its details are erased.")
    )
    expect(cards).to_have_count(1)
    declined = mail_to(stage, words, stranger, "Your request to join an account")
    assert home in declined

    nobody_answers_for_a_week(stage, colleague)
    officer.goto("/admin/")
    follow(officer, "Dario Di Sotto")
    follow(officer, words("Let them in"))
    press(officer, words("Let them in"))
    expect(officer.locator(".flash")).to_have_text(words("This person is a user now."))
    expect(officer.locator("main")).not_to_contain_text(colleague)
    desk.reload()
    expect(desk.locator("main")).to_contain_text(words("Nobody waits"))
    desk.goto("/verifier/organisation/users")
    expect(desk.get_by_role("row", name="Dario Di Sotto")).to_contain_text(
        words("Invited, no password yet")
    )


# --- The steps ------------------------------------------------------------------------

READS_LIKE = (
    "Its name reads like that of another organisation. Make sure that it is no copy:"
)
NO_QUESTION = "This link does not work any more"
UNDER = "Lies under the website's domain"
ELSEWHERE = "Does not lie under the website's domain"


def three_ways_lead_to_three_places(page, words):
    """A registrar, a colleague and a student each find their own door."""
    ways = {
        "Create a new account": "/verifier/register/new",
        "Join an existing account": "/verifier/join",
        "I am a student": "/candidate/register",
    }
    page.goto("/verifier/register")
    for name, path in ways.items():
        link = page.get_by_role("link", name=words(name), exact=True)
        expect(link).to_have_attribute("href", path)
    expect(
        page.get_by_role("heading", name=words("I work for a school"))
    ).to_be_visible()


def tell_who(page, words, email, name, website=""):
    texts = {
        "First name": "Remo",
        "Last name": "Rettore",
        "Job title": "Registrar",
        "Email address": email,
        "Confirm email address": email,
        "Organisation name": name,
        "Website": website or "https://www." + email.partition("@")[2],
        "City": "Enna",
    }
    fill_in(page, words, texts)
    page.locator("select[name=type]").select_option("university")
    page.locator("select[name=country]").select_option("IT")


def the_officer_finds_it_on_the_desk(page, words, name, due):
    page.goto("/admin/")
    waits = page.locator("section.waiting li", has_text=name)
    expect(waits).to_contain_text(due)
    waits.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_contain_text(name)


def the_applicant_answers(page, words, link, question, answer):
    page.goto(link)
    expect(page.locator(".conversation")).to_contain_text(question)
    press(page, words("Send"))
    expect(problem_of(page, words("Your answer"))).to_be_visible()
    fill_in(page, words, {"Your answer": answer})
    press(page, words("Send"))
    expect(page.locator(".flash")).to_have_text(
        words("Your answer is sent to the board.")
    )
    expect(page.locator(".conversation > li").last).to_contain_text(answer)


def ask_to_join(page, words, home, first, family, email):
    page.goto("/verifier/join")
    fill_in(page, words, {"Name of the organisation": home})
    press(page, words("Search"))
    page.locator(".cards").get_by_role("link", name=home).click()
    texts = {
        "First name": first,
        "Last name": family,
        "Job title": "Assistant",
        "Email address": email,
        "Confirm email address": email,
    }
    fill_in(page, words, texts)
    press(page, words("Send request"))
    page.wait_for_url("**/join/sent")


def nobody_answers_for_a_week(stage, email):
    with stage.set() as session:
        asked = db.select(JoinRequest).filter_by(email=email)
        session.scalars(asked).one().asked_at -= timedelta(days=8)
        session.commit()


def come_in(page, words, link, email):
    """Choose a password by the link of a message, and sign in."""
    page.goto(link)
    fill_in(page, words, {"Password": PASSWORD, "Confirm password": PASSWORD})
    press(page, words("Save password"))
    log_in_with_email(page, words, "/verifier/login", email)


def desk_of(stage, visitors, words, door, email):
    """Open a browser for somebody at a desk, and sign them in."""
    page = visitors.arrive(stage.service.url, locale=words.locale)
    log_in_with_email(page, words, door, email)
    return page
