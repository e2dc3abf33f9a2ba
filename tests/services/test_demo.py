"""The demonstration board: the same for the same seed, and full of cases."""

import json
import uuid

import pytest
from flask_migrate import upgrade

from app import serve
from app.errors import Refused
from app.extensions import db
from app.models import (
    AuditRow,
    Entry,
    Result,
)
from app.services import (
    credentials,
    names,
)
from app.services.demo import load
from app.services.demo.people import LONG, NAMES, ONE_NAME
from tests.cast import NOW
from tests.conftest import make_app


def loaded(count=150, seed=3):
    return load.load(count=count, seed=seed, at=NOW, progress=lambda n: None)


def rows(table):
    return db.session.scalars(db.select(table).order_by(table.id)).all()


def test_the_same_seed_makes_the_same_people(new_database_url, tmp_path):
    def board(seed):
        folder = tmp_path / uuid.uuid4().hex
        app = make_app(new_database_url(), folder)
        with app.app_context():
            upgrade()
            app.test_cli_runner().invoke(args=["sync-roles"], catch_exceptions=False)
            loaded(count=30, seed=seed)
            made = [(e.name, e.date_of_birth, e.id_number) for e in rows(Entry)]
            scores = [(r.status, r.overall, r.scores) for r in rows(Result)]
            db.session.remove()
            db.engine.dispose()
        return made, scores

    assert board(3) == board(3) != board(4)


def test_the_documents_can_print_every_name(app):
    words = [word for pair in NAMES.values() for word in " ".join(pair).split()]
    for name in [*words, *ONE_NAME, *LONG]:
        assert names.unprintable(name.replace("_", " ")) == [], name


def test_what_is_refused_goes_to_standard_error_alone(app, cast):
    assert cast.it024
    done = app.test_cli_runner().invoke(args=["demo", "--candidates", "20"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "holds a board already" in done.stderr


def test_it_says_how_many_it_made(app):
    # A small board still gives every session somebody, and the story its people.
    assert loaded(count=20).candidates == len(rows(Entry)) > 20


def test_the_sign_ins_are_kept_for_the_start_page(app):
    summary = loaded()
    path = app.config["ESITO_DATA_DIR"] / "demo-sign-ins.json"
    cards = json.loads(path.read_text())
    assert len(cards) == len(summary.sign_ins) == len({card["name"] for card in cards})
    assert {card["where"] for card in cards} >= {
        "/candidate/login",
        "/candidate/register",
        "/verifier/login",
        "/admin/login/",
    }


def test_what_is_printed_at_the_start_says_how_to_register(app, capsys):
    loaded()
    settings = {**app.config, "ESITO_ENV": "demo"}
    serve.show_demonstration(settings)
    said = capsys.readouterr().out
    chiara = db.session.scalars(
        db.select(Entry).where(Entry.id_number == "CHI551204")
    ).one()
    assert f"Secret Number {credentials.printed(chiara)}" in said
    assert f"born {chiara.date_of_birth:%d/%m/%Y}" in said
    assert "%(" not in said


def test_it_is_refused_where_a_board_exists(cast):
    assert cast.it024
    with pytest.raises(Refused, match="holds a board already"):
        loaded()


def test_it_is_refused_in_production(app, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_ENV", "production")
    with pytest.raises(Refused, match="never loaded in production"):
        loaded()
    assert rows(AuditRow) == []


@pytest.mark.parametrize("count", [0, -1, load.MOST_CANDIDATES + 1])
def test_a_size_that_cannot_be_is_refused(app, count):
    with pytest.raises(Refused, match="takes a number"):
        loaded(count=count)
