"""With the keyboard alone: each control is reached, seen to be reached, and works."""

import json

import pytest
from playwright.sync_api import expect

from app.services.demo.load import PASSWORD

pytestmark = pytest.mark.browser

# More stops than any page of the journey has.
STOPS = 150
SHOWS_FOCUS = """control => {
    const style = getComputedStyle(control);
    const outlined = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
    return outlined || style.boxShadow !== "none";
}"""


def test_somebody_registers_with_the_keyboard(demonstration, visitors):
    page = visitors.arrive(demonstration.url)
    chiara = card(demonstration, "Chiara")
    page.goto("/candidate/register")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    texts = {
        "ID Number": chiara["name"],
        "Secret Number": chiara["values"]["secret"],
        "Date of birth": chiara["values"]["born"],
        "Email address": "chiara@mail.example",
        "Confirm email address": "chiara@mail.example",
        "Password": "a new password of mine",
        "Confirm password": "a new password of mine",
    }
    for label, text in texts.items():
        write(page, label, text)
    reach(page, page.get_by_label("I agree to the terms of use", exact=True))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Submit", exact=True))
    expect(page.locator(".flash")).to_contain_text("Your account is open")
    expect(page.get_by_label("ID Number", exact=True)).to_have_value(chiara["name"])
    write(page, "Password", "a new password of mine")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("My exams")


def test_what_was_forgotten_is_one_key_away(demonstration, visitors):
    page = visitors.arrive(demonstration.url)
    page.goto("/candidate/register")
    press(page, page.get_by_role("button", name="Submit", exact=True))
    link = page.locator("#problems a").first
    press(page, link)
    expect(page.get_by_label("ID Number", exact=True)).to_be_focused()


def test_somebody_sees_and_sends_a_result_with_the_keyboard(demonstration, visitors):
    page = visitors.arrive(demonstration.url)
    page.goto("/candidate/login")
    write(page, "ID Number", "AMI482913")
    write(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="View result").first)
    expect(page.locator("h1")).to_have_text("Pass at Grade B")
    press(page, page.get_by_role("link", name="Send my result", exact=True))
    write(page, "Name of the organisation", "tirreno")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="Università degli Studi del Tirreno"))
    press(page, page.get_by_role("button", name="Send my result", exact=True))
    expect(page.locator(".flash")).to_contain_text("Tirreno")


def card(service, name):
    """Return how somebody of the demonstration signs in."""
    cards = json.loads((service.folder / "demo-sign-ins.json").read_text())
    return next(each for each in cards if each["who"].startswith(name))


def reach(page, control):
    """Press Tab until a control has the focus; it must show that it has."""
    expect(control).to_be_visible()
    handle = control.element_handle()
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if handle.evaluate("control => control === document.activeElement"):
            assert handle.evaluate(SHOWS_FOCUS), f"nothing shows the focus: {control}"
            return
    raise AssertionError(f"{control} on {page.url} is not reached in {STOPS} stops")


def write(page, label, text):
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def press(page, control):
    reach(page, control)
    page.keyboard.press("Enter")
