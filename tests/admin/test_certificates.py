"""Certificates in the back office: sent by the board, kept by each centre."""

from datetime import date, timedelta

import pytest

from app.extensions import db
from app.models import AuditRow, Certificate, Mail
from app.services import certificates
from app.services.certificates import collection
from app.values import CertificateState, DayPart
from tests.admin.test_releases import _token, words
from tests.cast import NOW, save
from tests.telling import tells

DAY = timedelta(days=1)
TODAY = NOW.date()
BASE = "/admin/certificates"


@pytest.fixture
def out(cast):
    cast.result(cast.amina)
    cast.result(cast.boris)
    cast.account(cast.amina)
    cast.released(instant=NOW - 3 * DAY)


@pytest.fixture
def sent(cast, out):
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    return db.session.scalars(db.select(Certificate).order_by(Certificate.id)).all()


@pytest.fixture
def arrived(cast, sent):
    collection.arrive(sent, TODAY, by=cast.clerk, at=NOW)
    return sent[0]


def state(row):
    db.session.refresh(row)
    return row.state


# --- The board ------------------------------------------------------------------------


def test_the_officer_sees_how_many_before_sending_them(cast, sign_in, out):
    officer = sign_in(cast.officer)
    page = officer.page(f"{BASE}/send")
    (link,) = page.xpath("//main//a[contains(@href, 'session=')]/@href")
    text = words(officer.page(link))
    assert "Certificates to send 2" in text
    assert "2 certificates are sent" in text
    answer = officer.submit(link, {"day": "2026-12-14"})
    assert (answer.status_code, answer.location) == (303, f"{BASE}/list/")
    rows = db.session.scalars(db.select(Certificate)).all()
    assert {row.sent_on for row in rows} == {TODAY}
    assert len(rows) == 2
    assert "There is no certificate left to send" in words(officer.page(link))
    again = officer.post(link, data={**_token(officer, link), "day": "2026-12-14"})
    assert again.status_code in (400, 409)


@pytest.mark.parametrize("day", ["", "2026-12-15", "2026-01-01", "soon"])
def test_an_odd_day_is_refused_beside_its_field(cast, sign_in, out, day):
    officer = sign_in(cast.officer)
    path = f"{BASE}/send?session={cast.session.code}"
    answer = officer.submit(path, {"day": day})
    assert answer.status_code == 400
    assert "has-error" in answer.text
    assert db.session.scalars(db.select(Certificate)).all() == []


def test_the_officer_sends_one_centres_alone(cast, sign_in, out):
    other = cast.entry("0006", "Olga", "Orsi", centre=cast.centre("IT099"))
    cast.result(other)
    cast.released(instant=NOW - DAY)
    officer = sign_in(cast.officer)
    path = f"{BASE}/send?session={cast.session.code}"
    assert "IT099 Centre IT099 (1)" in words(officer.page(path))
    officer.submit(f"{path}&centre=IT099", {"day": "2026-12-14"})
    assert db.session.scalars(db.select(Certificate.entry_id)).all() == [other.id]


def test_an_unknown_session_or_centre_is_said_to_be(cast, sign_in, out):
    officer = sign_in(cast.officer)
    for query in ("session=NOPE", f"session={cast.session.code}&centre=XX000"):
        assert officer.get(f"{BASE}/send?{query}").status_code == 400


# --- The centre -----------------------------------------------------------------------


def test_the_centre_says_that_a_sessions_certificates_came(cast, sign_in, sent):
    clerk = sign_in(cast.clerk)
    page = clerk.page(f"{BASE}/arrived")
    (link,) = page.xpath("//main//a[contains(@href, 'session=')]/@href")
    assert "0001 Amina Benali" in words(clerk.page(link))
    assert clerk.submit(link, {"day": "2026-12-14"}).status_code == 303
    assert {state(row) for row in sent} == {CertificateState.arrived}
    told = db.session.scalars(
        db.select(Mail.address).where(Mail.kind == "certificate_arrived")
    ).all()
    assert sorted(told) == ["amina@mail.example", "boris@mail.example"]
    assert "Nothing of this session is on its way" in words(clerk.page(link))


def test_what_was_sent_since_the_list_was_read_has_not_come(cast, sign_in, out):
    def told():
        query = db.select(Mail.address).where(Mail.kind == "certificate_arrived")
        return db.session.scalars(query.order_by(Mail.id)).all()

    (entry, result), _second = certificates.to_send(cast.session, None, at=NOW)
    ids = {"entry_id": entry.id, "result_id": result.id}
    hers = save(Certificate(**ids, sent_on=TODAY - DAY))
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/arrived?session={cast.session.code}"
    page = clerk.page(path)
    form = {
        name: page.xpath(f"//main//input[@name='{name}']/@value")[0]
        for name in ("csrf_token", "day", "last")
    }
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    for _ in range(2):
        assert clerk.post(path, data=form).status_code == 303
        assert state(hers) is CertificateState.arrived
        assert told() == ["amina@mail.example"]
    assert "0002 Boris" in words(clerk.page(path))


