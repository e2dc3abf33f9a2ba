"""What may be wished for: how much, what for, until when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Refused
from app.extensions import db
from app.models import AuditRow, Mail, Photo, Share
from app.services import consent, localtime, sharing
from app.services.sharing.wishes import wished
from app.values import ShareScope, ShareState
from tests.cast import NOW, save

DAY = timedelta(days=1)
TODAY = date(2026, 12, 14)
OVERALL, COMPONENTS, PHOTO = ShareScope


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    return account


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return rows.all()


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def refused(**wish):
    values = {"scope": COMPONENTS, "purpose": "", "expires_on": None, **wish}
    with pytest.raises(Refused) as refusal:
        wished(**values, at=NOW)
    return refusal.value.field


def test_a_share_ends_with_its_last_day_on_the_clock_of_the_board(app):
    wish = wished(COMPONENTS, "", date(2027, 5, 3), at=NOW)
    assert wish.expires_at == datetime(2027, 5, 3, 22, tzinfo=UTC)
    assert localtime.last_day(wish.expires_at) == date(2027, 5, 3)
    # In winter the board's day ends an hour later.
    assert localtime.end_of(TODAY) == datetime(2026, 12, 14, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "day", [TODAY, TODAY - DAY, date(1, 1, 1), date(2036, 12, 15), date.max]
)
def test_a_last_day_lies_in_the_next_ten_years(app, day):
    assert refused(expires_on=day) == "expires_on"


def test_tomorrow_and_ten_years_from_today_are_last_days(app):
    for day in (TODAY + DAY, date(2036, 12, 14)):
        assert wished(COMPONENTS, "", day, at=NOW).expires_at == localtime.end_of(day)


def test_a_purpose_is_one_line_of_200_characters_at_most(app):
    assert wished(OVERALL, "  a\n b ", None, at=NOW).purpose == "a b"
    assert wished(OVERALL, "x" * 200, None, at=NOW).purpose == "x" * 200
    assert refused(purpose="x" * 201) == "purpose"


def test_what_was_wished_for_is_what_stands(cast, amina):
    share = sharing.share(
        cast.amina,
        cast.acme,
        by=amina,
        at=NOW,
        scope=OVERALL,
        purpose="Master's in Physics",
        expires_on=date(2027, 5, 3),
    )
    assert (share.scope, share.purpose) == (OVERALL, "Master's in Physics")
    assert localtime.last_day(share.expires_at) == date(2027, 5, 3)
    (act,) = acts("share_made")
    assert '"scope": "overall"' in act.detail
    # The candidate's own words are not for the trail, nor for the queue.
    assert "Physics" not in act.detail
    assert "Physics" not in str(mails("share_receipt")[0].values)


def test_a_photo_is_shared_only_where_there_is_one(cast, amina):
    def send():
        return sharing.share(cast.amina, cast.acme, by=amina, at=NOW, scope=PHOTO)

    with pytest.raises(Refused) as refusal:
        send()
    assert refusal.value.field == "scope"
    assert not db.session.scalars(db.select(Share)).all()
    save(
        Photo(
            entry_id=cast.amina.id,
            source_hash="0" * 64,
            width=300,
            height=400,
            imported_at=NOW,
        )
    )
    assert send().scope is PHOTO


def test_sharing_again_with_another_wish_changes_what_stands(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    again = sharing.share(
        cast.amina,
        cast.acme,
        by=amina,
        at=NOW + DAY,
        scope=OVERALL,
        purpose="A job",
        expires_on=date(2027, 1, 31),
    )
    assert (again.id, again.at) == (share.id, NOW)
    assert (again.scope, again.purpose) == (OVERALL, "A job")
    assert localtime.last_day(again.expires_at) == date(2027, 1, 31)
    assert len(acts("share_made")) == len(acts("share_changed")) == 1
    assert len(mails("share_receipt")) == 2


def test_the_same_wish_twice_is_one_share_and_one_receipt(cast, amina):
    for later in range(2):
        sharing.share(
            cast.amina,
            cast.acme,
            by=amina,
            at=NOW + later * DAY,
            scope=OVERALL,
            expires_on=date(2027, 1, 31),
        )
    assert len(db.session.scalars(db.select(Share)).all()) == 1
    assert len(mails("share_receipt")) == 1
    assert not acts("share_changed")


def test_a_share_whose_time_is_over_does_not_block_a_new_one(cast, amina):
    tomorrow = TODAY + DAY
    old = sharing.share(cast.amina, cast.acme, by=amina, at=NOW, expires_on=tomorrow)
    end = localtime.end_of(tomorrow)
    # Until its last moment it is the same share, changed.
    same = sharing.share(
        cast.amina,
        cast.acme,
        by=amina,
        at=end - timedelta(seconds=1),
        scope=OVERALL,
        expires_on=tomorrow + DAY,
    )
    assert same.id == old.id
    end += DAY
    new = sharing.share(cast.amina, cast.acme, by=amina, at=end)
    assert new.id != old.id
    assert old.withdrawn_at == end
    assert consent.state(old, at=end) is ShareState.expired
    assert consent.state(new, at=end) is ShareState.standing
    (act,) = acts("share_expired")
    assert act.subject == f"share:{old.reference}"


def test_the_state_in_words_is_the_condition_of_the_database(cast, amina):
    """Every combination of the columns, at instants around its end."""
    times = (None, NOW - DAY, NOW, NOW + DAY)
    for n, (expires, suspended, withdrawn) in enumerate(
        (e, s, w) for e in times for s in (None, NOW) for w in (None, NOW)
    ):
        save(
            Share(
                entry=cast.entry(f"0{n + 100:03d}", "Ana", f"No{n}"),
                organisation=cast.acme,
                account=amina,
                at=NOW - DAY,
                terms_version="x",
                expires_at=expires,
                suspended_at=suspended,
                withdrawn_at=withdrawn,
            )
        )
    for at in (NOW - DAY, NOW, NOW + DAY):
        query = db.select(Share.id).where(consent.stands(at))
        stands = set(db.session.scalars(query))
        every = db.session.scalars(db.select(Share)).all()
        told = {s.id for s in every if consent.state(s, at=at) is ShareState.standing}
        assert told == stands
