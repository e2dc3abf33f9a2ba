"""What `flask doctor` and `flask audit verify` say to whoever runs the service."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from app.errors import Refused
from app.extensions import db
from app.models import AuditRow, Entry, Installation
from app.services import doctor
from tests.cast import NOW, save
from tests.jobs.postoffice import free_port


@pytest.fixture
def flask(app):
    return lambda *words: app.test_cli_runner().invoke(args=list(words))


def test_a_healthy_service_has_a_line_for_each_check(flask):
    told = flask("doctor")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert len(lines) == len(doctor.checks())
    assert all(line.startswith("ok ") for line in lines)


def test_one_failure_is_enough_and_the_other_checks_still_run(app, flask, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", "s3://bucket")
    told = flask("doctor")
    assert told.exit_code == 1
    assert told.output.count("FAILED") == 1
    assert "FAILED  storage: s3://bucket: " in told.output


def test_a_mail_server_that_does_not_answer_is_named(app, flask, monkeypatch):
    port = free_port()
    monkeypatch.setitem(app.config, "ESITO_MAIL_TO_FOLDER", False)
    monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.1")
    monkeypatch.setattr(app.extensions["mail"], "port", port)
    told = flask("doctor")
    assert told.exit_code == 1
    assert f"FAILED  mail: 127.0.0.1:{port}:" in told.output


def test_a_secret_key_that_is_not_the_databases_own_is_noticed(cast):
    assert "opens" not in doctor.secret_key()
    foreign = "gAAAAAB" + "x" * 100
    db.session.execute(
        update(Entry).where(Entry.id == cast.amina.id).values(secret=foreign)
    )
    db.session.commit()
    with pytest.raises(Refused, match="ESITO_SECRET_KEY"):
        doctor.secret_key()


def test_a_schema_that_lacks_a_migration_is_noticed(app):
    assert "migration" in doctor.schema()
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    db.session.commit()
    with pytest.raises(Refused, match="flask db upgrade"):
        doctor.schema()


def test_a_database_that_is_nobodys_is_noticed(app):
    db.session.execute(db.delete(Installation))
    db.session.commit()
    with pytest.raises(Refused, match="sync-roles"):
        doctor.installation_kind()


def test_production_without_https_is_noticed(app, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_ENV", "production")
    with pytest.raises(Refused, match="https"):
        doctor.settings()


def test_a_clock_that_differs_from_the_databases_is_noticed(app, database):
    if database == "sqlite":
        assert "own clock" in doctor.clock(NOW)
        return
    with pytest.raises(Refused, match="differ"):
        doctor.clock(NOW.replace(year=2020))


@pytest.fixture
def older(app):
    """The database as it was before the table of messages was made."""
    db.session.execute(text("ALTER TABLE mail RENAME TO mail_to_be"))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    db.session.commit()


def test_a_check_that_breaks_has_one_line_and_the_others_still_run(older, flask):
    told = flask("doctor")
    assert told.exit_code == 1
    lines = told.output.splitlines()
    assert len(lines) == len(doctor.checks())
    failed = [line.split(":")[0] for line in lines if not line.startswith("ok ")]
    assert failed == ["FAILED  database", "FAILED  jobs"]


def test_a_command_says_in_a_sentence_that_the_database_lacks_a_migration(older, flask):
    told = flask("jobs", "once", "forget-mail")
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit)
    assert told.stdout == ""
    assert told.stderr.startswith("the database is at 0000, the program at ")
    assert "run `flask db upgrade && flask sync-roles`" in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_mistake_of_our_own_is_not_blamed_on_the_operator(app, flask):
    db.session.execute(text("ALTER TABLE mail RENAME TO mail_to_be"))
    db.session.commit()
    assert isinstance(flask("jobs", "once", "forget-mail").exception, DBAPIError)


def test_a_trail_that_holds_is_said_to(cast, flask):
    cast.result(cast.amina)
    cast.released()
    told = flask("audit", "verify")
    assert (told.exit_code, told.output) == (0, "audit verify: all 2 rows hold\n")


def test_a_row_that_was_slipped_in_is_named(cast, flask):
    cast.result(cast.amina)
    cast.released()
    last = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id.desc())).first()
    forged = save(
        AuditRow(
            at=NOW,
            actor="staff:99",
            action="release_approved",
            subject="release:mine",
            detail="{}",
            previous_hash=last.hash,
            hash="0" * 64,
        )
    )
    told = flask("audit", "verify")
    assert told.exit_code == 1
    assert f"2 rows hold, row {forged.id} is the first broken one" in told.output
