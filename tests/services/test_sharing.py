"""Who shares a result with whom, who sees it, and until when."""

import re
import threading
import time
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, text

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Entry, Release, Share, ShareAccess
from app.services import access, corrections, organisations, publication, sharing
from app.services.inbox import Wanted, listing
from app.services.sharing import outbox, receipts
from app.values import (
    AccessKind,
    ExamCode,
    MemberRole,
    OrganisationStatus,
    ResultStatus,
    ShareScope,
    new_reference,
)
from tests.cast import NOW, Cast, save

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.released()
    return account


def shared(cast, account, organisation=None, at=NOW):
    return sharing.share(cast.amina, organisation or cast.acme, by=account, at=at)


def references(page):
    return [row.share.reference for row in page.rows]


def test_a_shared_result_is_in_the_list_of_that_organisation_and_no_other(cast, amina):
    other = cast.organisation("Other College", "other.example")
    stranger = cast.member(other, "clerk@other.example")
    share = shared(cast, amina)
    assert references(sharing.page_for(cast.verifier, at=NOW)) == [share.reference]
    assert references(sharing.page_for(stranger, at=NOW)) == []
    with pytest.raises(NotFound):
        access.shared_result(stranger, share.reference, at=NOW)
    with pytest.raises(NotFound):
        sharing.read(stranger, share.reference, AccessKind.viewed, at=NOW)
    with pytest.raises(NotFound):
        sharing.record(share, AccessKind.viewed, by=stranger, at=NOW)
    assert not db.session.scalars(db.select(ShareAccess)).all()


def test_a_share_taken_back_is_gone_also_while_its_result_is_not_out(cast, amina):
    share = shared(cast, amina)
    release = db.session.scalars(db.select(Release)).one()
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW)
    assert access.shared_result(cast.verifier, share.reference, at=NOW) == (share, None)
    sharing.withdraw(share, by=amina, at=NOW)
    with pytest.raises(NotFound):
        access.shared_result(cast.verifier, share.reference, at=NOW)


def test_nobody_shares_the_result_of_another(cast, amina):
    with pytest.raises(NotFound):
        sharing.share(cast.boris, cast.acme, by=amina, at=NOW)


def test_a_result_that_is_not_out_cannot_be_shared(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released(instant=NOW)
    with pytest.raises(Refused):
        shared(cast, account, at=NOW - SECOND)
    assert shared(cast, account, at=NOW)


def test_a_result_without_scores_cannot_be_shared(cast):
    cast.result(cast.amina, status=ResultStatus.withheld)
    account = cast.account(cast.amina)
    cast.released()
    with pytest.raises(Refused):
        shared(cast, account)


@pytest.mark.parametrize("status", ["applied", "refused", "suspended"])
def test_only_an_approved_organisation_is_found_or_receives(cast, amina, status):
    values = {"decided_at": None} if status == "applied" else {}
    hopeful = cast.organisation(
        "Hopeful School", "hopeful.example", status=OrganisationStatus(status), **values
    )
    assert sharing.find_organisations("hopeful") == []
    with pytest.raises(Refused) as refusal:
        shared(cast, amina, hopeful)
    assert refusal.value.field == "organisation"


def test_organisations_are_found_by_any_words_of_their_name(cast):
    pisa = cast.organisation("Università di Pisa", "unipi.example")
    assert sharing.find_organisations("PISA univ") == [pisa]
    assert sharing.find_organisations("università") == [pisa]
    assert sharing.find_organisations("%") == []
    assert sharing.find_organisations("") == []
    assert sharing.find_organisations("p") == []
    assert sharing.find_organisations("u_iv z") == []


def test_what_begins_with_the_typed_words_comes_first(cast):
    first, later = cast.acme, cast.organisation("Aachen Acme", "aachen.example")
    assert sharing.find_organisations("acme") == [first, later]
    assert sharing.find_organisations("acme", limit=1) == [cast.acme]


def test_sharing_twice_is_sharing_once(cast, amina):
    first = shared(cast, amina)
    again = shared(cast, amina, at=NOW + SECOND)
    assert again.id == first.id
    assert acts("share_made") == 1


def test_consent_is_written_down_with_the_wording(cast, amina):
    share = shared(cast, amina)
    row = db.session.scalars(
        db.select(AuditRow).where(AuditRow.action == "share_made")
    ).one()
    assert share.terms_version in row.detail
    assert cast.acme.reference in row.detail
    assert row.actor == f"candidate:{amina.reference}"


def test_from_the_withdrawal_on_nothing_flows(cast, amina):
    share = shared(cast, amina)
    sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=NOW + SECOND)
    sharing.withdraw(share, by=amina, at=NOW + DAY)
    with pytest.raises(NotFound):
        sharing.read(cast.verifier, share.reference, AccessKind.statement, at=NOW + DAY)
    with pytest.raises(NotFound):
        sharing.record(share, AccessKind.viewed, by=cast.verifier, at=NOW + DAY)
    page = sharing.page_for(cast.verifier, at=NOW + DAY)
    assert (page.rows, page.new_count) == ([], 0)
    # What was read before stays readable for the candidate.
    (mine,) = outbox.page_for(amina, at=NOW + DAY).rows
    assert mine.share.withdrawn_at == NOW + DAY
    assert len(mine.looks) == 1


