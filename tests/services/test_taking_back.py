"""How what was shared ends: undone, taken back, on hold, or its time over."""

from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound
from app.extensions import db
from app.models import AuditRow, Mail, Share, ShareAccess
from app.services import access, consent, localtime, sharing
from app.services.sharing import outbox
from app.values import AccessKind, MailState, ShareScope, ShareState
from tests.cast import NOW

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
TOMORROW = date(2026, 12, 15)
VIEWED = AccessKind.viewed


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.released()
    return account


@pytest.fixture
def share(cast, amina):
    return sharing.share(cast.amina, cast.acme, by=amina, at=NOW)


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return rows.all()


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def everything(model):
    return db.session.scalars(db.select(model)).all()


def taken_over(cast, entry):
    """The account was not the candidate's: it ends, and they register anew."""
    wrong = entry.account
    sharing.suspend_all(wrong, by=cast.clerk, at=NOW + DAY)
    wrong.ended_at = NOW + DAY
    entry.account = None
    entry.email = "owner@mail.example"
    db.session.commit()
    return cast.account(entry)


# --- Undone ---------------------------------------------------------------------------


def test_what_nobody_has_read_is_undone_as_if_it_had_never_been(cast, amina, share):
    reference = share.reference
    sharing.undo(share, by=amina, at=NOW + SECOND)
    assert not everything(Share)
    assert sharing.page_for(cast.verifier, at=NOW + SECOND).rows == []
    for door in (sharing.over, sharing.photo):
        with pytest.raises(NotFound):
            door(cast.verifier, reference, at=NOW + SECOND)
    # The trail knows, and the receipt that has not gone yet does not go.
    (act,) = acts("share_withdrawn")
    assert (act.subject, act.detail) == (f"share:{reference}", '{"undone": true}')
    (receipt,) = mails("share_receipt")
    assert receipt.state is MailState.dropped
    assert not mails("share_withdrawn")


def test_what_was_read_can_only_be_taken_back(cast, amina, share):
    sharing.read(cast.verifier, share.reference, VIEWED, at=NOW + SECOND)
    with pytest.raises(Conflict):
        sharing.undo(share, by=amina, at=NOW + DAY)
    assert everything(Share) == [share]
    assert mails("share_receipt")[0].state is MailState.queued
    sharing.withdraw(share, by=amina, at=NOW + DAY)
    with pytest.raises(Conflict):
        sharing.undo(share, by=amina, at=NOW + DAY)


@pytest.mark.parametrize("act", ["undo", "withdraw", "resume"])
def test_nobody_decides_on_what_others_shared(cast, amina, share, act):
    boris = cast.account(cast.boris)
    with pytest.raises(NotFound):
        getattr(sharing, act)(share, by=boris, at=NOW)
    assert everything(Share) == [share]
    assert consent.state(share, at=NOW) is ShareState.standing


@pytest.mark.parametrize("act", ["undo", "withdraw", "resume"])
def test_an_account_that_has_ended_decides_on_nothing(amina, share, act):
    amina.ended_at = NOW
    db.session.commit()
    with pytest.raises(NotFound):
        getattr(sharing, act)(share, by=amina, at=NOW)


def test_what_was_undone_can_be_sent_again(cast, amina, share):
    sharing.undo(share, by=amina, at=NOW)
    anew = sharing.share(cast.amina, cast.acme, by=amina, at=NOW + DAY)
    assert everything(Share) == [anew]
    assert len(mails("share_receipt")) == 2


# --- Taken back -----------------------------------------------------------------------


def test_the_organisation_learns_only_that_it_was_taken_back(cast, amina, share):
    rival = cast.organisation("Rival College", "rival.example")
    stranger = cast.member(rival, "a@rival.example")
    with pytest.raises(NotFound):
        sharing.over(cast.verifier, share.reference, at=NOW)
    sharing.withdraw(share, by=amina, at=NOW + DAY)
    over = sharing.over(cast.verifier, share.reference, at=NOW + DAY)
    assert vars(over) == {"state": ShareState.withdrawn, "shared_at": NOW}
    with pytest.raises(NotFound):
        sharing.over(stranger, share.reference, at=NOW + DAY)


def test_taking_back_is_confirmed_to_the_candidate_and_to_nobody_else(
    cast, amina, share
):
    sharing.withdraw(share, by=amina, at=NOW + DAY)
    (receipt,) = mails("share_withdrawn")
    assert receipt.address == amina.email
    assert receipt.values["organisation"] == "Acme University"


# --- Its time is over -----------------------------------------------------------------


@pytest.fixture
def short(cast, amina):
    """Shared until tomorrow, with the instant at which that is over."""
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW, expires_on=TOMORROW)
    return share, localtime.end_of(TOMORROW)


def test_nothing_flows_from_the_end_of_the_last_day_on_without_any_job(
    cast, amina, short
):
    share, end = short
    sharing.read(cast.verifier, share.reference, VIEWED, at=end - SECOND)
    for door in (
        lambda: access.shared_result(cast.verifier, share.reference, at=end),
        lambda: sharing.read(cast.verifier, share.reference, VIEWED, at=end),
        lambda: sharing.record(share, VIEWED, by=cast.verifier, at=end),
        lambda: sharing.photo(cast.verifier, share.reference, at=end),
    ):
        with pytest.raises(NotFound):
            door()
    page = sharing.page_for(cast.verifier, at=end)
    assert (page.rows, page.new_count) == ([], 0)
    over = sharing.over(cast.verifier, share.reference, at=end)
    assert over.state is ShareState.expired
    assert len(everything(ShareAccess)) == 1


