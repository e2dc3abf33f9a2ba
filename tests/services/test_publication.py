"""When a result may be seen, and whose signatures it takes."""

from datetime import timedelta

import pytest

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Mail, Result
from app.services import announcing, corrections, publication
from app.values import MailState
from tests.cast import NOW

SECOND = timedelta(seconds=1)


def seen(entry, at=NOW):
    return publication.published_result(entry, at=at)


def test_a_result_is_seen_from_its_instant_on_and_not_before(cast):
    result = cast.result(cast.amina)
    cast.released(instant=NOW)
    assert seen(cast.amina, NOW - timedelta(microseconds=1)) is None
    assert seen(cast.amina, NOW) == result


def test_a_proposal_alone_shows_nothing(cast):
    cast.result(cast.amina)
    publication.propose(
        cast.session, None, NOW, by=cast.officer, at=NOW - timedelta(days=1)
    )
    assert seen(cast.amina, NOW + SECOND) is None


def test_nobody_signs_twice(cast):
    cast.result(cast.amina)
    at = NOW - timedelta(days=1)
    release = publication.propose(cast.session, None, NOW, by=cast.officer, at=at)
    with pytest.raises(Refused):
        publication.approve(release, by=cast.officer, at=at)
    publication.approve(release, by=cast.approver, at=at)
    with pytest.raises(Conflict):
        publication.approve(release, by=cast.admin, at=at)


def test_nobody_proposes_for_an_instant_that_has_come(cast):
    cast.result(cast.amina)
    with pytest.raises(Refused):
        publication.propose(cast.session, None, NOW, by=cast.officer, at=NOW)


def test_signed_late_a_result_is_seen_from_the_signature_on(cast):
    result = cast.result(cast.amina)
    release = publication.propose(
        cast.session, None, NOW, by=cast.officer, at=NOW - SECOND
    )
    signed = NOW + timedelta(days=1)
    publication.approve(release, by=cast.approver, at=signed)
    assert seen(cast.amina, signed - SECOND) is None
    assert seen(cast.amina, signed) == result


def test_a_withdrawn_release_is_dark_at_once(cast):
    cast.result(cast.amina)
    release = cast.released()
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW + SECOND)
    assert seen(cast.amina, NOW + SECOND) is None


def test_a_correction_shows_only_once_it_is_released_itself(cast):
    first = cast.result(cast.amina)
    cast.released()
    second = cast.result(cast.amina, version=2, overall=173, grade="B")
    later = NOW + timedelta(days=3)
    assert seen(cast.amina, later) == first
    release = publication.propose(
        cast.session, None, later, by=cast.officer, at=NOW + SECOND
    )
    publication.approve(release, by=cast.approver, at=NOW + SECOND)
    assert seen(cast.amina, later - SECOND) == first
    assert seen(cast.amina, later) == second


def test_a_replaced_version_never_comes_back(cast):
    cast.result(cast.amina)
    cast.released()
    cast.result(cast.amina, version=2, overall=173, grade="B")
    day = timedelta(days=1)
    release = publication.propose(
        cast.session, None, NOW + day, by=cast.officer, at=NOW + SECOND
    )
    publication.approve(release, by=cast.approver, at=NOW + SECOND)
    publication.withdraw(release, by=cast.officer, why="wrong too", at=NOW + 2 * day)
    assert seen(cast.amina, NOW + 3 * day) is None
    publication.propose(
        cast.session, None, NOW + 9 * day, by=cast.officer, at=NOW + 3 * day
    )
    assert seen(cast.amina, NOW + 4 * day) is None


def test_a_held_result_is_in_no_release(cast):
    held = cast.result(cast.amina, held_why="overall differs")
    with pytest.raises(Refused):
        cast.released()
    corrections.accept_difference(held, by=cast.officer, at=NOW - timedelta(days=3))
    cast.released()
    assert seen(cast.amina) is not None


def test_a_result_that_was_taken_back_is_in_no_release(cast):
    taken = cast.result(cast.amina)
    cast.result(cast.boris)
    at = NOW - timedelta(days=3)
    corrections.withdraw_result(taken, by=cast.officer, why="malpractice", at=at)
    assert cast.released().result_count == 1
    assert taken.release_id is None


def test_what_changed_after_the_proposal_cannot_be_signed(cast):
    cast.result(cast.amina)
    cast.result(cast.boris)
    at = NOW - timedelta(days=1)
    release = publication.propose(cast.session, None, NOW, by=cast.officer, at=at)
    left = publication.leave_pending_releases([cast.boris.id], at=at)
    db.session.commit()
    assert left == 1
    with pytest.raises(Conflict):
        publication.approve(release, by=cast.approver, at=at)


def test_one_withdrawn_result_hides_itself_and_nobody_else(cast):
    result = cast.result(cast.amina)
    cast.result(cast.boris)
    cast.released()
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=NOW)
    assert seen(cast.amina) is None
    assert seen(cast.boris) is not None
    assert db.session.get(Result, result.id).withdrawn_why == "malpractice"


def test_a_release_tells_each_candidate_once(cast):
    cast.result(cast.amina)
    cast.result(cast.boris)
    cast.account(cast.amina)
    cast.released()
    assert announcing.announce_due(at=NOW - SECOND) == 0
    assert announcing.announce_due(at=NOW) == 1
    assert announcing.announce_due(at=NOW + SECOND) == 0


def test_a_release_that_fails_keeps_the_others_waiting_for_nothing(
    cast, monkeypatch, caplog
):
    cast.result(cast.amina)
    cast.account(cast.amina)
    broken = cast.released(instant=NOW - SECOND)
    cast.result(cast.boris)
    cast.account(cast.boris)
    cast.released()
    trace = announcing._trace

    def failing(release, *values):
        # When all of it is written: nothing of that may stay.
        if release.id == broken.id:
            raise RuntimeError("a certificate cannot be recalled")
        trace(release, *values)

    with monkeypatch.context() as patch:
        patch.setattr(announcing, "_trace", failing)
        with pytest.raises(RuntimeError):
            announcing.announce_due(at=NOW)
    told = db.select(Mail.address)
    assert db.session.scalars(told).all() == [cast.boris.email]
    assert "cannot be recalled" in caplog.text
    assert broken.reference in caplog.text
    assert announcing.announce_due(at=NOW + SECOND) == 1
    assert set(db.session.scalars(told)) == {cast.amina.email, cast.boris.email}


def test_a_notice_still_queued_is_dropped_with_its_result(cast):
    result = cast.result(cast.amina)
    cast.result(cast.boris)
    cast.account(cast.amina)
    cast.account(cast.boris)
    cast.released()
    assert announcing.announce_due(at=NOW) == 2
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=NOW)
    states = {
        mail.address: mail.state for mail in db.session.scalars(db.select(Mail)).all()
    }
    assert states == {
        cast.amina.email: MailState.dropped,
        cast.boris.email: MailState.queued,
    }
