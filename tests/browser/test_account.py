"""A candidate's account on a phone: opened, kept, defended, and used for two exams."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.people import (
    PASSWORD,
    add_exam,
    enter,
    fill_in,
    follow,
    link_in,
    log_in,
    mail_to,
    press,
    problem_of,
    register_with_paper,
)

pytestmark = pytest.mark.browser

PHONE = 375
ANOTHER = "a brand new one of mine"
COMMON = (
    "Many people use this password, so others try it first. Choose another one: for"
    " example three words that do not belong together."
)
SOMEBODY_ELSE = (
    "This exam is another person's: its date of birth is not the one in your account."
    " Brothers and sisters have an account each, and may use the same email address:"
    " log out and register this exam on its own. If the date on your Confirmation of"
    " Entry is wrong, ask your centre."
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


def test_somebody_registers_with_the_paper(stage, visitors, words):
    nadia = stage.candidate(
        "Nadia", "Ferri", account=False, language=words.language, result=None
    )
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/candidate/login")
    follow(page, words("Register"))
    the_box_is_explained(page, words)
    # As printed: in groups, and pasted with a blank too many.
    number = nadia.id_number
    paste(page, words("ID Number"), f" {number[:3]} {number[3:6]} {number[6:]} ")
    paste(page, words("Secret Number"), f"{nadia.secret[:4]} {nadia.secret[4:]}")
    texts = {
        "Date of birth": nadia.typed_birth,
        "Email address": nadia.email,
        "Password": "password1",
    }
    fill_in(page, words, texts)
    paste(page, words("Confirm email address"), nadia.email)
    paste(page, words("Confirm password"), "password1")
    page.get_by_label(words("I agree to the terms of use"), exact=True).check()
    press(page, words("Submit"))

    common = words(COMMON)
    expect(problem_of(page, words("Password"))).to_contain_text(common)
    expect(page.locator("#problems")).to_contain_text(common)
    kept = page.get_by_label(words("Email address"), exact=True)
    expect(kept).to_have_value(nadia.email)
    expect(page.get_by_label(words("Secret Number"), exact=True)).to_have_value("")
    again = {
        "Secret Number": nadia.secret,
        "Password": PASSWORD,
        "Confirm password": PASSWORD,
    }
    fill_in(page, words, again)
    press(page, words("Submit"))
    expect(page.locator(".flash")).to_contain_text(nadia.email)

    fill_in(page, words, {"Password": PASSWORD})
    press(page, words("Log in"))
    expect(page.locator("h1")).to_have_text(words("My exams"))
    unconfirmed = words(
        "Please confirm your email address. We have sent a link to %(email)s.",
        email=nadia.email,
    )
    expect(page.locator("main")).to_contain_text(unconfirmed)
    message = mail_to(stage, words, nadia.email, "Confirm your e-mail address")
    page.goto(link_in(message))
    press(page, words("Yes, confirm it"))
    confirmed = words("Thank you. Your email address is confirmed.")
    expect(page.locator(".flash")).to_have_text(confirmed)
    expect(page.locator("main")).not_to_contain_text(unconfirmed)

    press(page, words("Sign out"))
    enter(page, words, nadia.email)
    expect(page.locator("h1")).to_have_text(words("My exams"))


def test_a_forgotten_password_is_replaced_by_email(stage, visitors, words):
    omar = stage.candidate("Omar", "Conti", language=words.language, result=None)
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    page.goto("/candidate/login")
    follow(page, words("I have forgotten my password"))
    fill_in(page, words, {"ID Number": omar.id_number})
    press(page, words("Send me the link"))
    expect(page.locator("h1")).to_have_text(words("Check your mailbox"))
    message = mail_to(stage, words, omar.email, "Choose a new password")
    assert omar.id_number[-3:] in message
    assert omar.id_number not in message
    link = link_in(message)
    page.goto(link)
    choose = {"New password": "qwertyuiop", "Confirm password": "qwertyuiop"}
    fill_in(page, words, choose)
    press(page, words("Set new password"))
    expect(problem_of(page, words("New password"))).to_be_visible()
    fill_in(page, words, dict.fromkeys(choose, ANOTHER))
    press(page, words("Set new password"))
    done = words("Your new password is set. You can log in with it now.")
    expect(page.locator(".flash")).to_have_text(done)

    enter(page, words, omar.id_number, PASSWORD)
    wrong = words("We cannot sign you in with these details. Check them and try again.")
    expect(page.locator("#problems")).to_contain_text(wrong)
    enter(page, words, omar.id_number, ANOTHER)
    expect(page.locator("h1")).to_have_text(words("My exams"))
    mail_to(stage, words, omar.email, "Your password has been changed")

    answer = page.goto(link)
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text(words("This link does not work any more"))
    follow(page, words("Ask for a new link"))
    expect(page.locator("h1")).to_have_text(words("Choose a new password"))


def test_an_email_address_is_changed(stage, visitors, words):
    pia = stage.candidate("Pia", "Longo", language=words.language, result=None)
    new = f"new.{pia.email}"
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(page, words, pia)
    page.goto("/candidate/account")
    follow(page, words("Change email address"))
    texts = {
        "New email address": new,
        "Confirm new email address": new,
        "Present password": "not my password",
    }
    fill_in(page, words, texts)
    press(page, words("Send the link"))
    wrong = words("This is not your present password.")
    expect(problem_of(page, words("Present password"))).to_contain_text(wrong)
    expect(page.get_by_label(words("New email address"), exact=True)).to_have_value(new)
    fill_in(page, words, {"Present password": PASSWORD})
    press(page, words("Send the link"))
    waits = page.locator("section", has_text=words("Your new email address waits"))
    expect(waits).to_contain_text(new)
    expect(page.locator("dl.summary").first).to_contain_text(pia.email)
    page.goto(link_in(mail_to(stage, words, new, "Confirm your new e-mail address")))
    press(page, words("Yes, change it"))
    changed = words("Your email address is changed.")
    expect(page.locator(".flash")).to_have_text(changed)
    expect(page.locator("dl.summary").first).to_contain_text(new)
    expect(waits).to_have_count(0)
    told = mail_to(stage, words, pia.email, "Your e-mail address has been changed")
    assert new not in told
    assert not re.search(r"/candidate/\w+/", told), "the old address got a link"

    press(page, words("Sign out"))
    enter(page, words, pia.email)
    expect(page.locator("#problems")).to_be_visible()
    enter(page, words, new)
    expect(page.locator("h1")).to_have_text(words("My exams"))


def test_the_owner_of_an_account_sees_and_ends_its_sign_ins(stage, visitors, words):
    rosa = stage.candidate("Rosa", "Greco", language=words.language, result=None)
    url = stage.service.url
    tablet = visitors.arrive(url, 768, locale=words.locale)
    log_in(tablet, words, rosa)
    phone = visitors.arrive(url, PHONE, locale=words.locale, user_agent=IPHONE)
    log_in(phone, words, rosa)
    phone.goto("/candidate/account")
    recent = phone.locator("main ul.cards > li")
    expect(recent).to_have_count(2)
    expect(recent.nth(0)).to_contain_text("Safari, iPhone")
    expect(recent.nth(1)).to_contain_text("Chrome")

    follow(phone, words("Change password"))
    texts = {
        "Present password": PASSWORD,
        "New password": ANOTHER,
        "Confirm password": ANOTHER,
    }
    fill_in(phone, words, texts)
    press(phone, words("Change password"))
    changed = words("Your password is changed. Other devices are signed out.")
    expect(phone.locator(".flash")).to_have_text(changed)
    tablet.reload()
    expect(tablet.locator("h1")).to_have_text(words("Log in to see your results"))
    enter(tablet, words, rosa.id_number, ANOTHER)
    expect(tablet.locator("h1")).to_have_text(words("My exams"))

    phone.goto("/candidate/account")
    other = {"en": "Italiano", "it": "English"}[words.language]
    language = phone.get_by_label(words("Language of our emails"), exact=True)
    language.select_option(other)
    phone.get_by_label(words("Send me updates"), exact=True).check()
    press(phone, words("Save"))
    expect(phone.locator(".flash")).to_have_text(words("Your preferences are saved."))
    expect(language.locator("option:checked")).to_have_text(other)
    expect(phone.get_by_label(words("Send me updates"), exact=True)).to_be_checked()

    press(phone, words("Sign out on every device"))
    gone = words("You are signed out on every device.")
    expect(phone.locator(".flash")).to_have_text(gone)
    for browser in (phone, tablet):
        browser.goto("/candidate/account")
        expect(browser.locator("h1")).to_have_text(words("Log in to see your results"))


def test_whoever_spends_the_tries_does_not_shut_the_owner_out(stage, visitors, words):
    sara = stage.candidate("Sara", "Villa", language=words.language)
    url = stage.service.url
    at_home = visitors.arrive(url, PHONE, locale=words.locale)
    log_in(at_home, words, sara)
    press(at_home, words("Sign out"))
    classmate = visitors.arrive(url, PHONE, locale=words.locale)
    for _ in range(5):
        enter(classmate, words, sara.id_number, "is it her dog's name?")
        expect(classmate.locator("#problems")).to_be_visible()
    by_email = words("Or let us send you a link by email: it works now.")
    expect(classmate.locator("#problems")).not_to_contain_text(by_email)
    enter(classmate, words, sara.id_number, PASSWORD)
    expect(classmate.locator("#problems")).to_contain_text(by_email)

    enter(at_home, words, sara.id_number)
    expect(at_home.locator("h1")).to_have_text(words("My exams"))

    new_phone = visitors.arrive(url, PHONE, locale=words.locale)
    enter(new_phone, words, sara.id_number)
    expect(new_phone.locator("#problems")).to_contain_text(by_email)
    press(new_phone, words("Send me a link by email"))
    expect(new_phone.locator("h1")).to_have_text(words("Check your mailbox"))
    link = link_in(mail_to(stage, words, sara.email, "Your link to log in"))
    new_phone.goto(link)
    expect(new_phone.locator(".lead")).to_contain_text(sara.id_number[-3:])
    press(new_phone, words("Log in"))
    expect(new_phone.locator("h1")).to_have_text(words("My exams"))
    follow(new_phone, words("View result"))
    expect(new_phone.locator("dl.score")).to_contain_text("172")

    classmate.goto(link)
    expect(classmate.locator("h1")).to_have_text(
        words("This link does not work any more")
    )


def test_one_account_holds_two_exams_and_two_siblings_have_one_each(
    stage, visitors, words
):
    family = f"{words.language}.rossi@mail.example"
    facts = {"born": date(2005, 6, 7), "email": family, "language": words.language}
    dario = stage.candidate("Dario", "Rossi", **facts)
    later = stage.candidate("Dario", "Rossi", account=False, result=None, **facts)
    sister = stage.candidate(
        "Elsa", "Rossi", account=False, **{**facts, "born": date(2008, 1, 2)}
    )
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(page, words, dario)
    follow(page, words("Add another exam"))
    add_exam(page, words, sister)
    another_person = words(SOMEBODY_ELSE)
    expect(problem_of(page, words("Date of birth"))).to_contain_text(another_person)
    add_exam(page, words, later)
    expect(page.locator(".flash")).to_have_text(
        words("The exam is in your account now.")
    )
    expect(page.locator("main section.exam")).to_have_count(2)
    for number in (dario.id_number, later.id_number):
        press(page, words("Sign out"))
        enter(page, words, number)
        expect(page.locator("main section.exam")).to_have_count(2)
    press(page, words("Sign out"))

    register_with_paper(page, words, sister, family)
    expect(page.locator(".flash")).to_contain_text(family)
    enter(page, words, sister.id_number)
    expect(page.locator("main section.exam")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("Elsa Rossi")
    expect(page.locator("main")).not_to_contain_text("Dario")
    press(page, words("Sign out"))
    enter(page, words, dario.id_number)
    expect(page.locator("main")).not_to_contain_text("Elsa")


# --- The steps ------------------------------------------------------------------------


def the_box_is_explained(page, words):
    """The page draws the box of the paper, and says where on it the numbers stand."""
    box = page.locator("main figure")
    expect(box.get_by_role("img")).to_be_visible()
    for label in ("Results Information", "ID Number", "Secret Number"):
        expect(box).to_contain_text(words(label))


def paste(page, label, text):
    """Paste from the clipboard, as a password manager's user does."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+V")
