"""Checking what applicants claim, a file at once: from the file to the answers."""

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from tests.browser.desks import amended, desk, go_to, university
from tests.browser.inspection import overhanging
from tests.browser.people import follow, link_in, log_in, mail_to, press

pytestmark = pytest.mark.browser

NOBODY = "26CZZ9990001"


@pytest.fixture
def page_of(stage, visitors, words):
    """A function that opens the page that takes lists, at a registrar's desk."""

    def open_for(registrar):
        page = desk(stage, visitors, words, registrar)
        go_to(page, words("Candidate search"))
        follow(page, words("Check a list"))
        expect(page.locator("h1")).to_have_text(words("Check a list"))
        return page

    return open_for


def test_a_list_is_checked_row_by_row_and_each_candidate_sees_it(
    stage, visitors, words, page_of
):
    registrar = university(stage, words, "Checker")
    page = page_of(registrar)
    amina, boris, carla = (
        stage.candidate(first, "Rossi", language=words.language)
        for first in ("Amina", "Boris", "Carla")
    )
    amended(stage, carla)
    claims = {
        amina: ("B2", "172", "Matches"),
        boris: ("C1", "190", "Differs"),
        carla: ("B2", "172", "Amended since"),
    }
    rows = [
        (one.statement_number, one.typed_birth, level, score)
        for one, (level, score, _) in claims.items()
    ]
    rows += [(NOBODY, "01/01/2001", "B2", ""), ("26CZZ9990002", "yesterday", "", "")]
    expected = [*(answer for _, _, answer in claims.values()), "Not found"]
    expected += ["Invalid row"]
    upload(page, words, "applicants.csv", as_csv(rows), "Admission 2027")
    expect(page.locator("h1")).to_have_text("applicants.csv")

    told = mail_to(stage, words, registrar, "Your list is checked")
    assert not any(one.name in told for one in claims), told
    page.goto(link_in(told))
    shown = page.locator("main table tbody tr td:last-child .status")
    expect(shown).to_have_text([words(answer) for answer in expected])
    expect(page.locator("main")).not_to_contain_text("180")
    assert answers_of(page, words) == [
        (number, words(answer))
        for (number, *_), answer in zip(rows, expected, strict=True)
    ]

    mail_to(stage, words, amina.email, "Your result has been looked up")
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    phone.goto("/candidate/shares")
    looked = phone.locator("main section", has_text="Checker University")
    expect(looked).to_contain_text(words("in a list, without seeing your marks"))
    expect(looked).to_contain_text("Admission 2027")


def test_a_spreadsheet_is_read_with_its_dates_as_it_was_saved(stage, words, page_of):
    registrar = university(stage, words, "Sheets")
    page = page_of(registrar)
    amina = stage.candidate("Amina", "Benali", language=words.language)
    rows = [(amina.statement_number, amina.born, "B2", 172), (NOBODY, amina.born)]
    name = "applicants" * 12 + ".xlsx"
    upload(page, words, name, as_xlsx(rows))
    told = mail_to(stage, words, registrar, "Your list is checked")
    page.goto(link_in(told))
    assert answers_of(page, words) == [
        (amina.statement_number, words("Matches")),
        (NOBODY, words("Not found")),
    ]
    follow(page, words("Check a list"))
    sent = page.locator("main table tbody tr")
    expect(sent).to_have_count(1)
    expect(sent).to_contain_text(name)
    assert overhanging(page) == []
    expect(sent).to_contain_text(words("Checked"))


def test_what_is_no_list_is_refused_and_says_how_one_looks(stage, words, page_of):
    page = page_of(university(stage, words, "Mistaken"))
    press(page, words("Check this list"))
    expect(page.locator("#problems")).to_contain_text(words("Choose a file."))
    upload(page, words, "photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "Admission 2027")
    expect(page.locator(".field.has-error .error")).to_have_count(1)
    # A browser lets nobody choose the file again for them; what was typed stays.
    expect(page.get_by_label(words("What for"))).to_have_value("Admission 2027")
    page.locator("main details summary").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name=words("text (CSV)")).click()
    template = coming.value.path().read_bytes()
    upload(page, words, "list.csv", template)
    expect(page.locator("h1")).to_have_text("list.csv")


# --- The steps ------------------------------------------------------------------------


def upload(page, words, name, content, purpose=""):
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label(words("Your list")).set_input_files(file)
    page.get_by_label(words("What for")).fill(purpose)
    press(page, words("Check this list"))


def as_csv(rows):
    """A list as a spreadsheet in Italy saves it: with semicolons."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(("Statement number", "Date of birth", "CEFR level", "Score"))
    writer.writerows(rows)
    return written.getvalue().encode()


def as_xlsx(rows: list[tuple[str, date, str, int] | tuple[str, date]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(("Statement no", "DOB", "Level", "Overall score"))
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def answers_of(page, words):
    """What the file of answers says, row by row."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=words("Download the answers (CSV)")).click()
    text = coming.value.path().read_text(encoding="utf-8-sig")
    headings, *rows = csv.reader(io.StringIO(text))
    assert headings[1:3] == [words("Statement of Results number"), words("Answer")]
    return [(number, answer) for _, number, answer, _ in rows]