def test_only_its_owner_withdraws_a_share_and_only_once(cast, amina):
    share = shared(cast, amina)
    boris = cast.account(cast.boris)
    with pytest.raises(NotFound):
        sharing.withdraw(share, by=boris, at=NOW)
    sharing.withdraw(share, by=amina, at=NOW)
    with pytest.raises(Conflict):
        sharing.withdraw(share, by=amina, at=NOW)
    assert acts("share_withdrawn") == 1


def test_a_withdrawn_result_can_be_shared_anew(cast, amina):
    sharing.withdraw(shared(cast, amina), by=amina, at=NOW)
    anew = shared(cast, amina, at=NOW + DAY)
    page = sharing.page_for(cast.verifier, at=NOW + DAY)
    assert references(page) == [anew.reference]


def test_the_candidate_sees_who_looked_and_when(cast, amina):
    share = shared(cast, amina)
    assert outbox.page_for(amina, at=NOW).rows[0].share.first_read_at is None
    for later, kind in ((1, AccessKind.viewed), (2, AccessKind.statement)):
        at = NOW + timedelta(hours=later)
        sharing.read(cast.verifier, share.reference, kind, at=at)
    db.session.expire_all()
    (mine,) = outbox.page_for(amina, at=NOW + DAY).rows
    assert mine.share.first_read_at == NOW + timedelta(hours=1)
    assert [(row.kind, row.member_name) for row in mine.looks] == [
        (AccessKind.viewed, "Rita Registrar"),
        (AccessKind.statement, "Rita Registrar"),
    ]


def test_a_row_is_new_until_this_very_member_has_looked(cast, amina):
    colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    share = shared(cast, amina)
    sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=NOW)
    assert not sharing.page_for(cast.verifier, at=NOW).rows[0].new
    assert sharing.page_for(colleague, at=NOW).rows[0].new
    unread = Wanted(read=False)
    assert sharing.page_for(cast.verifier, 1, unread, at=NOW).rows == []
    assert len(sharing.page_for(colleague, 1, unread, at=NOW).rows) == 1


def test_the_count_is_of_what_came_since_the_visit_before(cast, amina):
    member = cast.verifier
    shared(cast, amina)
    assert sharing.page_for(member, at=NOW).new_count == 1
    member.previous_visit_at = NOW
    db.session.commit()
    assert sharing.page_for(member, at=NOW).new_count == 0
    member.previous_visit_at = NOW - SECOND
    db.session.commit()
    assert sharing.page_for(member, at=NOW).new_count == 1


def test_a_result_taken_back_is_seen_by_nobody_and_counts_as_not_read(cast, amina):
    share = shared(cast, amina)
    result = publication.published_result(cast.amina, at=NOW)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=NOW)
    page = sharing.page_for(cast.verifier, at=NOW)
    assert not page.rows[0].has_result
    found, seen = sharing.read(
        cast.verifier, share.reference, AccessKind.viewed, at=NOW + SECOND
    )
    assert (found.id, seen) == (share.id, None)
    assert not outbox.looks_at(share).rows


