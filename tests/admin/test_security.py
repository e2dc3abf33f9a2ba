"""The door of the back office: who comes in, how long they stay, what they may do."""

import re

import pytest
from flask_appbuilder.security.sqla.models import Role

from app.errors import NotFound
from app.extensions import db
from app.models import AuditRow, Mail, SignIn
from app.services import letters, passwords, signins, staff, tokens
from app.services.tokens import Purpose
from app.views.admin import security
from tests.cast import NOW, PASSWORD
from tests.client import PageClient

NEW = "an entirely new password"


def copy_of(client, app):
    """A second browser that holds a stolen copy of the first one's cookie."""
    thief = app.test_client()
    thief.set_cookie("esito", client.get_cookie("esito").value)
    return thief


def is_out(client):
    answer = client.get("/admin/")
    return answer.status_code == 302 and "/admin/login/" in answer.location


def test_everything_under_admin_leads_nobody_to_the_sign_in_page(client, app):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not str(rule).startswith("/admin") or getattr(view, "guard", "") == "public":
            continue
        path = re.sub(r"<[^>]+>", "1", str(rule))
        if "GET" in rule.methods:
            answer = client.get(path)
            assert answer.status_code == 302, path
            assert answer.location.startswith("/admin/login/?next=/admin/"), path
        if "POST" in rule.methods:
            assert client.post(path).status_code == 400, path


def test_staff_come_in_and_are_led_to_the_page_they_wanted(cast, client):
    sent = client.get("/admin/centres/list/?psize_Centres=50").location
    form = {"email": " OFFICER@Board.example ", "password": PASSWORD}
    cast.officer
    page = client.page(sent)
    form["next"] = page.xpath("//input[@name='next']/@value")[0]
    answer = client.submit(sent, form)
    assert answer.location == "/admin/centres/list/?psize_Centres=50"
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example",
        "/candidate/",
        "/admin/../candidate",
        "javascript:alert(1)",
    ],
)
def test_signing_in_leads_nowhere_else(cast, client, away):
    form = {"email": cast.officer.email, "password": PASSWORD, "next": away}
    answer = client.submit("/admin/login/", form)
    assert "evil" not in answer.location
    assert answer.location.startswith("/admin/")


def test_a_wrong_password_and_an_unknown_name_are_told_alike(cast, client):
    wrong = {"email": cast.officer.email, "password": "not this one"}
    unknown = {"email": "nobody@board.example", "password": "not this one"}
    pages = []
    for form in (wrong, unknown):
        answer = client.submit("/admin/login/", form)
        assert answer.status_code == 401
        assert "not this one" not in answer.text
        pages.append(re.sub(r'"[\w.-]{60,}"|[\w.]+@board.example', "", answer.text))
    assert pages[0] == pages[1]


def test_the_door_closes_after_five_wrong_tries(cast, client):
    wrong = {"email": cast.officer.email, "password": "not this one"}
    for _ in range(5):
        assert client.submit("/admin/login/", wrong).status_code == 401
    right = {"email": cast.officer.email, "password": PASSWORD}
    answer = client.submit("/admin/login/", right)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text


def test_a_copied_cookie_is_worthless_after_signing_out(cast, sign_in, app):
    client = sign_in(cast.officer)
    thief = copy_of(client, app)
    assert not is_out(thief)
    client.submit("/admin/", at="/admin/logout")
    assert is_out(client)
    assert is_out(thief)


def test_deactivation_ends_every_browser_at_once(cast, sign_in):
    client = sign_in(cast.officer)
    staff.deactivate(cast.officer, by=cast.admin, at=NOW)
    assert is_out(client)
    answer = client.submit(
        "/admin/login/", {"email": cast.officer.email, "password": PASSWORD}
    )
    assert answer.status_code == 401


def test_changing_the_password_signs_the_other_browsers_out(cast, sign_in, app):
    client = sign_in(cast.officer)
    thief = copy_of(client, app)
    form = {"old": PASSWORD, "password": NEW, "again": NEW}
    wrong = client.submit("/admin/password/", {**form, "old": "not this one"})
    assert wrong.status_code == 400
    assert "not your present password" in wrong.text
    unlike = client.submit("/admin/password/", {**form, "again": "something else"})
    assert unlike.status_code == 400
    assert client.submit("/admin/password/", form).status_code == 302
    assert not is_out(client)
    assert is_out(thief)
    assert passwords.matches(NEW, cast.officer.password)
    assert acts()[-1] == ("password_changed", f"staff:{cast.officer.id}")


def test_a_mailed_link_sets_a_password_once(cast, client):
    token = tokens.make(Purpose.set_password, cast.officer, at=NOW)
    path = f"/admin/password/{token}"
    assert cast.officer.email in client.get(path).text
    short = client.submit(path, {"password": "short", "again": "short"})
    assert short.status_code == 400
    answer = client.submit(path, {"password": NEW, "again": NEW})
    assert answer.location == "/admin/login/"
    assert passwords.matches(NEW, cast.officer.password)
    assert client.get(path).status_code == 404
    assert token not in client.get_cookie("esito").value
    told = db.session.query(Mail).filter_by(kind="password_changed").one()
    assert told.address == cast.officer.email
    # The back office has no page for a forgotten password.
    for said in (
        letters.message(told, at=NOW).body,
        letters.message(told, at=NOW).html,
    ):
        assert "tell your administrator" in said
        assert "Forgotten" not in said


