"""The migrations make exactly the tables of the models, forwards and back again."""

import os
import subprocess
import sys

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.extensions import db
from tests.whole.source import ROOT


def config_of(app):
    return app.extensions["migrate"].migrate.get_config()


def test_models_and_migrations_agree(own_app):
    command.check(config_of(own_app))


def test_the_migrations_are_one_line_in_order(app):
    script = ScriptDirectory.from_config(config_of(app))
    assert len(script.get_heads()) == 1
    revisions = [step.revision for step in script.walk_revisions()][::-1]
    assert revisions == [f"{n:04d}" for n in range(1, len(revisions) + 1)]


def test_up_and_down_and_up_again_leaves_the_same_tables(own_app):
    tables = set(inspect(db.engine).get_table_names())
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == tables


def test_upgrading_twice_is_harmless_and_says_so(own_app, capsys):
    newest = ScriptDirectory.from_config(config_of(own_app)).get_current_head()
    downgrade(revision="base")
    capsys.readouterr()
    for done in (f"{int(newest)} migrations run", "no migration to run"):
        upgrade()
        assert inspect(db.engine).has_table("entry")
        assert capsys.readouterr().out == f"db: {done}, the schema is at {newest}\n"
    command.current(config_of(own_app))
    assert "migration" not in capsys.readouterr().out


@pytest.mark.parametrize("command", [("db", "upgrade"), ("sync-roles",)])
def test_processes_that_start_together_wait_for_each_other(
    new_database_url, tmp_path, command
):
    url = new_database_url()
    env = {
        **os.environ,
        "ESITO_ENV": "testing",
        "ESITO_DATA_DIR": str(tmp_path),
        "ESITO_DATABASE_URL": url,
    }
    flask = [sys.executable, "-m", "flask"]
    if command != ("db", "upgrade"):
        subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=env, check=True)
    together = [
        subprocess.Popen(
            [*flask, *command],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[0].decode() for process in together]
    assert [process.returncode for process in together] == [0, 0, 0], said
