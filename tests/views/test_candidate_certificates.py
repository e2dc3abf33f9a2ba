"""A candidate gets their certificate: comes, sends somebody, or has it posted."""

from datetime import date, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import CentreRules, Certificate
from app.services import certificates, corrections
from app.services.certificates import collection
from app.values import DayPart
from tests.cast import NOW, save
from tests.views.test_candidate import log_in, normal, words

DAY = timedelta(days=1)
TODAY = NOW.date()
FORM = {"collect_on": "2026-12-15", "part": "morning"}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


@pytest.fixture
def sent(client, cast):
    """Amina, signed in, with her certificate on its way."""
    cast.result(cast.amina)
    cast.released(instant=NOW - 3 * DAY)
    cast.account(cast.amina)
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    log_in(client, cast.amina)
    return db.session.scalars(db.select(Certificate)).one()


@pytest.fixture
def arrived(cast, sent):
    collection.arrive([sent], TODAY, by=cast.clerk, at=NOW)
    return sent


def base(cast):
    return f"/candidate/exams/{cast.amina.reference}/certificate"


def exam(cast):
    return f"/candidate/exams/{cast.amina.reference}"


def addresses(cast):
    tails = ("", "/arrange", "/arrange?way=post", "/authorisation.pdf")
    return [base(cast) + tail for tail in tails]


def test_on_its_way_it_has_a_date_and_nothing_to_do(client, cast, sent):
    for path in (base(cast), exam(cast)):
        assert "sent it to your centre on 13 December 2026" in words(client.page(path))
    assert "How do you want to get it?" not in words(client.page(base(cast)))


def test_at_the_centre_it_counts_the_days(client, cast, arrived, at):
    at(NOW + 324 * DAY)
    client.delete_cookie("esito")
    log_in(client, cast.amina)
    for path in (base(cast), exam(cast)):
        text = words(client.page(path))
        assert "Kept until 14 December 2027 : 41 days left." in text
    assert "41 days left" in words(client.page("/candidate/"))


def test_the_page_of_the_result_knows_where_the_certificate_is(client, cast, sent, at):
    path = f"/candidate/results/{cast.amina.reference}"

    def next_steps():
        return words(client.page(path)).partition("What happens next")[2]

    said = next_steps()
    assert "Certificate sent to your centre, 13 December 2026" in said
    assert "is sent to your centre 4 to 8 weeks after" not in said
    # It is printed by now, with the name that it has.
    assert "It will be printed on the certificate" not in said
    collection.arrive([sent], TODAY, by=cast.clerk, at=NOW)
    ready = "Certificate ready at your centre, until 14 December 2027"
    assert ready in next_steps()
    later = NOW + 366 * DAY
    at(later)
    client.delete_cookie("esito")
    log_in(client, cast.amina)
    said = next_steps()
    assert (ready in said, "Ask your centre at once" in said) == (False, True)
    collection.destroy(sent, later.date(), by=cast.clerk, at=later)
    assert "Certificate destroyed: nobody collected it" in next_steps()
    certificates.recall_of(cast.amina, by=cast.officer, at=later)
    assert "Certificate destroyed" not in next_steps()


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (1, "1 day left."),
        (0, "today is the last day."),
        (-1, "Ask your centre at once"),
    ],
)
def test_the_last_days_are_said_in_words(client, cast, arrived, at, left, sentence):
    at(NOW + timedelta(days=365 - left))
    client.delete_cookie("esito")
    log_in(client, cast.amina)
    for path in (base(cast), exam(cast), "/candidate/"):
        text = words(client.page(path))
        assert sentence in text
        # When its time is over nobody says any more that it is there, or ready.
        ready = "Your certificate is ready" in text or "At your centre" in text
        assert ready == (left >= 0)
    ways = client.page(base(cast)).xpath("//a[contains(@href, 'way=come')]")
    # Tomorrow is a working day, and the last one.
    assert bool(ways) == (left == 1)
    # No list of ways without a way, and no form without a day to choose.
    too_late = "too late to arrange a day" in words(client.page(base(cast)))
    assert too_late == (left == 0)
    offered = "How do you want to get it?" in words(client.page(base(cast)))
    assert offered == (left == 1)
    form = client.get(f"{base(cast)}/arrange?way=come")
    assert form.location == (None if left == 1 else base(cast))


