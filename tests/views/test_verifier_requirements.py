"""The pages on which an organisation says which exams it recognises."""

import pytest

from app import clock
from app.extensions import db
from app.models import Requirement
from app.services import requirements
from app.services.requirements import Terms
from app.values import ComponentCode, ExamCode, MemberRole
from tests.cast import NOW, PASSWORD

LIST = "/verifier/organisation/exams"
NEW = f"{LIST}/new"
FCE = f"{NEW}?exam=FCE"


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def rita(client, cast):
    return signed_in(client, cast.verifier)


def signed_in(browser, member):
    answer = browser.submit(
        "/verifier/login", {"email": member.email, "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser


def words(tree):
    return " ".join(tree.text_content().split())


def kept():
    rows = db.session.scalars(db.select(Requirement).order_by(Requirement.id))
    return [(row.programme, row.exam.value, row.overall, row.months) for row in rows]


def asked(cast, programme="", exam=ExamCode.FCE, **values):
    return requirements.save(Terms(programme, exam, **values), by=cast.verifier, at=NOW)


def test_who_lists_nothing_is_told_what_listing_does(rita):
    text = words(rita.page(LIST))
    assert "You have not listed any exams" in text
    assert "candidates are told nothing" in text


def test_first_the_exam_then_what_is_asked_for_of_it(rita):
    assert "Which exam do you recognise?" in words(rita.page(NEW))
    assert "Choose an exam." in words(rita.page(f"{NEW}?exam=", 400))
    assert rita.get(f"{NEW}?exam=nonsense").status_code == 400
    page = rita.page(FCE)
    names = page.xpath("//main//form//input[not(@type='hidden')]/@name")
    scores = [f"score_{one}" for one in "ruwls"]
    assert names == ["programme", "overall", *scores, "months"]
    page = rita.page(f"{NEW}?exam=DELTA1")
    names = page.xpath("//main//form//input[not(@type='hidden')]/@name")
    assert names == ["programme", "months"]


def test_what_is_saved_stands_in_the_list_by_programme(rita):
    form = {"programme": "Master’s", "overall": "180", "score_l": "175", "months": "24"}
    assert rita.submit(FCE, form).headers["Location"].endswith(LIST)
    assert rita.submit(f"{NEW}?exam=DELTA1", {}).status_code == 303
    page = rita.page(LIST)
    assert page.xpath("//main//h2/text()") == ["Master’s", "Everything else"]
    text = words(page)
    assert "overall at least 180, Listening at least 175, taken in the last 24" in text
    assert "DELTA Module One any certified result" in text
    assert kept() == [("Master’s", "FCE", 180, 24), ("", "DELTA1", None, None)]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("overall", "C1", "Enter a whole number, such as 175."),
        ("overall", "17.5", "Enter a whole number, such as 175."),
        ("score_l", "300", "B2 First has scores from 80 to 190 here."),
        ("months", "0", "Choose from 1 to 240 months."),
        ("months", "99999999999999999999", "Enter a whole number, such as 175."),
        ("programme", "x" * 121, "use at most 120 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(
    rita, field, typed, said
):
    answer = rita.submit(FCE, {"programme": "Law", "overall": "170", field: typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert kept() == []


def test_the_same_exam_twice_for_a_programme_is_refused_kindly(rita, cast):
    asked(cast)
    answer = rita.submit(FCE, {"overall": "170"})
    assert answer.status_code == 400
    assert "You have a requirement for this exam and programme." in answer.text
    assert len(kept()) == 1


def test_a_colleague_changes_it_and_deletes_it(app, cast):
    row = asked(cast, "Law", overall=170, scores={ComponentCode.L: 165})
    colleague = cast.member(cast.acme, "two@acme.example", role=MemberRole.admin)
    browser = signed_in(app.test_client(), colleague)
    address = f"{LIST}/{row.reference}"
    page = browser.page(address)
    (overall,) = page.xpath("//input[@name='overall']/@value")
    (listening,) = page.xpath("//input[@name='score_l']/@value")
    assert (overall, listening) == ("170", "165")
    assert browser.submit(address, {"programme": "Law", "overall": "175"}).status_code
    assert kept() == [("Law", "FCE", 175, None)]
    text = words(browser.page(f"{address}/delete"))
    assert "Ask for this no more?" in text
    assert "B2 First, Law: overall at least 175" in text
    assert browser.submit(f"{address}/delete").status_code == 303
    assert kept() == []
    assert browser.get(address).status_code == 404


def test_what_is_another_organisations_is_not_there(app, cast):
    row = asked(cast, overall=170)
    other = cast.organisation("Other College", "other.example")
    browser = signed_in(app.test_client(), cast.member(other, "clerk@other.example"))
    assert "overall at least 170" not in words(browser.page(LIST))
    for address in (f"{LIST}/{row.reference}", f"{LIST}/{row.reference}/delete"):
        assert browser.get(address).status_code == 404
        answer = browser.submit(NEW + "?exam=FCE", {"overall": "180"}, at=address)
        assert answer.status_code == 404
    assert kept() == [("", "FCE", 170, None)]


def test_candidates_read_it_before_they_share_and_nothing_of_their_own(client, cast):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.released()
    form = {"id_number": cast.amina.id_number, "password": PASSWORD}
    client.submit("/candidate/login", form)
    address = f"/candidate/results/{cast.amina.reference}/share/{cast.acme.reference}"
    assert "asks for" not in words(client.page(address))
    asked(cast, "Law", overall=180, months=24)
    text = words(client.page(address))
    said = "Law: overall at least 180, taken in the last 24 months."
    assert f"What this organisation asks for {said}" in text
    assert "meet" not in text
    asked(cast, exam=ExamCode.CAE)
    requirements.delete(requirements.of(cast.acme.id)[0], by=cast.verifier, at=NOW)
    text = words(client.page(address))
    assert "B2 First is not among the exams that they list." in text
