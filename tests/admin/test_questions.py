"""Officers answer what users of organisations ask; others look, or not even that."""

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Mail
from app.services import questions
from tests.admin.test_releases import _token, words
from tests.cast import NOW

LIST = "/admin/questions/list/"


@pytest.fixture
def question(cast):
    return questions.ask(
        cast.verifier,
        "Where do I find <b>templates</b>?\nI looked everywhere.",
        about="/verifier/downloads",
        address="192.0.2.1",
        at=NOW - timedelta(hours=2),
    )


def path(question, page="show"):
    return f"/admin/questions/{page}/{question.id}"


def test_an_officer_reads_and_answers(cast, sign_in, question):
    officer = sign_in(cast.partnerships)
    assert path(question) in officer.page(LIST).xpath("//main//a/@href")
    said = words(officer.page(path(question)))
    for fact in (
        "Question from Acme University",
        "Where do I find <b>templates</b>?",
        "Rita Registrar",
        "registrar@acme.example",
        "/verifier/downloads",
    ):
        assert fact in said, fact
    sent = officer.submit(
        path(question), {"words": "Under Downloads."}, at=path(question, "answer")
    )
    assert sent.location == path(question)
    form = {**_token(officer, path(question)), "words": "Under Downloads."}
    again = officer.post(path(question, "answer"), data=form)
    assert (again.status_code, again.location) == (303, path(question))
    db.session.refresh(question)
    assert question.answer == "Under Downloads."
    assert question.answered_by_id == cast.partnerships.id
    assert "member_answered" in db.session.scalars(db.select(Mail.kind)).all()
    page = officer.page(path(question))
    assert "Under Downloads." in words(page)
    assert "Partners Staff" in words(page)
    assert not page.xpath("//main//textarea")


@pytest.mark.parametrize("text", ["  ", "y" * 2001])
def test_a_bad_answer_is_refused_beside_its_field(cast, sign_in, question, text):
    officer = sign_in(cast.partnerships)
    sent = officer.submit(path(question), {"words": text}, at=path(question, "answer"))
    assert sent.status_code == 400
    assert sent.text.count('id="words-error"') == 1
    assert text.strip() in sent.text
    db.session.refresh(question)
    assert question.answered_at is None


def test_the_second_answer_comes_too_late(cast, sign_in, question):
    officer = sign_in(cast.partnerships)
    questions.answer(question, "First.", by=cast.partnerships, at=NOW)
    late = officer.post(
        path(question, "answer"),
        data={**_token(officer, "/admin/"), "words": "Second."},
    )
    assert late.status_code == 409
    assert "answered this question meanwhile" in late.text
    db.session.refresh(question)
    assert question.answer == "First."


def test_an_auditor_reads_and_cannot_answer(cast, sign_in, question):
    auditor = sign_in(cast.auditor)
    page = auditor.page(path(question))
    assert "templates" in words(page)
    assert not page.xpath("//main//textarea")
    data = {**_token(auditor, "/admin/"), "words": "Hello"}
    assert auditor.post(path(question, "answer"), data=data).status_code == 403


def test_what_waits_longest_comes_first(cast, sign_in, question):
    def ask(text, hours):
        at = NOW - timedelta(hours=hours)
        return questions.ask(cast.verifier, text, about="", address="192.0.2.1", at=at)

    second, done = ask("Second?", 1), ask("Done?", 1)
    questions.answer(done, "Yes.", by=cast.partnerships, at=NOW)
    rows = sign_in(cast.partnerships).page(LIST).xpath("//main//tbody/tr")
    found = [next(iter(row.xpath(".//a/@href"))) for row in rows]
    assert found == [path(question), path(second), path(done)]


def test_the_desk_of_an_officer_says_how_many_wait(cast, sign_in, question):
    desk = sign_in(cast.partnerships).page("/admin/")
    assert "1 question waits for an answer" in words(desk)
    assert LIST in desk.xpath("//main//a/@href")
    questions.answer(question, "Yes.", by=cast.partnerships, at=NOW)
    assert "waits for an answer" not in words(
        sign_in(cast.partnerships).page("/admin/")
    )
    assert "waits for an answer" not in words(sign_in(cast.auditor).page("/admin/"))


def test_questions_are_found_by_organisation(cast, sign_in, question):
    officer = sign_in(cast.partnerships)
    for name, found in (("acme", 1), ("rival", 0)):
        page = officer.page(f"{LIST}?_flt_0_organisation.name={name}")
        assert len(page.xpath("//main//tbody/tr")) == found
