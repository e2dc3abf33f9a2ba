"""The users of an organisation, on its own pages: the primary user decides."""

import pytest

from app import clock
from app.extensions import db
from app.models import Handover, Mail, Member
from app.services import tokens
from app.services.tokens import Purpose
from app.values import MemberRole, RequestState
from tests.cast import NOW, PASSWORD
from tests.views.test_verifier import other_browser, signed_in, words

USERS = "/verifier/organisation/users"
HANDOVER = f"{USERS}/handover"
CLARA = {
    "first_name": "Clara",
    "family_name": "Clerk",
    "job_title": "Clerk",
    "email": "clara@acme.example",
}
ACTS = ("invite", "deactivate", "restore", "remove")


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def rita(client, cast):
    """The primary user's browser, signed in."""
    return signed_in(client, cast.verifier)


@pytest.fixture
def carlo(cast):
    assert cast.verifier
    return cast.member(
        cast.acme, "carlo@acme.example", role=MemberRole.admin, first_name="Carlo"
    )


def path(member, act=""):
    return f"{USERS}/{member.reference}" + (f"/{act}" if act else "")


def links(page):
    return page.xpath("//main//a/@href")


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def roles(*people):
    db.session.expire_all()
    return [one.role.value for one in people]


def token(browser, where=USERS):
    (found, *_) = browser.page(where).xpath("//input[@name='csrf_token']/@value")
    return {"csrf_token": found}


# --- The list -------------------------------------------------------------------------


def test_the_list_says_who_may_sign_in(cast, rita, carlo):
    more = {"role": MemberRole.admin}
    cast.member(cast.acme, "gone@acme.example", active=False, **more)
    cast.member(cast.acme, "new@acme.example", password_hash=None, **more)
    page = rita.page(USERS)
    said = {
        row.xpath("./td")[1].text_content(): words(row)
        for row in page.xpath("//tbody/tr")
    }
    assert "Primary user" in said["registrar@acme.example"]
    assert "(you)" in said["registrar@acme.example"]
    assert "Active" in said["carlo@acme.example"]
    assert "Deactivated" in said["gone@acme.example"]
    assert "no password yet" in said["new@acme.example"]
    assert {f"{USERS}/add", HANDOVER, path(carlo)} <= set(links(page))


def test_another_user_reads_the_list_and_is_offered_nothing(app, cast, carlo):
    browser = other_browser(app, carlo)
    page = browser.page(USERS)
    assert "registrar@acme.example" in words(page)
    assert not [link for link in links(page) if link.startswith(f"{USERS}/")]
    csrf = token(browser)
    every = [f"{USERS}/add", path(carlo), *(path(cast.verifier, act) for act in ACTS)]
    for where in every:
        assert browser.get(where).status_code == 403
        assert browser.post(where, data={**csrf, **CLARA}).status_code == 403
    assert len(db.session.scalars(db.select(Member)).all()) == 2


def test_nobody_reaches_the_users_of_another_organisation(cast, rita):
    rival = cast.organisation("Rival", "rival.example")
    rosa = cast.member(rival, "rosa@rival.example", role=MemberRole.admin)
    assert "rosa" not in words(rita.page(USERS))
    csrf = token(rita)
    for where in (path(rosa), *(path(rosa, act) for act in ACTS), f"{USERS}/absent"):
        assert rita.get(where).status_code == 404
        assert rita.post(where, data={**csrf, **CLARA}).status_code == 404
    form = {"to": rosa.reference, "password": PASSWORD}
    assert rita.submit(HANDOVER, form, at=HANDOVER).status_code in (400, 404)
    db.session.refresh(rosa)
    assert rosa.active


@pytest.mark.parametrize("way", ["get", "post"])
def test_strangers_are_led_to_sign_in(client, carlo, way):
    for where in (USERS, f"{USERS}/add", HANDOVER, path(carlo), path(carlo, "remove")):
        form = {"data": token(client, "/verifier/login")} if way == "post" else {}
        answer = getattr(client, way)(where, **form)
        if where == USERS and way == "post":
            assert answer.status_code == 405
            continue
        assert answer.status_code == 302
        assert "/verifier/login" in answer.headers["Location"]


# --- Adding and changing --------------------------------------------------------------


