"""Checking a list in a browser: sent, followed, read, taken."""

import io

import pytest
from openpyxl import load_workbook

from app import clock, jobs
from app.extensions import db
from app.models import ListCheck
from app.services import corrections, list_checks, publication
from app.values import MemberRole, WorkState
from tests.cast import NOW
from tests.telling import tells
from tests.views.test_verifier import other_browser, signed_in, words

HEAD = "Statement of Results number,Date of birth,CEFR level,Overall score\n"


@pytest.fixture(autouse=True)
def still(app, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())


@pytest.fixture
def rita(client, cast):
    """The registrar's browser, signed in; Amina's result is out."""
    cast.result(cast.amina)
    cast.released()
    return signed_in(client, cast.verifier)


def send(browser, text, name="applicants.csv", **more):
    file = (io.BytesIO(text if isinstance(text, bytes) else text.encode()), name)
    return browser.submit("/verifier/checks", {"file": file, **more})


def amina(cast, claims="B2,172"):
    return f"{cast.amina.statement_number},05/03/2009,{claims}\n"


def test_a_list_is_sent_checked_and_its_answers_are_read_and_taken(cast, rita):
    answer = send(rita, HEAD + amina(cast) + "26CZZ9990001,01/01/2009,,\nx,y,,\n")
    assert answer.status_code == 303
    said = words(rita.page(answer.location))
    assert "Waiting" in said
    assert "0 of 3 rows checked" in said
    assert rita.get(f"{answer.location}/answers.csv").status_code == 404
    assert jobs.run_job("check-lists", at=NOW) == 3
    page = rita.page(answer.location)
    verdicts = [words(cell) for cell in page.xpath("//tbody/tr/td[last()]")]
    assert verdicts == [
        "Matches",
        "Not found",
        "Invalid row Check: Statement of Results number",
    ]
    assert not tells(words(page), "172")
    taken = rita.get(f"{answer.location}/answers.csv")
    assert taken.mimetype == "text/csv"
    assert "attachment" in taken.headers["Content-Disposition"]
    assert taken.text.splitlines()[1] == f"2,{cast.amina.statement_number},Matches,"
    listed = words(rita.page("/verifier/checks"))
    assert "applicants.csv" in listed
    assert "Checked" in listed
    mistaken = publication.published_result(cast.amina, at=NOW)
    corrections.withdraw_result(mistaken, by=cast.officer, why="mistake", at=NOW)
    page = rita.page(answer.location)
    assert words(page.xpath("//tbody/tr/td[last()]")[0]) == "Not found"
    counts = [words(one) for one in page.xpath("//dl[not(ancestor::details)]//dt")]
    assert counts == ["Not found", "Invalid row"]
    taken = rita.get(f"{answer.location}/answers.csv")
    assert taken.text.splitlines()[1] == f"2,{cast.amina.statement_number},Not found,"


def test_a_long_list_is_read_page_by_page(cast, rita):
    rows = "".join(f"x{n},y,,\n" for n in range(60))
    address = send(rita, HEAD + rows).location
    jobs.run_job("check-lists", at=NOW)
    assert len(rita.page(address).xpath("//tbody/tr")) == 50
    second = rita.page(f"{address}?page=2")
    assert len(second.xpath("//tbody/tr")) == 10
    assert second.xpath("//a[@rel='prev']")
    assert not rita.page(f"{address}?page=99").xpath("//tbody/tr")


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(cast, rita):
    for text, said in (
        ("name,born\nx,y", "Row 1 has no column"),
        ("", "This file is empty"),
        (b"PK\x03\x04x", "cannot be read"),
    ):
        answer = send(rita, text)
        assert answer.status_code == 400
        assert said in answer.text
        assert 'id="file-error"' in answer.text
    assert rita.submit("/verifier/checks", {}).status_code == 400
    assert not db.session.scalars(db.select(ListCheck)).all()


def test_what_for_is_asked_where_the_organisation_wants_it(cast, rita):
    cast.acme.asks_purpose = True
    db.session.commit()
    refused = send(rita, HEAD + amina(cast))
    assert refused.status_code == 400
    assert 'id="purpose-error"' in refused.text
    empty = rita.submit("/verifier/checks", {}).text
    assert 'id="file-error"' in empty
    assert 'id="purpose-error"' in empty
    assert send(rita, HEAD + amina(cast), purpose="entry").status_code == 303


def test_the_templates_are_read_as_lists(cast, rita):
    book = rita.get("/verifier/checks/template.xlsx")
    sheet = load_workbook(io.BytesIO(book.data)).active
    assert [cell.value for cell in sheet[1]] == HEAD.strip().split(",")
    assert send(rita, book.data, "list.xlsx").status_code == 303
    text = rita.get("/verifier/checks/template.csv")
    assert send(rita, text.data).status_code == 303


def test_a_list_is_nobody_elses(app, cast, rita):
    address = send(rita, HEAD + amina(cast)).location
    jobs.run_job("check-lists", at=NOW)
    rival = cast.organisation("Rival", "rival.example")
    for other in (
        cast.member(rival, "a@rival.example"),
        cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin),
    ):
        browser = other_browser(app, other)
        assert browser.get(address).status_code == 404
        assert browser.get(f"{address}/answers.csv").status_code == 404
        assert "applicants.csv" not in words(browser.page("/verifier/checks"))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (WorkState.running, "Being checked"),
        (WorkState.failed, "send it once more"),
        (WorkState.expired, "erased after 30 days"),
    ],
)
def test_each_state_says_what_to_do(cast, rita, state, said):
    address = send(rita, HEAD + amina(cast)).location
    db.session.execute(db.update(ListCheck).values(state=state))
    db.session.commit()
    assert said in words(rita.page(address))


def test_the_search_leads_to_the_lists_and_back(cast, rita):
    assert rita.page("/verifier/search").xpath("//a[@href='/verifier/checks']")
    assert rita.page("/verifier/checks").xpath("//a[@href='/verifier/search']")
    assert list_checks.sent_by(cast.verifier, 2).rows == []
    assert "Show the newest" in words(rita.page("/verifier/checks?page=2"))
