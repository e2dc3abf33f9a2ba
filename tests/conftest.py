"""What every test stands on: an app on the database under test, undone after each."""

import logging
import os
import random
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings

os.environ["ESITO_ENV"] = "testing"

from app import create_app
from app.extensions import db, mail
from app.services import installation
from tests import postgres
from tests.cast import Cast
from tests.client import PageClient

# The same examples each time, however busy the machine is: nothing fails by chance.
settings.register_profile(
    "esito",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("esito")
# Pages are asked for by whoever may not see them, on purpose and by the thousand; what
# is logged of it would bury the reason of a failure.
logging.getLogger("flask_appbuilder.security.decorators").setLevel(logging.ERROR)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--languages", choices=("one", "all"), default="one")


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if config.getoption("--database") == "postgresql" and not is_worker:
        config.stash[SERVER] = postgres.start()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Run what asks for no database once, and not again on the second one."""
    if config.getoption("--database") == "sqlite":
        return
    asking = [item for item in items if ASKED_FOR & set(item.fixturenames)]  # type: ignore[attr-defined]
    kept = set(map(id, asking))
    config.hook.pytest_deselected(items=[i for i in items if id(i) not in kept])
    items[:] = asking


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        postgres.stop(config.stash[SERVER])


SERVER = pytest.StashKey[Any]()
# Whoever stands on a database asks for one of these, if only by another fixture.
ASKED_FOR = {"database", "new_database_url"}


@pytest.fixture(autouse=True)
def drawn(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same references, numbers and secrets each time this test is run.

    Whatever is drawn by lot and shown may by chance be a word or a number that a test
    looks for. `secrets`, and whoever else asks the system, draws from here in a test.
    """
    lot = random.Random(request.node.nodeid)
    monkeypatch.setattr(random, "_urandom", lot.randbytes)


@pytest.fixture(scope="session")
def database(pytestconfig: pytest.Config) -> str:
    """The database under test: "sqlite" or "postgresql"."""
    return str(pytestconfig.getoption("--database"))


@pytest.fixture(scope="session")
def new_database_url(database: str, tmp_path_factory: Any) -> Any:
    """A function that makes an empty database and returns its URL."""

    def make() -> str:
        name = f"esito_{uuid.uuid4().hex[:12]}"
        if database == "postgresql":
            return postgres.new_database(name)
        return f"sqlite:///{tmp_path_factory.mktemp('db') / name}.sqlite"

    return make


def make_app(url: str, folder: Path, **settings: Any) -> Flask:
    """Return an app of its own on a database of its own."""
    return create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "ESITO_DATA_DIR": folder,
            "ESITO_STORAGE_URL": (folder / "storage").as_uri(),
            "WTF_CSRF_ENABLED": True,
            **settings,
        }
    )


@pytest.fixture(scope="session")
def shared_app(new_database_url: Any, tmp_path_factory: Any) -> Iterator[Flask]:
    """One migrated app per test process; tests get it through `app`."""
    app = make_app(new_database_url(), tmp_path_factory.mktemp("data"))
    app.test_client_class = PageClient
    with app.app_context():
        upgrade()
        app.test_cli_runner().invoke(args=["sync-roles"], catch_exceptions=False)
        installation.mark()
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The app inside a transaction that is undone after the test, like its files."""
    with shared_app.app_context():
        engines = db._app_engines[shared_app]
        engine = engines[None]
        connection = engine.connect()
        # Flask-AppBuilder asks the bind for the name of its engine.
        connection.name = engine.name
        undo = connection.begin()
        engines[None] = connection
        # Permissions are kept for seconds; an earlier test may have changed them.
        shared_app.appbuilder.sm.forget_permissions()
        try:
            yield shared_app
        finally:
            db.session.remove()
            engines[None] = engine
            undo.rollback()
            connection.close()
            # Files know no transaction: what this test stored is not the next one's.
            shutil.rmtree(shared_app.config["ESITO_DATA_DIR"] / "storage", True)


@pytest.fixture
def own_app(new_database_url: Any, tmp_path: Path) -> Iterator[Flask]:
    """An app with a migrated database of its own, for races and other processes."""
    db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
    app = make_app(new_database_url(), tmp_path)
    with app.app_context():
        upgrade()
        app.test_cli_runner().invoke(args=["sync-roles"], catch_exceptions=False)
        installation.mark()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript that checks every page it fetches."""
    return app.test_client()


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[Any]]:
    """The e-mails that the job handed to the transport."""
    with mail.record_messages() as messages:
        yield messages


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Amina, Boris, the officer, the approver and the others; see tests/cast.py."""
    return Cast()
