"""What is asked of a few shares does not go through all that somebody was sent."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from app.errors import NotFound
from app.extensions import db
from app.services import changes, inbox, sharing
from app.services.inbox import Selection
from app.values import AccessKind
from tests.cast import NOW

LATER = NOW + timedelta(days=1)
# In the order of the list; of a million shares it has a million rows.
OF_ALL = "ix_share_live_of_organisation (organisation_id=?)"


@contextmanager
def explained():
    """Yield a list, afterwards of how SQLite finds each answer about shares.

    It has counted nothing, as it does not by itself; PostgreSQL does, and here it would
    tell of three rows.
    """
    asked, plans = [], []

    def note(_connection, _cursor, statement, values, _context, many):
        if "FROM share" in statement or "JOIN share" in statement:
            asked.append((statement, values[0] if many else values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) >= 6
    if db.engine.dialect.name == "sqlite":
        connection = db.session.connection()
        for statement, values in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.append("\n".join(str(row) for row in rows))


def test_rita_takes_and_acknowledges_a_few_of_very_many(cast):
    first = cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    rita = cast.verifier
    # Most of them are nobody's; so many are asked for that they look like a lot.
    pairs = [(share.id + n, first.id + n) for n in range(200)]
    names = [share.reference, *(f"unknown-{n}" for n in range(24))]
    with explained() as plans:
        with pytest.raises(NotFound):
            inbox.selected(rita, Selection(tuple(names)), at=LATER)
        given = sharing.record_many(pairs, AccessKind.data, by=rita, at=LATER)
        assert given == {share.id}
        assert changes.count(rita, at=LATER) == 0
        assert changes.page_for(rita, at=LATER).rows == []
        marks = [f"{name}:2" for name in names]
        assert changes.acknowledge(marks, by=rita, at=LATER) == 0
    for plan in plans:
        assert OF_ALL not in plan, plan
