"""An authenticator app: set up, asked for, replaced by a recovery code, removed."""

import time
from copy import copy

import pyotp
import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import User
from tests.browser.inspection import shortcomings
from tests.browser.people import (
    PASSWORD,
    fill_in,
    follow,
    log_in,
    log_in_with_email,
    mail_to,
    press,
    problem_of,
)
from tests.browser.service import free_port

pytestmark = pytest.mark.browser

PHONE = 375
# A code is taken once: who signs in at once shows the next one.
NEXT = 30
ADD = "Add an authenticator app"


@pytest.fixture(scope="module")
def strict(stage):
    """The address of a server beside the stage's, which asks all staff for an app."""
    beside = copy(stage.service)
    beside.port = free_port()
    beside.url = f"http://127.0.0.1:{beside.port}"
    asks = {"ESITO_STAFF_SECOND_FACTOR": "on", "ESITO_BASE_URL": beside.url}
    beside.env = {**stage.service.env, **asks, "PORT": str(beside.port)}
    beside._processes = []
    beside.start(jobs=False)
    yield beside.url
    beside.stop()


def test_a_member_signs_in_with_an_app_and_without_the_phone(stage, visitors, words):
    registrar = stage.organisation(
        f"Codes University {words.telling}",
        f"codes-{words.language}.example",
        language=words.language,
    )
    page = visitors.arrive(stage.service.url, locale=words.locale)
    log_in_with_email(page, words, "/verifier/login", registrar)
    page.locator("header summary").click()
    page.locator("header").get_by_role("link", name=words("Your account")).click()
    follow(page, words(ADD))
    app, codes = set_up(page, words)
    mail_to(stage, words, registrar, "An authenticator app was added")
    follow(page, words("I have kept them"))
    expect(page.locator("main")).to_contain_text(
        words("We ask for a code after your password.")
    )

    press(page, words("Sign out"))
    give_password(page, words, registrar)
    page.goto("/verifier/organisation")
    expect(page.get_by_role("button", name=words("Log in"))).to_be_visible()
    page.go_back()
    fill_in(page, words, {"Code from your app": "000000"})
    press(page, words("Log in"))
    expect(problem_of(page, words("Code from your app"))).to_be_visible()
    show_code(page, words, app)
    expect(page.locator("h1")).to_be_visible()

    # The phone is broken.
    press(page, words("Sign out"))
    give_password(page, words, registrar)
    show_recovery_code(page, words, codes[0].upper().replace("-", " "))
    used = mail_to(stage, words, registrar, "A recovery code was used")
    assert codes[0] not in used
    press(page, words("Sign out"))
    give_password(page, words, registrar)
    follow(page, words("Use a recovery code instead"))
    fill_in(page, words, {"Recovery code": codes[0]})
    press(page, words("Log in"))
    expect(problem_of(page, words("Recovery code"))).to_be_visible()
    fill_in(page, words, {"Recovery code": codes[1]})
    press(page, words("Log in"))
    sign_out = page.get_by_role("button", name=words("Sign out"))
    expect(sign_out).to_be_visible()

    the_app_is_removed(page, words, "/verifier/account", codes[2])
    mail_to(stage, words, registrar, "Your authenticator app was removed")
    press(page, words("Sign out"))
    log_in_with_email(page, words, "/verifier/login", registrar)


def test_a_candidate_has_an_app_on_the_phone(stage, visitors, words):
    amina = stage.candidate("Amina", "Benali", language=words.language)
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(page, words, amina)
    page.goto("/candidate/account")
    follow(page, words(ADD))
    app, codes = set_up(page, words, look=True)
    assert shortcomings(page, words.language) == []
    mail_to(stage, words, amina.email, "An authenticator app was added")
    follow(page, words("I have kept them"))
    press(page, words("Sign out"))

    give_number(page, words, amina)
    assert shortcomings(page, words.language) == []
    show_code(page, words, app)
    expect(page.locator("h1")).to_have_text(words("My exams"))
    press(page, words("Sign out"))
    give_number(page, words, amina)
    show_recovery_code(page, words, codes[-1])
    expect(page.locator("h1")).to_have_text(words("My exams"))
    page.goto("/candidate/account/authenticator")
    expect(page.locator("dl.summary")).to_contain_text("9")