def test_another_persons_link_is_no_link_here(cast, client):
    token = tokens.make(Purpose.set_password, cast.verifier, at=NOW)
    for path in (
        f"/admin/password/{token}",
        "/admin/password/x.y",
        "/admin/password/x",
    ):
        assert client.get(path).status_code == 404
    confirm = tokens.make(Purpose.confirm_email, cast.officer, at=NOW)
    assert client.get(f"/admin/password/{confirm}").status_code == 404


def test_a_link_of_somebody_deactivated_is_worthless(cast):
    token = tokens.make(Purpose.set_password, cast.officer, at=NOW)
    staff.deactivate(cast.officer, by=cast.admin, at=NOW)
    with pytest.raises(NotFound):
        staff.set_password(token, NEW, at=NOW)


def test_a_permission_that_is_taken_counts_for_seconds_only(cast, sign_in, monkeypatch):
    client = sign_in(cast.officer)
    assert client.get("/admin/entries/list/").status_code == 200
    cast.officer.roles = [db.session.query(Role).filter_by(name="Public").one()]
    db.session.commit()
    assert client.get("/admin/entries/list/").status_code == 403
    moment = [0.0]
    monkeypatch.setattr(security.time, "monotonic", lambda: moment[0])
    other = sign_in(cast.approver)
    assert other.get("/admin/releases/list/").status_code == 200
    role = db.session.query(Role).filter_by(name="Release approver").one()
    role.permissions = []
    db.session.commit()
    moment[0] += security.KEPT_SECONDS + 1
    assert other.get("/admin/releases/list/").status_code == 403


def test_a_page_costs_few_queries(cast, sign_in):
    client = sign_in(cast.admin)
    seen = []
    from sqlalchemy import event

    engine = db.engine.engine
    client.get("/admin/centres/list/")
    listener = seen.append
    event.listen(engine, "before_cursor_execute", lambda *a: listener(a[2]))
    client.get("/admin/centres/list/")
    selects = [one for one in seen if one.startswith("SELECT")]
    assert len(selects) <= 6, selects


def test_a_candidate_or_member_is_nobody_here(cast, app, client):
    for person, kind in (
        (cast.account(cast.amina), "candidate"),
        (cast.verifier, "member"),
    ):
        token = signins.begin(person, address="", browser="", at=NOW)
        for key in (kind, "staff", "_user_id"):
            with client.session_transaction() as session:
                session.clear()
                session[key] = token if key != "_user_id" else str(cast.admin.id)
            assert is_out(client)


def test_the_browsers_session_keeps_no_history_of_pages(cast, sign_in):
    client = sign_in(cast.admin)
    for path in (
        "/admin/",
        "/admin/centres/list/?_flt_0_name=Pisa",
        "/admin/users/add",
    ):
        client.get(path)
    with client.session_transaction() as session:
        assert set(session) <= {"_permanent", "_fresh", "staff", "csrf_token", "locale"}


def test_language_is_chosen_by_post_and_stays_after_signing_out(cast, sign_in):
    client = sign_in(cast.admin)
    answer = client.submit(
        "/admin/",
        {"language": "it", "next": "/admin/centres/list/"},
        at="/admin/language",
    )
    assert answer.location == "/admin/centres/list/"
    assert client.page("/admin/centres/list/").get("lang") == "it"
    client.submit("/admin/", at="/admin/logout")
    assert client.page("/admin/login/").get("lang") == "it"


def test_every_post_needs_its_token(cast, sign_in, app):
    client = sign_in(cast.admin)
    for rule in app.url_map.iter_rules():
        if str(rule).startswith("/admin") and "POST" in rule.methods:
            path = re.sub(r"<[^>]+>", "1", str(rule))
            assert client.post(path).status_code == 400, path


def test_looking_at_pages_changes_nothing(cast, sign_in, app):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.liceo
    cast.verifier
    for who in (cast.admin, cast.officer, cast.approver, cast.partnerships):
        client = sign_in(who)
        before = everything()
        for rule in app.url_map.iter_rules():
            if str(rule).startswith("/admin") and "GET" in rule.methods:
                client.get(re.sub(r"<[^>]+>", "1", str(rule)))
        assert everything() == before


def test_the_frameworks_own_doors_do_not_exist(cast, sign_in):
    client = sign_in(cast.admin)
    for path in (
        "/login/",
        "/logout/",
        "/lang/it",
        "/back",
        "/api/v1/security/login",
        "/api/v1/security/refresh",
        "/users/list/",
        "/roles/list/",
        "/resetpassword/form",
        "/resetmypassword/form",
        "/userinfoeditview/form",
    ):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in (400, 404, 405)


def acts():
    rows = db.session.query(AuditRow).order_by(AuditRow.id)
    return [(row.action, row.subject) for row in rows]


def everything():
    """The content of every table, those of browsers excepted."""
    from flask_appbuilder import Model

    return {
        table.name: sorted(map(repr, db.session.execute(table.select())))
        for table in Model.metadata.sorted_tables
        if table.name not in (SignIn.__tablename__, "throttle")
    }


@pytest.mark.parametrize("surface", ["office", "public"])
def test_the_back_office_may_run_alone_or_not_at_all(
    app, new_database_url, tmp_path, surface
):
    from flask_migrate import upgrade

    from tests.conftest import make_app

    other = make_app(new_database_url(), tmp_path, ESITO_SURFACE=surface)
    with other.app_context():
        upgrade()
        other.test_client_class = PageClient
        there = 200 if surface == "office" else 404
        assert other.test_client().get("/admin/login/").status_code == there
        assert other.test_client().get("/admin/password/x").status_code == 404
        db.session.remove()
        db.engine.dispose()
