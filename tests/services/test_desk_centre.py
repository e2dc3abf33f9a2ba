"""What the desk says waits for a centre, and what of the centres for the board."""

from datetime import date, timedelta

import pytest

from app.extensions import db
from app.models import Certificate, Enquiry
from app.services import cases, desk_centre
from app.values import CertificateState, DayPart, EnquiryKind, EnquiryState
from tests.admin.test_cases import lost, missing
from tests.cast import NOW, save

DAY = timedelta(days=1)
# A Monday; 8 December is a public holiday.
TODAY = NOW.date()


@pytest.fixture
def result(cast):
    """Amina's result, which is out."""
    found = cast.result(cast.amina)
    cast.released(instant=NOW - DAY)
    return found


def certificate(result, entry=None, **values):
    return save(
        Certificate(
            entry=entry or result.entry,
            result=result,
            **{"sent_on": TODAY - 20 * DAY, **values},
        )
    )


def arrived(result, **values):
    known = {"state": CertificateState.arrived, "arrived_on": TODAY - 5 * DAY}
    return certificate(result, **{**known, "keep_until": date(2027, 12, 9), **values})


def enquiry(result, **values):
    return save(
        Enquiry(
            entry=result.entry,
            account=result.entry.account,
            kind=EnquiryKind.recheck,
            result=result,
            requested_at=NOW - DAY,
            **values,
        )
    )


def at_centre(cast, at=NOW):
    return [
        (one.kind.value, one.count, one.first)
        for one in desk_centre.waiting_at(cast.it024.id, at=at)
    ]


def test_a_quiet_centre_has_an_empty_desk(cast):
    assert at_centre(cast) == []
    assert desk_centre.certificates_at(cast.it024.id) == 0
    assert desk_centre.slow_centres(at=NOW) == []
    assert desk_centre.enquiries_to_decide(at=NOW) == []


def test_questions_wait_until_they_are_answered(cast):
    case = lost(cast.it024)
    missing(cast, cast.boris)
    assert at_centre(cast) == [("cases", 2, TODAY)]
    cases.answer(case, "Come.", by=cast.clerk, at=NOW)
    assert at_centre(cast) == [("cases", 1, TODAY + 10 * DAY)]
    assert desk_centre.waiting_at(cast.centre("IT100").id, at=NOW) == []


def test_an_enquiry_waits_for_the_centre_and_then_for_the_board(cast, result):
    cast.account(cast.amina)
    row = enquiry(result)
    assert at_centre(cast) == [("enquiries", 1, TODAY - DAY)]
    assert desk_centre.enquiries_to_decide(at=NOW) == []
    row.state, row.accepted_at, row.answer_due_on = (
        EnquiryState.accepted,
        NOW,
        TODAY + 2 * DAY,
    )
    db.session.commit()
    assert at_centre(cast) == []
    (due,) = desk_centre.enquiries_to_decide(at=NOW)
    assert (due.candidate, due.session) == ("0001 Amina Benali", "2611-FCE-P")
    assert (due.due_on, due.overdue) == (TODAY + 2 * DAY, False)
    assert desk_centre.enquiries_to_decide(at=NOW + 3 * DAY)[0].overdue


def test_a_certificate_is_on_its_way_and_then_kept(cast, result):
    row = certificate(result)
    assert at_centre(cast) == [("certificates_sent", 1, TODAY - 20 * DAY)]
    assert desk_centre.certificates_at(cast.it024.id) == 0
    row.state, row.arrived_on = CertificateState.arrived, TODAY
    row.keep_until = date(2027, 12, 14)
    db.session.commit()
    assert at_centre(cast) == []
    assert desk_centre.certificates_at(cast.it024.id) == 1


def test_an_appointment_waits_until_it_is_agreed(cast, result):
    row = arrived(result, collect_on=TODAY + 3 * DAY, collect_part=DayPart.morning)
    assert at_centre(cast) == [("appointments", 1, TODAY + 3 * DAY)]
    row.collect_agreed_at = NOW
    db.session.commit()
    assert at_centre(cast) == []
    # Nobody can be expected any more on a day that went by without an answer.
    row.collect_on, row.collect_agreed_at = TODAY - DAY, None
    db.session.commit()
    assert at_centre(cast) == []


def test_what_is_to_be_posted_waits(cast, result):
    arrived(result, post_to="Via Roma 1, Pisa")
    assert [kind for kind, *_ in at_centre(cast)] == ["to_post"]


def test_a_certificate_that_is_destroyed_within_a_month_waits(cast, result):
    arrived(result, keep_until=TODAY + 31 * DAY)
    assert at_centre(cast) == []
    assert at_centre(cast, NOW + DAY) == [
        ("certificates_ending", 1, TODAY + 31 * DAY),
    ]


def test_the_board_sees_centres_that_keep_people_waiting(cast):
    """Asked on Monday 14: Tuesday, Wednesday and Thursday are three working days."""
    case = lost(cast.it024)
    assert desk_centre.slow_centres(at=NOW + 3 * DAY) == []
    (slow,) = desk_centre.slow_centres(at=NOW + 4 * DAY)
    assert (slow.number, slow.count, slow.since) == ("IT024", 1, TODAY)
    cases.answer(case, "Which class?", by=cast.clerk, at=NOW + 4 * DAY)
    assert desk_centre.slow_centres(at=NOW + 30 * DAY) == []
    friday = NOW + 4 * DAY
    cases.write(case, "4B", by=None, at=friday, address="192.0.2.1")
    assert desk_centre.slow_centres(at=friday + 5 * DAY) == []
    assert desk_centre.slow_centres(at=friday + 6 * DAY)[0].since == friday.date()
