"""Asking for a check of a result on the pages, and seeing what became of it."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import CentreRules, Enquiry
from app.services import enquiries, publication
from app.values import EnquiryState, ExamCode
from tests.cast import NOW, PASSWORD, save
from tests.services.test_enquiries import BETTER

DAY = timedelta(days=1)


@pytest.fixture
def at(monkeypatch):
    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW)
    return move


@pytest.fixture
def amina(client, cast, at):
    """Amina, signed in, with her result out."""
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    return cast.amina


def log_in(client, entry):
    form = {"id_number": entry.id_number, "password": PASSWORD}
    assert client.submit("/candidate/login", form).status_code == 302


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def exam(entry):
    return f"/candidate/exams/{entry.reference}"


def page(entry):
    return f"{exam(entry)}/enquiry"


def ask(client, entry, **changed):
    form = {"kind": "recheck", "words": "Please.", "understood": "y", **changed}
    return client.submit(page(entry), {k: v for k, v in form.items() if v})


def enquiry():
    return db.session.scalars(
        db.select(Enquiry).execution_options(populate_existing=True)
    ).one()


def test_amina_asks_for_a_recheck_and_follows_it(client, cast, amina, at):
    save(
        CentreRules(
            centre=cast.it024, recheck_fee="EUR 42", enquiry_rules="Pay at\nthe desk."
        )
    )
    before = client.page(exam(amina))
    assert page(amina) in before.xpath("//main//a/@href")
    assert "until 13 January 2027" in words(before)
    said = words(client.page(page(amina)))
    for told in (
        "EUR 42",
        "13 January 2027",
        "5 working days",
        "can go up, go down or stay the same",
        "Speaking cannot be checked again",
        "Pay at the desk.",
    ):
        assert told in said
    answer = ask(client, amina)
    assert (answer.status_code, answer.location) == (302, page(amina))
    assert enquiry().words == "Please."
    shown = client.page(page(amina))
    assert "With your centre" in words(shown)
    assert not shown.xpath("//main//form")
    enquiries.accept(enquiry(), by=cast.clerk, at=NOW)
    assert "by 21 December 2026" in words(client.page(exam(amina)))
    at(NOW + 9 * DAY)
    log_in(client, amina)
    assert "it takes longer" in words(client.page(exam(amina)))
    enquiries.decide_unchanged(
        enquiry(), "We looked at every page.", by=cast.officer, at=NOW + 9 * DAY
    )
    after = words(client.page(exam(amina)))
    assert "Your result stays as it is." in after
    assert "We looked at every page." in after
    assert "writing marked again, until 13 January 2027" in after
    assert "An examiner who has not seen your writing" in words(
        client.page(page(amina))
    )


def test_the_risk_is_known_before_anything_is_asked(client, amina):
    answer = ask(client, amina, understood="")
    assert answer.status_code == 400
    assert "also lower the grade" in answer.text
    assert "Please." in answer.text
    assert not db.session.scalars(db.select(Enquiry)).all()
    long = ask(client, amina, words="x" * 1001)
    assert long.status_code == 400
    assert "at most 1000 characters" in long.text


def test_what_the_page_did_not_offer_is_not_asked_for(client, amina):
    assert ask(client, amina, kind="remark").status_code == 400
    assert ask(client, amina, kind="everything").status_code == 400
    assert not db.session.scalars(db.select(Enquiry)).all()


def test_a_form_that_is_sent_twice_asks_once(client, amina):
    shown = client.page(page(amina))
    token = shown.xpath("//main//input[@name='csrf_token']/@value")[0]
    form = {"csrf_token": token, "kind": "recheck", "understood": "y"}
    assert client.post(page(amina), data=form).status_code == 302
    again = client.post(page(amina), data=form)
    assert again.status_code == 409
    assert "You have asked already" in again.text
    assert enquiry()


def test_a_request_is_taken_back_after_a_question(client, cast, amina):
    path = f"{page(amina)}/cancel"
    assert client.get(path).status_code == 404
    ask(client, amina)
    assert path in client.page(exam(amina)).xpath("//main//a/@href")
    shown = client.page(path)
    assert "Cancel my request?" in words(shown)
    assert enquiry().state is EnquiryState.requested
    token = shown.xpath("//main//input[@name='csrf_token']/@value")[0]
    assert client.submit(path).location == page(amina)
    assert enquiry().state is EnquiryState.cancelled
    # The button was pressed twice, or the page is still open in another window.
    assert client.post(path, data={"csrf_token": token}).location == page(amina)
    assert client.get(path).location == page(amina)
    assert "You took this request back" in words(client.page(page(amina)))


def test_what_the_centre_passed_on_is_not_taken_back(client, cast, amina):
    ask(client, amina)
    path = f"{page(amina)}/cancel"
    token = client.page(path).xpath("//main//input[@name='csrf_token']/@value")[0]
    enquiries.accept(enquiry(), by=cast.clerk, at=NOW)
    answer = client.post(path, data={"csrf_token": token})
    assert answer.status_code == 409
    assert "talk to your centre" in answer.text
    assert enquiry().state is EnquiryState.accepted


def test_a_refusal_is_read_with_its_reason(client, cast, amina):
    ask(client, amina)
    enquiries.refuse(enquiry(), "The fee was not paid.", by=cast.clerk, at=NOW)
    said = words(client.page(page(amina)))
    assert "could not pass your request on" in said
    assert "The fee was not paid." in said
    assert ask(client, amina).status_code == 302


def test_a_changed_result_is_read_when_it_is_out(client, cast, amina, at):
    ask(client, amina)
    enquiries.accept(enquiry(), by=cast.clerk, at=NOW)
    enquiries.decide_changed(
        enquiry(), BETTER, "Two marks were missing.", by=cast.officer, at=NOW
    )
    release = publication.propose(
        cast.session, None, NOW + DAY, entry=amina, by=cast.officer, at=NOW
    )
    publication.approve(release, by=cast.approver, at=NOW)
    for path in (exam(amina), page(amina)):
        said = words(client.page(path))
        assert "The board is looking at it" in said
        assert "Two marks were missing" not in said
    at(NOW + DAY)
    log_in(client, amina)
    said = words(client.page(exam(amina)))
    assert "your result has been corrected" in said
    assert "gives you the fee back" in said
    assert "Two marks were missing." in said


def test_who_comes_too_late_is_sent_to_the_centre(client, cast, amina, at):
    at(NOW + 31 * DAY)
    cast.it024.phone = "+39 050 123456"
    db.session.commit()
    log_in(client, amina)
    said = words(client.page(page(amina)))
    assert "The time to ask for a check is over" in said
    assert "+39 050 123456" in said
    assert not client.page(page(amina)).xpath("//main//form")
    assert "The time to ask for a check is over" in words(client.page(exam(amina)))


def test_before_the_result_there_is_nothing_about_checks(client, cast, at):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    assert "Check of your result" not in words(client.page(exam(cast.amina)))
    assert "once it is out" in words(client.page(page(cast.amina)))


def test_a_young_learner_is_told_why_not(client, cast, at):
    session = cast.exam_session("2611-YLES", ExamCode.YLES)
    child = cast.entry("0009", "Carla", "P", session=session, email="c@mail.example")
    cast.account(child)
    log_in(client, child)
    assert "nobody fails them" in words(client.page(page(child)))


def test_boris_reaches_nothing_of_aminas(client, cast, amina):
    ask(client, amina)
    cast.account(cast.boris)
    client.delete_cookie("esito")
    log_in(client, cast.boris)
    for path in (exam(amina), page(amina), f"{page(amina)}/cancel"):
        assert client.get(path).status_code == 404
    token = client.page(page(cast.boris)).xpath("//input[@name='csrf_token']/@value")
    form = {"csrf_token": token[0], "kind": "recheck", "understood": "y"}
    assert client.post(page(amina), data=form).status_code == 404
    form = {"csrf_token": token[0]}
    assert client.post(f"{page(amina)}/cancel", data=form).status_code == 404
    assert enquiry().state is EnquiryState.requested
