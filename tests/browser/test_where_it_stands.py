"""Where my exam stands, and what my result says: each stage, and each kind there is.

Walked on a phone, by people who wait, and by people for whom it went in many ways.
"""

from datetime import date, time

import pytest
from playwright.sync_api import expect

from app.values import ComponentCode, ExamCode, ResultStatus
from tests.browser import scenes
from tests.browser.inspection import shortcomings
from tests.browser.people import follow, log_in

pytestmark = pytest.mark.browser

# The narrowest phone in use, and the usual one.
PHONES = (320, 375)
NO_PARTS = dict.fromkeys([f"score_{part}" for part in ("r", "u", "w", "l", "s")])
NO_LEVEL = {"grade": None, "cefr": None}


@pytest.fixture
def phone_of(stage, visitors, words):
    """A function that signs a candidate in on their phone."""

    def open_for(person):
        page = visitors.arrive(stage.service.url, 375, locale=words.locale)
        log_in(page, words, person)
        return page

    return open_for


@pytest.fixture
def candidate(stage, words):
    """A function that makes a candidate who has heard nothing yet, unless told else."""

    def make(first, **values):
        waits = {"language": words.language, "result": None, **values}
        return stage.candidate(first, "Rossi", **waits)

    return make


# --- While it comes -------------------------------------------------------------------


def test_before_the_exam_it_says_when_and_where(stage, words, candidate, phone_of):
    anna = candidate("Anna", sat_days_ago=-10)
    for code, hour, room in (("R", 9, "Room 4"), ("L", 11, ""), ("S", 15, "Room 1")):
        scenes.sitting(
            stage, anna, component=ComponentCode(code), start=time(hour), room=room
        )
    phone = phone_of(anna)
    main = phone.locator("main")
    expect(main).to_contain_text(words("You are entered"))
    follow(phone, words("Times and places"))
    reading = main.locator(".cards li").first
    expect(reading).to_contain_text("09:00")
    expect(reading).to_contain_text(words.day(scenes.days_ago(-10)))
    expect(reading).to_contain_text("Liceo Galilei, Room 4")
    expect(main).to_contain_text(words("Not set yet. Your centre tells you."))
    expect(now(phone)).to_contain_text(words("Entered for the exam"))
    ends_well(phone, words)


def test_while_it_is_marked_there_is_nothing_to_do(words, candidate, phone_of):
    phone = phone_of(candidate("Anna", sat_days_ago=10))
    follow(phone, words("See where it stands"))
    expect(phone.locator("main .lead")).to_have_text(
        words(
            "You can expect your result between %(first)s and %(last)s.",
            first=words.day(scenes.days_ago(-18)),
            last=words.day(scenes.days_ago(-25)),
        )
    )
    expect(now(phone)).to_contain_text(words("Marking"))
    expect(phone.locator("main")).to_contain_text(
        words(
            "From %(day)s on, you can report here that your result is missing.",
            day=words.day(scenes.days_ago(-26)),
        )
    )
    expect(phone.get_by_role("link", name=words("My result is missing"))).to_have_count(
        0
    )
    ends_well(phone, words)


def test_when_results_come_out_others_may_have_theirs(
    stage, words, candidate, phone_of
):
    anna = candidate("Anna", sat_days_ago=30)
    share = words(
        "About %(percent)s%% of the results of this session are out.", percent=60
    )
    phone = phone_of(anna)
    main = phone.locator("main")
    expect(main).to_contain_text(words("Results are coming out"))
    # One person alone is no session of which a share could be told.
    expect(main).not_to_contain_text("%")
    scenes.crowd(stage, anna, 20, out=12)
    phone.reload()
    expect(main).to_contain_text(share)
    follow(phone, words("See where it stands"))
    expect(main).to_contain_text(share)
    expect(main.locator(".lead")).to_have_text(
        words("Please wait until %(day)s.", day=words.day(scenes.days_ago(-5)))
    )
    ends_well(phone, words)


def test_after_the_last_day_one_can_do_something(words, candidate, phone_of):
    phone = phone_of(candidate("Anna", sat_days_ago=40))
    follow(phone, words("What you can do now"))
    main = phone.locator("main")
    expect(main).to_contain_text(words("Later than planned"))
    expect(main.locator(".lead")).to_have_text(
        words(
            "Your result should have been out by %(day)s.",
            day=words.day(scenes.days_ago(5)),
        )
    )
    expect(main.get_by_role("link", name=words("My result is missing"))).to_be_visible()
    ends_well(phone, words)


