"""What every answer tells the browser: exact headers, cookies, hosts."""

import re

import pytest
from flask import Flask

from app.values import Audience
from app.views.guards import public
from tests.conftest import make_app

SCRIPTS = re.compile(r"script-src 'self' 'nonce-[A-Za-z0-9_-]{22,}'")


@pytest.fixture
def lone_app(new_database_url, tmp_path):
    """Makes apps on an empty database, to be given views of their own."""
    made = []

    def make(**settings) -> Flask:
        made.append(make_app(new_database_url(), tmp_path, **settings))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            from app.extensions import db

            db.engine.dispose()


def told(response) -> dict[str, str]:
    """The headers, without those that differ from page to page."""
    headers = dict(response.headers)
    for name in ("Content-Length", "Content-Type", "Set-Cookie", "Date"):
        headers.pop(name, None)
    return headers


def test_a_page_tells_the_browser_exactly_this(client):
    headers = told(client.get("/"))
    policy = headers.pop("Content-Security-Policy").split("; ")
    assert SCRIPTS.fullmatch(policy.pop(1))
    assert policy == [
        "default-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    assert headers == {
        "Cache-Control": "no-store, private",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(),"
        " microphone=(), payment=()",
        "Referrer-Policy": "no-referrer",
        "Vary": "Cookie",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_a_nonce_is_never_used_twice(client):
    pages = [client.get("/help").headers["Content-Security-Policy"] for _ in "12"]
    assert pages[0] != pages[1]


def test_an_error_page_is_as_strict_as_any_other(client):
    page, error = told(client.get("/")), told(client.get("/nothing-here"))
    page.pop("Content-Security-Policy")
    assert SCRIPTS.search(error.pop("Content-Security-Policy"))
    assert page == error


def test_the_cookie_is_kept_from_scripts_and_other_sites(client):
    cookie = client.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_browser_never_comes_back_without(lone_app):
    app = lone_app(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-esito")
    there = app.test_client().get("/", base_url="https://localhost")
    assert there.headers["Strict-Transport-Security"].startswith("max-age=31")
    assert there.headers["Set-Cookie"].startswith("__Host-esito=")
    assert "Secure" in there.headers["Set-Cookie"]


def test_a_file_may_be_kept_and_brings_no_cookie(client, cast):
    cast.account(cast.amina)
    with client.session_transaction() as session:
        session[Audience.candidate.value] = "somebody"
        session.permanent = True
    for path in ("/static/esito.css", "/bootstrap/static/css/bootstrap.min.css"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert "Set-Cookie" not in answer.headers
        assert "Vary" not in answer.headers
        answer.close()


def test_signing_out_empties_what_the_browser_kept(lone_app):
    app = lone_app()

    @public
    def sign_out() -> str:
        return "bye"

    app.add_url_rule("/away", "somewhere.sign_out", sign_out, methods=["GET", "POST"])
    client = app.test_client()
    with client.session_transaction() as session:
        session["csrf_token"] = "seed"
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/away").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/away").headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "localhost@evil.example"},
        {"Host": ""},
    ],
    ids=str,
)
def test_an_unknown_host_is_turned_away(client, headers):
    answer = client.get("/", headers=headers)
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_a_forwarded_host_means_nothing_without_a_trusted_proxy(client):
    answer = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["/%00", "/centres?q=a%00b", "/?%00=1"])
def test_an_address_with_a_nul_is_refused(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("surface", ["public", "office"])
def test_each_surface_stands_alone(lone_app, surface):
    client = lone_app(ESITO_SURFACE=surface).test_client()
    lost = client.get("/nothing-here")
    assert lost.status_code == 404
    assert ("Find a centre" in lost.text) is (surface == "public")
    assert client.get("/help").status_code == (200 if surface == "public" else 404)
    assert client.get("/admin/login/").status_code == (
        404 if surface == "public" else 200
    )
