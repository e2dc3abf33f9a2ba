"""A file by way of the page: looked at, written once, by those whose role allows."""

import io
import re

import pytest

from app.extensions import db
from app.models import AuditRow, ImportFile, Result, School
from tests.admin.test_releases import _token, words

IMPORTS = "/admin/imports/"
HEAD = "number,name,centre,city,email\n"
GOOD = f"{HEAD}S-200,Liceo Volta,IT024,Lucca,volta@school.example\n"
RESULTS = "session,centre,candidate_number,status,overall,grade,cefr,R,U,W,L,S,RW\n"


def send(client, content, kind="schools", name="schools.csv"):
    return client.post(
        IMPORTS,
        data={
            **_token(client, IMPORTS),
            "kind": kind,
            "file": (io.BytesIO(content.encode()), name),
        },
    )


def expected(page):
    return page.xpath("//button[@name='expected']/@value")[0]


def test_a_file_is_looked_at_and_then_written(cast, sign_in):
    assert cast.it024
    officer = sign_in(cast.officer)
    look = send(officer, GOOD)
    assert look.status_code == 303
    page = officer.page(look.location)
    assert "Rows that are new 1" in words(page)
    assert "Write this 1 change" in words(page)
    assert db.session.scalar(db.select(School)) is None
    form = {**_token(officer, look.location), "expected": expected(page)}
    done = officer.post(f"{look.location}/write", data=form)
    assert done.status_code == 303
    assert db.session.scalar(db.select(School.name)) == "Liceo Volta"
    assert "Written: 1 new, 0 changed" in words(officer.page(done.location))
    again = officer.post(f"{look.location}/write", data=form)
    assert again.status_code == 404
    assert "it has been written already" in again.text
    trail = db.session.scalars(db.select(AuditRow.action)).all()
    assert trail == ["imported"]


def test_every_problem_is_listed_and_nothing_can_be_written(cast, sign_in):
    assert cast.it024
    officer = sign_in(cast.officer)
    look = send(officer, f"{HEAD}S-1,Liceo,IT999,Pisa,a@b.example\nS-2,,IT024,Pisa,x\n")
    page = officer.page(look.location)
    cells = [words(row) for row in page.xpath("//tbody/tr")]
    assert any(re.search(r"2 centre IT999 ", cell) for cell in cells), cells
    assert any(re.search(r"3 name ", cell) for cell in cells), cells
    assert not page.xpath("//button[@name='expected']")
    forced = officer.post(
        f"{look.location}/write",
        data={**_token(officer, look.location), "expected": "x"},
    )
    assert forced.status_code in (303, 400)
    assert db.session.scalar(db.select(School)) is None


def test_a_change_is_shown_as_a_difference(cast, sign_in):
    assert cast.liceo
    officer = sign_in(cast.officer)
    row = "S-100,Liceo Galileo Galilei,IT024,Pisa,esami@liceo.example\n"
    page = officer.page(send(officer, HEAD + row).location)
    assert page.xpath("//del/text()") == ["Liceo Galileo"]
    assert page.xpath("//ins/text()") == ["Liceo Galileo Galilei"]


def test_the_same_file_again_changes_nothing_and_says_so(cast, sign_in):
    assert cast.liceo
    officer = sign_in(cast.officer)
    row = "S-100,Liceo Galileo,IT024,Pisa,esami@liceo.example\n"
    page = officer.page(send(officer, HEAD + row).location)
    assert "There is nothing to write" in words(page)
    assert not page.xpath("//button[@name='expected']")


def test_results_that_contradict_the_rule_are_named_and_held(cast, sign_in):
    assert cast.amina
    officer = sign_in(cast.officer)
    row = "2611-FCE-P,IT024,0001,graded,180,A,C1,172,170,168,175,175,\n"
    look = send(officer, RESULTS + row, "results", "results.csv")
    page = officer.page(look.location)
    assert "Results that would be held back" in words(page)
    form = {**_token(officer, look.location), "expected": expected(page)}
    done = officer.post(f"{look.location}/write", data=form)
    assert "1 held back for an officer" in words(officer.page(done.location))
    assert db.session.scalar(db.select(Result.held_why))


