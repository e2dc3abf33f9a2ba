"""A kept file that is taken once more: seen by everybody whose result is in it."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import Entry
from app.services import changes, publication
from app.services.sharing import outbox
from app.values import AccessKind
from tests.cast import NOW
from tests.takeaways import Shared, content, made

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def shared(cast):
    return Shared(cast)


@pytest.fixture
def registrar(cast, shared):
    return cast.verifier


def looks(share):
    """What its candidate sees."""
    return outbox.looks_at(share).rows


def test_a_candidate_sees_each_time_that_a_kept_file_is_taken(cast, registrar, shared):
    colleague = cast.member(cast.acme, "b@acme.example", role="admin", first_name="Ugo")
    download = made(registrar)
    takers = [registrar, registrar, colleague, colleague]
    for number, member in enumerate(takers):
        content(member, download, NOW + number * HOUR)
    for share in (shared.amina, shared.boris):
        seen = looks(share)
        assert [look.member_name for look in seen] == [one.name for one in takers]
        assert {look.kind for look in seen} == {AccessKind.data}
        # The first one was written down when it was made.
        assert [look.at for look in seen[1:]] == [NOW + n * HOUR for n in (1, 2, 3)]
    # Made anew, because of Amina, and taken: that is one time more.
    shared.withdraw(shared.amina, at=NOW + 5 * HOUR)
    content(colleague, download, NOW + 6 * HOUR)
    assert len(looks(shared.boris)) == 5
    assert len(looks(shared.amina)) == 4


def test_many_are_written_down_as_taken_again_in_the_same_few_statements(
    cast, registrar, shared
):
    def statements():
        download = made(registrar)
        content(registrar, download)
        found = []
        note = lambda *args: found.append(args[2])  # noqa: E731
        event.listen(db.engine.engine, "before_cursor_execute", note)
        try:
            content(registrar, download)
        finally:
            event.remove(db.engine.engine, "before_cursor_execute", note)
        return len(found)

    few = statements()
    for number in range(3, 23):
        entry = cast.entry(f"{number:04}", "Nora", "Neri", email="n@mail.example")
        cast.result(entry)
        cast.account(entry)
    cast.released()
    for entry in db.session.scalars(db.select(Entry).where(Entry.first_name == "Nora")):
        shared.share(entry)
    assert statements() == few
    assert len(looks(shared.amina)) == 4


def test_what_comes_out_again_is_followed_again_once_its_file_is_taken(
    cast, registrar, shared
):
    download = made(registrar)
    content(registrar, download)
    publication.withdraw(shared.release, by=cast.officer, why="wrong", at=NOW)
    marks = [change.mark for change in changes.page_for(registrar, at=NOW).rows]
    assert changes.acknowledge(marks, by=registrar, at=NOW) == 2
    cast.released(instant=NOW + DAY)
    assert content(registrar, download, NOW + DAY)
    cast.result(cast.amina, version=2, overall=180, grade="A", cefr="C1")
    cast.released(instant=NOW + 2 * DAY)
    assert len(changes.page_for(registrar, at=NOW + 2 * DAY).rows) == 1
