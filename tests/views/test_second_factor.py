"""Signing in with an authenticator app, and having one: candidates and members."""

import re
from datetime import timedelta

import pyotp
import pytest

from app import clock
from app.extensions import db
from app.models import SignIn
from app.services import accounts, factors, tokens
from app.services.tokens import Purpose
from app.values import OrganisationStatus
from tests.cast import NOW, PASSWORD

HERE = "192.0.2.1"
LATER = timedelta(minutes=5)
# Where each kind of person signs in, and where their account is.
SIDES = ("candidate", "verifier")


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """The wall clock of the pages, which a test may move on."""
    now = [NOW]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.fixture(params=SIDES)
def who(request, cast):
    """A person, with their side of the service and what they sign in with."""
    if request.param == "candidate":
        return cast.account(cast.amina), "candidate", {"id_number": cast.amina.email}
    return cast.verifier, "verifier", {"email": cast.verifier.email}


def add(person, at=NOW - LATER):
    shown = factors.begin(person, PASSWORD, address=HERE, at=at)
    app = pyotp.TOTP("".join(shown.groups))
    return app, factors.confirm(person, app.at(at), address=HERE, at=at)


def log_in(client, who, password=PASSWORD, then=""):
    _, side, name = who
    path = f"/{side}/login{then}"
    return client.submit(path, {**name, "password": password}, at=path)


def is_in(client, side):
    return client.get(f"/{side}/account").status_code == 200


def words(tree):
    return " ".join(tree.text_content().split())


# --- At the door ----------------------------------------------------------------------


def test_the_password_alone_leads_to_the_code_and_no_further(client, who):
    person, side, _ = who
    add(person)
    answer = log_in(client, who)
    assert answer.location == f"/{side}/login/code"
    assert not is_in(client, side)
    assert db.session.scalars(db.select(SignIn)).all() == []
    page = client.page(f"/{side}/login/code")
    (field,) = page.xpath("//input[@name='code']")
    assert field.get("autocomplete") == "one-time-code"
    assert field.get("inputmode") == "numeric"


def test_the_right_code_opens_the_page_that_was_asked_for(client, who):
    person, side, name = who
    app, _ = add(person)
    wanted = f"/{side}/account"
    sent = {**name, "password": PASSWORD, "next": wanted}
    path = f"/{side}/login?next={wanted}"
    client.submit(path, sent, at=path)
    code = app.at(NOW)
    spaced = f"{code[:3]} {code[3:]}"
    answer = client.submit(f"/{side}/login/code", {"code": spaced})
    assert answer.location == wanted
    assert is_in(client, side)


def test_a_wrong_code_is_told_beside_its_field_and_opens_nothing(client, who):
    person, side, _ = who
    add(person)
    log_in(client, who)
    answer = client.submit(f"/{side}/login/code", {"code": "000000"})
    assert answer.status_code == 401
    assert 'id="code-error"' in answer.text
    assert not is_in(client, side)


def test_of_a_suspended_organisation_the_code_is_asked_for_first(client, cast):
    who = cast.verifier, "verifier", {"email": cast.verifier.email}
    app, _ = add(cast.verifier)
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    assert "paused" not in client.page(log_in(client, who).location).text_content()
    answer = client.submit("/verifier/login/code", {"code": "000000"})
    assert (answer.status_code, "paused" in answer.text) == (401, False)
    answer = client.submit("/verifier/login/code", {"code": app.at(NOW)})
    assert (answer.status_code, "is paused" in answer.text) == (403, True)
    assert not is_in(client, "verifier")
    assert db.session.scalars(db.select(SignIn)).all() == []
    assert cast.verifier.last_visit_at is None


def test_a_recovery_code_lets_in_once(client, who):
    person, side, _ = who
    _, fresh = add(person)
    path = f"/{side}/login/code?recovery=yes"
    log_in(client, who)
    field = client.page(path).xpath("//input[@name='code']")[0]
    assert field.get("inputmode") is None
    assert client.submit(path, {"code": fresh[0].upper()}, at=path).status_code == 303
    assert is_in(client, side)
    client.submit(f"/{side}/account", at=f"/{side}/logout")
    log_in(client, who)
    assert client.submit(path, {"code": fresh[0]}, at=path).status_code == 401


def test_after_five_wrong_codes_the_right_one_waits(client, who):
    person, side, _ = who
    app, _ = add(person)
    log_in(client, who)
    for _ in range(5):
        client.submit(f"/{side}/login/code", {"code": "000000"})
    answer = client.submit(f"/{side}/login/code", {"code": app.at(NOW)})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    # The code was right: there is nothing to check.
    assert "Please check what you entered" not in answer.text
    assert not is_in(client, side)


def test_the_code_has_to_follow_within_ten_minutes(client, who, moment):
    person, side, _ = who
    app, _ = add(person)
    log_in(client, who)
    token = client.page(f"/{side}/login/code").xpath("//input[@name='csrf_token']")[0]
    moment[0] = NOW + timedelta(minutes=10)
    form = {"csrf_token": token.get("value"), "code": app.at(moment[0])}
    answer = client.post(f"/{side}/login/code", data=form)
    assert answer.location == f"/{side}/login"
    assert not is_in(client, side)


def test_without_a_password_there_is_no_code_page(client, who):
    _, side, _ = who
    answer = client.get(f"/{side}/login/code")
    assert answer.status_code == 303
    assert "sign in again" in client.get(answer.location).text


