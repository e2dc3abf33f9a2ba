"""What an organisation is told of results that changed since it looked at them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from app.errors import Conflict
from app.extensions import db
from app.models import (
    AuditRow,
    Entry,
    Lookup,
    Result,
    SeenVersion,
    Share,
    ShareAccess,
)
from app.services import changes, corrections, publication, sharing
from app.values import AccessKind, OrganisationStatus, ResultStatus, new_reference
from tests.cast import NOW, save

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCORES = {"overall": 180, "grade": "A", "cefr": "C1"}


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.first = cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.release = cast.released()
    return account


@pytest.fixture
def share(cast, amina):
    """Her result, shared with Acme and looked at."""
    made = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    look(cast, made)
    return made


def look(cast, share, at=NOW + HOUR):
    return sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=at)


def amended(cast, instant=NOW + 2 * DAY, version=2, entry=None, **values):
    """Another version with two signatures, out at an instant."""
    row = cast.result(entry or cast.amina, version=version, **{**SCORES, **values})
    return row, cast.released(instant=instant)


def listed(cast, at, member=None):
    rows = changes.page_for(member or cast.verifier, at=at).rows
    counted = changes.count(member or cast.verifier, at=at)
    assert counted == len(rows)
    return [(row.entry.first_name, row.version, row.on) for row in rows]


def marks(cast, at):
    return [row.mark for row in changes.page_for(cast.verifier, at=at).rows]


def kinds(share):
    looks = db.select(ShareAccess.kind).where(ShareAccess.share_id == share.id)
    return list(db.session.scalars(looks.order_by(ShareAccess.id)))


def test_nothing_has_changed_while_what_was_seen_is_what_there_is(cast, share):
    assert listed(cast, NOW + DAY) == []


def test_an_amendment_is_told_from_its_instant_on_and_not_before(cast, share):
    out = NOW + 2 * DAY
    amended(cast, out)
    assert listed(cast, out - timedelta(seconds=1)) == []
    assert listed(cast, out) == [("Amina", 2, out)]


def test_signed_late_it_changed_when_it_was_signed(cast, share):
    cast.result(cast.amina, version=2, **SCORES)
    signed = NOW + 3 * DAY
    release = publication.propose(
        cast.session, None, NOW + 2 * DAY, by=cast.officer, at=NOW + DAY
    )
    publication.approve(release, by=cast.approver, at=signed)
    assert listed(cast, signed) == [("Amina", 2, signed)]


def test_a_result_that_is_withdrawn_is_told_when_it_is(cast, share):
    at = NOW + DAY
    corrections.withdraw_result(cast.first, by=cast.officer, why="mistake", at=at)
    assert listed(cast, at) == [("Amina", 0, at)]


def test_a_release_that_is_taken_back_is_a_change_until_it_is_out_again(cast, share):
    at = NOW + DAY
    publication.withdraw(cast.release, by=cast.officer, why="mistake", at=at)
    assert listed(cast, at) == [("Amina", 0, at)]
    cast.released(instant=NOW + 3 * DAY)
    # Proposed again and signed, its instant still to come.
    assert listed(cast, NOW + 2 * DAY) == [("Amina", 0, at)]
    assert listed(cast, NOW + 3 * DAY) == []


def test_a_version_without_a_grade_leaves_nothing_to_look_at(cast, share):
    none = {"overall": None, "grade": None, "cefr": None}
    amended(cast, NOW + 2 * DAY, status=ResultStatus.withheld, **none)
    assert listed(cast, NOW + 2 * DAY) == [("Amina", 0, NOW + 2 * DAY)]


def test_looking_again_does_not_take_note_of_a_change(cast, share):
    amended(cast, NOW + 2 * DAY)
    _, result = look(cast, share, NOW + 3 * DAY)
    assert result.version == 2
    assert listed(cast, NOW + 3 * DAY) == [("Amina", 2, NOW + 2 * DAY)]


def test_who_looked_only_after_the_amendment_is_told_nothing(cast, amina):
    made = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    amended(cast, NOW + 2 * DAY)
    look(cast, made, NOW + 3 * DAY)
    assert listed(cast, NOW + 3 * DAY) == []


def test_what_was_never_looked_at_has_not_changed(cast, amina):
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    amended(cast, NOW + 2 * DAY)
    assert listed(cast, NOW + 3 * DAY) == []


def test_taking_note_is_written_down_and_ends_it(cast, share):
    second, _ = amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    assert changes.acknowledge(marks(cast, at), by=cast.verifier, at=at) == 1
    assert listed(cast, at) == []
    assert kinds(share) == [AccessKind.viewed, AccessKind.acknowledged]
    assert db.session.get(SeenVersion, share.id).result_id == second.id
    subjects = db.session.scalars(
        db.select(AuditRow.subject).where(AuditRow.action == "change_acknowledged")
    )
    assert list(subjects) == [f"share:{share.reference}"]


def test_a_further_version_is_a_further_change(cast, share):
    amended(cast, NOW + 2 * DAY)
    changes.acknowledge(marks(cast, NOW + 3 * DAY), by=cast.verifier, at=NOW + 3 * DAY)
    amended(cast, NOW + 4 * DAY, version=3, overall=190)
    assert listed(cast, NOW + 4 * DAY) == [("Amina", 3, NOW + 4 * DAY)]


def test_a_withdrawal_that_was_noted_comes_back_only_when_it_was_seen_again(
    cast, share
):
    at = NOW + DAY
    corrections.withdraw_result(cast.first, by=cast.officer, why="mistake", at=at)
    assert changes.acknowledge(marks(cast, at), by=cast.verifier, at=at) == 1
    assert db.session.get(SeenVersion, share.id) is None
    amended(cast, NOW + 2 * DAY)
    assert listed(cast, NOW + 3 * DAY) == []
    look(cast, share, NOW + 3 * DAY)
    amended(cast, NOW + 4 * DAY, version=3, overall=190)
    assert listed(cast, NOW + 4 * DAY) == [("Amina", 3, NOW + 4 * DAY)]


def test_only_what_its_reader_saw_is_taken_note_of(cast, share):
    amended(cast, NOW + 2 * DAY)
    seen = marks(cast, NOW + 2 * DAY)
    amended(cast, NOW + 3 * DAY, version=3, overall=190)
    with pytest.raises(Conflict):
        changes.acknowledge(seen, by=cast.verifier, at=NOW + 3 * DAY)
    assert listed(cast, NOW + 3 * DAY) == [("Amina", 3, NOW + 3 * DAY)]


def test_noting_it_twice_is_noting_it_once(cast, share):
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    seen = marks(cast, at)
    assert changes.acknowledge(seen, by=cast.verifier, at=at) == 1
    assert changes.acknowledge(seen, by=cast.verifier, at=at) == 0
    assert kinds(share).count(AccessKind.acknowledged) == 1


def test_another_organisation_hears_nothing_and_notes_nothing(cast, share):
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    other = cast.organisation("Other College", "other.example")
    stranger = cast.member(other, "clerk@other.example")
    assert listed(cast, at, stranger) == []
    assert changes.acknowledge(marks(cast, at), by=stranger, at=at) == 0
    assert len(listed(cast, at)) == 1
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    assert listed(cast, at) == []


@pytest.mark.parametrize("end", ["withdrawn", "expired", "suspended"])
def test_of_a_share_that_is_over_nothing_is_said(cast, amina, share, end):
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    seen = marks(cast, at)
    assert seen
    if end == "withdrawn":
        sharing.withdraw(share, by=amina, at=at)
    elif end == "expired":
        share.expires_at = at
    else:
        share.suspended_at = at
    db.session.commit()
    assert listed(cast, at) == []
    assert changes.acknowledge(seen, by=cast.verifier, at=at) == 0
    assert AccessKind.acknowledged not in kinds(share)


def looked_up(cast, result, organisation=None, at=NOW):
    return save(
        Lookup(
            organisation=organisation or cast.acme,
            member_id=cast.verifier.id,
            member_name="Rita Registrar",
            entry=cast.amina,
            seen_result_id=result.id,
            at=at,
        )
    )


def test_what_was_looked_up_by_its_number_changes_too_and_once(cast, amina):
    looked_up(cast, cast.first)
    last = looked_up(cast, cast.first, at=NOW + HOUR)
    assert listed(cast, NOW + DAY) == []
    second, _ = amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    looked_up(cast, second, at=at)
    page = changes.page_for(cast.verifier, at=at)
    assert [row.seen for row in page.rows] == [last]
    assert not page.rows[0].shared
    assert changes.acknowledge([page.rows[0].mark], by=cast.verifier, at=at) == 1
    assert listed(cast, at) == []
    kept = db.session.scalars(db.select(Lookup.seen_result_id)).all()
    assert sorted(map(bool, kept)) == [False, False, True]


def test_who_was_shared_and_looked_up_stands_there_once(cast, share):
    looked = looked_up(cast, cast.first)
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    assert listed(cast, at) == [("Amina", 2, NOW + 2 * DAY)]
    (row,) = changes.page_for(cast.verifier, at=at).rows
    assert row.seen == share
    # A page that was opened before has both, and may tick both.
    both = [row.mark, f"{looked.reference}:2"]
    assert changes.acknowledge(both, by=cast.verifier, at=at) == 1
    assert listed(cast, at) == []
    assert kinds(share).count(AccessKind.acknowledged) == 1
    amended(cast, NOW + 4 * DAY, version=3, overall=190)
    later = NOW + 5 * DAY
    assert listed(cast, later) == [("Amina", 3, NOW + 4 * DAY)]
    sharing.withdraw(share, by=share.account, at=later)
    sharing.share(cast.amina, cast.acme, by=share.account, at=later)
    # Sent anew, and not looked at since: what was looked up was taken note of.
    assert listed(cast, later) == []


def test_what_another_organisation_looked_up_is_theirs(cast, amina):
    other = cast.organisation("Other College", "other.example")
    theirs = looked_up(cast, cast.first, other)
    looked_up(cast, cast.first)
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    changes.acknowledge(marks(cast, at), by=cast.verifier, at=at)
    assert listed(cast, at) == []
    assert theirs.seen_result_id == cast.first.id


def test_of_who_took_their_result_back_nothing_is_said_for_a_look_up_either(
    cast, amina, share
):
    looked_up(cast, cast.first)
    amended(cast, NOW + 2 * DAY)
    at = NOW + 3 * DAY
    seen = marks(cast, at)
    assert len(seen) == 1
    sharing.withdraw(share, by=amina, at=at)
    assert listed(cast, at) == []
    assert changes.acknowledge(seen, by=cast.verifier, at=at) == 0
    other = cast.organisation("Other College", "other.example")
    looked_up(cast, cast.first, other)
    clerk = cast.member(other, "clerk@other.example")
    assert len(listed(cast, at, clerk)) == 1
    sharing.share(cast.amina, cast.acme, by=amina, at=at)
    assert len(listed(cast, at)) == 1


def test_a_share_that_ran_out_leaves_what_was_looked_up_to_be_told(cast, amina):
    last = (NOW + DAY).date()
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW, expires_on=last)
    looked_up(cast, cast.first)
    amended(cast, NOW + 3 * DAY)
    at = NOW + 4 * DAY
    assert sharing.end_expired(at=at) == 1
    # Its candidate has taken nothing back: the calendar has ended it.
    assert listed(cast, at) == [("Amina", 2, NOW + 3 * DAY)]


def many(cast, amina, number):
    """So many candidates whose result was looked at, and then amended."""
    entries = [
        cast.entry(f"{n:04d}", "Ana", f"No{n}") for n in range(100, 100 + number)
    ]
    for entry in entries:
        cast.result(entry)
        entry.account, entry.registered_at = amina, NOW - DAY
    db.session.commit()
    cast.released(instant=NOW + HOUR)
    pairs = []
    for entry in entries:
        made = sharing.share(entry, cast.acme, by=amina, at=NOW + 2 * HOUR)
        pairs.append((made.id, publication.published_result(entry, at=NOW + DAY).id))
    sharing.record_many(pairs, AccessKind.data, by=cast.verifier, at=NOW + DAY)
    for entry in entries:
        cast.result(entry, version=2, **SCORES)
    cast.released(instant=NOW + 2 * DAY)


def test_pages_hold_25_and_the_count_stops(cast, amina, monkeypatch):
    many(cast, amina, 27)
    at = NOW + 2 * DAY
    first, second = (changes.page_for(cast.verifier, n, at=at) for n in (1, 2))
    assert (len(first.rows), first.has_next) == (25, True)
    assert (len(second.rows), second.has_next) == (2, False)
    names = {row.entry.family_name for row in (*first.rows, *second.rows)}
    assert len(names) == 27
    assert changes.page_for(cast.verifier, 10**30, at=at).rows == []
    monkeypatch.setattr(changes.listing, "MOST_COUNTED", 3)
    assert changes.count(cast.verifier, at=at) == 3
    all_of_them = [row.mark for row in first.rows]
    assert changes.acknowledge(all_of_them, by=cast.verifier, at=at) == 25
    assert len(changes.page_for(cast.verifier, at=at).rows) == 2


def test_the_entry_in_question_is_said_once_when_several_versions_followed(cast, share):
    amended(cast, NOW + 2 * DAY)
    amended(cast, NOW + 4 * DAY, version=3, overall=190)
    assert listed(cast, NOW + 5 * DAY) == [("Amina", 3, NOW + 4 * DAY)]
    assert db.session.query(Entry).count() == 2


# --- Quick, whatever was shared -------------------------------------------------------


def statements(deed):
    seen = []

    def note(_connection, _cursor, statement, values, *_):
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        deed()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return seen


def test_a_page_takes_two_queries_and_the_count_one(cast, amina):
    many(cast, amina, 3)
    at, member = NOW + 2 * DAY, cast.verifier
    db.session.expunge_all()

    def read():
        for row in changes.page_for(member, at=at).rows:
            assert row.entry.session.exam

    assert len(statements(read)) == 2
    assert len(statements(lambda: changes.count(member, at=at))) == 1


def test_the_question_starts_from_what_changed_and_not_from_what_was_shared(
    cast, amina
):
    rows = [
        {
            "reference": new_reference(),
            "session_id": cast.session.id,
            "centre_id": cast.it024.id,
            "candidate_number": f"{n:04d}",
            "family_name": f"No{n}",
            "first_name": "Ana",
            "folded_name": f"ana no{n}",
            "date_of_birth": NOW.date(),
            "statement_number": f"269XX000{n:04d}",
            "created_at": NOW,
        }
        for n in range(1000, 6000)
    ]
    db.session.execute(insert(Entry), rows)
    keys = db.session.scalars(
        db.select(Entry.id).where(Entry.candidate_number >= "1000")
    ).all()
    graded = {"version": 1, "status": "graded", "imported_at": NOW}
    graded["release_id"] = cast.release.id
    db.session.execute(insert(Result), [{"entry_id": key, **graded} for key in keys])
    given = {"organisation_id": cast.acme.id, "account_id": amina.id, "at": NOW}
    db.session.execute(
        insert(Share),
        [
            {"entry_id": key, "reference": new_reference(), "terms_version": "x"}
            | given
            for key in keys
        ],
    )
    pairs = db.select(Share.id, Result.id).join(
        Result, Result.entry_id == Share.entry_id
    )
    db.session.execute(
        insert(SeenVersion).from_select(["share_id", "result_id"], pairs)
    )
    db.session.commit()
    amended(cast, NOW + 2 * DAY, entry=cast.amina)
    db.session.execute(text("ANALYZE"))
    asked = statements(lambda: changes.count(cast.verifier, at=NOW + 3 * DAY))
    sqlite = db.engine.dialect.name == "sqlite"
    how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    ((statement, values),) = asked
    connection = db.session.connection()
    found = connection.exec_driver_sql(how + statement, values).all()
    plan = "\n".join(str(row) for row in found).lower()
    assert "ix_result_changed" in plan, plan
    # Neither the shares nor what was seen of them is walked through.
    for table in ("share", "seen_version", "entry"):
        walked = rf"scan (on )?{table}\b(?! using (covering )?index \S+ \()"
        assert not re.search(walked, plan), plan
