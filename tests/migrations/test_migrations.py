"""The migrations make exactly the tables of the models, forwards and back again."""

from alembic import command
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.extensions import db


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


def test_upgrading_twice_is_harmless(own_app):
    upgrade()
    assert inspect(db.engine).has_table("entry")
