"""The home of a candidate and the page of each exam, from the entry to the end."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.extensions import db
from app.models import TimetableSlot
from app.services import certificates, publication
from app.values import CertificateState, ComponentCode, ExamCode, ResultStatus
from tests.cast import NOW, save
from tests.papers import slot
from tests.views.test_candidate import log_in, normal, words

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Set the clock of the pages; NOW until a test says otherwise."""

    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


def page_of(entry):
    return f"/candidate/exams/{entry.reference}"


def on(day, hour=11):
    return datetime.combine(day, time(hour), tzinfo=UTC)


@pytest.fixture
def amina(client, cast, at):
    """Amina, signed in; a function that reads her exam's page at an instant."""
    cast.account(cast.amina)

    def read(instant=NOW):
        at(instant)
        client.delete_cookie("esito")
        log_in(client, cast.amina)
        return words(client.page(page_of(cast.amina)))

    return read


# --- Before the result ----------------------------------------------------------------


def test_before_the_exam_it_says_when_and_where(cast, amina):
    slot(cast, ComponentCode.R, 14, "09:00")
    slot(cast, ComponentCode.S, 12, "15:30", room="Aula 7")
    text = amina(on(date(2026, 11, 1)))
    assert "You are entered" in text
    assert "Times and places" in text
    assert text.index("Speaking") < text.index("Reading and Use of English")
    assert "12 November 2026 , 15:30" in text
    assert "Aula 7" in text
    assert "Listening Not set yet." in text
    assert "You can expect your result between 12 December 2026" in text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 14), "Good luck!"),
        (date(2026, 11, 20), "From 20 December 2026 on, you can report"),
        (date(2026, 12, 14), "Please wait until 19 December 2026"),
        (date(2026, 12, 14), "From 20 December 2026 on, you can report"),
        (date(2026, 12, 20), "should have been out by 19 December 2026"),
        (date(2026, 12, 20), "My result is missing"),
    ],
)
def test_each_day_has_its_words_and_says_what_comes_next(amina, day, sentence):
    text = amina(on(day)).replace(" .", ".").replace(" ,", ",")
    assert sentence in text
    assert "exams@it024.example" in text


def test_the_whole_way_is_there_from_the_first_day(cast, amina):
    text = amina(on(date(2026, 11, 1)))
    way = ["Entered for the exam", "Exam", "Marking", "Last day for results"]
    way += ["Your result comes out", "Your certificate goes to your centre"]
    way += ["Your certificate is ready", "You collect your certificate"]
    places = [text.index(step, text.index("The whole way")) for step in way]
    assert places == sorted(places)


def test_how_many_results_are_out_is_said_while_one_waits(cast, amina):
    for n in range(3, 22):
        cast.result(cast.entry(f"{n:04d}", "P", f"{n}"))
    assert "of the results" not in amina()
    cast.released(instant=NOW)
    assert "About 95% of the results of this session are out." in amina()


def test_a_result_that_was_taken_back_is_said_so_calmly(client, cast, amina):
    cast.result(cast.amina)
    release = cast.released(instant=NOW - 2 * DAY)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW - DAY)
    text = amina()
    assert "Being corrected" in text
    assert "taken it back on 13 December 2026" in text
    assert "it says nothing about you" in text
    for never in ("Being marked", "Please wait until", "wrong papers", "View result"):
        assert never not in text
    home = words(client.page("/candidate/"))
    assert "Being corrected" in home
    assert "View result" not in home


def test_before_the_instant_the_page_is_the_same_with_and_without_a_result(
    client, cast, at
):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    without = [client.get(p).text for p in ("/candidate/", page_of(cast.amina))]
    cast.result(cast.amina)
    cast.released(instant=NOW + DAY)
    waiting = [client.get(p).text for p in ("/candidate/", page_of(cast.amina))]
    assert [normal(one) for one in waiting] == [normal(one) for one in without]


# --- From the result on ---------------------------------------------------------------


def test_with_the_result_the_page_tells_when_the_certificate_comes(cast, amina):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    text = amina().replace(" .", ".")
    assert "View result" in text
    assert "between 11 January 2027 and 8 February 2027" in text
    assert "Please wait" not in text
    late = amina(NOW + 57 * DAY)
    assert "ask your centre whether they have it" in late


def test_who_earned_no_certificate_is_promised_none(cast, amina):
    cast.result(cast.amina, overall=130, grade=None, cefr=None)
    cast.released(instant=NOW)
    text = amina()
    assert "Certificate" not in text
    assert "certificate" not in text


