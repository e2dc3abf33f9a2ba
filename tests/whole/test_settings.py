"""Every setting is explained, and everything explained is a setting."""

import ast
import os
import re
from urllib.parse import urlsplit

import pytest
from werkzeug.sansio.utils import host_is_trusted

import config
from app import create_app, serve
from app.services.installation import WrongInstallation
from tests.whole.source import ROOT, Source

PAGE = (ROOT / "docs" / "configuration.md").read_text()


def settings_read() -> set[str]:
    """The names that config.py asks the environment for."""
    names = set()
    for node in ast.walk(Source(ROOT / "config.py").tree):
        if isinstance(node, ast.Call):
            function = node.func
            asked = isinstance(function, ast.Attribute) and (
                ast.unparse(function) == "environ.get"
            )
            handed = any(
                isinstance(value, ast.Name) and value.id == "environ"
                for value in node.args
            )
            if asked or handed:
                names |= {
                    value.value
                    for value in node.args
                    if isinstance(value, ast.Constant)
                    and str(value.value).startswith("ESITO_")
                }
    return names


def settings_explained() -> set[str]:
    return set(re.findall(r"^\| `(ESITO_[A-Z_]+)`", PAGE, re.MULTILINE))


def test_every_setting_is_explained():
    assert "ESITO_ENV" in settings_read()
    assert settings_read() - settings_explained() == set()


def test_everything_explained_is_a_setting():
    assert settings_explained() - settings_read() == set()


def test_every_setting_named_anywhere_exists():
    known = settings_read()
    for path in (ROOT / "README.md", ROOT / "Makefile", *(ROOT / "docs").rglob("*.md")):
        named = set(re.findall(r"ESITO_[A-Z_]+[A-Z]", path.read_text()))
        assert named - known == set(), path.name


GOOD = {
    "ESITO_SECRET_KEY": "k" * 32,
    "ESITO_MAIL_URL": "smtp://mail.example",
    "ESITO_DATA_DIR": "/nowhere",
}


def test_production_starts_with_a_key_and_a_mail_server():
    assert config.read(GOOD)["ESITO_ENV"] == "production"


@pytest.mark.parametrize("name", ["ESITO_SECRET_KEY", "ESITO_MAIL_URL"])
def test_production_refuses_to_start_without(name):
    with pytest.raises(config.BadSetting, match=name):
        config.read({**GOOD, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESITO_ENV", "staging"),
        ("ESITO_SECRET_KEY", "short"),
        ("ESITO_DATABASE_URL", "mysql://root@localhost/esito"),
        ("ESITO_BASE_URL", "results.example.org"),
        ("ESITO_DATABASE_URL", "postgresql://esito@localhost:many/esito"),
        ("ESITO_BASE_URL", "https://example.org/results"),
        ("ESITO_BASE_URL", "https://example.org?results"),
        ("ESITO_BASE_URL", "https://example.org:many"),
        ("ESITO_BASE_URL", "https://[::1"),
        ("ESITO_BASE_URL", "http://[::1]:8000"),
        ("ESITO_BASE_URL", "https://user:word@example.org"),
        ("ESITO_MAIL_URL", "mail.example.org:25"),
        ("ESITO_MAIL_URL", "http://mail.example.org"),
        ("ESITO_MAIL_URL", "smtp://mail.example.org:many"),
        ("ESITO_MAIL_URL", "smtp://[mail"),
        ("ESITO_MAIL_FROM", "results"),
        ("ESITO_MAIL_FROM", "results@example.org\nBcc: all@example.org"),
        ("ESITO_HOLIDAYS", "Atlantis"),
        ("ESITO_HOLIDAYS", "GB-ROME"),
        ("ESITO_TIMEZONE", "Europe/Atlantis"),
        ("ESITO_SECRET_NUMBER_DIGITS", "3"),
        ("ESITO_SECRET_NUMBER_DIGITS", "eight"),
        ("ESITO_TRUSTED_PROXIES", "-1"),
        ("ESITO_SURFACE", "everything"),
        ("ESITO_LINKS_FOR_MINORS", "yes"),
        ("ESITO_STAFF_SECOND_FACTOR", "yes"),
    ],
)
def test_a_malformed_setting_is_refused_by_its_name(name, value):
    with pytest.raises(config.BadSetting, match=name):
        config.read({**GOOD, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESITO_BASE_URL", "https://results.example.org:8443"),
        ("ESITO_BASE_URL", "http://127.0.0.1:8000"),
        ("ESITO_DATABASE_URL", "postgresql://esito@/esito?host=/var/run/postgresql"),
        ("ESITO_DATABASE_URL", "postgresql://esito:a#b%40c@localhost:5432/esito"),
        ("ESITO_MAIL_FROM", "The board <results@example.org>"),
        ("ESITO_HOLIDAYS", "IT-BZ"),
        ("ESITO_HOLIDAYS", "IT"),
    ],
)
def test_a_setting_that_serves_is_not_refused(name, value):
    settings = config.read({**GOOD, name: value})
    host = urlsplit(settings["ESITO_BASE_URL"]).netloc
    assert host_is_trusted(host, settings["TRUSTED_HOSTS"])