def test_a_colleague_is_added_and_sets_a_password_from_the_link(app, rita):
    answer = rita.submit(f"{USERS}/add", CLARA)
    assert answer.status_code == 303
    assert "clara@acme.example a link" in words(rita.page(USERS))
    clara = db.session.scalar(db.select(Member).where(Member.email == CLARA["email"]))
    assert (clara.role, clara.job_title) == ("admin", "Clerk")
    assert [row.address for row in mails("member_added")] == [clara.email]
    link = tokens.make(Purpose.set_password, clara, at=NOW)
    chosen = {"password": PASSWORD, "password_again": PASSWORD}
    browser = app.test_client()
    assert browser.submit(f"/verifier/password/{link}", chosen).status_code == 303
    assert "Clara Clerk" in words(signed_in(browser, clara).page(USERS))


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"email": "nobody"}, 400, "name@example.org"),
        ({"first_name": " "}, 400, "Enter the first name"),
        ({"email": "Registrar@acme.example"}, 409, "uses this address already"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(rita, wrong, status, said):
    answer = rita.submit(f"{USERS}/add", {**CLARA, **wrong})
    assert answer.status_code == status
    assert said in answer.text
    assert 'value="Clerk"' in answer.text
    assert not mails("member_added")


def test_nobody_is_added_as_anything_but_a_user(rita):
    rita.submit(f"{USERS}/add", {**CLARA, "role": "primary", "organisation_id": "9"})
    clara = db.session.scalar(db.select(Member).where(Member.email == CLARA["email"]))
    assert (clara.role, clara.organisation.name) == ("admin", "Acme University")


def test_a_name_is_put_right_and_an_address_is_not_offered(rita, carlo):
    page = rita.page(path(carlo))
    assert not page.xpath("//input[@name='email']")
    form = {"first_name": "Carla", "family_name": "Conti", "job_title": "Dean"}
    form["email"] = "other@acme.example"
    assert rita.submit(path(carlo), form).status_code == 303
    db.session.refresh(carlo)
    assert (carlo.name, carlo.job_title) == ("Carla Conti", "Dean")
    assert carlo.email == "carlo@acme.example"
    assert rita.submit(path(carlo), {**form, "family_name": ""}).status_code == 400


# --- Stopping -------------------------------------------------------------------------


def test_each_act_says_what_will_happen_and_asks_first(rita, carlo):
    for act in ("deactivate", "remove"):
        page = rita.page(path(carlo, act))
        assert "What will happen" in words(page)
        assert "signed out everywhere at once" in words(page)
        assert page.xpath("//button[contains(@class, 'btn-danger')]")
    db.session.refresh(carlo)
    assert carlo.active


def test_a_deactivated_users_open_browser_is_out_and_let_in_again(app, rita, carlo):
    browser = other_browser(app, carlo)
    assert rita.submit(path(carlo, "deactivate")).status_code == 303
    assert browser.get(USERS).status_code == 302
    page = rita.page(path(carlo))
    assert path(carlo, "restore") in links(page)
    assert path(carlo, "deactivate") not in links(page)
    twice = rita.submit(path(carlo, "deactivate"))
    assert twice.status_code == 409
    assert rita.submit(path(carlo, "restore")).status_code == 303
    assert browser.get(USERS).status_code == 302
    assert other_browser(app, carlo).get(USERS).status_code == 200


def test_a_removed_user_is_gone(app, rita, carlo):
    browser, where = other_browser(app, carlo), path(carlo, "remove")
    assert rita.submit(where).headers["Location"].endswith(USERS)
    assert "carlo@acme.example" not in words(rita.page(USERS))
    assert browser.get(USERS).status_code == 302
    assert rita.get(where).status_code == 404


def test_the_link_is_sent_again_until_there_is_a_password(cast, rita, carlo):
    assert path(carlo, "invite") not in links(rita.page(path(carlo)))
    assert rita.submit(path(carlo, "invite")).status_code == 409
    new = cast.member(
        cast.acme, "new@acme.example", role=MemberRole.admin, password_hash=None
    )
    assert path(new, "invite") in links(rita.page(path(new)))
    for _ in range(5):
        assert rita.submit(path(new, "invite")).status_code == 303
    assert rita.submit(path(new, "invite")).status_code == 429
    assert len(mails("member_added")) == 5


def test_the_primary_user_is_offered_to_hand_over_and_not_to_leave(cast, rita):
    page = rita.page(path(cast.verifier))
    assert HANDOVER in links(page)
    assert not {path(cast.verifier, act) for act in ACTS} & set(links(page))
    for act in ("deactivate", "remove"):
        answer = rita.submit(path(cast.verifier, act))
        assert answer.status_code == 409
        assert "always has a primary user" in answer.text


# --- Handing over ---------------------------------------------------------------------


def test_the_role_is_offered_and_accepted_with_both_passwords(app, cast, rita, carlo):
    form = {"to": carlo.reference, "password": "wrong"}
    assert rita.submit(HANDOVER, form).status_code == 400
    assert not mails("handover_offered")
    assert rita.submit(HANDOVER, {**form, "password": PASSWORD}).status_code == 303
    offered = words(rita.page(HANDOVER))
    assert "You have offered the primary role" in offered
    assert "Open until" in offered
    assert "28 December 2026, 09:00" in offered
    (message,) = mails("handover_offered")
    assert message.values["path"] == HANDOVER
    browser = other_browser(app, carlo)
    assert HANDOVER in links(browser.page(USERS))
    assert "You have offered the primary role to Carlo" in words(rita.page(USERS))
    asked = words(browser.page(HANDOVER))
    assert "Rita Registrar would like to hand" in asked
    assert "Open until: 28 December 2026" in asked
    for wrong in ({}, {"password": "wrong"}):
        assert browser.submit(HANDOVER, wrong).status_code == 400
    assert roles(cast.verifier, carlo) == ["primary", "admin"]
    assert browser.submit(HANDOVER, {"password": PASSWORD}).status_code == 303
    assert roles(cast.verifier, carlo) == ["admin", "primary"]
    assert "Add a user" in words(browser.page(USERS))
    assert rita.get(f"{USERS}/add").status_code == 403
    assert "There is no offer" in words(rita.page(HANDOVER))


def test_an_offer_is_declined_without_a_password(app, cast, rita, carlo):
    rita.submit(HANDOVER, {"to": carlo.reference, "password": PASSWORD})
    browser = other_browser(app, carlo)
    assert browser.submit(HANDOVER, {"decline": "yes"}).status_code == 303
    assert roles(cast.verifier, carlo) == ["primary", "admin"]
    assert len(mails("handover_declined")) == 1
    assert "There is no offer" in words(browser.page(HANDOVER))
    assert rita.page(HANDOVER).xpath("//select[@name='to']")


def test_an_offer_is_taken_back(app, cast, rita, carlo):
    rita.submit(HANDOVER, {"to": carlo.reference, "password": PASSWORD})
    browser = other_browser(app, carlo)
    late = {**token(browser, HANDOVER), "password": PASSWORD}
    assert rita.submit(HANDOVER).status_code == 303
    assert browser.post(HANDOVER, data=late).status_code == 404
    assert roles(cast.verifier, carlo) == ["primary", "admin"]
    assert db.session.scalar(db.select(Handover.state)) is RequestState.declined


def test_an_offer_that_is_sent_twice_stands(rita, carlo):
    form = {**token(rita, HANDOVER), "to": carlo.reference, "password": PASSWORD}
    for _ in range(2):
        assert rita.post(HANDOVER, data=form).location == HANDOVER
    page = words(rita.page(HANDOVER))
    assert "You have offered the role already." in page
    assert "You are the primary user until your colleague accepts." in page
    assert db.session.scalar(db.select(Handover.state)) is RequestState.open


def test_who_is_late_to_take_an_offer_back_is_told_that_it_is_over(app, rita, carlo):
    rita.submit(HANDOVER, {"to": carlo.reference, "password": PASSWORD})
    (button,) = rita.page(HANDOVER).xpath("//main//button[@name]")
    late = {**token(rita, HANDOVER), button.get("name"): button.get("value")}
    browser = other_browser(app, carlo)
    answer = {**token(browser, HANDOVER), "decline": "yes"}
    assert browser.post(HANDOVER, data=answer).status_code == 303
    again = browser.post(HANDOVER, data=answer)
    assert again.status_code == 404
    assert "There is no offer" in again.text
    assert rita.post(HANDOVER, data=late).location == HANDOVER
    assert "This offer is over." in words(rita.page(HANDOVER))


def test_a_third_user_can_do_nothing_about_an_offer(app, cast, rita, carlo):
    rita.submit(HANDOVER, {"to": carlo.reference, "password": PASSWORD})
    dora = cast.member(cast.acme, "dora@acme.example", role=MemberRole.admin)
    browser = other_browser(app, dora)
    assert "There is no offer" in words(browser.page(HANDOVER))
    form = {**token(browser), "password": PASSWORD, "to": dora.reference}
    assert browser.post(HANDOVER, data=form).status_code == 404
    assert roles(cast.verifier, carlo, dora) == ["primary", "admin", "admin"]


def test_where_there_is_nobody_to_take_over_the_page_says_what_to_do(cast, rita):
    cast.member(
        cast.acme, "new@acme.example", role=MemberRole.admin, password_hash=None
    )
    page = rita.page(HANDOVER)
    assert "There is nobody to hand it over to" in words(page)
    assert f"{USERS}/add" in links(page)
