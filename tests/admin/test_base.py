"""What every generated screen promises, whatever it shows."""

import threading
from datetime import timedelta

import pytest
from flask_babel import lazy_gettext as _l
from sqlalchemy import event

from app.extensions import db
from app.models import AuditRow, Centre, Entry, Mail, School
from app.services import signins
from app.values import Audience
from app.views.admin.base import Page, Screen
from app.views.admin.rows import Rows
from tests.cast import NOW

COMPLETE = {
    "datamodel": Rows(School),
    "class_permission_name": "Things",
    "list_title": _l("Things"),
    "label_columns": {"name": _l("Name")},
    "list_columns": ["name"],
    "show_columns": ["name"],
    "search_columns": [],
    "base_order": ("name", "asc"),
}


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "datamodel"])
def test_a_screen_that_leaves_something_out_cannot_be_written(name):
    declared = {key: value for key, value in COMPLETE.items() if key != name}
    with pytest.raises(TypeError, match=name):
        type("Things", (Screen,), declared)
    type("Things", (Screen,), COMPLETE)


def test_a_relation_gets_into_no_form_and_no_search_by_itself():
    labels = {"name": _l("Name"), "centre": _l("Centre")}
    for column in ("search_columns", "edit_columns"):
        declared = {**COMPLETE, "label_columns": labels, column: ["centre"]}
        with pytest.raises(TypeError, match="centre"):
            type("Things", (Screen,), declared)


def test_a_page_lies_under_admin_and_names_its_permissions():
    with pytest.raises(TypeError, match="route_base"):
        type("Thing", (Page,), {"route_base": "/thing", "class_permission_name": "X"})
    with pytest.raises(TypeError, match="noun"):
        type("Thing", (Page,), {"route_base": "/admin/thing"})


@pytest.mark.parametrize(
    "query",
    [
        "psize_Centres=abc",
        "psize_Centres=-1",
        "psize_Centres=0",
        "psize_Centres=101",
        "psize_Centres=1000000",
        "psize_Centres=%D9%A3",
        "psize_Centres=",
        "page_Centres=-1",
        "page_Centres=1e3",
        "page_Centres=99999999999999999999",
        "_oc_Centres=email",
        "_oc_Centres=id",
        "_oc_Centres=__class__",
        "_oc_Centres=name&_od_Centres=up",
        "_flt_0_email=x",
        "_flt_0_id=1",
        "_flt_9_name=x",
        "_flt_x_name=x",
        "_flt_0_name=a&_flt_0_name=b",
        "_flt_0_name=%00",
        "_flt_0_name=" + "x" * 201,
        "%00=1",
        "page_Timetable=%00",
    ],
)
def test_an_odd_address_is_answered_400(cast, sign_in, query):
    client = sign_in(cast.admin)
    assert client.get(f"/admin/centres/list/?{query}").status_code == 400


@pytest.mark.parametrize(
    ("screen", "query"),
    [
        ("sessions", "_flt_0_exam=NONE"),
        ("sessions", "_flt_0_exam_date=yesterday"),
        ("sessions", "_flt_1_exam_date=9999-12-31"),
        ("entries", "_flt_0_registered_at=2026-13-01"),
        ("entries", "_flt_0_secret=x"),
        ("users", "_flt_0_active=maybe"),
        ("users", "_flt_0_password=x"),
        ("mails", "_flt_0_values=x"),
    ],
)
def test_what_is_no_value_or_not_offered_is_answered_400(cast, sign_in, screen, query):
    client = sign_in(cast.auditor)
    assert client.get(f"/admin/{screen}/list/?{query}").status_code == 400


@pytest.mark.parametrize("key", ["0", "-1", "abc", "1e1", "9" * 30, "%00", "١"])
def test_a_row_that_is_not_there_is_answered_404(cast, sign_in, key):
    client = sign_in(cast.admin)
    for page in ("show", "edit", "delete"):
        answer = client.get(f"/admin/centres/{page}/{key}")
        assert answer.status_code in (400, 404)