def test_half_way_into_one_side_is_no_way_into_another(client, cast):
    amina, member = cast.account(cast.amina), cast.verifier
    add(amina)
    add(member)
    log_in(client, (amina, "candidate", {"id_number": cast.amina.email}))
    answer = client.get("/verifier/login/code")
    assert answer.location == "/verifier/login"


def test_a_wrong_password_says_the_same_with_and_without_an_app(app, cast):
    cast.account(cast.boris)
    add(cast.account(cast.amina))
    seen = set()
    for number in (cast.amina.id_number, cast.boris.id_number, "999999ZZZ"):
        form = {"id_number": number, "password": "a wrong guess"}
        answer = app.test_client().submit("/candidate/login", form)
        page = answer.text.replace(number, "")
        seen.add((answer.status_code, re.sub(r'(nonce|value)="[^"]*"', "", page)))
    assert len(seen) == 1


def test_a_link_by_email_does_not_go_round_the_code(client, cast):
    account = cast.account(cast.amina)
    app, _ = add(account)
    link = tokens.make(Purpose.sign_in, account, at=NOW)
    answer = client.submit(f"/candidate/login/link/{link}")
    assert answer.location == "/candidate/login/code"
    assert not is_in(client, "candidate")
    assert client.submit(answer.location, {"code": app.at(NOW)}).status_code == 303
    assert is_in(client, "candidate")


def test_a_new_password_does_not_go_round_the_code(client, cast):
    account = cast.account(cast.amina)
    add(account)
    link = tokens.make(Purpose.set_password, account, at=NOW)
    accounts.set_password(link, "three other words", at=NOW)
    name = {"id_number": cast.amina.email}
    answer = log_in(client, (account, "candidate", name), "three other words")
    assert answer.location == "/candidate/login/code"


def test_a_visit_begins_with_the_code(client, cast):
    member = cast.verifier
    app, _ = add(member)
    log_in(client, (member, "verifier", {"email": member.email}))
    db.session.refresh(member)
    assert member.last_visit_at is None
    client.submit("/verifier/login/code", {"code": app.at(NOW)})
    db.session.refresh(member)
    assert member.last_visit_at == NOW


# --- In the account -------------------------------------------------------------------


def enter(client, who):
    assert log_in(client, who).status_code in (302, 303)
    return f"/{who[1]}/account/authenticator"


def test_an_app_is_added_and_the_codes_are_shown_once(client, who):
    path = enter(client, who)
    assert "Add an authenticator app" in words(client.page(path.rpartition("/")[0]))
    answer = client.submit(path, {"password": PASSWORD})
    assert answer.location == f"{path}/scan"
    page = client.page(f"{path}/scan")
    assert page.xpath("//figure//img/@src")[0].startswith("data:image/svg+xml")
    key = "".join(page.xpath("//p[contains(@class, 'secret-key')]/span/text()"))
    shown = client.submit(f"{path}/scan", {"code": pyotp.TOTP(key).at(NOW)})
    assert shown.status_code == 200
    assert len(re.findall(r"<li>[a-z2-9]{5}-[a-z2-9]{5}</li>", shown.text)) == 10
    assert client.get(f"{path}/scan").location == path
    overview = words(client.page(path))
    assert "Recovery codes left10" in overview
    assert key not in overview


def test_a_wrong_first_code_adds_nothing_and_keeps_the_picture(client, who):
    path = enter(client, who)
    client.submit(path, {"password": PASSWORD})
    before = client.page(f"{path}/scan").xpath("//figure//img/@src")
    answer = client.submit(f"{path}/scan", {"code": "000000"})
    assert answer.status_code == 400
    assert before[0] in answer.text
    assert factors.of(who[0]) is None


def test_a_browser_left_open_changes_nothing(client, who):
    path = enter(client, who)
    wrong = client.submit(path, {"password": "a wrong guess"})
    assert wrong.status_code == 400
    app, _ = add(who[0])
    for page in ("codes", "remove"):
        for form in (
            {"password": "a wrong guess", "code": app.at(NOW)},
            {"password": PASSWORD, "code": "000000"},
        ):
            assert client.submit(f"{path}/{page}", form).status_code == 400
    assert factors.unused_codes(factors.of(who[0])) == 10


def test_new_codes_and_removing_take_password_and_code(client, who, moment):
    path = enter(client, who)
    app, old = add(who[0])
    form = {"password": PASSWORD, "code": app.at(NOW)}
    shown = client.submit(f"{path}/codes", form)
    assert shown.status_code == 200
    assert old[0] not in shown.text
    moment[0] = NOW + LATER
    form = {"password": PASSWORD, "code": app.at(moment[0])}
    answer = client.submit(f"{path}/remove", form)
    assert answer.location == path.rpartition("/")[0]
    assert factors.of(who[0]) is None


def test_without_an_app_there_is_nothing_to_renew_or_remove(client, who):
    path = enter(client, who)
    for page in ("scan", "codes", "remove"):
        assert client.get(f"{path}/{page}").location == path


def test_one_person_never_sees_anothers_app(app, cast):
    amina, boris = cast.account(cast.amina), cast.account(cast.boris)
    factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    client = app.test_client()
    log_in(client, (boris, "candidate", {"id_number": cast.boris.email}))
    path = "/candidate/account/authenticator"
    assert client.get(f"{path}/scan").location == path
