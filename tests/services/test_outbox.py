"""What a candidate finds of what they have shared: all of it, in order, bounded."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from app.extensions import db
from app.models import Entry, Share, ShareAccess
from app.services import sharing
from app.services.sharing import outbox
from app.values import AccessKind, new_reference
from tests.cast import NOW, save

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    return account


def given(entry, organisation, account, at=NOW):
    row = Share(entry=entry, organisation=organisation, account=account, at=at)
    row.terms_version = "x"
    return save(row)


def test_every_look_and_download_is_there_in_order(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    kinds = [AccessKind.viewed, AccessKind.statement] * 10
    for n, kind in enumerate(kinds):
        at = NOW + n * MINUTE
        sharing.read(cast.verifier, share.reference, kind, at=at)
    (row,) = outbox.page_for(amina, at=NOW + DAY).rows
    assert [look.kind for look in row.looks] == kinds[: outbox.LOOKS]
    assert row.more
    page = outbox.looks_at(share)
    assert [look.at for look in page.rows] == [NOW + n * MINUTE for n in range(20)]
    assert not page.has_next


def test_looks_come_in_pages(cast, amina, monkeypatch):
    monkeypatch.setattr(outbox, "LOOKS_ROWS", 3)
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    for n in range(7):
        at = NOW + n * MINUTE
        sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=at)
    pages = [outbox.looks_at(share, n) for n in (1, 2, 3, 10**30)]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert [page.has_next for page in pages] == [True, True, False, False]


def test_shares_come_in_pages_newest_first(cast, amina, monkeypatch):
    monkeypatch.setattr(outbox, "ROWS", 2)
    for n in range(5):
        college = cast.organisation(f"College {n}", f"c{n}.example")
        given(cast.amina, college, amina, at=NOW + n * MINUTE)
    pages = [outbox.page_for(amina, n, at=NOW + DAY) for n in (-1, 2, 3)]
    names = [row.share.organisation.name for page in pages for row in page.rows]
    assert names == [f"College {n}" for n in (4, 3, 2, 1, 0)]
    assert [page.has_next for page in pages] == [True, True, False]


def test_nobody_finds_what_others_shared(cast, amina):
    cast.result(cast.boris)
    boris = cast.account(cast.boris)
    given(cast.amina, cast.acme, amina)
    assert outbox.page_for(boris, at=NOW).rows == []
    assert outbox.shares_of(boris) == []
    assert len(outbox.shares_of(amina)) == 1


def test_a_page_takes_three_queries_however_many_shares(cast, amina):
    for n in range(20):
        college = cast.organisation(f"College {n}", f"c{n}.example")
        share = given(cast.amina, college, amina)
        for _ in range(3):
            save(
                ShareAccess(
                    share_id=share.id,
                    member_name="Rita",
                    kind=AccessKind.viewed,
                    at=NOW,
                )
            )
    db.session.commit()
    seen = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            seen.append(statement)

    key = amina.id
    db.session.expunge_all()
    account = db.session.get(type(amina), key)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page = outbox.page_for(account, at=NOW)
        told = [
            (row.share.organisation.name, row.share.entry.session.code, len(row.looks))
            for row in page.rows
        ]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(told) == 20
    assert len(seen) == 3


def test_the_page_is_found_by_indexes_among_any_number_of_shares(cast, amina):
    shares = []
    for n in range(1000, 6000):
        shares.append((f"{n:04d}", new_reference()))
    rows = [
        {
            "reference": reference,
            "session_id": cast.session.id,
            "centre_id": cast.it024.id,
            "candidate_number": number,
            "family_name": f"No{number}",
            "folded_name": f"no{number}",
            "date_of_birth": cast.amina.date_of_birth,
            "statement_number": f"269XX000{number}",
            "created_at": NOW,
        }
        for number, reference in shares
    ]
    db.session.execute(insert(Entry), rows)
    boris = cast.account(cast.boris)
    keys = db.session.scalars(
        db.select(Entry.id).where(Entry.candidate_number >= "1000")
    ).all()
    values = [
        {
            "reference": new_reference(),
            "entry_id": key,
            "organisation_id": cast.acme.id,
            "account_id": boris.id,
            "at": NOW,
            "terms_version": "x",
        }
        for key in keys
    ]
    db.session.execute(insert(Share), values)
    given(cast.amina, cast.acme, amina)
    db.session.execute(text("ANALYZE"))
    statements = []

    def note(_connection, _cursor, statement, given_values, *_):
        if statement.startswith("SELECT") and "FROM share" in statement:
            statements.append((statement, given_values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert len(outbox.page_for(amina, at=NOW).rows) == 1
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    how = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    statement, given_values = statements[0]
    plan = db.session.connection().exec_driver_sql(how + statement, given_values)
    told = "\n".join(str(row) for row in plan.all()).lower()
    assert not re.search(r"scan (on )?(share|entry)\b(?! using)", told), told
