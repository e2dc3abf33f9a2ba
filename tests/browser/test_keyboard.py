"""With the keyboard alone: each control is reached, seen to be reached, and works."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.keys import press, reach, write
from tests.browser.people import PASSWORD

pytestmark = pytest.mark.browser


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


def test_somebody_sees_and_sends_a_result_with_the_keyboard(stage, visitors, words):
    amina = stage.candidate("Amina", "Benali", language=words.language)
    name = f"Keyboard College {words.telling}"
    stage.organisation(name, f"keyboard-{words.language}.example")
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    page.goto("/candidate/login")
    write(page, words("ID Number"), amina.id_number)
    write(page, words("Password"), PASSWORD)
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=words("View result")))
    expect(page.locator("dl.score")).to_contain_text("172")
    press(page, page.get_by_role("link", name=words("Send my result"), exact=True))
    write(page, words("Name of the organisation"), f"keyboard {words.telling}")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=name))

    reach(page, page.get_by_label(words("The overall result and each part")))
    page.keyboard.press("ArrowUp")
    only = page.get_by_label(words("The overall result only"), exact=True)
    expect(only).to_be_focused()
    expect(only).to_be_checked()
    optional = f" ({words('optional')})"
    write(page, words("What is it for?") + optional, "A summer job")
    last = words("Last day on which they see it") + optional
    write(page, last, "tomorrow")
    page.keyboard.press("Enter")
    press(page, page.locator("#problems a").first)
    expect(page.get_by_label(last, exact=True)).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    press(page, page.get_by_role("button", name=words("Send my result"), exact=True))

    expect(page.locator(".flash")).to_contain_text(name)
    sent = page.locator("main .cards > li")
    expect(sent).to_contain_text(words("The overall result only"))
    expect(sent).to_contain_text("A summer job")
    press(page, sent.get_by_role("button", name=words("Undo")))
    expect(page.locator("main")).to_contain_text(words("Nothing sent yet"))


def test_somebody_makes_and_ends_a_link_with_the_keyboard(stage, visitors, words):
    noor = stage.candidate("Noor", "Haddad", language=words.language)
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    page.goto("/candidate/login")
    write(page, words("ID Number"), noor.id_number)
    write(page, words("Password"), PASSWORD)
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=words("View result")))
    press(page, page.get_by_role("link", name=words("Show it with a link")))
    write(page, f"{words('Whom is it for?')} ({words('optional')})", "My CV")
    press(page, page.get_by_role("button", name=words("Make a link"), exact=True))
    address = page.get_by_label(words("Address of the link"))
    reach(page, address)
    page.keyboard.press("ControlOrMeta+a")
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert address.evaluate(selected) == address.input_value()
    ending = words("End this link")
    press(page, page.get_by_role("link", name=ending, exact=True))
    press(page, page.get_by_role("button", name=ending, exact=True))
    expect(page.locator("main")).to_contain_text(words("Ended"))


def card(service, name):
    """Return how somebody of the demonstration signs in."""
    cards = json.loads((service.folder / "demo-sign-ins.json").read_text())
    return next(each for each in cards if each["who"].startswith(name))
