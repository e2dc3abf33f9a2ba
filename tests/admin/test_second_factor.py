"""Nobody works in the back office without an authenticator app, where it is on."""

import re
from datetime import timedelta

import pyotp
import pytest

from app.extensions import db
from app.models import SignIn
from app.services import factors
from tests.admin.test_roles import PUBLIC, back_office
from tests.cast import NOW, PASSWORD

HERE = "192.0.2.1"
BEFORE = timedelta(minutes=5)
SET_UP = "/admin/account/authenticator/"


@pytest.fixture
def compulsory(app, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STAFF_SECOND_FACTOR", True)


def add(person, at=NOW - BEFORE):
    shown = factors.begin(person, PASSWORD, address=HERE, at=at)
    app = pyotp.TOTP("".join(shown.groups))
    return app, factors.confirm(person, app.at(at), address=HERE, at=at)


@pytest.mark.parametrize("who", ["admin", "clerk"])
def test_who_has_no_app_reaches_nothing_but_setting_one_up(
    app, cast, sign_in, compulsory, who
):
    client = sign_in(getattr(cast, who))
    factors.begin(getattr(cast, who), PASSWORD, address=HERE, at=NOW)
    page = client.page(SET_UP)
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    opened = set()
    for endpoint, path, ways in back_office(app):
        if endpoint in PUBLIC:
            continue
        path = re.sub(r"<[^>]+>", "1", path)
        for way in ways:
            form = {"csrf_token": token} if way == "POST" else None
            answer = client.open(path, method=way, data=form)
            if answer.status_code != 303 or answer.location != SET_UP:
                opened.add(endpoint)
    assert opened == {"Authenticator.overview", "Authenticator.scan"}


def test_the_page_offers_no_menu_and_a_way_out(cast, sign_in, compulsory):
    client = sign_in(cast.officer)
    page = client.page(SET_UP)
    assert "needs an authenticator app" in page.text_content()
    assert page.xpath("//nav//a") == []
    client.submit(SET_UP, at="/admin/logout")
    assert client.get(SET_UP).location.startswith("/admin/login/")


def test_once_it_is_set_up_everything_opens(cast, sign_in, compulsory):
    client = sign_in(cast.officer)
    client.submit(SET_UP, {"password": PASSWORD})
    page = client.page(f"{SET_UP}scan")
    key = "".join(page.xpath("//p[contains(@class, 'secret-key')]/span/text()"))
    shown = client.submit(f"{SET_UP}scan", {"code": pyotp.TOTP(key).at(NOW)})
    assert shown.status_code == 200
    assert len(re.findall(r"<li>[a-z2-9]{5}-[a-z2-9]{5}</li>", shown.text)) == 10
    assert client.get("/admin/").status_code == 200
    assert "Authenticator app" in client.page("/admin/account/").text_content()


@pytest.mark.parametrize("on", [True, False])
def test_who_has_one_is_asked_for_the_code_whether_it_is_compulsory_or_not(
    app, cast, client, monkeypatch, on
):
    monkeypatch.setitem(app.config, "ESITO_STAFF_SECOND_FACTOR", on)
    authenticator, fresh = add(cast.officer)
    form = {"email": cast.officer.email, "password": PASSWORD}
    path = "/admin/login/?next=/admin/results/list/"
    answer = client.submit(path, form, at=path)
    assert answer.location == "/admin/login/code"
    assert client.get("/admin/").status_code == 302
    assert db.session.scalars(db.select(SignIn)).all() == []
    wrong = client.submit("/admin/login/code", {"code": "000000"})
    assert wrong.status_code == 401
    code = {"code": authenticator.at(NOW)}
    answer = client.submit("/admin/login/code", code)
    assert answer.location == "/admin/results/list/"
    assert client.get("/admin/results/list/").status_code == 200
    assert fresh


def test_an_app_that_is_removed_has_to_be_added_again(cast, sign_in, compulsory):
    client = sign_in(cast.officer)
    authenticator, _ = add(cast.officer)
    assert "at once" in client.page(f"{SET_UP}remove").text_content()
    form = {"password": PASSWORD, "code": authenticator.at(NOW)}
    assert client.submit(f"{SET_UP}remove", form).location == SET_UP
    assert client.get("/admin/").location == SET_UP


def test_without_it_nothing_is_asked(cast, sign_in):
    assert sign_in(cast.officer).get("/admin/").status_code == 200


# --- Somebody has lost it -------------------------------------------------------------


def remove(client, path):
    """Send the act, and answer the page that asks whether it is really they."""
    token = client.page("/admin/account/").xpath("//input[@name='csrf_token']/@value")
    form = {"csrf_token": token[0]}
    asked = client.post(path, data=form)
    if asked.status_code == 200:
        assert "Be sure first" in asked.text
        form |= {"confirmed": "yes"}
    return client.post(path, data=form)


@pytest.mark.parametrize(
    ("who", "screen"),
    [
        ("admin", "users"),
        ("admin", "members"),
        ("admin", "accounts"),
        ("partnerships", "members"),
        ("officer", "accounts"),
    ],
)
def test_staff_remove_the_app_of_who_lost_it(cast, sign_in, who, screen):
    people = {
        "users": lambda: cast.clerk,
        "members": lambda: cast.verifier,
        "accounts": lambda: cast.account(cast.amina),
    }
    person = people[screen]()
    add(person)
    client = sign_in(getattr(cast, who))
    shown = client.page(f"/admin/{screen}/show/{person.id}")
    assert "Remove authenticator app" in shown.text_content()
    path = f"/admin/{screen}/action/remove_factor/{person.id}"
    assert remove(client, path).status_code == 302
    assert factors.of(person) is None


@pytest.mark.parametrize(
    ("who", "screen"),
    [("partnerships", "users"), ("officer", "members"), ("auditor", "accounts")],
)
def test_other_roles_do_not(cast, sign_in, who, screen):
    client = sign_in(getattr(cast, who))
    answer = remove(client, f"/admin/{screen}/action/remove_factor/1")
    assert answer.status_code == 403


def test_an_administrator_does_not_remove_their_own_there(cast, sign_in):
    client = sign_in(cast.admin)
    add(cast.admin)
    remove(client, f"/admin/users/action/remove_factor/{cast.admin.id}")
    assert factors.of(cast.admin) is not None
    assert client.get("/admin/").status_code == 200


# --- One's own account ----------------------------------------------------------------


def test_staff_see_their_account_and_sign_out_everywhere(cast, sign_in):
    client = sign_in(cast.clerk)
    page = client.page("/admin/account/")
    text = page.text_content()
    assert cast.clerk.email in text
    assert "IT024" in text
    client.submit("/admin/account/", at="/admin/account/sign-out-everywhere")
    assert client.get("/admin/account/").status_code == 302


def test_the_last_administrator_is_helped_by_command(app, cast):
    run = app.test_cli_runner().invoke
    add(cast.admin)
    done = run(args=["remove-factor", "Admin@board.example"])
    assert done.exit_code == 0
    assert done.output == (
        "remove-factor: 1 authenticator app removed, admin@board.example\n"
    )
    assert factors.of(cast.admin) is None
    for email in ("admin@board.example", "nobody@board.example"):
        assert run(args=["remove-factor", email]).exit_code == 1
