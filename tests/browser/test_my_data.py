"""What is held about a candidate: taken along, and given up."""

import io
import json
import zipfile

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
    log_in_with_email,
    mail_to,
    press,
    problem_of,
    register_with_paper,
)
from tests.browser.stage import GRADE_C

pytestmark = pytest.mark.browser

PHONE = 375
# A result that nobody may read yet.
NOT_OUT = {
    **GRADE_C,
    "overall": 187,
    "grade": "A",
    "cefr": "C1",
    "score_r": 186,
    "score_u": 188,
    "score_w": 189,
    "score_l": 185,
    "score_s": 184,
}
SECRET_SCORES = {187, 186, 188, 189, 185, 184}


def test_everything_that_is_held_is_taken_along(stage, visitors, words):
    facts = {"language": words.language, "email": f"{words.language}.nora@mail.example"}
    nora = stage.candidate("Nora", "Valli", **facts)
    later = stage.candidate(
        "Nora", "Valli", account=False, out_hours_ago=None, result=NOT_OUT, **facts
    )
    university = f"Politecnico {words.language}"
    registrar = stage.organisation(university, f"poli-{words.language}.example")
    stage.share(nora, registrar, purpose="Master in Design")
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(page, words, nora)
    page.goto("/candidate/exams/add")
    add_exam(page, words, later)
    page.goto("/candidate/account")
    follow(page, words("My data"))
    fill_in(page, words, {"Present password": "not my password"})
    press(page, words("Download my data"))
    wrong = words("This is not your present password.")
    expect(problem_of(page, words("Present password"))).to_contain_text(wrong)
    fill_in(page, words, {"Present password": PASSWORD})
    with page.expect_download() as coming:
        press(page, words("Download my data"))
    content = coming.value.path().read_bytes()
    explained, record = unpacked(content)
    assert f'lang="{words.language}"' in explained
    assert words("What we hold about you") in explained
    assert record["account"]["email"] == nora.email
    numbers = [one["id_number"] for one in record["exams"]]
    assert sorted(numbers) == sorted([nora.id_number, later.id_number])
    held = {one["id_number"]: one for one in record["exams"]}
    (shared,) = held[nora.id_number]["shares"]
    assert shared["organisation"].startswith(university)
    assert shared["purpose"] == "Master in Design"
    assert held[nora.id_number]["result"]["overall"] == 172
    assert held[later.id_number]["result"] is None
    assert not SECRET_SCORES & set(leaves(record)), "the copy tells what is not out"
    for secret in (nora.secret, "argon2"):
        assert secret not in json.dumps(record), f"{secret} is in the copy"


def test_an_account_is_deleted_and_nothing_flows_any_more(stage, visitors, words):
    url = stage.service.url
    toni = stage.candidate("Toni", "Fabbri", language=words.language)
    university = f"Accademia {words.language}"
    registrar = stage.organisation(university, f"acca-{words.language}.example")
    shared = stage.share(toni, registrar)
    office = visitors.arrive(url, locale=words.locale)
    log_in_with_email(office, words, "/verifier/login", registrar)
    office.goto(f"/verifier/results/{shared}")
    expect(office.locator("h1")).to_have_text(toni.name)

    page = visitors.arrive(url, PHONE, locale=words.locale)
    log_in(page, words, toni)
    page.goto("/candidate/account")
    follow(page, words("Delete my account"))
    expect(
        page.get_by_role("heading", name=words("What goes, at once"))
    ).to_be_visible()
    expect(page.get_by_role("heading", name=words("What stays"))).to_be_visible()
    fill_in(page, words, {"Present password": PASSWORD})
    press(page, words("Delete my account"))
    sure = words("I understand that this cannot be undone")
    tick = words("Tick this if you want to delete your account.")
    expect(problem_of(page, sure)).to_contain_text(tick)
    fill_in(page, words, {"Present password": PASSWORD})
    page.get_by_label(sure, exact=True).check()
    press(page, words("Delete my account"))
    expect(page.locator("h1")).to_have_text(words("Your account is deleted"))

    page.goto("/candidate/")
    logs_in = words("Log in to see your results")
    expect(page.locator("h1")).to_have_text(logs_in)
    for name in (toni.id_number, toni.email):
        enter(page, words, name)
        expect(page.locator("#problems")).to_be_visible()
    last = mail_to(stage, words, toni.email, "Your account has been deleted")
    assert link_in(last).endswith("/candidate/register")
    assert office.reload().status == 404
    expect(office.locator("main")).not_to_contain_text(toni.name)
    office.goto("/verifier/")
    expect(office.locator("main")).not_to_contain_text(toni.name)

    register_with_paper(page, words, toni, toni.email)
    expect(page.locator(".flash")).to_contain_text(toni.email)
    log_in(page, words, toni)
    follow(page, words("View result"))
    expect(page.locator("dl.score")).to_contain_text("172")
    page.goto("/candidate/shares")
    expect(page.locator("main")).not_to_contain_text(university)


# --- The steps ------------------------------------------------------------------------


def unpacked(content):
    """Return the page that explains a copy, and the record beside it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["data.json", "index.html"]
        page = archive.read("index.html").decode()
        return page, json.loads(archive.read("data.json"))


def leaves(record):
    """Yield every single value of a record."""
    if isinstance(record, (dict, list)):
        for each in record.values() if isinstance(record, dict) else record:
            yield from leaves(each)
    else:
        yield record