def test_a_status_is_news_and_no_result(client, cast, amina):
    cast.result(cast.amina, status=ResultStatus.withheld)
    cast.released(instant=NOW)
    text = amina()
    assert "There is news" in text
    # The way says so too: a result that is withheld is not out.
    assert "News about your result" in text
    assert "Your result is out" not in text
    assert "There is news" in words(client.page("/candidate/"))


def test_who_holds_a_recalled_certificate_is_asked_to_give_it_back(cast, amina):
    cast.result(cast.amina)
    cast.released(instant=NOW - DAY)
    certificates.send(cast.session, None, NOW.date(), by=cast.officer, at=NOW)
    paper = certificates.of_entries([cast.amina.id])[cast.amina.id]
    paper.state, paper.handed_to = CertificateState.collected, "Amina Benali"
    paper.arrived_on = paper.keep_until = paper.ended_on = NOW.date()
    db.session.commit()
    certificates.recall_of(cast.amina, by=cast.officer, at=NOW)
    assert "give it back to your centre" in amina()


# --- Whose it is ----------------------------------------------------------------------


def test_foreign_and_absent_exams_are_answered_alike(client, cast):
    cast.account(cast.boris)
    assert cast.amina
    log_in(client, cast.boris)
    bodies = {
        normal(client.get(f"/candidate/exams/{reference}").text).replace(reference, "")
        for reference in (cast.amina.reference, "x" * 22)
    }
    assert len(bodies) == 1
    client.page(page_of(cast.amina), status=404)
    client.page(page_of(cast.boris))


# --- The home page --------------------------------------------------------------------


def test_each_exam_leads_to_its_own_page_and_another_can_be_added(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)
    page = client.page("/candidate/")
    links = page.xpath("//main//a/@href")
    assert page_of(cast.amina) in links
    assert "/candidate/exams/add" in links
    assert len(page.xpath("//*[@class='timeline']")) == 0


def many(cast, count):
    """Amina with so many further exams, all of them years ago and out."""
    for n in range(count):
        session = cast.exam_session(f"S{n:03d}", ExamCode.FCE)
        session.exam_date, session.final_date = date(2016, 1, 1), date(2016, 2, 1)
        session.exam_date += n * DAY
        session.final_date += n * DAY
        entry = cast.entry(f"{n + 100:04d}", "Amina", "Benali", session=session)
        entry.account, entry.registered_at = cast.amina.account, NOW
        cast.result(save(entry))
        release = publication.propose(
            session, None, NOW - DAY, by=cast.officer, at=NOW - 2 * DAY
        )
        publication.approve(release, by=cast.approver, at=NOW - 2 * DAY)


def test_many_exams_come_on_pages_that_stay_small(client, cast):
    cast.account(cast.amina)
    many(cast, 24)
    log_in(client, cast.amina)
    first = client.get("/candidate/")
    assert len(first.data) < 100_000
    assert first.text.count("View result</a>") == 20
    assert "page=2" in first.text
    second = words(client.page("/candidate/?page=2"))
    assert second.count("View result") == 4
    assert "No exam yet" not in second
    for odd in ("?page=-1", "?page=x", "?page=999999999999999999999"):
        assert client.get(f"/candidate/{odd}").status_code == 200


def test_the_home_page_asks_the_database_as_often_for_many_exams(client, cast):
    cast.account(cast.amina)
    log_in(client, cast.amina)

    def asked():
        statements = []
        count = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine.engine, "before_cursor_execute", count)
        try:
            client.page("/candidate/")
        finally:
            event.remove(db.engine.engine, "before_cursor_execute", count)
        return [s for s in statements if s.lstrip().upper().startswith("SELECT")]

    many(cast, 2)
    few = asked()
    many_more = cast.exam_session("S900", ExamCode.CAE)
    entry = cast.entry("0900", "Amina", "Benali", session=many_more)
    entry.account, entry.registered_at = cast.amina.account, NOW
    save(entry)
    assert len(asked()) == len(few) <= 9, few


def test_a_paper_without_a_slot_is_not_set_yet(client, cast, at):
    at(on(date(2026, 11, 1)))
    cast.account(cast.amina)
    log_in(client, cast.amina)
    assert db.session.scalars(db.select(TimetableSlot)).all() == []
    assert "Not set yet" in words(client.page(page_of(cast.amina)))
