"""Where people stand: what is out, what was taken back, and how many have theirs."""

from datetime import date, timedelta

import pytest

from app.errors import Refused
from app.extensions import db
from app.models import Certificate, Result
from app.services import certificates, corrections, publication, standings
from app.services.timeline import Stage
from app.values import CertificateState, ExamCode, ResultStatus
from tests.cast import NOW, save

DAY = timedelta(days=1)


def where(entry, at=NOW):
    db.session.expire_all()
    return standings.of(entry, at=at)


def stage(entry, at=NOW):
    return where(entry, at).standing.stage


# --- Taken back -----------------------------------------------------------------------


def test_a_release_that_is_taken_back_is_said_to_be(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW - 2 * DAY)
    assert stage(cast.amina) is Stage.released
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW - DAY)
    shown = where(cast.amina)
    assert shown.standing.stage is Stage.taken_back
    assert shown.standing.hidden_on == date(2026, 12, 13)
    assert (shown.result, shown.certificate, shown.percent_out) == (None, None, None)


def test_proposing_it_again_changes_nothing_before_its_instant(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW - 2 * DAY)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW - DAY)
    before = where(cast.amina)
    cast.released(instant=NOW + DAY)
    assert where(cast.amina) == before
    assert stage(cast.amina, NOW + DAY) is Stage.released


def test_a_release_that_was_taken_back_before_its_instant_was_never_out(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW + DAY)
    publication.withdraw(release, by=cast.officer, why="too early", at=NOW)
    for at in (NOW, NOW + DAY, NOW + 2 * DAY):
        assert stage(cast.amina, at) is Stage.window


def test_a_result_that_is_taken_back_alone_is_said_to_be(cast):
    result = cast.result(cast.amina)
    cast.result(cast.boris)
    cast.released(instant=NOW - 2 * DAY)
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW - DAY)
    assert stage(cast.amina) is Stage.taken_back
    assert stage(cast.boris) is Stage.released


def test_a_result_that_was_withdrawn_before_its_instant_was_never_out(cast):
    result = cast.result(cast.amina)
    cast.released(instant=NOW + DAY)
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW)
    for at in (NOW, NOW + 2 * DAY):
        assert stage(cast.amina, at) is Stage.window


def test_a_release_that_is_only_signed_late_was_not_out_before(cast):
    result = cast.result(cast.amina)
    release = publication.propose(
        cast.session, None, NOW - 2 * DAY, by=cast.officer, at=NOW - 3 * DAY
    )
    corrections.withdraw_result(result, by=cast.officer, why="x", at=NOW - DAY)
    publication.approve(release, by=cast.approver, at=NOW)
    assert stage(cast.amina, NOW + DAY) is Stage.window


def test_one_that_is_corrected_is_out_again_with_its_new_version(cast):
    result = cast.result(cast.amina)
    cast.released(instant=NOW - 2 * DAY)
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW - DAY)
    cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    assert stage(cast.amina) is Stage.taken_back
    cast.released(instant=NOW)
    assert stage(cast.amina) is Stage.released


def test_boris_who_never_had_a_result_is_told_of_no_correction(cast):
    cast.result(cast.amina)
    assert cast.boris
    release = cast.released(instant=NOW - 2 * DAY)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW - DAY)
    assert stage(cast.boris) is Stage.window


# --- How many have theirs -------------------------------------------------------------


def crowd(cast, count, out):
    """So many entries, so many of them with a result."""
    people = [cast.entry(f"{n:04d}", "P", f"{n}") for n in range(1, count + 1)]
    for entry in people[:out]:
        cast.result(entry)
    return people


@pytest.mark.parametrize(
    ("count", "out", "said"),
    [
        (20, 1, 5),
        (20, 13, 65),
        (30, 17, 55),
        (40, 1, None),
        (20, 19, 95),
        (30, 29, None),
        # Of nineteen, one person more or less is somebody.
        (19, 10, None),
    ],
)
def test_the_share_that_is_out_is_rounded_down(cast, count, out, said):
    people = crowd(cast, count, out)
    cast.released(instant=NOW)
    assert where(people[-1]).percent_out == said
    assert where(people[0]).percent_out is None


def test_the_share_counts_nothing_before_its_instant_and_nothing_taken_back(cast):
    people = crowd(cast, 20, 10)
    without = where(people[-1])
    release = cast.released(instant=NOW + DAY)
    assert where(people[-1]) == without
    assert where(people[-1], NOW + DAY).percent_out == 50
    publication.withdraw(release, by=cast.officer, why="wrong", at=NOW + DAY)
    assert where(people[-1], NOW + DAY).percent_out is None


def test_who_was_corrected_counts_once(cast):
    people = crowd(cast, 20, 10)
    cast.released(instant=NOW - DAY)
    cast.result(people[0], version=2, overall=181, grade="A", cefr="C1")
    cast.result(people[1], version=2, overall=181, grade="A", cefr="C1")
    cast.result(people[10])
    second = cast.released(instant=NOW)
    # Eleven people, in releases that were signed for thirteen results.
    assert where(people[-1]).percent_out == 55
    publication.withdraw(second, by=cast.officer, why="wrong", at=NOW)
    # Those who were corrected have no result any more, nor has the eleventh.
    assert where(people[-1]).percent_out == 40