def test_she_asks_to_come_and_the_centre_confirms(client, cast, arrived):
    path = f"{base(cast)}/arrange?way=come"
    answer = client.submit(path, FORM)
    assert (answer.status_code, answer.location) == (302, base(cast))
    text = words(client.page(base(cast)))
    assert "Not confirmed yet" in text
    assert "15 December 2026 , in the morning" in text
    # Who changes it finds what they chose before.
    chosen = client.page(path).xpath("//input[@type='radio'][@checked]/@value")
    assert chosen == ["morning"]
    day, part = date(2026, 12, 15), DayPart.morning
    collection.agree(arrived, day, part, by=cast.clerk, at=NOW)
    assert "Confirmed by your centre" in words(client.page(base(cast)))
    assert "You have an appointment" in words(client.page(exam(cast)))


def test_a_day_that_went_by_is_no_appointment_any_more(client, cast, arrived, at):
    client.submit(f"{base(cast)}/arrange?way=come", FORM)
    day, part = date(2026, 12, 15), DayPart.morning
    collection.agree(arrived, day, part, by=cast.clerk, at=NOW)
    over = "The day that was arranged, 15 December 2026 , is over"
    for later in (DAY, 2 * DAY):
        at(NOW + later)
        client.delete_cookie("esito")
        log_in(client, cast.amina)
        # On the day itself it stands until midnight at the centre.
        stands = later == DAY
        own, whole = (words(client.page(path)) for path in (base(cast), exam(cast)))
        assert ("Confirmed by your centre" in own) == stands
        assert ("You have an appointment" in whole) == stands
        assert (over in own, over in whole) == (not stands, not stands)
    collection.hand_over(arrived, "Amina Benali", day, by=cast.clerk, at=NOW + 2 * DAY)
    for path in (base(cast), exam(cast)):
        assert over not in words(client.page(path))


def test_somebody_else_comes_with_a_paper(client, cast, arrived):
    path = f"{base(cast)}/arrange?way=send"
    wrong = client.submit(path, FORM)
    assert (wrong.status_code, "Enter the name" in wrong.text) == (400, True)
    client.submit(path, {**FORM, "collector": "Rita Benali"})
    text = words(client.page(base(cast)))
    assert "Rita Benali" in text
    assert "bring it with their own ID" in text
    answer = client.get(f"{base(cast)}/authorisation.pdf")
    assert answer.data.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_was_typed_stays_and_the_mistake_is_said_beside_it(client, cast, arrived):
    path = f"{base(cast)}/arrange?way=send"
    form = {"collector": "Rita Benali", "collect_on": "2026-12-19", "part": "afternoon"}
    answer = client.submit(path, form)
    assert answer.status_code == 400
    assert "Choose a working day." in answer.text
    assert 'value="Rita Benali"' in answer.text
    assert 'value="2026-12-19"' in answer.text
    for day in ("", "soon", "2026-12-14", "1900-01-01", "9999-12-31"):
        answer = client.submit(path, {**form, "collect_on": day})
        assert answer.status_code == 400, day
        assert f'value="{day}"' in answer.text
    del form["part"]
    for part in ({}, {"part": "noon"}):
        answer = client.submit(path, {**form, **part})
        assert answer.text.count("Choose morning or afternoon.") == 2, part
        assert "Not a valid choice" not in answer.text


def test_post_is_offered_with_its_price_by_a_centre_that_posts(client, cast, arrived):
    assert "posts it to me" not in words(client.page(base(cast)))
    refused = client.submit(f"{base(cast)}/arrange?way=post", {"post_to": "Via Roma 1"})
    assert (refused.status_code, "does not post" in refused.text) == (400, True)
    save(CentreRules(centre=cast.it024, posts_certificates=True, posting_fee="EUR 12"))
    text = words(client.page(base(cast)))
    assert "My centre posts it to me (EUR 12)" in text
    client.submit(f"{base(cast)}/arrange?way=post", {"post_to": "Via Roma 1\nPisa"})
    text = words(client.page(base(cast)))
    assert "Posted to Via Roma 1 Pisa" in text
    client.submit(base(cast), at=f"{base(cast)}/cancel")
    assert "Via Roma 1 Pisa" not in words(client.page(base(cast)))