def test_staff_add_an_app_before_anything_else_opens(stage, strict, visitors, words):
    officer = stage.staff("Partnerships officer")
    page = visitors.arrive(strict, locale=words.locale)
    log_in_with_email(page, words, "/admin/login/", officer)
    needed = words(
        "Everybody who works here needs an authenticator app. Add yours now; it takes"
        " two minutes. Then everything else opens."
    )
    for path in ("/admin/", "/admin/organisations/list/", "/admin/password/"):
        page.goto(path)
        expect(page.locator(".note")).to_have_text(needed)
    set_up(page, words)
    follow(page, words("I have kept them"))
    page.goto("/admin/organisations/list/")
    expect(page.locator("h1")).to_have_text(words("Organisations"))
    press(page, words("Sign out"))
    give_password(page, words, officer, "/admin/login/")
    lost = words(
        "Ask a system administrator, in person or by telephone. They remove the app"
        " from your account."
    )
    expect(page.locator("main")).to_contain_text(lost)

    desk = visitors.arrive(stage.service.url, locale=words.locale)
    administrator = stage.staff("System administrator")
    log_in_with_email(desk, words, "/admin/login/", administrator)
    desk.goto(f"/admin/users/show/{key_of(stage, officer)}")
    remove = words("Remove authenticator app")
    press(desk, remove)
    expect(desk.locator("main li")).to_contain_text("Sara")
    press(desk, remove)
    expect(desk.locator(".flash")).to_have_text(
        words("The authenticator app is removed.")
    )
    log_in_with_email(page, words, "/admin/login/", officer)
    expect(page.locator(".note")).to_have_text(needed)


# --- The steps ------------------------------------------------------------------------


def set_up(page, words, *, look=False):
    """Add an app on the page that offers it; return it and the recovery codes."""
    add = words(ADD)
    fill_in(page, words, {"Present password": "a wrong guess"})
    press(page, add)
    expect(problem_of(page, words("Present password"))).to_be_visible()
    fill_in(page, words, {"Present password": PASSWORD})
    press(page, add)
    expect(page.locator("figure.qr img")).to_be_visible()
    if look:
        assert shortcomings(page, words.language) == []
    app = pyotp.TOTP("".join(page.locator(".secret-key span").all_inner_texts()))
    fill_in(page, words, {"Code from your app": "000000"})
    press(page, words("Confirm"))
    expect(problem_of(page, words("Code from your app"))).to_be_visible()
    fill_in(page, words, {"Code from your app": app.now()})
    press(page, words("Confirm"))
    codes = page.locator(".recovery-codes li")
    expect(codes).to_have_count(10)
    return app, codes.all_inner_texts()


def give_password(page, words, email, door="/verifier/login"):
    """The right password; the code is still to come."""
    page.goto(door)
    fill_in(page, words, {"Email address": email, "Password": PASSWORD})
    press(page, words("Log in"))
    the_code_is_asked_for(page, words)


def give_number(page, words, person):
    page.goto("/candidate/login")
    fill_in(page, words, {"ID Number": person.id_number, "Password": PASSWORD})
    press(page, words("Log in"))
    the_code_is_asked_for(page, words)


def the_code_is_asked_for(page, words):
    expect(page.locator("h1")).to_have_text(words("Enter the code from your app"))
    expect(page.get_by_role("button", name=words("Sign out"))).to_have_count(0)


def show_code(page, words, app):
    code = app.at(int(time.time()) + NEXT)
    fill_in(page, words, {"Code from your app": f"{code[:3]} {code[3:]}"})
    press(page, words("Log in"))
    expect(page.get_by_role("button", name=words("Sign out"))).to_be_visible()


def show_recovery_code(page, words, code):
    follow(page, words("Use a recovery code instead"))
    fill_in(page, words, {"Recovery code": code})
    press(page, words("Log in"))
    expect(page.get_by_role("button", name=words("Sign out"))).to_be_visible()


def the_app_is_removed(page, words, account, code):
    """It takes the password and a code; from then on the password is enough."""
    page.goto(f"{account}/authenticator")
    remove = words("Remove authenticator app")
    follow(page, remove)
    assert shortcomings(page, words.language) == []
    fill_in(page, words, {"Present password": PASSWORD, "Code from your app": code})
    press(page, remove)
    expect(page.locator(".flash")).to_have_text(
        words("The authenticator app is removed.")
    )


def key_of(stage, email):
    with stage.set() as session:
        return session.scalars(db.select(User.id).filter_by(email=email)).one()
