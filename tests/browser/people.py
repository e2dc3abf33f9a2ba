"""What people do in the browser, each act as one function."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.stage import Person, Stage
from tests.browser.words import Words

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Candidate:
    """What a candidate knows of themselves, most of it from their paper."""

    id_number: str
    secret: str
    date_of_birth: str
    email: str

    @classmethod
    def from_paper(cls, text: str, date_of_birth: str, email: str) -> "Candidate":
        """Read the two numbers off a Confirmation of Entry, in groups as printed."""
        numbers = re.search(
            r"ID Number ([A-Z]{3} \d{3} \d{3}) Secret Number (\d{4} \d{4}) ", text
        )
        assert numbers, f"no ID Number and Secret Number in: {text}"
        return cls(numbers[1], numbers[2], date_of_birth, email)


def register(page: Page, candidate: Candidate) -> None:
    """Open an account, with the fields under the labels that are promised."""
    page.goto("/candidate/register")
    texts = {
        "ID Number": candidate.id_number,
        "Secret Number": candidate.secret,
        "Date of birth": candidate.date_of_birth,
        "Email address": candidate.email,
        "Confirm email address": candidate.email,
        "Password": PASSWORD,
        "Confirm password": PASSWORD,
    }
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    for label in ("I agree to the terms of use", "Send me updates"):
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("Your account is open")


def sign_in_as_candidate(page: Page, candidate: Candidate) -> None:
    """Sign in with ID Number and password; arrive at one's exams."""
    page.goto("/candidate/login")
    page.get_by_label("ID Number", exact=True).fill(candidate.id_number)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My exams")


def log_in(page: Page, words: Words, person: Person) -> None:
    """Sign in as a candidate of the stage, in the language of the journey."""
    page.goto("/candidate/login")
    page.get_by_label(words("ID Number"), exact=True).fill(person.id_number)
    page.get_by_label(words("Password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=words("Log in"), exact=True).click()
    expect(page.locator("h1")).to_have_text(words("My exams"))


def log_in_with_email(page: Page, words: Words, path: str, email: str) -> None:
    """Sign in as a registrar or as staff, in the language of the journey."""
    page.goto(path)
    page.get_by_label(words("Email address"), exact=True).fill(email)
    page.get_by_label(words("Password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=words("Log in"), exact=True).click()
    expect(page.get_by_role("button", name=words("Sign out"))).to_be_visible()


def press(page: Page, name: str) -> None:
    """Press the one button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def fill_in(page: Page, words: Words, texts: dict[str, str]) -> None:
    """Type texts into the fields of these labels, as the source names them."""
    for label, text in texts.items():
        page.get_by_label(words(label), exact=True).fill(text)


def problem_of(page: Page, label: str) -> Locator:
    """Return what is said beside the field of this label about what was typed."""
    field = page.locator(".field.has-error", has=page.get_by_label(label, exact=True))
    return field.locator(".error")


def register_with_paper(
    page: Page, words: Words, person: Person, email: str, secret: str = ""
) -> None:
    """Open an account with what stands on somebody's paper, in the journey's words."""
    page.goto("/candidate/register")
    texts = {
        "ID Number": person.id_number,
        "Secret Number": secret or person.secret,
        "Date of birth": person.typed_birth,
        "Email address": email,
        "Confirm email address": email,
        "Password": PASSWORD,
        "Confirm password": PASSWORD,
    }
    fill_in(page, words, texts)
    page.get_by_label(words("I agree to the terms of use"), exact=True).check()
    press(page, words("Submit"))


def add_exam(page: Page, words: Words, person: Person) -> None:
    """Type what stands on the paper of another exam into the page that adds it."""
    texts = {
        "ID Number": person.id_number,
        "Secret Number": person.secret,
        "Date of birth": person.typed_birth,
    }
    fill_in(page, words, texts)
    press(page, words("Add this exam"))


def enter(page: Page, words: Words, typed: str, password: str = PASSWORD) -> None:
    """Try to log in as a candidate with an ID Number or an e-mail address."""
    page.goto("/candidate/login")
    fill_in(page, words, {"ID Number": typed, "Password": password})
    press(page, words("Log in"))


def mail_to(stage: Stage, words: Words, address: str, subject: str) -> str:
    """Return the text of a message with this subject, once the job has sent it."""
    return stage.service.post_office.wait_for(address, re.escape(words(subject)))


def follow(page: Page, name: str) -> None:
    """Follow the first link whose name begins like this."""
    page.locator("main").get_by_role("link", name=name).first.click()


def sign_in_with_email(
    page: Page, path: str, email: str, password: str = PASSWORD
) -> None:
    """Sign in as a member of an organisation or of the board's staff."""
    page.goto(path)
    page.get_by_label("Email address", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def choose_password(page: Page, link: str) -> None:
    """Follow the link of a message and choose a password."""
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Save password", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("Your password is set")


def link_in(text: str) -> str:
    """Return the link that a message asks its reader to open."""
    links = re.findall(r"^https?://\S+$", text, re.MULTILINE)
    assert links, f"no link in: {text}"
    return str(links[0])


def apply_for_organisation(page: Page, name: str, email: str) -> None:
    """Walk from the three ways in to the thanks, as a university's registrar."""
    page.goto("/verifier/register")
    page.get_by_role("link", name="Join an existing account", exact=True).wait_for()
    page.get_by_role("link", name="I am a student", exact=True).wait_for()
    page.get_by_role("link", name="Create a new account", exact=True).click()
    texts = {
        "First name": "Rita",
        "Last name": "Registrar",
        "Job title": "Head of admissions",
        "Email address": email,
        "Confirm email address": email,
        "Organisation name": name,
        "Website": "https://www." + email.partition("@")[2],
        "City": "Bologna",
    }
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Type of organisation", exact=True).select_option("University")
    page.get_by_label("Country", exact=True).select_option("Italy")
    page.get_by_role("button", name="Send application", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def share(page: Page, result_path: str, organisation: str) -> None:
    """Send one's result to an organisation that is found by a part of its name."""
    page.goto(result_path)
    page.get_by_role("link", name="Send my result", exact=True).click()
    page.get_by_label("Name of the organisation").fill(organisation.split()[-1])
    page.get_by_role("button", name="Search", exact=True).click()
    page.locator(".cards").get_by_role("link", name=organisation).click()
    expect(page.locator("h1")).to_have_text(f"Send my result to {organisation}?")
    page.get_by_role("button", name="Send my result", exact=True).click()
    expect(page.locator(".flash")).to_contain_text(organisation)


def download(page: Page, link: str = "Download PDF") -> bytes:
    """Take the PDF that a link of the page offers."""
    answers: list[str] = []
    page.on("response", lambda answer: answers.append(f"{answer.status} {answer.url}"))
    try:
        with page.expect_download() as coming:
            page.get_by_role("link", name=link).first.click()
    except TimeoutError as late:
        place = f"{page.url}: {page.locator('body').inner_text()[:500]}"
        raise AssertionError(f"no PDF; answers: {answers}; on {place}") from late
    content = coming.value.path().read_bytes()
    assert content.startswith(b"%PDF"), content[:40]
    return content