def test_what_the_centre_says_is_shown_as_text(client, cast, arrived):
    save(CentreRules(centre=cast.it024, collection_rules="Mon 9-12 <b>only</b>"))
    assert "Mon 9-12 <b>only</b>" in words(client.page(base(cast)))


def test_a_minor_reads_that_a_parent_may_come(client, cast, arrived):
    assert "your mother or father can collect it" in words(client.page(base(cast)))
    cast.amina.date_of_birth = date(2008, 12, 14)
    db.session.commit()
    assert "mother or father" not in words(client.page(base(cast)))


def test_a_schools_candidate_is_sent_to_the_school(client, cast, arrived):
    cast.amina.school = cast.liceo
    db.session.commit()
    page = client.page(base(cast))
    assert "Liceo Galileo collects the certificates" in words(page)
    assert not page.xpath("//a[contains(@href, 'arrange')]")
    answer = client.submit(f"{base(cast)}/arrange?way=come", FORM)
    assert answer.status_code == 409


def test_how_it_ended_is_kept_on_the_page(client, cast, arrived):
    collection.hand_over(arrived, "Rita Benali", TODAY, by=cast.clerk, at=NOW)
    assert "Rita Benali signed for it" in words(client.page(base(cast)))
    assert "Certificate collected" in words(client.page(exam(cast)))
    assert "Your result is out" in words(client.page("/candidate/"))


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        (False, "It was handed over on 14 December 2026"),
        (True, "Your centre posted it on 14 December 2026"),
    ],
)
def test_when_the_name_is_forgotten_the_day_is_left(
    client, cast, arrived, posted, sentence
):
    if posted:
        arrived.post_to = "Via Roma 1"
        collection.post(arrived, "RA123", TODAY, by=cast.clerk, at=NOW)
    else:
        collection.hand_over(arrived, "Rita Benali", TODAY, by=cast.clerk, at=NOW)
    arrived.handed_to = arrived.post_to = ""
    db.session.commit()
    text = words(client.page(base(cast)))
    assert sentence in text
    assert "signed for it" not in text
    assert "number of the parcel" not in text


def test_one_that_was_destroyed_says_what_still_counts(client, cast, arrived, at):
    later = NOW + 366 * DAY
    collection.destroy(arrived, later.date(), by=cast.clerk, at=later)
    at(later)
    client.delete_cookie("esito")
    log_in(client, cast.amina)
    assert "Your result still counts" in words(client.page(base(cast)))
    assert "nobody collected it" in words(client.page(exam(cast)))


def test_there_is_no_page_before_there_is_a_certificate(client, cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    for path in addresses(cast):
        assert client.get(path).status_code == 404, path


def test_there_is_no_authorisation_without_a_name(client, cast, arrived):
    assert client.get(f"{base(cast)}/authorisation.pdf").status_code == 404
    assert client.get(f"{base(cast)}/arrange?way=steal").status_code == 404


def test_everything_is_dark_once_the_result_is_taken_back(client, cast, arrived):
    arrived.collector = "Rita"
    db.session.commit()
    corrections.withdraw_result(arrived.result, by=cast.officer, why="x", at=NOW)
    for path in addresses(cast):
        assert client.get(path).status_code == 404, path
    text = words(client.page(exam(cast)))
    assert "at your centre" not in text.partition("The whole way")[0]
    assert "Kept until" not in text


def test_boris_finds_nothing_of_aminas(client, cast, arrived):
    cast.result(cast.boris)
    cast.account(cast.boris)
    client.delete_cookie("esito")
    log_in(client, cast.boris)
    for path in addresses(cast):
        foreign, absent = (
            client.get(path),
            client.get(path.replace(cast.amina.reference, "x" * 22)),
        )
        assert foreign.status_code == absent.status_code == 404
        bodies = {
            normal(foreign.text).replace(cast.amina.reference, ""),
            normal(absent.text).replace("x" * 22, ""),
        }
        assert len(bodies) == 1
    token = client.page("/candidate/").xpath("//input[@name='csrf_token']/@value")[0]
    for tail in ("/arrange?way=come", "/cancel"):
        answer = client.post(base(cast) + tail, data={"csrf_token": token, **FORM})
        assert answer.status_code == 404
    assert arrived.collect_on is None