def test_what_was_out_and_is_taken_back_is_said_to_be(
    stage, words, candidate, phone_of
):
    anna = stage.candidate("Anna", "Rossi", language=words.language)
    phone = phone_of(anna)
    follow(phone, "B2 First")
    expect(phone.locator(".timeline")).to_contain_text(words("Your result is out"))
    scenes.taken_back(stage, anna)
    phone.reload()
    main = phone.locator("main")
    expect(main).to_contain_text(words("Being corrected"))
    expect(main.locator(".lead")).to_contain_text(words.day(scenes.days_ago(0)))
    expect(main.get_by_role("link", name=words("View result"))).to_have_count(0)
    answer = phone.goto(f"/candidate/results/{anna.reference}")
    assert answer.status == 404
    expect(phone.locator("body")).not_to_contain_text("172")
    phone.go_back()
    ends_well(phone, words)


def test_who_has_several_exams_sees_first_what_is_out(
    stage, words, candidate, phone_of
):
    first = stage.candidate("Anna", "Rossi", language=words.language)
    waits = candidate("Anna", exam=ExamCode.CAE, sat_days_ago=10)
    years = [
        candidate("Anna", exam=exam, **out_on(date(year, 6, 9), **values))
        for year, exam, values in (
            (2019, ExamCode.PET, {"overall": 150, "grade": "Pass", "cefr": "B1"}),
            (2016, ExamCode.KET, {"overall": 125, "grade": "Pass", "cefr": "A2"}),
        )
    ]
    scenes.one_person(stage, first, waits, *years)
    phone = phone_of(waits)
    exams = phone.locator("section.exam h2")
    expect(exams.nth(0)).to_contain_text("B2 First")
    expect(exams.nth(1)).to_contain_text("C1 Advanced")
    expect(exams).to_have_count(2)
    older = phone.locator("main .cards > li")
    expect(older.nth(0)).to_contain_text("2019")
    expect(older.nth(1)).to_contain_text("2016")
    ends_well(phone, words)
    older.nth(1).get_by_role("link", name=words("View result")).click()
    expect(phone.locator("h1")).to_have_text(words("Pass"))
    # What is years old sends nobody to look for a certificate on its way.
    expect(phone.locator("main")).to_contain_text(
        words(
            "Your certificate was sent to your centre at the time. If it never reached"
            " you, ask your centre."
        )
    )


# --- What comes out -------------------------------------------------------------------


def out_on(day, **values):
    """A result of an exam of long ago, out some weeks after it."""
    ago = (scenes.days_ago(0) - day).days
    result = {**NO_PARTS, "status": ResultStatus.graded, **values}
    return {"sat_days_ago": ago, "result": result, "out_hours_ago": 24 * (ago - 35)}


def out(**values):
    """A result that came out yesterday."""
    return {"result": {"status": ResultStatus.graded, **values}}


FIVE = {"score_r": 180, "score_u": 178, "score_w": 172, "score_l": 185, "score_s": 190}
LOW = {"score_r": 132, "score_u": 128, "score_w": 126, "score_l": 131, "score_s": 133}
MOVERS = {"overall": 12, "score_l": 5, "score_rw": 4, "score_s": 3}
KEY = {"score_rw": 135, "score_l": 140, "score_s": 130}