def test_a_correction_reaches_the_organisation_once_it_is_released(cast, amina):
    share = shared(cast, amina)
    cast.result(cast.amina, version=2, overall=173, grade="B")
    later = NOW + DAY
    release = publication.propose(
        cast.session, None, later, by=cast.officer, at=NOW + SECOND
    )
    publication.approve(release, by=cast.approver, at=NOW + SECOND)
    _, before = access.shared_result(cast.verifier, share.reference, at=later - SECOND)
    _, after = access.shared_result(cast.verifier, share.reference, at=later)
    assert (before.version, after.version) == (1, 2)


def test_a_suspended_organisation_sees_nothing_until_it_is_restored(cast, amina):
    share = shared(cast, amina)
    by = cast.partnerships
    organisations.suspend(cast.acme, by=by, why="under inquiry", at=NOW)
    assert sharing.page_for(cast.verifier, at=NOW).rows == []
    assert sharing.page_for(cast.verifier, at=NOW).new_count == 0
    with pytest.raises(NotFound):
        sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=NOW)
    organisations.restore(cast.acme, by=by, at=NOW)
    assert len(sharing.page_for(cast.verifier, at=NOW).rows) == 1
    sharing.withdraw(share, by=amina, at=NOW)
    assert sharing.over(cast.verifier, share.reference, at=NOW)
    organisations.suspend(cast.acme, by=by, why="again", at=NOW)
    # Not even that there was one.
    with pytest.raises(NotFound):
        sharing.over(cast.verifier, share.reference, at=NOW)


def test_a_member_finds_people_by_name_exam_and_birth(cast, amina):
    zoe = cast.entry("0003", "Zoë", "O'Brien", birth=date(2001, 2, 3))
    zoe.folded_name = "zoe obrien"
    for entry in (cast.amina, cast.boris, zoe):
        given(entry, cast.acme, amina)

    def found(**wanted):
        page = sharing.page_for(cast.verifier, 1, Wanted(**wanted), at=NOW)
        return {row.share.entry.first_name for row in page.rows}

    assert found() == {"Amina", "Boris", "Zoë"}
    assert found(name="ZOË") == {"Zoë"}
    assert found(name="brien zo") == {"Zoë"}
    assert found(name="%") == found(name="_") == set()
    assert found(date_of_birth=date(2009, 3, 5)) == {"Amina"}
    assert found(date_of_birth=date(2009, 3, 5), name="boris") == set()
    assert found(exam=ExamCode.FCE) == {"Amina", "Boris", "Zoë"}
    assert found(exam=ExamCode.CAE) == set()


