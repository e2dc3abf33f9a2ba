"""Without the paper: finding the centre, asking it, and reading what it answers."""

import re
from datetime import date, time, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import CentreCase, Mail, TimetableSlot
from app.services import cases
from app.values import CaseState, ComponentCode
from tests.cast import NOW, save

LOST = {
    "name": "Amina Benali",
    "date_of_birth": "05/03/2009",
    "email": "amina@mail.example",
    "exam": "FCE",
    "when": "November 2026",
    "school": "Liceo Galileo",
    "words": "I sat in the front row.",
}
EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """A function that sets the clock of the pages, which stands at NOW."""

    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW)
    return move


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def asked():
    return db.session.scalars(db.select(CentreCase)).all()


def ask(client, **changed):
    return client.submit("/candidate/lost/IT024", {**LOST, **changed})


def page_of(case):
    return f"/candidate/lost/request/{case.reference}"


# --- Which centre ---------------------------------------------------------------------


def names(client, query):
    page = client.page(f"/candidate/lost?{query}")
    return page.xpath("//ul[@class='cards']//h3/a/text()")


@pytest.fixture
def places(cast):
    """A centre in Pisa with a school in Lucca, and one in Rome; both hold exams."""
    cast.liceo.city = "Lucca"
    rome = cast.centre("IT100")
    rome.city, rome.address = "Roma", "Via Appia 1, 00100 Roma"
    assert cast.amina
    later = cast.exam_session("2703-PET-P", "PET")
    later.exam_date, later.final_date = date(2027, 3, 13), date(2027, 4, 20)
    cast.entry("0001", "Carla", "Conti", session=later, centre=rome)
    save(
        TimetableSlot(
            session=later,
            centre=rome,
            component=ComponentCode.S,
            day=date(2027, 3, 11),
            start=time(9),
            venue="Aula 1",
        )
    )
    return cast


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=pisa", ["Centre IT024"]),
        ("q=IT1", ["Centre IT100"]),
        ("q=lucca", ["Centre IT024"]),
        ("school=galilei", []),
        ("school=Liceo+galileo", ["Centre IT024"]),
        ("school=galileo+lucca", ["Centre IT024"]),
        ("q=appia&school=galileo", []),
        ("date=14/11/2026", ["Centre IT024"]),
        ("date=2027-03-13", ["Centre IT100"]),
        ("date=11/03/2027", ["Centre IT100"]),
        ("date=12/03/2027", []),
        ("q=it&date=14/11/2026", ["Centre IT024"]),
        ("", []),
    ],
)
def test_a_centre_is_found_by_what_people_remember(client, places, query, found):
    assert names(client, query) == found
    if query:
        page = client.page(f"/centres?{query}")
        shown = page.xpath("//ul[@class='cards']//h3/text()")
        assert shown == found


def test_who_finds_nothing_is_told_how_else_to_find_out(client, places):
    text = words(client.page("/candidate/lost?q=Atlantis"))
    assert "No centre found" in text
    assert "Ask your teacher" in text
    assert "bank transfer" in text


@pytest.mark.parametrize("typed", ["32/13/2026", "yesterday", "%25", "9" * 300])
def test_what_is_no_day_is_said_beside_the_field(client, places, typed):
    for path in ("/candidate/lost", "/centres"):
        page = client.page(f"{path}?date={typed}")
        assert page.xpath("//input[@id='date']/@aria-invalid") == ["true"]
        assert not page.xpath("//ul[@class='cards']")


def test_the_finder_tells_nothing_about_candidates(client, places):
    for query in ("q=Benali", "q=0001", "school=Amina", "q=amina%40mail.example"):
        assert names(client, query) == []


def test_long_lists_come_a_page_at_a_time_and_keep_what_was_typed(client, cast):
    for number in range(200, 225):
        cast.centre(f"IT{number}")
    page = client.page("/candidate/lost?q=pisa")
    assert len(page.xpath("//ul[@class='cards']/li")) == 20
    (onward,) = page.xpath("//a[@rel='next']/@href")
    assert len(client.page(onward).xpath("//ul[@class='cards']/li")) == 5


# --- The request ----------------------------------------------------------------------


def test_amina_asks_for_a_new_paper_and_reads_the_answer(client, cast):
    cast.it024
    assert "what to bring" in words(client.page("/candidate/lost/IT024"))
    answer = ask(client)
    assert answer.location == "/candidate/lost/IT024/sent"
    assert "We have sent an email to amina@mail.example" in client.get(
        answer.location
    ).get_data(as_text=True)
    (case,) = asked()
    assert (case.centre, case.exam.value, case.opened_at) == (cast.it024, "FCE", NOW)
    mails = {m.kind: m for m in db.session.scalars(db.select(Mail))}
    assert mails["case_received"].values["path"] == page_of(case)
    text = words(client.page(page_of(case)))
    assert "has not answered yet" in text
    cases.answer(case, "Come on Monday.", by=cast.clerk, at=NOW + timedelta(hours=1))
    text = words(client.page(page_of(case)))
    assert "Your centre has answered" in text
    assert "Come on Monday." in text


