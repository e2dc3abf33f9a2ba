"""When members are told of newly shared results: as they wish, once, and never late."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.extensions import db
from app.models import AuditRow, Mail, Share
from app.services import digests, letters, mail, members, organisations, sharing
from app.values import Language, MailState, MemberRole, Notify
from tests.cast import NOW, Cast, save
from tests.services.test_enquiries import at_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROME = ZoneInfo("Europe/Rome")
# A Wednesday noon, in Rome and everywhere else.
NOON = datetime(2026, 12, 16, 12, 0, tzinfo=UTC)


def rome(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=ROME)


@pytest.fixture
def give(cast):
    """Somebody shares a result with Acme, or with another organisation."""
    made = []

    def give(at, first="Amina", to=None, **values):
        entry = cast.entry(f"{len(made) + 100:04d}", first, "Benali")
        made.append(entry)
        account = cast.account(entry)
        return save(
            Share(
                entry=entry,
                organisation=to or cast.acme,
                account=account,
                at=at,
                terms_version="test",
                **values,
            )
        )

    return give


def wishes(member, often, at=NOON):
    digests.choose(member, often, at=at)
    return member


def queued(kind=None):
    query = db.select(Mail).order_by(Mail.id)
    return db.session.scalars(query.where(Mail.kind == kind) if kind else query).all()


def body(row, at=NOON):
    return " ".join(letters.message(row, at=at).body.split())


# --- When -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("often", "at", "due"),
    [
        (Notify.daily, rome(2026, 12, 16, 8), rome(2026, 12, 16, 8)),
        (Notify.daily, rome(2026, 12, 16, 7, 59), rome(2026, 12, 15, 8)),
        (Notify.weekly, rome(2026, 12, 14, 7, 59), rome(2026, 12, 7, 8)),
        (Notify.weekly, rome(2026, 12, 14, 8), rome(2026, 12, 14, 8)),
        (Notify.weekly, rome(2026, 12, 20, 23), rome(2026, 12, 14, 8)),
        # The clocks go forward on 28 March 2027 and back on 25 October 2026.
        (Notify.daily, rome(2027, 3, 28, 8), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        (Notify.daily, rome(2027, 3, 28, 7, 59), datetime(2027, 3, 27, 7, tzinfo=UTC)),
        (Notify.daily, rome(2026, 10, 25, 8), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (Notify.daily, rome(2026, 10, 25, 7), datetime(2026, 10, 24, 6, tzinfo=UTC)),
        (Notify.weekly, rome(2027, 3, 29, 9), datetime(2027, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_a_summary_is_due_at_eight_on_the_clock_of_the_wall(app, often, at, due):
    assert digests.latest_morning(often, at, ROME) == due


def test_a_daily_summary_goes_once_a_morning(cast, give):
    wishes(cast.verifier, Notify.daily)
    give(NOON + HOUR)
    assert digests.tell_due(at=rome(2026, 12, 17, 8)) == 0
    morning = rome(2026, 12, 17, 8, 1)
    assert digests.tell_due(at=morning) == 1
    assert digests.tell_due(at=morning + HOUR) == 0
    assert digests.tell_due(at=morning + DAY) == 0
    give(morning)
    assert digests.tell_due(at=morning + DAY) == 0
    assert digests.tell_due(at=morning + DAY + MINUTE) == 0
    assert digests.tell_due(at=morning + 2 * DAY) == 0


def test_what_comes_after_the_morning_is_in_the_next_one(cast, give):
    wishes(cast.verifier, Notify.daily)
    give(rome(2026, 12, 17, 7, 59), "Early")
    give(rome(2026, 12, 17, 8, 0), "Sharp")
    give(rome(2026, 12, 17, 8, 30), "Late")
    other = cast.organisation("Other College", "other.example")
    give(rome(2026, 12, 17, 7, 59), "Foreign", to=other)
    assert digests.tell_due(at=rome(2026, 12, 17, 9)) == 1
    assert digests.tell_due(at=rome(2026, 12, 18, 9)) == 1
    first, second = (body(row) for row in queued())
    assert "Foreign" not in first
    assert "Early Benali" in first
    assert "Sharp Benali" in first
    assert "Late" not in first
    assert "Late Benali" in second
    assert "Sharp" not in second


def test_a_weekly_summary_goes_on_monday(cast, give):
    wishes(cast.verifier, Notify.weekly)
    give(NOON + HOUR)
    for day in (17, 18, 19, 20):
        assert digests.tell_due(at=rome(2026, 12, day, 9)) == 0
    assert digests.tell_due(at=rome(2026, 12, 21, 9)) == 1
    assert digests.tell_due(at=rome(2026, 12, 22, 9)) == 0


def test_each_organisation_has_its_own_morning(cast, give):
    tokyo = cast.organisation("Tokyo College", "tokyo.example", timezone="Asia/Tokyo")
    hana = wishes(cast.member(tokyo, "hana@tokyo.example"), Notify.daily)
    wishes(cast.verifier, Notify.daily)
    for place in (tokyo, cast.acme):
        give(NOON + HOUR, to=place)
    # 08:01 in Tokyo is one minute past midnight in Rome.
    midnight = rome(2026, 12, 17, 0, 1)
    assert digests.tell_due(at=midnight) == 1
    assert [row.address for row in queued()] == [hana.email]
    assert digests.tell_due(at=midnight + 8 * HOUR) == 1
    assert queued()[-1].address == cast.verifier.email


def test_a_job_that_was_down_for_a_week_sends_one_summary(cast, give):
    wishes(cast.verifier, Notify.daily)
    for day in range(7):
        give(NOON + day * DAY + HOUR, f"Day{day}")
    assert digests.tell_due(at=NOON + 7 * DAY) == 1
    assert digests.tell_due(at=NOON + 7 * DAY + MINUTE) == 0
    (row,) = queued()
    assert "7 results have been shared with Acme University" in body(row)


def test_an_empty_summary_is_not_sent(cast, give):
    wishes(cast.verifier, Notify.daily)
    rival = cast.organisation("Rival College", "rival.example")
    give(NOON + HOUR, to=rival)
    give(NOON + HOUR, withdrawn_at=NOON + 2 * HOUR)
    give(NOON + HOUR, expires_at=NOON + 2 * HOUR)
    give(NOON + HOUR, suspended_at=NOON + 2 * HOUR)
    assert digests.tell_due(at=NOON + DAY) == 0
    db.session.refresh(cast.verifier)
    assert cast.verifier.told_until == rome(2026, 12, 17, 8)


# --- Each time ------------------------------------------------------------------------


def test_every_candidate_is_told_once_and_soon(cast, give):
    wishes(cast.verifier, Notify.each)
    share = give(NOON + HOUR)
    assert digests.tell_due(at=NOON + HOUR) == 0
    assert digests.tell_due(at=NOON + HOUR + MINUTE) == 1
    assert digests.tell_due(at=NOON + HOUR + 2 * MINUTE) == 0
    give(NOON + 2 * HOUR, "Boris")
    assert digests.tell_due(at=NOON + 3 * HOUR) == 1
    first, second = queued("new_share")
    told = body(first)
    assert "Amina Benali has shared a result with Acme University" in told
    assert "B2 First, November 2026" in told
    assert f"/verifier/results/{share.reference}" in told
    assert "Boris Benali" in body(second)


def test_a_great_many_are_told_in_parts(cast, give, monkeypatch):
    monkeypatch.setattr(digests, "PART", 2)
    wishes(cast.verifier, Notify.each)
    for minutes in (1, 2, 2, 2, 3, 4):
        give(NOON + minutes * MINUTE)
    assert digests.tell_due(at=NOON + HOUR) == 6
    assert len({row.dedupe_key for row in queued()}) == 6
    assert digests.tell_due(at=NOON + HOUR) == 0


def test_all_colleagues_are_told_as_each_wishes(cast, give):
    carlo = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    anna = cast.member(cast.acme, "anna@acme.example", role=MemberRole.admin)
    wishes(carlo, Notify.each)
    wishes(anna, Notify.daily)
    give(NOON + HOUR)
    assert digests.tell_due(at=NOON + DAY) == 2
    addresses = {row.kind: row.address for row in queued()}
    assert addresses == {"new_share": carlo.email, "shared_summary": anna.email}


# --- What is in it --------------------------------------------------------------------


def test_a_summary_names_the_latest_and_counts_the_rest(cast, give, monkeypatch):
    monkeypatch.setattr("app.services.newly_shared.NAMED", 2)
    wishes(cast.verifier, Notify.daily)
    for n in range(1, 5):
        give(NOON + n * MINUTE, f"N{n}")
    digests.tell_due(at=NOON + DAY)
    (row,) = queued()
    told = body(row)
    assert "4 results have been shared" in told
    assert "N4 Benali, B2 First, November 2026" in told
    assert "N3 Benali" in told
    assert "N2" not in told
    assert "And 2 more" in told
    assert "Benali" not in str(row.values)


def test_what_was_taken_back_before_it_goes_is_not_named(cast, give):
    wishes(cast.verifier, Notify.daily)
    give(NOON + HOUR, "Amina")
    back = give(NOON + HOUR, "Boris")
    digests.tell_due(at=NOON + DAY)
    sharing.withdraw(back, by=back.account, at=NOON + DAY)
    (row,) = queued("shared_summary")
    told = body(row, at=NOON + DAY)
    assert "1 result has been shared" in told
    assert "Amina" in told
    assert "Boris" not in told


@pytest.mark.parametrize("often", [Notify.each, Notify.daily])
@pytest.mark.parametrize(
    "happens", ["withdrawn", "expired", "off", "deactivated", "suspended", "moved"]
)
def test_a_message_with_nothing_left_to_tell_is_dropped(cast, give, often, happens):
    member = wishes(cast.verifier, often)
    share = give(NOON + HOUR, expires_at=NOON + 2 * DAY)
    at = NOON + DAY
    assert digests.tell_due(at=at) == 1
    (row,) = queued()
    if happens == "withdrawn":
        sharing.withdraw(share, by=share.account, at=at)
    elif happens == "expired":
        at = NOON + 2 * DAY
    elif happens == "off":
        wishes(member, Notify.off, at)
    elif happens == "deactivated":
        member.active = False
        db.session.commit()
    elif happens == "suspended":
        organisations.suspend(cast.acme, by=cast.partnerships, why="Closed", at=at)
    else:
        member.email = "other@acme.example"
        db.session.commit()
    mail.deliver(at=at)
    db.session.refresh(row)
    assert row.state is MailState.dropped


def test_it_is_written_in_the_language_of_the_reader(cast, give):
    wishes(cast.verifier, Notify.daily)
    cast.verifier.language = Language.it
    db.session.commit()
    give(NOON + HOUR)
    digests.tell_due(at=NOON + DAY)
    (row,) = queued()
    assert row.language is Language.it
    assert "novembre 2026" in body(row)


# --- Who ------------------------------------------------------------------------------


def test_whoever_begins_is_told_from_now_on(cast, give):
    give(NOON - DAY)
    wishes(cast.verifier, Notify.daily)
    assert digests.tell_due(at=NOON + DAY) == 0
    give(NOON + DAY)
    wishes(cast.verifier, Notify.off, NOON + DAY + HOUR)
    wishes(cast.verifier, Notify.each, NOON + DAY + 2 * HOUR)
    assert digests.tell_due(at=NOON + 2 * DAY) == 0


def test_whoever_changes_how_often_misses_nothing(cast, give):
    wishes(cast.verifier, Notify.weekly)
    give(NOON + HOUR)
    wishes(cast.verifier, Notify.each, NOON + 2 * HOUR)
    assert digests.tell_due(at=NOON + 3 * HOUR) == 1


def test_somebody_who_was_never_told_begins_without_the_past(cast, give):
    cast.verifier.notify = Notify.each
    db.session.commit()
    give(NOW)
    assert digests.tell_due(at=NOON) == 0
    give(NOON + HOUR)
    assert digests.tell_due(at=NOON + 2 * HOUR) == 1


@pytest.mark.parametrize(("often", "told"), [(Notify.each, 1), (Notify.daily, 3)])
def test_who_is_let_in_again_is_not_written_to_a_hundred_times(cast, give, often, told):
    carlo = wishes(
        cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin), often
    )
    members.deactivate(carlo, by=cast.partnerships, at=NOON)
    for _ in range(2):
        give(NOON + HOUR)
    members.restore(carlo, by=cast.partnerships, at=NOON + 2 * HOUR)
    give(NOON + 3 * HOUR)
    assert digests.tell_due(at=NOON + DAY) == 1
    row = queued()[-1]
    at = NOON + DAY
    assert row.values["newly_shared"]
    assert body(row, at).count("Amina") == told


@pytest.mark.parametrize("often", [Notify.each, Notify.daily])
def test_the_deactivated_and_the_shut_out_are_told_nothing(cast, give, often):
    carlo = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    wishes(carlo, often)
    wishes(cast.verifier, often)
    give(NOON + HOUR)
    members.deactivate(carlo, by=cast.partnerships, at=NOON + HOUR)
    assert digests.tell_due(at=NOON + DAY) == 1
    give(NOON + DAY + HOUR)
    organisations.suspend(cast.acme, by=cast.partnerships, why="Closed", at=NOON + DAY)
    assert digests.tell_due(at=NOON + 3 * DAY) == 0


def test_batches_reach_everybody(cast, give, monkeypatch):
    monkeypatch.setattr(digests, "BATCH", 2)
    for n in range(5):
        one = cast.member(cast.acme, f"m{n}@acme.example", role=MemberRole.admin)
        wishes(one, Notify.daily)
    give(NOON + HOUR)
    assert digests.tell_due(at=NOON + DAY) == 5


def test_a_choice_leaves_its_trace(cast):
    wishes(cast.verifier, Notify.weekly)
    wishes(cast.verifier, Notify.weekly)
    rows = db.session.scalars(db.select(AuditRow.detail)).all()
    assert rows.count('{"notify": "weekly"}') == 1


@pytest.mark.parametrize("often", [Notify.each, Notify.daily])
def test_two_job_processes_at_once_send_one(own_app, often):
    cast = Cast()
    wishes(cast.verifier, often)
    account = cast.account(cast.amina)
    save(
        Share(
            entry=cast.amina,
            organisation=cast.acme,
            account=account,
            at=NOON + HOUR,
            terms_version="test",
        )
    )
    both = [lambda: digests.tell_due(at=NOON + DAY)] * 2
    assert at_once(own_app, *both) == ["done", "done"]
    assert len(queued()) == 1