def test_pages_hold_25_rows_newest_first_and_lose_none(cast, amina):
    entries = [cast.entry(f"{n:04d}", "Ana", f"No{n}") for n in range(100, 152)]
    for n, entry in enumerate(entries):
        given(entry, cast.acme, amina, at=NOW + timedelta(seconds=n // 2))
    pages = [sharing.page_for(cast.verifier, n, at=NOW + DAY) for n in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [25, 25, 2]
    assert [page.has_next for page in pages] == [True, True, False]
    names = [row.share.entry.family_name for page in pages for row in page.rows]
    assert names == [f"No{n}" for n in range(151, 99, -1)]
    assert sharing.page_for(cast.verifier, 10**30, at=NOW).rows == []
    assert sharing.page_for(cast.verifier, -1, at=NOW + DAY).number == 1


def test_a_page_takes_three_queries_however_many_rows(cast, amina):
    for n in range(100, 130):
        given(cast.entry(f"{n:04d}", "Ana", f"No{n}"), cast.acme, amina)
    member = cast.verifier
    db.session.commit()
    db.session.expunge_all()
    with counted() as statements:
        page = sharing.page_for(member, at=NOW)
        names = [
            (row.share.entry.name, row.share.entry.session.exam) for row in page.rows
        ]
    assert len(names) == 25
    assert len(statements) == 3


def test_the_list_is_read_from_its_index_whatever_the_number_of_shares(cast, amina):
    rows = [
        {
            "reference": new_reference(),
            "session_id": cast.session.id,
            "centre_id": cast.it024.id,
            "candidate_number": f"{n:04d}",
            "family_name": f"No{n}",
            "first_name": "Ana",
            "folded_name": f"ana no{n}",
            "date_of_birth": date(2009, 1, 1),
            "statement_number": f"269XX000{n:04d}",
            "created_at": NOW,
        }
        for n in range(1000, 10_000)
    ]
    db.session.execute(insert(Entry), rows)
    keys = db.session.scalars(
        db.select(Entry.id).where(Entry.candidate_number >= "1000")
    ).all()
    shares = [
        {
            "reference": new_reference(),
            "entry_id": key,
            "organisation_id": cast.acme.id,
            "account_id": amina.id,
            "at": NOW + timedelta(seconds=n),
            "terms_version": "x",
        }
        for n, key in enumerate(keys)
    ]
    db.session.execute(insert(Share), shares)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    member = cast.verifier
    with counted() as statements:
        sharing.page_for(member, at=NOW)
    (listing, values), counting = statements[0], statements[-1]
    for statement, given_values in ((listing, values), counting):
        plan = explained(statement, given_values)
        assert "ix_share_live_of_organisation" in plan, plan
        # The index gives the order: nothing sorts or walks the whole table.
        assert not re.search(r"scan (on )?share\b(?! using)", plan.lower()), plan


def test_the_same_share_made_by_two_at_once_is_one(own_app):
    cast = Cast()
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    keys = (cast.amina.id, cast.acme.id, account.id)
    made, gate = [], threading.Barrier(2)

    def send():
        with own_app.app_context():
            entry = db.session.get(Entry, keys[0])
            organisation = db.session.get(type(cast.acme), keys[1])
            by = db.session.get(type(account), keys[2])
            db.session.commit()
            gate.wait()
            made.append(sharing.share(entry, organisation, by=by, at=NOW).id)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
    assert acts("share_made") == 1


def given(entry, organisation, account, at=NOW):
    return save(
        Share(
            entry=entry,
            organisation=organisation,
            account=account,
            at=at,
            terms_version="x",
        )
    )


def acts(action):
    rows = db.session.scalars(db.select(AuditRow).where(AuditRow.action == action))
    return len(rows.all())


class counted:
    """Collects the statements that reach the database."""

    def __enter__(self):
        self.seen = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_):
        event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, values, *_):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            self.seen.append((statement, values))


def explained(statement, values):
    sqlite = db.engine.dialect.name == "sqlite"
    how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    connection = db.session.connection()
    rows = connection.exec_driver_sql(how + statement, values).all()
    return "\n".join(str(row) for row in rows)


def test_rows_are_counted_to_a_bound(cast, amina, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    for n in range(100, 105):
        given(cast.entry(f"{n:04d}", "Ana", f"No{n}"), cast.acme, amina)
    assert sharing.page_for(cast.verifier, at=NOW).new_count == 3


def test_what_is_narrowed_at_this_moment_is_not_shown_whole(own_app, monkeypatch):
    cast = Cast()
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    made = sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    keys = (cast.amina.id, cast.acme.id, account.id, cast.verifier.id)
    reference, narrowed, shown = made.reference, threading.Event(), []
    told = receipts.changed
    db.session.remove()

    def slowly(*args, **values):
        # Changed and not committed: the reader comes now.
        narrowed.set()
        time.sleep(0.5)
        told(*args, **values)

    monkeypatch.setattr(receipts, "changed", slowly)

    def narrow():
        with own_app.app_context():
            kinds = (Entry, type(cast.acme), type(account))
            entry, to, by = map(db.session.get, kinds, keys)
            db.session.commit()
            sharing.share(entry, to, by=by, at=NOW, scope=ShareScope.overall)
            db.session.remove()

    def read():
        with own_app.app_context():
            member = db.session.get(type(cast.verifier), keys[3])
            narrowed.wait(5)
            share, _ = sharing.read(member, reference, AccessKind.viewed, at=NOW)
            shown.append(share.scope)
            db.session.remove()

    threads = [threading.Thread(target=deed) for deed in (narrow, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown == [ShareScope.overall]