def test_a_percent_sign_is_searched_for_as_it_is(cast, sign_in):
    cast.it024.name = "Fifty % more"
    cast.centre("IT025")
    db.session.commit()
    page = sign_in(cast.admin).page("/admin/centres/list/?_flt_0_name=%25")
    assert rows_of(page) == ["IT024"]


def test_a_list_is_searched_ordered_and_paged(cast, sign_in):
    for number in range(30, 60):
        cast.centre(f"IT0{number}")
    client = sign_in(cast.admin)
    first = client.page("/admin/centres/list/?psize_Centres=10&_oc_Centres=number")
    assert rows_of(first) == [f"IT0{number}" for number in range(30, 40)]
    last = client.page(
        "/admin/centres/list/"
        "?psize_Centres=10&_oc_Centres=number&_od_Centres=desc&page_Centres=1"
    )
    assert rows_of(last)[0] == "IT049"
    found = client.page("/admin/centres/list/?_flt_0_number=it055")
    assert rows_of(found) == ["IT055"]
    beyond = client.page("/admin/centres/list/?page_Centres=1000")
    assert rows_of(beyond) == []


def test_a_long_list_costs_no_more_queries_than_a_short_one(cast, sign_in):
    cast.amina
    client = sign_in(cast.officer)

    def queries():
        seen = []
        engine = db.engine.engine
        event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        client.get("/admin/entries/list/")
        return len([one for one in seen if one.startswith("SELECT")])

    few = queries()
    for number in range(10, 30):
        centre = cast.centre(f"FR0{number}")
        cast.entry(f"00{number}", "Some", "Body", centre=centre)
    db.session.expire_all()
    assert queries() // 2 <= few


def test_nothing_in_the_address_fills_a_form(cast, sign_in):
    client = sign_in(cast.admin)
    other = cast.centre("FR001")
    for page in ("add", f"edit/{cast.liceo.id}"):
        answer = client.get(f"/admin/schools/{page}?_flt_0_centre={other.id}")
        assert answer.status_code == 400


def test_a_change_leaves_what_was_and_what_is(cast, sign_in):
    client = sign_in(cast.admin)
    form = {name: getattr(cast.it024, name) for name in CENTRE}
    answer = client.submit(
        f"/admin/centres/edit/{cast.it024.id}", {**form, "city": "Lucca"}
    )
    assert answer.status_code == 302
    row = last_act()
    assert (row.action, row.subject) == ("record_changed", f"centre:{cast.it024.id}")
    assert row.actor == f"staff:{cast.admin.id}"
    assert row.detail == '{"after": {"city": "Lucca"}, "before": {"city": "Pisa"}}'


def test_saving_without_a_change_writes_nothing(cast, sign_in):
    client = sign_in(cast.admin)
    before = db.session.query(AuditRow).count()
    form = {name: getattr(cast.it024, name) for name in CENTRE}
    client.submit(f"/admin/centres/edit/{cast.it024.id}", form)
    assert db.session.query(AuditRow).count() == before


def test_what_was_typed_wrong_comes_back_with_a_sentence(cast, sign_in):
    client = sign_in(cast.admin)
    form = {name: getattr(cast.it024, name) for name in CENTRE}
    for change, words in (
        ({"number": "it024"}, "number looks like IT024."),
        ({"number": "IT024"}, "Another record has this already."),
        ({"number": "IT777", "name": ""}, "Please fill this in."),
        ({"number": "IT777", "timezone": "Rome"}, "A time zone looks like"),
        ({"number": "IT777", "name": "x" * 161}, "longer than 160"),
    ):
        answer = client.submit("/admin/centres/add", {**form, **change})
        assert answer.status_code in (400, 409)
        assert words in answer.text
        assert "Via Roma 1" in answer.text
    assert db.session.query(Centre).count() == 1


