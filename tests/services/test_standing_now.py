"""What an organisation may know of where a shared result stands."""

from datetime import timedelta

import pytest

from app.extensions import db
from app.models import Release
from app.services import (
    amending,
    corrections,
    enquiries,
    publication,
    sharing,
    standing_now,
)
from app.services.enquiries import outcomes
from app.services.standing_now import ResultState
from app.values import ComponentCode, EnquiryKind, ResultStatus
from tests.cast import NOW

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
VALID, AMENDED = ResultState.valid, ResultState.amended
ENQUIRY, CONFIRMED = ResultState.under_enquiry, ResultState.confirmed
WITHDRAWN, NONE = ResultState.withdrawn, ResultState.none
BETTER = dict.fromkeys(map(ComponentCode, "RUWLS"), 185)


@pytest.fixture
def share(cast):
    """Amina's result, out since NOW, and shared a day later."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    return sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)


def state(share, at):
    result = publication.published_result(share.entry, at=at)
    graded = result if result and result.status is ResultStatus.graded else None
    return standing_now.status(share, graded, at=at)


def past(share, at):
    return standing_now.history(share, at=at)


def enquire(cast, at, *, passed_on=True):
    found = enquiries.request(
        cast.amina, EnquiryKind.recheck, "please", by=cast.amina.account, at=at
    )
    if passed_on:
        enquiries.accept(found, by=cast.clerk, at=at)
    return found


def release(cast, instant, at):
    made = publication.propose(cast.session, None, instant, by=cast.officer, at=at)
    publication.approve(made, by=cast.approver, at=at)
    return made


def test_a_result_that_is_out_is_valid_since_its_instant(share):
    assert state(share, NOW + 2 * DAY) is VALID
    assert past(share, NOW + 2 * DAY) == [(VALID, NOW)]


def test_a_result_that_was_signed_late_is_out_since_the_signature(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    made = publication.propose(cast.session, None, NOW, by=cast.officer, at=NOW - DAY)
    publication.approve(made, by=cast.approver, at=NOW + DAY)
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)
    assert past(share, NOW + DAY) == [(VALID, NOW + DAY)]


def test_before_it_is_out_nothing_is_said_of_a_result(cast, share):
    assert (state(share, NOW - SECOND), past(share, NOW - SECOND)) == (NONE, [])


def test_the_board_looking_into_it_is_said_and_nothing_else(cast, share):
    at = NOW + 2 * DAY
    found = enquire(cast, at, passed_on=False)
    # The centre has not passed it on: there is nothing to tell yet.
    assert state(share, at) is VALID
    enquiries.accept(found, by=cast.clerk, at=at + DAY)
    assert state(share, at + DAY) is ENQUIRY
    assert past(share, at + DAY) == [(ENQUIRY, at + DAY), (VALID, NOW)]
    enquiries.decide_unchanged(found, "", by=cast.officer, at=at + 2 * DAY)
    assert state(share, at + 2 * DAY) is VALID
    assert past(share, at + 2 * DAY)[0] == (CONFIRMED, at + 2 * DAY)


def test_an_enquiry_that_was_over_before_is_the_candidates_own_business(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    found = enquire(cast, NOW + DAY)
    enquiries.decide_unchanged(found, "", by=cast.officer, at=NOW + 2 * DAY)
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW + 3 * DAY)
    assert past(share, NOW + 3 * DAY) == [(VALID, NOW)]


def test_a_decision_is_told_at_its_instant_and_not_before(cast, share):
    at, instant = NOW + 2 * DAY, NOW + 9 * DAY
    found = enquire(cast, at)
    waiting = (state(share, instant - SECOND), past(share, instant - SECOND))
    enquiries.decide_changed(found, BETTER, "", by=cast.officer, at=at + DAY)
    release(cast, instant, at + DAY)
    outcomes.tell_due(at=instant - SECOND)
    decided = (state(share, instant - SECOND), past(share, instant - SECOND))
    assert decided == waiting == (ENQUIRY, [(ENQUIRY, at), (VALID, NOW)])
    # No job runs in between.
    assert state(share, instant) is AMENDED
    assert past(share, instant) == [(AMENDED, instant), (ENQUIRY, at), (VALID, NOW)]


def test_a_second_look_at_an_amended_result_is_said_with_that_it_is_amended(
    cast, share
):
    at = NOW + 2 * DAY
    cast.result(cast.amina, version=2, overall=185, grade="A", cefr="C1")
    release(cast, at, NOW + DAY)
    enquire(cast, at + DAY)
    standing = standing_now.of(share, at=at + DAY)
    assert (standing.state, standing.amended) == (ENQUIRY, True)


def test_a_later_version_that_was_the_first_one_out_amends_nothing(cast):
    cast.result(cast.amina)
    cast.result(cast.amina, version=2, overall=150)
    account = cast.account(cast.amina)
    cast.released()
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    assert state(share, NOW) is VALID
    assert past(share, NOW) == [(VALID, NOW)]
    result = publication.published_result(cast.amina, at=NOW)
    assert (result.version, amending.amended(result, at=NOW)) == (2, False)


def test_a_grade_that_comes_after_a_result_without_one_amends_nothing(cast):
    cast.result(cast.amina, status=ResultStatus.pending)
    account = cast.account(cast.amina)
    release(cast, NOW, NOW - DAY)
    cast.result(cast.amina, version=2)
    release(cast, NOW + DAY, NOW)
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)
    assert past(share, NOW + DAY) == [(VALID, NOW + DAY)]
    result = publication.published_result(cast.amina, at=NOW + DAY)
    assert not amending.amended(result, at=NOW + DAY)


def test_what_was_seen_and_taken_back_is_amended_by_what_comes_out_instead(cast, share):
    at = NOW + 2 * DAY
    first = publication.published_result(cast.amina, at=at)
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="a mistake", at=at)
    # Bound to another release, and replaced before that one is out.
    publication.propose(cast.session, None, at + DAY, by=cast.officer, at=at)
    publication.leave_pending_releases([cast.amina.id], at=at)
    db.session.refresh(first)
    assert first.release_id is None
    cast.result(cast.amina, version=2, overall=185, grade="A", cefr="C1")
    release(cast, at + DAY, at)
    assert state(share, at + DAY) is AMENDED
    assert past(share, at + DAY) == [(AMENDED, at + DAY), (WITHDRAWN, at)]


def test_what_was_taken_back_before_its_hour_is_amended_by_nothing(cast):
    first = cast.result(cast.amina)
    account = cast.account(cast.amina)
    made = release(cast, NOW, NOW - DAY)
    why = {"why": "malpractice", "at": NOW - SECOND}
    corrections.withdraw_result(first, by=cast.officer, **why)
    cast.result(cast.amina, version=2, overall=150)
    release(cast, NOW + DAY, NOW)
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)
    assert state(share, NOW + DAY) is VALID
    result = publication.published_result(cast.amina, at=NOW + DAY)
    assert not amending.amended(result, at=NOW + DAY)
    # Nor if all of its release, which the others had seen, is taken back later.
    at = NOW + 2 * DAY
    publication.withdraw(made, by=cast.officer, why="a mistake", at=at)
    assert state(share, at) is VALID
    assert not amending.amended(result, at=at)


def test_what_was_taken_back_before_it_was_signed_is_amended_by_nothing(cast):
    first = cast.result(cast.amina)
    late = publication.propose(
        cast.session, None, NOW, by=cast.officer, at=NOW - SECOND
    )
    why = {"why": "malpractice", "at": NOW + SECOND}
    corrections.withdraw_result(first, by=cast.officer, **why)
    publication.approve(late, by=cast.approver, at=NOW + 2 * SECOND)
    second = cast.result(cast.amina, version=2, overall=150)
    release(cast, NOW + DAY, NOW + HOUR)
    assert publication.published_result(cast.amina, at=NOW + DAY) == second
    assert not amending.amended(second, at=NOW + DAY)


def test_what_the_board_takes_back_is_withdrawn(cast, share):
    at = NOW + 2 * DAY
    result = publication.published_result(cast.amina, at=at)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=at)
    assert state(share, at) is WITHDRAWN
    assert past(share, at) == [(WITHDRAWN, at), (VALID, NOW)]


def test_a_release_taken_back_is_withdrawn_until_it_is_out_again(cast, share):
    at = NOW + 2 * DAY
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="a mistake", at=at)
    assert state(share, at) is WITHDRAWN
    assert past(share, at)[0] == (WITHDRAWN, at)
    again = at + 3 * DAY
    release(cast, again, at + DAY)
    assert state(share, again - SECOND) is WITHDRAWN
    assert state(share, again) is VALID
    assert past(share, again) == [(VALID, again), (WITHDRAWN, at)]


def test_a_result_replaced_by_none_is_withdrawn(cast, share):
    at = NOW + 2 * DAY
    cast.result(cast.amina, version=2, status=ResultStatus.withheld)
    release(cast, at, NOW + DAY)
    assert state(share, at - SECOND) is VALID
    assert state(share, at) is WITHDRAWN
    assert past(share, at) == [(WITHDRAWN, at), (VALID, NOW)]


def test_what_was_never_out_and_is_taken_back_leaves_no_trace(cast, share):
    at, instant = NOW + 2 * DAY, NOW + 9 * DAY
    before = past(share, instant)
    second = cast.result(cast.amina, version=2, overall=185, grade="A", cefr="C1")
    made = release(cast, instant, at)
    publication.withdraw(made, by=cast.officer, why="too early", at=at + DAY)
    assert past(share, instant + DAY) == before
    assert state(share, instant + DAY) is VALID
    assert second.hidden_at is None


def test_many_at_once_stand_as_each_of_them(cast, share):
    cast.result(cast.boris)
    release(cast, NOW + DAY, NOW)
    boris = cast.account(cast.boris)
    other = sharing.share(cast.boris, cast.acme, by=boris, at=NOW + DAY)
    result = publication.published_result(cast.boris, at=NOW + DAY)
    corrections.withdraw_result(result, by=cast.officer, why="x", at=NOW + 2 * DAY)
    found = standing_now.of_many([share, other], at=NOW + 3 * DAY)
    assert found[share.id].state is VALID
    assert found[other.id].state is WITHDRAWN
    for one in (share, other):
        assert found[one.id] == standing_now.of(one, at=NOW + 3 * DAY)
    assert standing_now.of_many([], at=NOW) == {}