def test_those_that_came_can_be_ticked(cast, sign_in, sent):
    clerk = sign_in(cast.clerk)
    token = _token(clerk, f"{BASE}/list/")
    form = {**token, "action": "arrive", "rowid": str(sent[1].id)}
    asked = clerk.post(f"{BASE}/action_post", data=form)
    assert "told by email" in asked.text
    assert state(sent[1]) is CertificateState.sent
    clerk.post(f"{BASE}/action_post", data={**form, "confirmed": "yes"})
    assert state(sent[1]) is CertificateState.arrived
    assert state(sent[0]) is CertificateState.sent
    assert "1 certificate has arrived" in words(clerk.page(f"{BASE}/list/"))
    clerk.post(f"{BASE}/action_post", data={**form, "confirmed": "yes"})
    assert "nothing to do here now" in words(clerk.page(f"{BASE}/list/"))


def test_an_appointment_is_confirmed_as_it_was_seen(cast, sign_in, arrived):
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/agree/{arrived.id}"
    assert "There is nothing to do here now" in words(clerk.page(path))
    arrived.collect_on, arrived.collect_part = date(2027, 1, 12), DayPart.morning
    db.session.commit()
    old = {"day": "2027-01-11", "part": "morning"}
    assert clerk.submit(path, old).status_code == 409
    for odd in ({"day": "x", "part": "morning"}, {"day": "2027-01-12", "part": ""}):
        assert clerk.submit(path, odd).status_code == 409
    page = clerk.page(path)
    seen = {
        name: page.xpath(f"//input[@name='{name}']/@value")[0]
        for name in ("day", "part")
    }
    assert clerk.submit(path, seen).status_code == 303
    db.session.refresh(arrived)
    assert arrived.collect_agreed_at == NOW


def test_an_appointment_of_yesterday_is_not_confirmed_today(cast, sign_in, arrived):
    arrived.collect_on, arrived.collect_part = TODAY - DAY, DayPart.morning
    db.session.commit()
    clerk = sign_in(cast.clerk)
    shown = words(clerk.page(f"{BASE}/show/{arrived.id}"))
    assert "Confirm the appointment" not in shown
    assert "Offer another day" in shown
    path = f"{BASE}/agree/{arrived.id}"
    assert "There is nothing to do here now" in words(clerk.page(path))
    form = {**_token(clerk, "/admin/password/"), "day": str(TODAY - DAY)}
    late = clerk.post(path, data={**form, "part": "morning"})
    assert (late.status_code, "is over" in late.text) == (409, True)
    db.session.refresh(arrived)
    assert arrived.collect_agreed_at is None


def test_a_day_that_does_not_suit_is_answered_with_another_one(cast, sign_in, arrived):
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/offer/{arrived.id}"
    assert "There is nothing to do here now" in words(clerk.page(path))
    arrived.collect_on, arrived.collect_part = date(2027, 1, 12), DayPart.morning
    db.session.commit()
    shown = clerk.page(f"{BASE}/show/{arrived.id}")
    assert shown.xpath("//main//a[normalize-space()='Offer another day']")
    page = clerk.page(path)
    seen = {
        name: page.xpath(f"//input[@name='{name}']/@value")[0]
        for name in ("seen_day", "seen_part")
    }
    sunday = clerk.submit(path, {**seen, "collect_on": "2027-01-17", "part": "morning"})
    assert (sunday.status_code, "closed on this day" in sunday.text) == (400, True)
    assert 'value="2027-01-17"' in sunday.text
    answer = clerk.submit(path, {**seen, "collect_on": "2027-01-14", "part": "morning"})
    assert (answer.status_code, answer.location) == (303, f"{BASE}/show/{arrived.id}")
    db.session.refresh(arrived)
    assert (arrived.collect_on, arrived.collect_agreed_at) == (date(2027, 1, 14), NOW)
    # Somebody else at the desk still has the old page open.
    late = {**seen, "collect_on": "2027-01-15", "part": "morning"}
    assert clerk.submit(path, late).status_code == 409