# Exam, result, and what stands above the page, in its first sentence, in what it means,
# and in the picture for those who don't see it ("" where there is no picture).
RESULTS = {
    "Grade A": (
        ExamCode.FCE,
        out(overall=181, grade="A", cefr="C1", **FIVE),
        ("Pass at Grade A", {}),
        (
            "You passed %(exam)s with Grade %(grade)s.",
            {"exam": "B2 First", "grade": "A"},
        ),
        (
            "Your English is at Level %(level)s. This is the level above the level of"
            " this exam, and your certificate says so.",
            {"level": "C1"},
        ),
        ("Overall score: %(score)s", {"score": 181}),
    ),
    "the level below": (
        ExamCode.FCE,
        out(overall=150, grade="Level B1", cefr="B1", **LOW),
        ("Level B1", {}),
        ("Your English is at Level %(level)s.", {"level": "B1"}),
        (
            "This is a result that counts. Your score is below a pass in %(exam)s at"
            " Level %(target)s, and you receive a certificate for Level %(level)s.",
            {"exam": "B2 First", "target": "B2", "level": "B1"},
        ),
        ("Overall score: %(score)s", {"score": 150}),
    ),
    "scores without a grade": (
        ExamCode.FCE,
        out(overall=130, **NO_LEVEL, **LOW),
        ("Score only", {}),
        (
            "You have scores, but no grade in %(exam)s this time.",
            {"exam": "B2 First"},
        ),
        (
            "Your overall score is below the lowest level that this exam reports. Your"
            " scores show what went well and what to work on.",
            {},
        ),
        ("Overall score: %(score)s", {"score": 130}),
    ),
    "pending": (
        ExamCode.FCE,
        {"result": {"status": ResultStatus.pending}},
        ("Pending", {}),
        ("Your result is not ready yet.", {}),
        (
            "Some results take longer than those of the same session. This says nothing"
            " about how you did.",
            {},
        ),
        None,
    ),
    "withheld": (
        ExamCode.FCE,
        {"result": {"status": ResultStatus.withheld}},
        ("Withheld", {}),
        ("Your result cannot be shown at the moment.", {}),
        (
            "The board has not issued it. There are different reasons for this, and"
            " your centre can find out which one it is.",
            {},
        ),
        None,
    ),
    "absent": (
        ExamCode.FCE,
        {"result": {"status": ResultStatus.absent_all}},
        ("Z (absent from all parts of the exam)", {}),
        ("You were absent from the exam, so there is no result.", {}),
        ("No part of the exam was taken under your name.", {}),
        None,
    ),
    "a module passed": (
        ExamCode.DELTA1,
        out(grade="Pass"),
        ("Pass", {}),
        ("You passed %(exam)s.", {"exam": "DELTA Module One"}),
        ("You have shown all that this module asks for.", {}),
        None,
    ),
    "a module failed": (
        ExamCode.DELTA1,
        out(grade="Fail"),
        ("Fail", {}),
        ("You did not pass %(exam)s this time.", {"exam": "DELTA Module One"}),
        ("Your answers did not yet show all that this module asks for.", {}),
        None,
    ),
    "shields": (
        ExamCode.YLEM,
        {**out(**MOVERS), "born": date(2016, 4, 1)},
        ("Shields awarded", {}),
        (
            "You earned %(total)s of %(maximum)s shields in %(exam)s.",
            {"total": 12, "maximum": 15, "exam": "A1 Movers"},
        ),
        (
            "Nobody fails this exam. Each part can earn five shields: five mean that"
            " you did very well, one means that there is more to learn.",
            {},
        ),
        ("Shields for each part of %(exam)s", {"exam": "A1 Movers"}),
    ),
    "a word of 2018": (
        ExamCode.KET,
        out_on(
            date(2018, 6, 2), overall=135, grade="Pass with Merit", cefr="A2", **KEY
        ),
        ("Pass with Merit", {}),
        ("You passed %(exam)s with Merit.", {"exam": "A2 Key"}),
        ("A Pass with Merit is well above a pass.", {}),
        ("Overall score: %(score)s", {"score": 135}),
    ),
    "points of 2012": (
        ExamCode.FCE,
        out_on(date(2012, 6, 9), overall=78, grade="B", cefr="B2"),
        ("Pass at Grade B", {}),
        (
            "You passed %(exam)s with Grade %(grade)s.",
            {"exam": "B2 First", "grade": "B"},
        ),
        ("Grade B is the second of the three grades, well above a pass.", {}),
        (
            "%(exam)s on the scale from %(low)s to %(high)s",
            {"exam": "B2 First", "low": 0, "high": 100},
        ),
    ),
}


@pytest.mark.parametrize("kind", RESULTS)
def test_every_result_says_what_it_is_and_what_it_means(
    words, candidate, phone_of, kind
):
    exam, result, heading, lead, means, picture = RESULTS[kind]
    anna = candidate("Anna", exam=exam, **result)
    phone = phone_of(anna)
    follow(phone, words("View result"))
    main = phone.locator("main")
    expect(phone.locator("h1")).to_have_text(words(heading[0], **heading[1]))
    expect(main.locator(".lead").first).to_have_text(words(lead[0], **lead[1]))
    expect(main).to_contain_text(words(means[0], **means[1]))
    expect(main).to_contain_text(words("What happens next"))
    expect(main).to_contain_text("esami@it024.example")
    drawn = main.locator("svg[role=img]").filter(visible=True)
    if picture:
        told = words(picture[0], **picture[1])
        expect(phone.get_by_role("img", name=told)).to_have_count(1)
        expect(drawn).to_have_count(1)
    else:
        expect(drawn).to_have_count(0)
    ends_well(phone, words)


# --- Looking at a page ----------------------------------------------------------------


def now(page):
    """The step of the timeline that is going on."""
    return page.locator(".timeline [aria-current=step]")


def ends_well(page, words):
    """Axe finds nothing, nothing hangs over the edge, and the page is light."""
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 812})
        assert shortcomings(page, words.language) == []
    sizes = page.evaluate("new Blob([document.documentElement.outerHTML]).size")
    assert sizes < 100_000, f"{page.url} has {sizes} bytes"
