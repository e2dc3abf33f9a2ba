"""Taking shared results along: as data, as papers, by one's own template, and again."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.models import Download
from app.values import WorkState
from tests.browser import board, keys
from tests.browser.desks import desk, go_to, university
from tests.browser.people import fill_in, follow, link_in, log_in, mail_to, press

pytestmark = pytest.mark.browser

PARTS = ("Reading", "Use of English", "Writing", "Listening", "Speaking")
CHOSEN = ("You have chosen %(num)s result.", "You have chosen %(num)s results.")
READY = "Your download is ready."
MADE_LATER = (
    "Your download is being made. You can leave this page: we send you an email when it"
    " is ready."
)
TAKE = "Download file"
CSV = "Data file for spreadsheets (CSV)"
XLSX = "Data file for Excel and LibreOffice (XLSX)"
ZIP = "Statements of Results, one PDF each (ZIP)"
FAMILIES = ("Álvarez", "Benali", "Costa", "Duval")


@pytest.fixture
def people(stage, words):
    """Four candidates with results that are out."""
    return [
        stage.candidate(f"Person{number}", family, language=words.language)
        for number, family in enumerate(FAMILIES)
    ]


def test_chosen_results_become_a_data_file_that_forgets_who_withdraws(
    stage, visitors, words, people
):
    registrar = university(stage, words, "Datafile")
    alvarez, benali, costa, _ = people
    stage.share(alvarez, registrar)
    stage.share(benali, registrar, scope="overall")
    stage.share(costa, registrar)
    page = desk(stage, visitors, words, registrar)
    press(page, words("Download Options"))
    expect(page.locator(".flash")).to_contain_text(words("Choose at least one result."))
    for name in ("Álvarez", "Benali"):
        tick(page, name)
    press(page, words("Download Options"))
    have_it_made(page, words, CSV, 2)
    taken = read_csv(take(page, words))
    number, name = words("Statement of Results number"), words("Family name")
    assert {row[name] for row in taken} == {"Álvarez", "Benali"}
    by_name = {row[name]: row for row in taken}
    assert by_name["Álvarez"][number] == alvarez.statement_number
    assert by_name["Álvarez"][words("Date of birth")] == alvarez.born.isoformat()
    scores = [by_name["Álvarez"][words(part)] for part in PARTS]
    assert scores == ["173", "170", "168", "175", "174"]
    # She shared the overall result only.
    assert by_name["Benali"][words("Overall score")] == "172"
    assert [by_name["Benali"][words(part)] for part in PARTS] == [""] * 5

    she_sees_it_and_takes_it_back(stage, visitors, words, benali)
    again = read_csv(take(page, words))
    assert [row[name] for row in again] == ["Álvarez"]
    page.reload()
    left_out = words.many("%(num)s left out", "%(num)s left out", 1)
    expect(history(page).first).to_contain_text(left_out)

    its_time_is_over(stage, registrar)
    page.reload()
    expect(history(page).first).to_contain_text(words("No longer kept"))
    history(page).first.get_by_role("button", name=words("Make it again")).click()
    expect(page.locator(".flash").first).to_contain_text(words(READY))
    assert [row[name] for row in read_csv(take(page, words))] == ["Álvarez"]


def test_a_template_of_ones_own_lays_the_file_out(stage, visitors, words, people):
    registrar = university(stage, words, "Template")
    for person in people[:2]:
        stage.share(person, registrar)
    page = desk(stage, visitors, words, registrar)
    go_to(page, words("Downloads"))
    follow(page, words("Templates"))
    follow(page, words("Create New Template"))
    fill_in(page, words, {"Name of the template": "Student system"})
    press(page, words("Preview"))
    none = words("Choose at least one field.")
    expect(page.locator("#problems")).to_contain_text(none)
    # In another order than that of the list; one under a heading of its own.
    for field in ("Family name", "Date of birth", "Overall score"):
        page.get_by_label(words(field), exact=True).check()
    for place, field in enumerate(("Overall score", "Date of birth"), 1):
        label = words("Place of %(field)s", field=words(field))
        page.get_by_label(label, exact=True).fill(str(place))
    heading = words("Heading of %(field)s", field=words("Overall score"))
    page.get_by_label(heading, exact=True).fill("SCORE")
    dates = page.get_by_label(words("How dates are written"), exact=True)
    dates.select_option("14.12.2026")
    press(page, words("Preview"))
    specimen = page.locator("main .note tbody tr")
    expected = ["SCORE", words("Date of birth"), words("Family name")]
    expect(specimen.locator("th")).to_have_text(expected)
    expect(specimen.nth(1)).to_contain_text(re.compile(r"\d\d\.\d\d\.\d{4}"))
    press(page, words("Save template"))
    expect(page.locator(".flash")).to_contain_text(words("The template is saved."))
    card = page.locator("main .cards > li", has_text="Student system")
    card.get_by_role("button", name=words("Use for my data files")).click()
    expect(card).to_contain_text(words("Your data files are made by this template"))

    go_to(page, words("Shared results"))
    follow(page, words("Select this page"))
    press(page, words("Download Options"))
    template = page.get_by_label(words("Template of a data file"), exact=True)
    chosen = template.locator("option:checked")
    expect(chosen).to_have_text("Student system")
    have_it_made(page, words, XLSX, 2)
    sheet = openpyxl.load_workbook(io.BytesIO(take(page, words))).active
    first, *others = sheet.iter_rows(values_only=True)
    assert list(first) == expected
    born = "05.03.2004"
    assert sorted(others, key=lambda row: row[2]) == [
        (172, born, "Benali"),
        (172, born, "Álvarez"),
    ]
    row = history(page).first
    for fact in ("Rita Registrar", words(XLSX), "Student system"):
        expect(row).to_contain_text(fact)


def test_many_statements_are_made_meanwhile_and_told_when_they_are_ready(
    stage, visitors, words, people
):
    registrar = university(stage, words, "Papers")
    colleague = registrar.replace("registrar", "carla")
    stage.colleague(registrar, "Carla", colleague)
    for person in people:
        stage.share(person, registrar)
    page = desk(stage, visitors, words, registrar)
    every = words("Select all that match (%(n)s)", n=4)
    page.get_by_label(every, exact=True).check()
    press(page, words("Download Options"))
    have_it_made(page, words, ZIP, 4, said=MADE_LATER)
    hers = desk(stage, visitors, words, colleague)
    told = mail_to(stage, words, registrar, "Your download is ready")
    assert not any(family in told for family in FAMILIES), told
    page.goto(link_in(told))
    with zipfile.ZipFile(io.BytesIO(take(page, words))) as archive:
        papers = {
            name: board.printed(archive.read(name)) for name in archive.namelist()
        }
    assert len(papers) == 4
    for person in people:
        own = [name for name in papers if person.statement_number in name]
        assert len(own) == 1
        assert person.name in papers[own[0]]

    # A colleague sees who took what, and how far the next one is, without asking.
    it_is_being_made(stage, registrar, done=1)
    go_to(hers, words("Downloads"))
    row = history(hers).first
    for fact in ("Rita Registrar", words(ZIP)):
        expect(row).to_contain_text(fact)
    expect(row).to_contain_text(words("%(done)s of %(all)s", done=1, all=4))
    expect(row.get_by_role("link", name=words(TAKE))).to_have_count(0)
    it_is_being_made(stage, registrar, done=3)
    expect(row).to_contain_text(words("%(done)s of %(all)s", done=3, all=4))
    expect(row.get_by_role("progressbar")).to_have_attribute("value", "3")


def test_choosing_and_taking_needs_no_mouse(stage, visitors, words, people):
    registrar = university(stage, words, "Mouseless")
    for person in people[:2]:
        stage.share(person, registrar)
    page = desk(stage, visitors, words, registrar)
    box = page.get_by_role("checkbox", name=people[0].name)
    keys.reach(page, box)
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    options = page.get_by_role("button", name=words("Download Options"), exact=True)
    keys.press(page, options)
    expect(page.locator("main .lead")).to_have_text(words.many(*CHOSEN, 1))
    keys.reach(page, page.get_by_label(words(CSV), exact=True))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(words(XLSX), exact=True)).to_be_checked()
    page.keyboard.press("ArrowUp")
    made = page.get_by_role("button", name=words("Download"), exact=True)
    keys.press(page, made)
    expect(page.locator(".flash")).to_contain_text(words(READY))
    with page.expect_download() as coming:
        keys.press(page, page.get_by_role("link", name=words(TAKE)))
    taken = read_csv(coming.value.path().read_bytes())
    assert [row[words("Family name")] for row in taken] == [FAMILIES[0]]


# --- The steps ------------------------------------------------------------------------


def tick(page, family):
    page.get_by_role("checkbox", name=family).check()


def have_it_made(page, words, kind, count, said=READY):
    """Say what the chosen results are to be; arrive at the history."""
    expect(page.locator("main .lead")).to_have_text(words.many(*CHOSEN, count))
    page.get_by_label(words(kind), exact=True).check()
    press(page, words("Download"))
    expect(page.locator("h1")).to_have_text(words("Downloads"))
    expect(page.locator(".flash").first).to_contain_text(words(said))


def history(page):
    """The lines of the Download History, the newest first."""
    return page.locator("#downloads tbody tr")


def take(page, words):
    """Take the newest file."""
    with page.expect_download() as coming:
        history(page).first.get_by_role("link", name=words(TAKE)).click()
    return coming.value.path().read_bytes()


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def she_sees_it_and_takes_it_back(stage, visitors, words, person):
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, person)
    phone.goto("/candidate/shares")
    card = phone.locator("main .cards > li")
    card.locator("summary").click()
    took = words("%(name)s took it in a data file", name="Rita Registrar")
    expect(card.locator("ol > li").first).to_contain_text(took)
    follow(phone, words("Take it back"))
    press(phone, words("Take it back"))
    expect(card).to_contain_text(words("Taken back"))


def newest(session, registrar):
    """The download that the organisation of a registrar asked for last."""
    rows = db.select(Download).where(Download.member.has(email=registrar))
    return session.scalars(rows.order_by(Download.id.desc()).limit(1)).one()


def its_time_is_over(stage, registrar):
    with stage.set() as session:
        newest(session, registrar).expires_at = datetime.now(UTC)


def it_is_being_made(stage, registrar, *, done):
    """A job process is in the middle of it, and nobody else may make it."""
    with stage.set() as session:
        download = newest(session, registrar)
        download.state, download.done = WorkState.running, done
        download.leased_until = datetime.now(UTC) + timedelta(minutes=2)