def test_it_is_handed_over_with_the_name_of_who_signed(cast, sign_in, arrived):
    arrived.collector = "Rita Benali"
    db.session.commit()
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/hand_over/{arrived.id}"
    page = clerk.page(path)
    assert page.xpath("//input[@name='to']/@value") == ["Rita Benali"]
    empty = clerk.submit(path, {"to": "", "day": "2026-12-14"})
    assert (empty.status_code, "who signed" in empty.text) == (400, True)
    form = {"to": "Rita Benali", "day": "2026-12-14"}
    assert clerk.submit(path, form).status_code == 303
    assert state(arrived) is CertificateState.collected
    token = _token(clerk, "/admin/password/")
    again = clerk.post(path, data={**token, **form})
    assert (again.status_code, again.location) == (303, f"{BASE}/show/{arrived.id}")
    posted = clerk.post(f"{BASE}/post/{arrived.id}", data={**token, **form})
    assert posted.status_code == 409
    text = words(clerk.page(f"{BASE}/show/{arrived.id}"))
    assert "Rita Benali" in text
    assert "Hand it over" not in text


def test_it_is_posted_with_the_number_of_the_parcel(cast, sign_in, arrived):
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/post/{arrived.id}"
    assert "nothing to do" in words(clerk.page(path))
    arrived.post_to = "Via Roma 1"
    db.session.commit()
    form = {"to": "RA123", "day": "2026-12-14"}
    assert clerk.submit(path, form).status_code == 303
    assert state(arrived) is CertificateState.posted


def test_it_is_destroyed_after_its_time_only(cast, sign_in, arrived):
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/destroy/{arrived.id}"
    assert "nothing to do" in words(clerk.page(path))
    show = f"{BASE}/show/{arrived.id}"
    assert not clerk.page(show).xpath(f"//a[@href='{path}']")
    token = _token(clerk, "/admin/password/")
    early = clerk.post(path, data={**token, "day": "2026-12-14"})
    assert early.status_code == 400
    arrived.keep_until = TODAY - DAY
    arrived.arrived_on = TODAY - 2 * DAY
    db.session.commit()
    assert clerk.page(show).xpath(f"//a[@href='{path}']")
    assert clerk.submit(path, {"day": "2026-12-14"}).status_code == 303
    assert state(arrived) is CertificateState.destroyed
    trail = db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()
    assert trail[-1] == "certificate_destroyed"


def test_an_address_keeps_its_lines_for_the_envelope(cast, sign_in, arrived):
    arrived.post_to = "Amina Benali\nVia Roma 1\n56100 Pisa"
    db.session.commit()
    clerk = sign_in(cast.clerk)
    for act in ("show", "post"):
        page = clerk.page(f"{BASE}/{act}/{arrived.id}")
        (shown,) = page.xpath("//dd[@class='lines']")
        assert shown.text == arrived.post_to


# --- Whose they are -------------------------------------------------------------------


def test_another_centre_finds_none_of_it(cast, sign_in, arrived):
    other = cast.staff("x@it099.example", "Centre staff", centre=cast.centre("IT099"))
    clerk = sign_in(other)
    assert "Benali" not in words(clerk.page(f"{BASE}/list/"))
    for act in ("show", "agree", "offer", "hand_over", "post", "destroy"):
        assert clerk.get(f"{BASE}/{act}/{arrived.id}").status_code == 404, act
    token = _token(clerk, "/admin/password/")
    form = {**token, "to": "X", "day": "2026-12-14"}
    for act in ("agree", "offer", "hand_over", "post", "destroy"):
        assert clerk.post(f"{BASE}/{act}/{arrived.id}", data=form).status_code == 404
    tick = {**token, "action": "arrive", "rowid": str(arrived.id), "confirmed": "yes"}
    assert clerk.post(f"{BASE}/action_post", data=tick).status_code == 404
    path = f"{BASE}/arrived?session={cast.session.code}"
    assert "Nothing of this session" in words(clerk.page(path))
    assert state(arrived) is CertificateState.arrived


def test_the_list_is_searched_by_state_and_session(cast, sign_in, arrived):
    officer = sign_in(cast.officer)
    here = "_flt_0_state=arrived&_flt_0_entry.session.code=2611"
    assert "Amina Benali" in words(officer.page(f"{BASE}/list/?{here}"))
    gone = "_flt_0_state=collected"
    assert "Amina Benali" not in words(officer.page(f"{BASE}/list/?{gone}"))


@pytest.mark.parametrize("who", ["admin", "auditor", "officer"])
def test_others_read_and_are_offered_no_act(cast, sign_in, arrived, who):
    client = sign_in(getattr(cast, who))
    page = client.page(f"{BASE}/show/{arrived.id}")
    links = page.xpath("//main//a/@href")
    acts = ("agree", "offer", "hand_over", "post", "destroy")
    assert not [link for link in links if any(act in link for act in acts)]


def test_no_page_of_a_centre_tells_a_mark(cast, sign_in, arrived):
    clerk = sign_in(cast.clerk)
    for path in (f"{BASE}/list/", f"{BASE}/show/{arrived.id}"):
        assert not tells(words(clerk.page(path)), "172")
