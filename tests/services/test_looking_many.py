"""Many shared results taken at once: each as if it had been looked at by itself."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import (
    CandidateAccount,
    Mail,
    Member,
    SeenVersion,
    Share,
    ShareAccess,
)
from app.services import corrections, publication, sharing
from app.services.sharing import looking
from app.transactions import atomic
from app.values import AccessKind, OrganisationStatus, ShareScope
from tests.cast import NOW, Cast

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
DATA = AccessKind.data


def shared(cast, number=3):
    """So many candidates whose result is out and shared with Acme, and the pairs."""
    entries = [
        cast.entry(f"{n:04d}", "Ana", f"No{n}") for n in range(100, 100 + number)
    ]
    for entry in entries:
        cast.result(entry)
        entry.email = f"{entry.candidate_number}@mail.example"
        cast.account(entry)
    cast.released()
    shares = [sharing.share(e, cast.acme, by=e.account, at=NOW) for e in entries]
    return shares, [(share.id, result_of(share).id) for share in shares]


def result_of(share, at=NOW):
    return publication.published_result(share.entry, at=at)


def take(cast, pairs, at=LATER, by=None):
    return sharing.record_many(pairs, DATA, by=by or cast.verifier, at=at)


def looks():
    rows = db.select(ShareAccess.share_id, ShareAccess.kind, ShareAccess.at)
    return sorted(map(tuple, db.session.execute(rows)))


def seen():
    rows = db.session.execute(db.select(SeenVersion.share_id, SeenVersion.result_id))
    return dict(rows.all())


def told():
    addresses = db.select(Mail.address).where(Mail.kind == "share_read")
    return sorted(db.session.scalars(addresses))


def test_each_is_written_down_as_a_look_of_its_own(cast):
    shares, pairs = shared(cast)
    given = take(cast, [*pairs, pairs[0]])
    assert given == {share.id for share in shares}
    assert looks() == [(share.id, DATA, LATER) for share in shares]
    assert seen() == dict(pairs)
    assert {share.first_read_at for share in shares} == {LATER}
    assert told() == [f"{n:04d}@mail.example" for n in (100, 101, 102)]


def test_the_first_read_is_told_once_by_whichever_way_it_came(cast):
    shares, pairs = shared(cast)
    first = shares[0]
    first.entry.account.wants_read_notices = False
    db.session.commit()
    reference = shares[1].reference
    sharing.read(cast.verifier, reference, AccessKind.viewed, at=NOW + HOUR / 2)
    take(cast, pairs)
    take(cast, pairs, NOW + 2 * HOUR)
    assert told() == ["0101@mail.example", "0102@mail.example"]
    db.session.expire_all()
    assert [share.first_read_at - NOW for share in shares] == [HOUR, HOUR / 2, HOUR]
    assert len(looks()) == 7


def test_what_is_over_is_not_given_and_leaves_no_trace(cast):
    shares, pairs = shared(cast, 4)
    sharing.withdraw(shares[0], by=shares[0].entry.account, at=NOW)
    shares[1].expires_at = LATER
    shares[2].suspended_at = NOW
    db.session.commit()
    assert take(cast, pairs) == {shares[3].id}
    assert [share for share, _, _ in looks()] == [shares[3].id]
    assert list(seen()) == [shares[3].id]


def test_what_is_not_the_result_that_is_out_is_not_given(cast):
    shares, pairs = shared(cast, 3)
    corrections.withdraw_result(
        result_of(shares[0]), by=cast.officer, why="mistake", at=NOW
    )
    cast.result(shares[1].entry, version=2, overall=180)
    cast.released(instant=LATER)
    swapped = [(shares[2].id, pairs[1][1])]
    assert take(cast, pairs[:2]) == set()
    assert take(cast, swapped) == set()
    assert take(cast, [(0, 0)]) == set()
    assert take(cast, []) == set()
    assert looks() == []
    assert seen() == {}


def test_nobody_takes_what_was_shared_with_another(cast):
    _, pairs = shared(cast)
    other = cast.organisation("Other College", "other.example")
    stranger = cast.member(other, "clerk@other.example")
    assert take(cast, pairs, by=stranger) == set()
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    assert take(cast, pairs) == set()
    assert looks() == []


def test_an_older_version_that_nobody_took_note_of_stays(cast):
    (share,), pairs = shared(cast, 1)
    take(cast, pairs)
    cast.result(share.entry, version=2, overall=180)
    cast.released(instant=NOW + 2 * HOUR)
    at = NOW + 3 * HOUR
    assert take(cast, [(share.id, result_of(share, at).id)], at) == {share.id}
    assert seen() == dict(pairs)


def test_the_scope_that_is_read_afterwards_is_the_one_of_now(cast):
    (share,), pairs = shared(cast, 1)
    assert share.scope is ShareScope.components
    # Narrowed by another process: this one has the row in memory as it was.
    narrowed = db.update(Share).values(scope=ShareScope.overall)
    with atomic() as tx:
        tx.execute(narrowed.execution_options(synchronize_session=False))
    take(cast, pairs)
    assert share.scope is ShareScope.overall


@pytest.mark.parametrize("number", [1, 12])
def test_a_part_takes_the_same_few_statements_however_many(cast, number):
    _, pairs = shared(cast, number)
    member, statements = cast.verifier, []
    db.session.expunge_all()

    def note(_connection, _cursor, statement, *_):
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        take(cast, pairs, by=member)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    # Held, looks, seen, first read, whom to tell (with the organisation), and telling.
    assert len(statements) <= 7, statements
    assert len(told()) == number


def test_more_than_one_part_is_taken_whole(cast, monkeypatch):
    monkeypatch.setattr(looking, "TOGETHER", 2)
    shares, pairs = shared(cast, 5)
    assert take(cast, reversed(pairs)) == {share.id for share in shares}
    assert len(looks()) == 5


# --- At one moment --------------------------------------------------------------------


def together(app, *deeds):
    """Let each be done by a thread of its own, all at once."""
    gate, failed = threading.Barrier(len(deeds)), []

    def do(deed):
        with app.app_context():
            gate.wait()
            try:
                deed()
            except Exception as problem:
                failed.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_what_is_withdrawn_at_this_moment_is_given_or_it_is_not(own_app):
    cast = Cast()
    shares, pairs = shared(cast, 6)
    whose = [(share.id, share.account_id) for share in shares]
    member, given = cast.verifier.id, []
    db.session.remove()

    def take_all():
        by = db.session.get(Member, member)
        given.append(sharing.record_many(pairs, DATA, by=by, at=LATER))

    def take_back():
        for share, account in whose:
            row = db.session.get(Share, share)
            by = db.session.get(CandidateAccount, account)
            sharing.withdraw(row, by=by, at=LATER)

    assert together(own_app, take_all, take_back) == []
    # Whoever was given has a look that its candidate sees, and nobody else.
    assert sorted(given[0]) == [share for share, _, _ in looks()] == sorted(seen())


def test_two_who_take_the_same_at_once_both_get_it_and_one_is_first(own_app):
    cast = Cast()
    _, pairs = shared(cast, 4)
    member, given = cast.verifier.id, []
    db.session.remove()

    def take_in(order):
        by = db.session.get(Member, member)
        given.append(sharing.record_many(order, DATA, by=by, at=LATER))

    one, other = (lambda: take_in(pairs)), (lambda: take_in(pairs[::-1]))
    assert together(own_app, one, other) == []
    assert given[0] == given[1] == {share for share, _ in pairs}
    assert len(looks()) == 8
    assert seen() == dict(pairs)
    assert len(told()) == 4
