"""The centre's queue: its own candidates' questions, and nobody else's."""

from datetime import date, timedelta

import pytest

from app.extensions import db
from app.models import Mail
from app.services import cases
from app.services.cases import lost_papers
from app.services.cases.lost_papers import LostPaper
from app.values import CaseState, ExamCode, Language
from tests.admin.test_releases import _token, words
from tests.cast import NOW

EVIL = "<script>alert(1)</script>"
LATER = NOW + timedelta(days=10)


def lost(centre, **changed):
    told = {
        "name": "Amina Benali",
        "date_of_birth": date(2009, 3, 5),
        "email": "amina@mail.example",
        "exam": ExamCode.FCE,
        "when": "November",
        "school": "Liceo",
        "words": "Front row.",
        "language": Language.en,
    }
    paper = LostPaper(**{**told, **changed})
    return lost_papers.ask_for_paper(centre, paper, address="192.0.2.1", at=NOW)


def missing(cast, entry, at=LATER):
    return cases.report_missing(entry, "Where?", by=cast.account(entry), at=at)


def path(case, page="show"):
    return f"/admin/cases/{page}/{case.id}"


def fresh(case):
    db.session.refresh(case)
    return case


def test_a_clerk_answers_and_closes(cast, sign_in):
    case = missing(cast, cast.amina)
    clerk = sign_in(cast.clerk)
    assert path(case) in clerk.page("/admin/cases/list/").xpath("//main//a/@href")
    text = words(clerk.page(path(case)))
    assert "Missing result: Amina Benali" in text
    assert "Where?" in text
    answer = {"words": "We have asked."}
    sent = clerk.submit(path(case), answer, at=path(case, "answer"))
    assert sent.location == path(case)
    assert fresh(case).state is CaseState.answered
    assert "case_answered" in db.session.scalars(db.select(Mail.kind)).all()
    assert "We have asked." in words(clerk.page(path(case)))
    assert clerk.submit(path(case, "close")).status_code == 303
    assert fresh(case).state is CaseState.closed
    page = clerk.page(path(case))
    assert not page.xpath("//main//textarea")
    late = clerk.post(
        path(case, "answer"), data={**_token(clerk, "/admin/"), "words": "Late"}
    )
    assert late.status_code == 409
    assert "closed" in words(clerk.page(path(case, "close")))


def test_an_empty_answer_is_refused_beside_its_field(cast, sign_in):
    case = lost(cast.it024)
    clerk = sign_in(cast.clerk)
    answer = clerk.submit(path(case), {"words": "  "}, at=path(case, "answer"))
    assert answer.status_code == 400
    assert "Write an answer first" in answer.text
    long = clerk.submit(path(case), {"words": "y" * 2001}, at=path(case, "answer"))
    assert long.status_code == 400
    assert "y" * 2001 in long.text
    assert fresh(case).state is CaseState.open


def test_a_clerk_finds_the_entry_of_a_lost_paper(cast, sign_in):
    cast.amina, cast.boris
    case = lost(cast.it024, name="Amina B.", email="other@mail.example")
    clerk = sign_in(cast.clerk)
    page = clerk.page(path(case))
    assert page.xpath("//input[@name='entry']/@value") == [cast.amina.reference]
    assert "Date of birth: the same" in words(page)
    page = clerk.page(f"{path(case)}?name=ivanov")
    assert cast.boris.reference in page.xpath("//input[@name='entry']/@value")
    sent = clerk.submit(
        path(case), {"entry": cast.amina.reference}, at=path(case, "match")
    )
    assert sent.location == path(case)
    assert fresh(case).entry == cast.amina
    page = clerk.page(path(case))
    (reissue,) = page.xpath("//a[contains(@href, 'reissue')]/@href")
    assert clerk.get(reissue).status_code == 200
    waits = clerk.page(f"/admin/entries/show/{cast.amina.id}")
    assert path(case) in waits.xpath("//main//a/@href")


def test_an_entry_of_another_centre_cannot_be_taken(cast, sign_in):
    foreign = cast.entry("0009", "Amina", "Benali", centre=cast.centre("IT100"))
    case = lost(cast.it024)
    for who in (cast.clerk, cast.officer):
        client = sign_in(who)
        assert foreign.reference not in client.get(path(case)).text
        for entry in (foreign.reference, "x", ""):
            sent = client.submit(path(case), {"entry": entry}, at=path(case, "match"))
            assert sent.status_code == 404
    assert fresh(case).entry is None


def test_another_centres_clerk_finds_nothing(cast, sign_in):
    both = (lost(cast.it024), missing(cast, cast.boris))
    other = cast.centre("IT100")
    stranger = sign_in(cast.staff("clerk@it100.example", "Centre staff", other))
    page = stranger.get("/admin/cases/list/")
    assert "Benali" not in page.text
    assert "There are no rows here" in page.text
    token = _token(stranger, "/admin/password/")
    for case in both:
        for act in ("show", "answer", "close"):
            assert stranger.get(path(case, act)).status_code == 404
        for act in ("answer", "close", "match"):
            form = {**token, "words": "x", "entry": cast.amina.reference}
            assert stranger.post(path(case, act), data=form).status_code == 404
        assert fresh(case).state is CaseState.open
        assert len(case.messages) == 1


def test_the_board_sees_every_centre_and_an_auditor_only_reads(cast, sign_in):
    case = lost(cast.it024)
    lost(cast.centre("IT100"), name="Zoé Autre")
    officer = sign_in(cast.officer)
    assert "Zoé Autre" in officer.get("/admin/cases/list/").text
    answer = officer.submit(path(case), {"words": "Soon"}, at=path(case, "answer"))
    assert answer.status_code == 303
    auditor = sign_in(cast.auditor)
    page = auditor.page(path(case))
    assert "Soon" in words(page)
    assert not page.xpath("//main//form")
    for who in ("approver", "partnerships", "admin"):
        assert sign_in(getattr(cast, who)).get(path(case)).status_code == 403


@pytest.mark.parametrize("field", ["name", "words", "when", "school"])
def test_what_a_stranger_types_never_becomes_markup(cast, sign_in, field):
    case = lost(cast.it024, **{field: EVIL})
    cases.answer(case, EVIL, by=cast.clerk, at=NOW)
    clerk = sign_in(cast.clerk)
    for page in (path(case), path(case, "close"), "/admin/cases/list/"):
        assert EVIL not in clerk.get(page).text


def test_what_waits_longest_stands_first_and_what_is_over_last(cast, sign_in):
    rows = [lost(cast.it024, name=f"Person {n}") for n in range(5)]
    cases.answer(rows[0], "Done", by=cast.clerk, at=NOW)
    cases.close(rows[3], by=cast.clerk, at=NOW)
    clerk = sign_in(cast.clerk)
    page = clerk.page("/admin/cases/list/")
    names = [cell.text_content().strip() for cell in page.xpath("//tbody/tr/th")]
    assert names == [f"Person {n}" for n in (1, 2, 4, 3, 0)]
    page = clerk.page("/admin/cases/list/?_flt_0_state=answered")
    names = [cell.text_content().strip() for cell in page.xpath("//tbody/tr/th")]
    assert names == ["Person 0"]
    page = clerk.get("/admin/cases/list/?_flt_0_kind=missing_result")
    assert "There are no rows here" in page.text


def test_the_queue_shows_no_more_of_a_case_than_it_must(cast, sign_in):
    case = lost(cast.it024)
    listed = sign_in(cast.clerk).get("/admin/cases/list/").text
    for told in ("amina@mail.example", "Front row", case.reference, "2009"):
        assert told not in listed