def test_a_row_that_others_need_is_not_deleted_and_says_why(cast, sign_in):
    client = sign_in(cast.admin)
    cast.liceo
    answer = client.submit(f"/admin/centres/delete/{cast.it024.id}")
    assert answer.status_code == 302
    assert "other records refer to it" in client.get(answer.location).text
    assert db.session.query(Centre).count() == 1
    school = f"/admin/schools/delete/{cast.liceo.id}"
    for _ in range(2):
        sent = client.submit("/admin/password/", at=school)
        assert (sent.status_code, sent.location) == (302, "/admin/schools/list/")
    assert client.get(school).status_code == 404
    assert last_act().action == "record_deleted"
    assert db.session.query(School).count() == 0


def test_an_action_reaches_only_rows_that_its_reader_sees(cast, sign_in):
    foreign = cast.entry("0077", "Zoé", "Autre", centre=cast.centre("FR001"))
    old = foreign.secret
    client = sign_in(cast.clerk)
    token = csrf(client, "/admin/entries/list/")
    for path, form in (
        (f"/admin/entries/reissue/{foreign.id}", {}),
        ("/admin/entries/action_post", {"action": "confirmation", "rowid": foreign.id}),
        (f"/admin/entries/action/confirmation/{foreign.id}", {}),
    ):
        sent = {**form, "csrf_token": token, "confirmed": "yes"}
        assert client.post(path, data=sent).status_code == 404
    assert db.session.get(Entry, foreign.id).secret == old


def test_an_unknown_action_is_answered_404_and_a_get_405(cast, sign_in):
    client = sign_in(cast.officer)
    token = csrf(client, "/admin/entries/list/")
    path = f"/admin/entries/action/delete/{cast.amina.id}"
    assert client.post(path, data={"csrf_token": token}).status_code == 404
    confirmation = f"/admin/entries/action/confirmation/{cast.amina.id}"
    assert client.get(confirmation).status_code == 405


def test_an_action_that_matters_asks_first(cast, sign_in):
    client = sign_in(cast.admin)
    path = f"/admin/users/action/invite/{cast.clerk.id}"
    token = csrf(client, f"/admin/users/show/{cast.clerk.id}")
    asked = client.post(path, data={"csrf_token": token})
    assert asked.status_code == 200
    assert "is e-mailed to them" in asked.text
    assert db.session.query(Mail).count() == 0
    client.post(path, data={"csrf_token": token, "confirmed": "yes"})
    assert db.session.query(Mail).count() == 1


def test_nobody_sees_what_somebody_else_searches_for(own_app):
    """Two readers at a time, each with a search of their own."""
    from tests.cast import Cast

    cast = Cast()
    for number in range(100, 120):
        cast.centre(f"IT{number}")
    token = signins.begin(cast.admin, address="", browser="", at=clock_now())
    wrong = []

    def read(number):
        client = own_app.test_client()
        with client.session_transaction() as session:
            session[Audience.staff.value] = token
        for _ in range(8):
            text = client.get(f"/admin/centres/list/?_flt_0_number={number}").text
            others = {f"IT{n}" for n in range(100, 120)} - {number}
            if f'value="{number}"' not in text or any(o in text for o in others):
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(f"IT{n}",)) for n in range(100, 108)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


CENTRE = (
    "number",
    "name",
    "city",
    "country",
    "email",
    "phone",
    "website",
    "address",
    "timezone",
)


def clock_now():
    return NOW - timedelta(minutes=1)


def rows_of(page):
    return [cell.text_content().strip() for cell in page.xpath("//tbody/tr/th")]


def last_act():
    return db.session.scalar(db.select(AuditRow).order_by(AuditRow.id.desc()).limit(1))


def csrf(client, path):
    return client.page(path).xpath("//input[@name='csrf_token']/@value")[0]


def test_a_name_never_becomes_markup_in_a_sentence_about_it(cast, sign_in):
    cast.it024.name = "<script>alert(1)</script>"
    cast.liceo
    client = sign_in(cast.admin)
    answer = client.submit(f"/admin/centres/delete/{cast.it024.id}")
    text = client.get(answer.location).text
    assert "cannot be deleted" in text
    assert "<script>alert" not in text
