"""The trail cannot be changed unnoticed, in the service or in the database."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.models import AuditRow
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction
from tests.cast import NOW


def write(words: str, by=None) -> None:
    with atomic():
        audit.append(
            AuditAction.record_changed, "centre:IT024", by=by, at=NOW, words=words
        )


def test_an_untouched_trail_holds(cast):
    write("one")
    write("città, 名前", by=cast.officer)
    held, broken = audit.first_broken()
    assert (held, broken) == (2, None)
    row = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id.desc())).first()
    assert row.actor == f"staff:{cast.officer.id}"


def test_an_act_that_is_written_on_another_clock_holds_too(app):
    with atomic():
        at = NOW.astimezone(ZoneInfo("Europe/Rome"))
        audit.append(AuditAction.record_changed, "centre:IT024", by=None, at=at)
    db.session.expire_all()
    assert audit.first_broken() == (1, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_row SET detail = '{}'", "DELETE FROM audit_row"],
)
def test_the_database_refuses_to_change_a_row(app, statement):
    write("one")
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert audit.first_broken() == (1, None)


def test_a_changed_row_is_named(own_app, database):
    for words in ("one", "two", "three"):
        write(words)
    disarm = (
        "ALTER TABLE audit_row DISABLE TRIGGER ALL"
        if database == "postgresql"
        else "DROP TRIGGER audit_row_no_UPDATE"
    )
    ids = db.session.scalars(db.select(AuditRow.id).order_by(AuditRow.id)).all()
    with atomic() as session:
        session.execute(text(disarm))
        session.execute(
            text("UPDATE audit_row SET detail = '{}' WHERE id = :id"), {"id": ids[1]}
        )
    db.session.expire_all()
    assert audit.first_broken() == (1, ids[1])


def test_a_removed_row_is_noticed(own_app, database):
    for words in ("one", "two", "three"):
        write(words)
    disarm = (
        "ALTER TABLE audit_row DISABLE TRIGGER ALL"
        if database == "postgresql"
        else "DROP TRIGGER audit_row_no_DELETE"
    )
    ids = db.session.scalars(db.select(AuditRow.id).order_by(AuditRow.id)).all()
    with atomic() as session:
        session.execute(text(disarm))
        session.execute(text("DELETE FROM audit_row WHERE id = :id"), {"id": ids[1]})
    db.session.expire_all()
    assert audit.first_broken() == (1, ids[2])


def test_what_is_rolled_back_leaves_no_trace(app):
    def fail_halfway() -> None:
        with atomic():
            audit.append(AuditAction.record_changed, "centre:IT024", by=None, at=NOW)
            raise RuntimeError("something failed afterwards")

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert audit.first_broken() == (0, None)
