"""Those who decide are reminded of what was promised: once before, once on the day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app import jobs
from app.extensions import db
from app.models import Mail
from app.services import organisations
from app.values import OrganisationStatus

DAY = timedelta(days=1)
# Friday 18 December 2026, 9 o'clock in Rome; the answers are due on Monday.
FRIDAY = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)
MONDAY = FRIDAY + 3 * DAY


@pytest.fixture
def applied(cast):
    def make(name="Nova College", due=date(2026, 12, 21)):
        row = cast.organisation(
            name,
            f"{name.split()[0].lower()}.example",
            status=OrganisationStatus.applied,
            decided_at=None,
            due_on=due,
        )
        cast.member(row, f"nina@{name.split()[0].lower()}.example", password_hash=None)
        return row

    cast.partnerships
    return make


def remind(at):
    return jobs.run_job("remind-of-applications", at=at)


def told():
    rows = db.session.scalars(
        db.select(Mail).where(Mail.kind == "applications_due").order_by(Mail.id)
    )
    return [(row.address, row.values["count"], row.values["due_on"]) for row in rows]


def test_the_working_day_before_and_the_day_itself_bring_one_reminder_each(
    cast, applied
):
    applied(), applied("Other College")
    cast.officer, cast.approver
    assert remind(FRIDAY - DAY) == 0
    assert remind(FRIDAY) == 1
    assert remind(FRIDAY + timedelta(hours=1)) == 0
    assert remind(FRIDAY + DAY) == 0
    assert remind(MONDAY) == 1
    assert remind(MONDAY + timedelta(hours=5)) == remind(MONDAY + DAY) == 0
    due = ("partners@board.example", 2, "2026-12-21")
    assert told() == [due, due]


def test_a_decided_application_is_no_reason_to_remind(cast, applied):
    nova = applied()
    assert remind(FRIDAY) == 1
    organisations.approve(nova, by=cast.partnerships, at=FRIDAY)
    assert remind(MONDAY) == 0


def test_nobody_is_reminded_at_night_and_what_was_missed_comes_late(cast, applied):
    applied()
    assert remind(FRIDAY - timedelta(hours=3)) == 0
    # The job process was down from Thursday to Tuesday.
    assert remind(MONDAY + DAY) == 1
    assert len(told()) == 1


def test_every_active_officer_is_reminded_in_their_language_and_nobody_else(
    cast, applied
):
    applied()
    cast.staff("second@board.example", "Partnerships officer")
    gone = cast.staff("gone@board.example", "Partnerships officer")
    gone.active = False
    db.session.commit()
    assert remind(MONDAY) == 2
    assert {address for address, *_ in told()} == {
        "partners@board.example",
        "second@board.example",
    }


@pytest.mark.parametrize(
    ("place", "queued"), [("GB-ENG", [1, 0, 0, 0, 0]), ("US", [0, 0, 0, 0, 1])]
)
def test_the_boards_own_holidays_are_no_working_days(
    app, applied, monkeypatch, place, queued
):
    # From Christmas Eve, a Thursday, to the day after Christmas's weekend, which is a
    # holiday in England and none in America.
    monkeypatch.setitem(app.config, "ESITO_HOLIDAYS", place)
    applied(due=date(2026, 12, 29))
    eve = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert [remind(eve + n * DAY) for n in range(5)] == queued