def test_a_file_of_somebody_else_is_404(cast, sign_in):
    assert cast.it024
    look = send(sign_in(cast.officer), GOOD).location
    page = sign_in(cast.officer).page(look)
    other = sign_in(cast.admin)
    assert other.get(look).status_code == 404
    form = {**_token(other, IMPORTS), "expected": expected(page)}
    assert other.post(f"{look}/write", data=form).status_code == 404
    assert other.post(f"{look}/discard", data=form).status_code == 404
    assert db.session.scalar(db.select(ImportFile)) is not None


def test_a_file_can_be_thrown_away(cast, sign_in):
    assert cast.it024
    officer = sign_in(cast.officer)
    look = send(officer, GOOD).location
    assert "schools.csv" in words(officer.page(IMPORTS))
    gone = officer.post(f"{look}/discard", data=_token(officer, look))
    assert gone.status_code == 303
    again = officer.post(f"{look}/discard", data=_token(officer, IMPORTS))
    assert "This file is not here any more" in again.text
    assert 'type="file"' in again.text
    assert "schools.csv" not in words(officer.page(IMPORTS))


def test_no_file_and_an_empty_file_are_refused_kindly(cast, sign_in):
    officer = sign_in(cast.officer)
    none = officer.submit(IMPORTS, {"kind": "schools"})
    assert none.status_code == 400
    assert "Choose a file" in none.text
    empty = send(officer, "")
    assert empty.status_code == 400
    assert "This file is empty" in empty.text


def test_a_file_that_is_too_large_is_refused_with_a_page(
    cast, sign_in, app, monkeypatch
):
    officer = sign_in(cast.officer)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
    answer = send(officer, "x" * 3000)
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert db.session.scalar(db.select(ImportFile)) is None


def test_a_kind_that_does_not_exist_is_refused(cast, sign_in):
    answer = send(sign_in(cast.officer), GOOD, kind="photos")
    assert answer.status_code == 400


def test_the_administrator_is_offered_places_alone(cast, sign_in):
    admin = sign_in(cast.admin)
    offered = admin.page(IMPORTS).xpath("//select[@name='kind']/option/@value")
    assert offered == ["centres", "schools"]
    assert send(admin, GOOD, kind="results").status_code == 400


def test_a_centre_is_offered_its_timetable_and_its_entries(cast, sign_in):
    clerk = sign_in(cast.clerk)
    offered = clerk.page(IMPORTS).xpath("//select[@name='kind']/option/@value")
    assert offered == ["timetable", "entries"]
    assert send(clerk, GOOD).status_code == 400


@pytest.mark.parametrize("who", ["approver", "auditor", "partnerships"])
def test_others_import_nothing(cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.get(IMPORTS).status_code == 403
    form = {**_token(client, "/admin/password/"), "kind": "schools"}
    assert client.post(IMPORTS, data=form).status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfen\x00u\x00",
        b"number,name\x00,centre\n",
        b'number,name,centre,city,email\n"never closed',
        b"," * 10_000,
        b"number,name,centre,city,email\nS-1,=HYPERLINK(1),IT024,Pisa,a@b.example\n",
        b"<script>alert(1)</script>\n",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_whatever_is_in_the_file_the_answer_is_a_page(cast, sign_in, content):
    assert cast.it024
    officer = sign_in(cast.officer)
    form = {
        **_token(officer, IMPORTS),
        "kind": "schools",
        "file": (io.BytesIO(content), "<b>x</b>.csv"),
    }
    look = officer.post(IMPORTS, data=form)
    assert look.status_code == 303
    page = officer.get(look.location)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>x</b>" not in page.text
