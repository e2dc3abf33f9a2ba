"""What an organisation asks for: said by it, read by candidates, seen in its list."""

import pytest
from playwright.sync_api import expect

from app.values import ExamCode
from tests.browser.desks import desk, go_to, university
from tests.browser.people import fill_in, follow, log_in, press

pytestmark = pytest.mark.browser

EXAMS, MEETS, DOES_NOT = "Recognised exams", "Meets", "Does not meet"
LOW = {"status": "graded", "overall": 150, "grade": "Level B1", "cefr": "B1"}
LOW |= {"score_r": 150, "score_u": 150, "score_w": 150, "score_l": 150, "score_s": 150}


def test_what_is_asked_for_is_read_before_sharing_and_seen_in_the_list(
    stage, visitors, words
):
    name = f"Asking University {words.telling}"
    registrar = university(stage, words, "Asking")
    page = desk(stage, visitors, words, registrar)
    the_organisation_says_what_it_asks_for(page, words)

    amina = stage.candidate("Amina", "Benali", language=words.language)
    phone = visitors.arrive(stage.service.url, 375, locale=words.locale)
    log_in(phone, words, amina)
    amina_reads_it_and_sends_her_result(phone, words, amina, name)
    boris = stage.candidate("Boris", "Ivanov", result=LOW)
    stage.share(boris, registrar)

    go_to(page, words("Shared results"))
    rows = page.locator("main table tbody tr")
    expect(rows).to_have_count(2)
    # 172 is enough for one of the two programmes.
    for person, verdict in ((amina, MEETS), (boris, DOES_NOT)):
        row = rows.filter(has_text=person.name.split()[1])
        expect(row.locator(".status").last).to_have_text(words(verdict))
    filtered(page, words, "Does not meet it")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Ivanov")
    filtered(page, words, "Meets it")
    expect(rows).to_have_count(1)
    follow(page, words("View"))
    expect(page.locator("h1")).to_have_text("Amina Benali")
    verdicts = page.locator("main .verdicts > li")
    expect(verdicts.filter(has_text="Medicine")).to_contain_text(words(DOES_NOT))
    expect(verdicts.filter(has_text="Medicine")).to_contain_text("180")
    expect(verdicts.filter(has_text="Physics").locator(".status")).to_have_text(
        words(MEETS)
    )


def test_an_exam_that_is_not_listed_does_not_meet_until_nothing_is_asked_for(
    stage, visitors, words
):
    registrar = university(stage, words, "Choosy")
    carla = stage.candidate("Carla", "Conti", exam=ExamCode.FCE)
    reference = stage.share(carla, registrar)
    page = desk(stage, visitors, words, registrar)
    open_exams(page, words)
    add(page, words, "C1 Advanced")
    page.goto(f"/verifier/results/{reference}")
    said = words("%(exam)s is not among the exams you list", exam="B2 First")
    expect(page.locator("main .verdicts > li")).to_contain_text(said)
    open_exams(page, words)
    follow(page, words("Change"))
    follow(page, words("Delete this requirement"))
    press(page, words("Delete"))
    expect(page.locator("main")).to_contain_text(words("You have not listed any exams"))
    page.goto(f"/verifier/results/{reference}")
    expect(page.locator(".verdict")).to_contain_text("172")
    expect(page.locator("main .verdicts")).to_have_count(0)


# --- The steps ------------------------------------------------------------------------


def open_exams(page, words):
    go_to(page, words("Your organisation"))
    follow(page, words(EXAMS))
    expect(page.locator("h1")).to_have_text(words(EXAMS))


def add(page, words, exam, programme="", **typed):
    follow(page, words("Add an exam"))
    page.get_by_label(words("Exam"), exact=True).select_option(exam)
    press(page, words("Continue"))
    page.get_by_label(words("Programme")).fill(programme)
    for name, text in typed.items():
        page.locator(f"main form input[name={name}]").fill(text)
    press(page, words("Save"))


def the_organisation_says_what_it_asks_for(page, words):
    open_exams(page, words)
    add(page, words, "B2 First", "Medicine", overall="300")
    problem = words(
        "%(exam)s has scores from %(low)s to %(high)s here.",
        exam="B2 First",
        low=80,
        high=190,
    )
    expect(page.locator(".field.has-error .error")).to_contain_text(problem)
    expect(page.get_by_label(words("Programme"))).to_have_value("Medicine")
    page.get_by_label(words("Overall, at least")).fill("180")
    press(page, words("Save"))
    expect(page.locator(".flash")).to_contain_text(
        words("Saved. Candidates see it before they share.")
    )
    add(page, words, "B2 First", "Physics", overall="170", score_w="165", months="24")
    tables = page.locator("main table")
    expect(tables).to_have_count(2)
    expect(tables.nth(1)).to_contain_text("170")
    expect(tables.nth(1)).to_contain_text("165")


def amina_reads_it_and_sends_her_result(phone, words, amina, name):
    phone.goto(f"/candidate/results/{amina.reference}/share")
    fill_in(phone, words, {"Name of the organisation": name})
    press(phone, words("Search"))
    phone.locator(".cards > li").get_by_role("link").click()
    heading = words("What this organisation asks for")
    expect(phone.get_by_role("heading", name=heading)).to_be_visible()
    wanted = phone.locator("main ul.wanted > li")
    expect(wanted).to_have_count(2)
    for programme, least in (("Medicine", "180"), ("Physics", "170")):
        expect(wanted.filter(has_text=programme)).to_contain_text(least)
    press(phone, words("Send my result"))
    expect(phone.locator("main .cards > li")).to_contain_text(words("Not read yet"))


def filtered(page, words, choice):
    box = page.get_by_label(words("What you ask for"), exact=True)
    if not box.is_visible():
        page.locator("main summary", has_text=words("More ways to search")).click()
    box.select_option(words(choice))
    press_last(page, words("Search"))


def press_last(page, name):
    page.locator("main form[role=search]").get_by_role(
        "button", name=name, exact=True
    ).last.click()
