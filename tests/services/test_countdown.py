"""Reminders before an uncollected certificate is destroyed: once each, never after."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.extensions import db
from app.models import Certificate, Mail
from app.services import certificates, corrections
from app.services.certificates import collection, countdown
from tests.cast import NOW

DAY = timedelta(days=1)
TODAY = NOW.date()
UNTIL = date(2027, 12, 14)


@pytest.fixture
def arrived(cast):
    """Amina's certificate, kept until 14 December 2027."""
    cast.result(cast.amina)
    cast.released(instant=NOW - 3 * DAY)
    cast.account(cast.amina)
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    row = db.session.scalars(db.select(Certificate)).one()
    collection.arrive([row], TODAY, by=cast.clerk, at=NOW)
    return row


def noon(day):
    return datetime.combine(day, time(11), tzinfo=UTC)


def reminded(left):
    """Run the job with so many days left; return how many reminders it sent."""
    return countdown.remind_due(at=noon(UNTIL - timedelta(days=left)))


def test_sixty_thirty_and_seven_days_before_the_end_once_each(arrived):
    told = [left for left in range(70, -5, -1) for _ in range(2) if reminded(left)]
    assert told == [60, 30, 7]
    mails = db.session.scalars(
        db.select(Mail).where(Mail.kind == "certificate_reminder")
    ).all()
    assert len(mails) == 3
    assert {mail.values["keep_until"] for mail in mails} == {"2027-12-14"}


def test_what_was_missed_is_made_up_for_by_one(arrived):
    assert [left for left in (65, 29, 28, 8, 5, 4) if reminded(left)] == [29, 5]


def test_the_last_one_still_goes_on_the_last_day_and_not_after(arrived):
    assert reminded(0) == 1
    assert reminded(-1) == 0


def test_nobody_is_reminded_after_the_last_day(arrived):
    assert reminded(-1) == 0


def test_nobody_is_reminded_of_one_that_is_gone(cast, arrived):
    collection.hand_over(arrived, "Amina", TODAY, by=cast.clerk, at=NOW)
    assert [left for left in (60, 30, 7) if reminded(left)] == []


def test_nobody_is_told_while_the_result_is_taken_back(cast, arrived):
    corrections.withdraw_result(arrived.result, by=cast.officer, why="x", at=NOW)
    reminded(60)
    kinds = db.session.scalars(db.select(Mail.kind)).all()
    assert "certificate_reminder" not in kinds


def test_whoever_was_just_told_that_it_arrived_is_not_reminded_at_once(cast, arrived):
    arrived.keep_until = TODAY + timedelta(days=31)
    db.session.commit()
    assert countdown.remind_due(at=NOW) == 0
    assert countdown.remind_due(at=NOW + DAY) == 1


def test_the_days_are_those_of_the_centre(cast, arrived):
    cast.it024.timezone = "Pacific/Auckland"
    db.session.commit()
    sixty = UNTIL - timedelta(days=60)
    evening = datetime.combine(sixty - DAY, time(10, 30), tzinfo=UTC)
    assert countdown.remind_due(at=evening) == 0
    assert countdown.remind_due(at=evening + timedelta(hours=1)) == 1


def test_the_guardian_of_a_child_is_reminded_too(cast, arrived):
    cast.amina.date_of_birth = date(2015, 1, 1)
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    assert reminded(60) == 1
    addresses = db.session.scalars(
        db.select(Mail.address).where(Mail.kind == "certificate_reminder")
    ).all()
    assert sorted(addresses) == ["amina@mail.example", "mother@mail.example"]
