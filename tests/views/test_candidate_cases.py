"""My result is missing: from the exam page to the centre's answer, and no sooner."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import CentreCase
from app.services import cases
from tests.cast import NOW, PASSWORD

DAY = timedelta(days=1)
# The last date is 19 December 2026, on the clock of Rome.
OVERDUE = datetime(2026, 12, 19, 23, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """A function that sets the clock of the pages, which stands at OVERDUE."""

    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(OVERDUE)
    return move


def log_in(client, entry):
    form = {"id_number": entry.id_number, "password": PASSWORD}
    assert client.submit("/candidate/login", form).status_code == 302


@pytest.fixture
def amina(client, cast):
    """Amina, signed in; her result has not come."""
    cast.account(cast.amina)
    log_in(client, cast.amina)
    return cast.amina


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def exam(entry):
    return f"/candidate/exams/{entry.reference}"


def missing(entry):
    return f"{exam(entry)}/missing"


def asked():
    return db.session.scalars(db.select(CentreCase)).all()


def test_amina_tells_her_centre_and_reads_its_answer(client, cast, amina):
    page = client.page(exam(amina))
    assert missing(amina) in page.xpath("//main//a/@href")
    assert "Centre IT024" in words(client.page(missing(amina)))
    sent = client.submit(missing(amina), {"words": f"Speaking {EVIL}"})
    (case,) = asked()
    assert sent.location == f"/candidate/cases/{case.reference}"
    shown = client.get(sent.location)
    assert "has not answered yet" in shown.text
    assert EVIL not in shown.text
    cases.answer(case, "We are looking.", by=cast.clerk, at=OVERDUE)
    page = client.page(exam(amina))
    assert "Your centre has answered" in words(page)
    assert "We are looking." in words(page)
    assert missing(amina) not in page.xpath("//main//a/@href")
    assert client.submit(sent.location, {"words": " "}).status_code == 400
    assert client.submit(sent.location, {"words": "Thank you"}).status_code == 302
    assert "Thank you" in words(client.page(sent.location))


def test_before_the_last_date_there_is_nothing_but_the_date(client, cast, amina, at):
    at(OVERDUE - timedelta(seconds=1))
    page = client.page(exam(amina))
    assert missing(amina) not in page.xpath("//main//a/@href")
    page = client.page(missing(amina))
    assert "Please wait until 19 December 2026" in words(page)
    assert not page.xpath("//main//form")
    sent = client.submit(exam(amina), {"words": "Now!"}, at=missing(amina))
    assert sent.status_code == 409
    assert "19 December 2026" in sent.text
    assert asked() == []


def test_a_result_that_is_out_is_not_asked_about(client, cast, amina):
    cast.result(amina)
    cast.released(instant=NOW)
    assert missing(amina) not in client.page(exam(amina)).xpath("//main//a/@href")
    assert "Your result is out" in words(client.page(missing(amina)))


def test_a_second_question_leads_to_the_first(client, cast, amina):
    client.submit(missing(amina), {"words": ""})
    (case,) = asked()
    again = client.get(missing(amina))
    assert again.location == f"/candidate/cases/{case.reference}"
    assert len(asked()) == 1


def test_after_it_is_closed_amina_may_ask_again(client, cast, amina):
    client.submit(missing(amina), {"words": "Where is it?"})
    (case,) = asked()
    cases.close(case, by=cast.clerk, at=OVERDUE)
    page = client.page(f"/candidate/cases/{case.reference}")
    assert "closed" in words(page)
    assert not page.xpath("//main//textarea")
    page = client.page(exam(amina))
    links = page.xpath("//main//a/@href")
    assert f"/candidate/cases/{case.reference}" in links
    assert missing(amina) in links
    client.submit(missing(amina), {"words": "Still nothing."})
    assert len(asked()) == 2


def test_boris_sees_and_says_nothing_of_aminas_case(client, cast, amina):
    client.submit(missing(amina), {"words": "Where is it?"})
    (case,) = asked()
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.boris)
    log_in(client, cast.boris)
    for path in (missing(amina), f"/candidate/cases/{case.reference}"):
        assert client.get(path).status_code == 404
        sent = client.submit("/candidate/", {"words": "x"}, at=path)
        assert sent.status_code == 404
    assert client.get(f"/candidate/lost/request/{case.reference}").status_code == 404
    assert len(case.messages) == 1


def test_nobody_opens_these_pages_without_signing_in(client, cast):
    assert client.get(missing(cast.amina)).status_code == 302
    assert client.get(f"/candidate/cases/{'x' * 22}").status_code == 302


def test_too_many_words_are_kept_and_pointed_at(client, cast, amina):
    answer = client.submit(missing(amina), {"words": "x" * 2001})
    assert answer.status_code == 400
    assert "too long" in answer.text
    assert "x" * 2001 in answer.text
    assert asked() == []
