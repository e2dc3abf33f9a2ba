"""Two ways to the same people: those who are called so, or the list from its newest."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import event

from app.extensions import db
from app.models import Share
from app.services import inbox
from app.services.inbox import NEWEST_FIRST, Order, Selection, SortBy, Wanted, ways
from tests.cast import NOW, save

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ORDERS = (NEWEST_FIRST, Order(down=False), Order(SortBy.family_name, down=False))
ANAS = Wanted(name="ana")


@pytest.fixture
def anas(cast):
    """Thirty of a name, shared one after the other, among them one who took it back."""
    account = cast.account(cast.amina)

    def give(entry, organisation, n, **values):
        facts = {"account": account, "terms_version": "x", **values}
        save(
            Share(
                entry=entry, organisation=organisation, at=NOW + n * HOUR / 60, **facts
            )
        )

    give(cast.amina, cast.acme, 0)
    for n in range(30):
        entry = cast.entry(f"01{n:02d}", "Ana", f"No{n}")
        give(entry, cast.acme, n, withdrawn_at=NOW + DAY if n == 7 else None)
    foreign = cast.entry("0200", "Ana", "Elsewhere")
    give(foreign, cast.organisation("Elsewhere", "else.example"), 1)


def seen(member, wanted):
    """All pages of a search in each order, what is counted, and what is chosen."""
    at = NOW + 2 * DAY
    pages = [
        inbox.page_for(member, number, wanted, order=order, at=at)
        for order, number in product(ORDERS, (1, 2, 3))
    ]
    chosen = inbox.selected(member, Selection(None, wanted), at=at)
    return (
        [[row.share.id for row in page.rows] for page in pages],
        [(page.match_count, page.has_next) for page in pages],
        set(db.session.scalars(chosen)),
    )


def test_the_same_people_are_found_either_way(cast, anas, monkeypatch):
    wanted = (ANAS, Wanted(name="no3"), Wanted(date_of_birth=cast.amina.date_of_birth))
    for one in wanted:
        walked = seen(cast.verifier, one)
        assert walked[2]
        for long, few in ((0, 1_000), (0, 3), (0, 0)):
            monkeypatch.setattr(ways, "LONG", long)
            monkeypatch.setattr(ways, "FEW", few)
            assert seen(cast.verifier, one) == walked
        monkeypatch.undo()
    pages, counts, chosen = seen(cast.verifier, ANAS)
    assert [len(page) for page in pages] == [25, 4, 0] * len(ORDERS)
    assert {count for count, _ in counts} == {29}
    assert len(chosen) == 29


def test_a_long_list_is_not_walked_through_for_a_few(cast, anas, monkeypatch):
    """The database tells what it did: it begins with those who are called so."""
    monkeypatch.setattr(ways, "LONG", 3)
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        inbox.page_for(cast.verifier, 1, Wanted(name="no3"), at=NOW + 2 * DAY)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    ((statement, values),) = [one for one in asked if "share_access" in one[0]]
    sqlite = db.engine.dialect.name == "sqlite"
    how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN (ANALYZE) "
    rows = db.session.connection().exec_driver_sql(how + statement, values)
    plan = "\n".join(str(row) for row in rows)
    if sqlite:
        by_name = plan.index("USING COVERING INDEX ix_entry_folded_name")
        assert "USING INDEX uq_share_live (entry_id=?" in plan[by_name:], plan
    else:
        assert "never executed" in plan, plan