@pytest.mark.parametrize(
    ("host", "listens", "links"),
    [
        ("", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0", "0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("::", "[::]:8000", "http://127.0.0.1:8000"),
        ("::1", "[::1]:8000", "http://localhost:8000"),
        ("results.example.org", "results.example.org:8000", None),
    ],
)
def test_links_lead_to_where_it_listens(monkeypatch, host, listens, links):
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setenv("ESITO_BASE_URL", "")
    assert serve._address() == listens
    settings = config.read({**GOOD, "ESITO_BASE_URL": os.environ["ESITO_BASE_URL"]})
    seen = settings["ESITO_BASE_URL"]
    assert seen == (links or f"http://{listens}")
    assert host_is_trusted(urlsplit(seen).netloc, settings["TRUSTED_HOSTS"])


def test_a_key_file_that_is_not_there_is_refused_by_its_name(tmp_path):
    environ = {**GOOD, "ESITO_SECRET_KEY": ""}
    environ["ESITO_SECRET_KEY_FILE"] = str(tmp_path / "missing")
    with pytest.raises(config.BadSetting, match="ESITO_SECRET_KEY_FILE"):
        config.read(environ)


def test_the_demonstration_keeps_its_own_key(tmp_path):
    environ = {"ESITO_ENV": "demo", "ESITO_DATA_DIR": str(tmp_path)}
    assert config.read(environ)["SECRET_KEY"] == config.read(environ)["SECRET_KEY"]


def test_staff_need_a_second_factor_in_production_unless_it_is_switched_off(tmp_path):
    name = "ESITO_STAFF_SECOND_FACTOR"
    assert config.read(GOOD)[name] is True
    assert config.read({**GOOD, name: "off"})[name] is False
    demo = {"ESITO_ENV": "demo", "ESITO_DATA_DIR": str(tmp_path)}
    assert config.read(demo)[name] is False


def test_production_does_not_start_in_debug_mode():
    with pytest.raises(config.BadSetting, match="FLASK_DEBUG"):
        config.refuse_unsafe(config.read(GOOD), debug=True)


def test_a_folder_that_cannot_be_made_is_refused_by_its_name(tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(config.BadSetting, match="ESITO_DATA_DIR"):
        create_app({"ESITO_DATA_DIR": tmp_path / "data"})


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/esito.sqlite",
        "postgresql+psycopg://esito@127.0.0.1:1/esito",
    ],
)
def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path, url):
    with pytest.raises(WrongInstallation, match="the database does not answer: "):
        create_app({"SQLALCHEMY_DATABASE_URI": url, "ESITO_DATA_DIR": tmp_path})