def test_the_page_of_a_request_holds_nothing_that_was_typed_into_it(client, cast):
    assert cast.it024
    client.get(ask(client).location)
    (case,) = asked()
    text = client.get(page_of(case)).get_data(as_text=True)
    for told in ("Benali", "2009", "amina@mail.example", "Galileo", "front row"):
        assert told not in text


def test_somebody_writes_back_until_the_centre_closes(client, cast, at):
    assert cast.it024
    ask(client)
    (case,) = asked()
    cases.answer(case, "Which class?", by=cast.clerk, at=NOW)
    later = NOW + timedelta(hours=1)
    at(later)
    assert client.submit(page_of(case), {"words": ""}).status_code == 400
    sent = client.submit(page_of(case), {"words": f"4B {EVIL}"})
    assert sent.location == page_of(case)
    text = client.get(page_of(case)).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in text
    assert EVIL not in text
    page = client.get(page_of(case)).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    cases.close(case, by=cast.clerk, at=later)
    page = client.page(page_of(case))
    assert "The centre has closed this request" in words(page)
    assert not page.xpath("//main//textarea")
    late = client.post(page_of(case), data={"csrf_token": token, "words": "Hello?"})
    assert late.status_code == 409


def test_nobody_guesses_the_page_of_a_request(client, cast):
    account = cast.account(cast.amina)
    missing = cases.report_missing(
        cast.amina, "", by=account, at=NOW + timedelta(days=10)
    )
    for reference in ("x" * 22, missing.reference, cast.amina.reference):
        assert client.get(f"/candidate/lost/request/{reference}").status_code == 404
    for number in ("IT999", "it024", "0", "request"):
        assert client.get(f"/candidate/lost/{number}").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("name", "", "Enter your name"),
        ("name", "x" * 201, "too long"),
        ("date_of_birth", "tomorrow", "Enter a date such as"),
        ("date_of_birth", "", "Enter your date of birth"),
        ("email", "amina", "Enter an email address such as"),
        ("email", "", "Enter your email address"),
        ("words", "x" * 2001, "too long"),
        ("when", "x" * 81, "too long"),
        ("exam", "XYZ", "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_the_rest_stays(
    client, cast, field, typed, problem
):
    assert cast.it024
    answer = ask(client, **{field: typed})
    assert answer.status_code == 400
    assert problem in answer.text
    assert asked() == []
    kept = "email" if field != "email" else "name"
    assert f'value="{LOST[kept]}"' in answer.text


def test_the_same_request_twice_looks_the_same_and_is_one(client, cast):
    assert cast.it024
    first, second = ask(client), ask(client)
    assert first.location == second.location
    assert len(asked()) == 1
    assert [m.kind for m in db.session.scalars(db.select(Mail))].count(
        "case_received"
    ) == 1


def test_a_flood_from_one_address_is_stopped_and_nothing_is_lost(client, cast):
    assert cast.it024
    sent = [
        ask(client, name=f"Nobody {n}", email=f"n{n}@mail.example").status_code
        for n in range(8)
    ]
    assert sent == [302] * 5 + [429] * 3
    assert len(asked()) == 5
    waits = ask(client, email="other@mail.example")
    assert waits.headers["Retry-After"]
    assert 'value="other@mail.example"' in waits.text


def test_words_of_a_stranger_never_become_markup(client, cast):
    assert cast.it024
    answer = ask(client, name=EVIL, when="never", words=EVIL, email="no")
    assert answer.status_code == 400
    assert EVIL not in answer.text


def test_a_request_needs_its_token(client, cast):
    assert cast.it024
    assert client.post("/candidate/lost/IT024", data=LOST).status_code == 400
    assert asked() == []


def test_a_closed_request_may_be_made_again(client, cast):
    assert cast.it024
    ask(client)
    (case,) = asked()
    cases.close(case, by=cast.clerk, at=NOW)
    ask(client)
    states = sorted(row.state for row in asked())
    assert states == [CaseState.closed, CaseState.open]


def test_the_centre_says_what_it_wants_to_be_brought(client, cast):
    from app.models import CentreRules

    save(CentreRules(centre=cast.it024, collection_rules=f"Mon-Fri 9-12 {EVIL}"))
    text = client.get("/candidate/lost/IT024").get_data(as_text=True)
    assert "Mon-Fri 9-12" in text
    assert EVIL not in text