def test_whose_correction_is_still_to_come_counts_once_all_along(cast):
    people = crowd(cast, 20, 10)
    cast.released(instant=NOW - DAY)
    cast.result(people[0], version=2, overall=181, grade="A", cefr="C1")
    cast.released(instant=NOW + DAY)
    assert where(people[-1]).percent_out == 50
    assert where(people[-1], NOW + DAY).percent_out == 50


def test_whose_result_was_taken_back_alone_does_not_count(cast):
    people = crowd(cast, 20, 10)
    cast.released(instant=NOW - DAY)
    result = db.session.scalars(
        db.select(Result).where(Result.entry_id == people[0].id)
    ).one()
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW)
    assert where(people[-1]).percent_out == 45
    cast.result(people[0], version=2, overall=181, grade="A", cefr="C1")
    cast.released(instant=NOW)
    assert where(people[-1]).percent_out == 50


def test_another_session_does_not_count(cast):
    crowd(cast, 20, 10)
    cast.released(instant=NOW)
    other = cast.exam_session("2611-CAE-P", ExamCode.CAE)
    entry = cast.entry("0001", "Ada", "Other", session=other)
    assert where(entry).percent_out is None


# --- Certificates ---------------------------------------------------------------------


def test_nothing_of_a_certificate_shows_after_the_result_was_taken_back(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW - 2 * DAY)
    certificates.send(cast.session, None, NOW.date(), by=cast.officer, at=NOW)
    assert where(cast.amina).certificate is not None
    assert stage(cast.amina) is Stage.sent
    publication.withdraw(release, by=cast.officer, why="wrong", at=NOW)
    shown = where(cast.amina)
    assert (shown.certificate, shown.standing.stage) == (None, Stage.taken_back)


def test_a_status_is_no_result_with_a_certificate(cast):
    cast.result(cast.amina, status=ResultStatus.pending)
    cast.released(instant=NOW)
    shown = where(cast.amina)
    assert not shown.graded
    assert shown.standing.steps[-1].stage is Stage.released


# --- The home page --------------------------------------------------------------------


def exams_of(cast, years):
    """One account with an exam in each year, all out but this year's."""
    account = cast.account(cast.amina)
    rows = {}
    for year in years:
        session = cast.exam_session(f"{year % 100}06-FCE-P", ExamCode.FCE)
        session.exam_date = date(year, 6, 1)
        session.final_date = date(year, 7, 1)
        entry = cast.entry(str(year), "Amina", "Benali", session=session)
        entry.account, entry.registered_at = account, NOW
        cast.result(save(entry))
        release = publication.propose(
            session, None, NOW - DAY, by=cast.officer, at=NOW - 2 * DAY
        )
        publication.approve(release, by=cast.approver, at=NOW - 2 * DAY)
        rows[year] = entry
    return account, rows


def test_ten_exams_since_2016_stand_in_the_order_in_which_they_matter(cast):
    account, rows = exams_of(cast, range(2016, 2027))
    home = standings.home(account, at=NOW)
    assert [one.entry for one in home.now] == [rows[2026], cast.amina]
    assert [one.entry for one in home.older] == [
        rows[year] for year in range(2025, 2015, -1)
    ]
    assert (home.number, home.has_next) == (1, False)


def test_older_exams_come_a_page_at_a_time(cast, monkeypatch):
    monkeypatch.setattr(standings, "OLDER_ROWS", 3)
    account, rows = exams_of(cast, range(2019, 2026))
    pages = [standings.home(account, n, at=NOW) for n in (1, 2, 3, -5)]
    assert [[one.entry for one in page.older] for page in pages] == [
        [rows[2025], rows[2024], rows[2023]],
        [rows[2022], rows[2021], rows[2020]],
        [rows[2019]],
        [rows[2025], rows[2024], rows[2023]],
    ]
    assert [page.has_next for page in pages] == [True, True, False, True]


def test_an_old_certificate_that_waits_is_not_put_away(cast):
    account, rows = exams_of(cast, (2024, 2025))
    result = db.session.scalars(
        db.select(Result).where(Result.entry_id == rows[2024].id)
    ).one()
    save(
        Certificate(
            entry=rows[2024],
            result=result,
            sent_on=date(2024, 8, 1),
            arrived_on=date(2024, 8, 9),
            keep_until=date(2027, 8, 9),
            state=CertificateState.arrived,
        )
    )
    home = standings.home(account, at=NOW)
    assert rows[2024] in [one.entry for one in home.now]
    assert [one.entry for one in home.older] == [rows[2025]]


def test_who_has_only_old_exams_sees_the_last_in_full(cast):
    account, rows = exams_of(cast, (2020, 2021))
    cast.amina.account = None
    cast.amina.registered_at = None
    db.session.commit()
    home = standings.home(account, at=NOW)
    assert [one.entry for one in home.now] == [rows[2021]]
    assert [one.entry for one in home.older] == [rows[2020]]


def test_nobody_elses_exam_is_on_it(cast):
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    assert [one.entry for one in standings.home(account, at=NOW).now] == [cast.amina]


def test_sending_refuses_when_the_release_is_taken_back(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW - DAY)
    publication.withdraw(release, by=cast.officer, why="wrong", at=NOW)
    with pytest.raises(Refused, match="no certificate left"):
        certificates.send(cast.session, None, NOW.date(), by=cast.officer, at=NOW)