def test_what_has_expired_cannot_be_taken_back_any_more(cast, amina, short):
    share, end = short
    with pytest.raises(Conflict):
        sharing.withdraw(share, by=amina, at=end)
    assert not mails("share_withdrawn")


def test_the_job_writes_down_what_is_over_and_nothing_else(cast, amina, short):
    share, end = short
    cast.account(cast.boris)
    lasting = sharing.share(cast.boris, cast.acme, by=cast.boris.account, at=NOW)
    assert sharing.end_expired(at=end - SECOND) == 0
    assert sharing.end_expired(at=end + DAY) == 1
    assert sharing.end_expired(at=end + DAY) == 0
    db.session.expire_all()
    assert (share.withdrawn_at, lasting.withdrawn_at) == (end, None)
    (act,) = acts("share_expired")
    assert (act.actor, act.subject) == ("system", f"share:{share.reference}")
    # It says the same before and after the job, to everybody.
    assert consent.state(share, at=end + DAY) is ShareState.expired
    over = sharing.over(cast.verifier, share.reference, at=end + DAY)
    assert over.state is ShareState.expired


def test_the_job_works_in_parts_and_stops_when_it_is_told(cast, amina, monkeypatch):
    from app.services.sharing import taking_back

    monkeypatch.setattr(taking_back, "BATCH", 2)
    for n in range(5):
        college = cast.organisation(f"College {n}", f"c{n}.example")
        sharing.share(cast.amina, college, by=amina, at=NOW, expires_on=TOMORROW)
    end = localtime.end_of(TOMORROW)
    turns = iter((False, True))
    assert sharing.end_expired(at=end, stop=lambda: next(turns)) == 2
    assert sharing.end_expired(at=end) == 3


# --- On hold --------------------------------------------------------------------------


def test_what_was_not_the_candidates_account_is_on_hold_at_once(cast, amina, share):
    assert sharing.suspend_all(amina, by=cast.clerk, at=NOW + DAY) == 1
    assert sharing.suspend_all(amina, by=cast.clerk, at=NOW + DAY) == 0
    with pytest.raises(NotFound):
        sharing.read(cast.verifier, share.reference, VIEWED, at=NOW + DAY)
    assert sharing.page_for(cast.verifier, at=NOW + DAY).rows == []
    over = sharing.over(cast.verifier, share.reference, at=NOW + DAY)
    assert over.state is ShareState.suspended
    (act,) = acts("share_suspended")
    assert act.actor == f"staff:{cast.clerk.id}"


def test_the_true_owner_finds_it_and_lets_it_stand(cast, amina, share):
    owner = taken_over(cast, cast.amina)
    (row,) = outbox.page_for(owner, at=NOW + DAY).rows
    assert (row.share, row.state) == (share, ShareState.suspended)
    assert outbox.page_for(amina, at=NOW + DAY).rows == []
    sharing.resume(share, by=owner, at=NOW + 2 * DAY)
    assert share.account == owner
    found, _ = sharing.read(cast.verifier, share.reference, VIEWED, at=NOW + 2 * DAY)
    assert found == share
    with pytest.raises(Conflict):
        sharing.resume(share, by=owner, at=NOW + 2 * DAY)
    assert len(acts("share_resumed")) == 1
    assert mails("share_receipt")[-1].address == "owner@mail.example"


def test_the_true_owner_takes_it_back_and_still_sees_that(cast, amina, share):
    owner = taken_over(cast, cast.amina)
    sharing.withdraw(share, by=owner, at=NOW + 2 * DAY)
    (row,) = outbox.page_for(owner, at=NOW + 2 * DAY).rows
    assert row.state is ShareState.withdrawn
    over = sharing.over(cast.verifier, share.reference, at=NOW + 2 * DAY)
    assert over.state is ShareState.withdrawn
    assert mails("share_withdrawn")[0].address == "owner@mail.example"


def test_the_true_owner_sending_anew_takes_it_over(cast, amina, share):
    owner = taken_over(cast, cast.amina)
    again = sharing.share(
        cast.amina, cast.acme, by=owner, at=NOW + 2 * DAY, scope=ShareScope.overall
    )
    assert again.id == share.id
    assert (again.account, again.suspended_at) == (owner, None)
    assert again.scope is ShareScope.overall


def test_a_share_on_hold_cannot_be_resumed_after_its_time(cast, short):
    share, end = short
    owner = taken_over(cast, cast.amina)
    with pytest.raises(Conflict):
        sharing.resume(share, by=owner, at=end)


# --- The account ends -----------------------------------------------------------------


def test_with_the_account_everything_that_it_shared_is_taken_back(cast, amina, share):
    college = cast.organisation("North College", "north.example")
    sharing.share(cast.amina, college, by=amina, at=NOW)
    boris = cast.account(cast.boris)
    his = sharing.share(cast.boris, cast.acme, by=boris, at=NOW)
    assert sharing.withdraw_all(amina, at=NOW + DAY) == 2
    assert sharing.withdraw_all(amina, at=NOW + DAY) == 0
    rows = sharing.page_for(cast.verifier, at=NOW + DAY).rows
    assert [row.share for row in rows] == [his]
    assert len(acts("share_withdrawn")) == 2
    assert not mails("share_withdrawn")


def test_with_the_account_goes_also_what_was_on_hold(cast, amina, share):
    owner = taken_over(cast, cast.amina)
    assert sharing.withdraw_all(owner, at=NOW + 2 * DAY) == 1
    over = sharing.over(cast.verifier, share.reference, at=NOW + 2 * DAY)
    assert over.state is ShareState.withdrawn
