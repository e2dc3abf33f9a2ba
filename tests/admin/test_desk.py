"""The first page of the back office: what waits for its reader, and nothing else."""

from datetime import date, timedelta

from app.extensions import db
from app.models import Certificate, Enquiry, Mail
from app.services import publication
from app.values import DayPart, EnquiryKind, Language, MailState, OrganisationStatus
from tests.admin.test_cases import lost
from tests.admin.test_releases import words
from tests.cast import NOW, save

DAY = timedelta(days=1)
CALM = "Nothing waits for you"


def busy(cast):
    """A board with one of everything that can wait."""
    cast.result(cast.amina)
    publication.propose(cast.session, None, NOW + DAY, by=cast.officer, at=NOW - DAY)
    cast.result(cast.boris, held_why="overall differs")
    cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
        due_on=date(2026, 12, 1),
    )
    save(
        Mail(
            kind="result_out",
            dedupe_key="k",
            address="a@mail.example",
            language=Language.en,
            values={},
            state=MailState.failed,
            queued_at=NOW,
            due_at=NOW,
        )
    )


def test_a_quiet_day_is_calm_for_everybody(cast, sign_in):
    for who in ("officer", "approver", "partnerships", "auditor", "admin", "clerk"):
        assert CALM in words(sign_in(getattr(cast, who)).page("/admin/"))


def test_the_approver_is_led_to_the_signature(cast, sign_in):
    busy(cast)
    release = db.session.scalar(db.select(publication.Release))
    page = sign_in(cast.approver).page("/admin/")
    assert f"/admin/releases/approve/{release.id}" in page.xpath("//main//a/@href")
    text = words(page)
    assert "wait for a signature" in text
    assert "1 result, 15 December 2026, 09:00, Rome time (in 1 day)" in text
    assert "Proposed by Officer Staff" in text
    assert CALM not in text
    assert "Nova College" not in text


def test_the_officer_sees_what_is_held_due_and_undelivered(cast, sign_in):
    busy(cast)
    text = words(sign_in(cast.officer).page("/admin/"))
    assert "Results held back" in text
    assert "2 candidates have no published result" in text
    assert "1 e-mail was given up" in text
    assert "Nova College" not in text


def test_the_partnerships_officer_sees_applications_and_no_results(cast, sign_in):
    busy(cast)
    text = words(sign_in(cast.partnerships).page("/admin/"))
    assert "Nova College" in text
    assert "Overdue" in text
    assert "2611-FCE-P" not in text
    assert "Results held back" not in text


def test_the_administrator_signs_nothing_and_sees_no_releases(cast, sign_in):
    busy(cast)
    text = words(sign_in(cast.admin).page("/admin/"))
    assert "wait for a signature" not in text
    assert "Results held back" not in text


def test_a_centre_sees_its_own_candidates_and_nothing_of_results(
    cast, sign_in, monkeypatch
):
    from app import clock

    busy(cast)
    other = cast.centre("IT099")
    elsewhere = cast.entry("0003", "Carla", "Conti", centre=other)
    for entry in (cast.amina, elsewhere):
        entry.id_number = entry.secret = entry.secret_issued_at = None
    db.session.commit()
    before = NOW.replace(month=11, day=1)
    monkeypatch.setattr(clock, "now", lambda: before)
    text = words(sign_in(cast.clerk).page("/admin/"))
    assert "2611-FCE-P, IT024" in text
    assert "1 candidate has none yet" in text
    assert "Your coming sessions" in text
    assert "2 candidates" in text
    for foreign in ("IT099", "wait for a signature", "held back", "published", "Nova"):
        assert foreign not in text


def test_links_of_the_desk_lead_somewhere(cast, sign_in):
    busy(cast)
    for who in ("officer", "approver", "partnerships", "auditor"):
        client = sign_in(getattr(cast, who))
        for link in client.page("/admin/").xpath("//main//a/@href"):
            assert client.get(link).status_code == 200, (who, link)


def test_nobody_sees_the_desk_without_signing_in(client):
    assert client.get("/admin/").status_code == 302


def waiting_centre(cast):
    """A centre with one of everything that can wait, and an enquiry at the board."""
    cast.account(cast.amina)
    result = cast.result(cast.amina)
    other = cast.result(cast.boris)
    cast.released(instant=NOW - DAY)
    lost(cast.it024, name="Carla Conti")
    day = NOW.date()
    arrived = {"state": "arrived", "arrived_on": day, "sent_on": day}
    asked = {"collect_on": day + 2 * DAY, "collect_part": DayPart.morning}
    for entry, version, values in (
        (cast.amina, result, {**arrived, "keep_until": day + 9 * DAY, **asked}),
        (cast.boris, other, {"sent_on": day - DAY}),
    ):
        save(Certificate(entry=entry, result=version, **values))
    enquiry = {"entry": cast.amina, "account": cast.amina.account, "result": result}
    enquiry |= {"kind": EnquiryKind.recheck, "requested_at": NOW - DAY}
    return save(Enquiry(**enquiry))


def test_a_clerk_sees_what_waits_for_the_centre_and_no_names(cast, sign_in):
    waiting_centre(cast)
    text = words(sign_in(cast.clerk).page("/admin/"))
    for said in (
        "1 question to answer",
        "1 enquiry about a result to pass on",
        "1 appointment to confirm",
        "1 certificate to be destroyed within a month",
        "1 certificate is on its way to you",
        "1 certificate waits to be collected",
    ):
        assert said in text
    assert CALM not in text
    for name in ("Benali", "Conti", "172"):
        assert name not in text
    other = cast.staff("clerk@it100.example", "Centre staff", cast.centre("IT100"))
    assert CALM in words(sign_in(other).page("/admin/"))


def test_the_officer_sees_what_the_centres_leave_lying(cast, sign_in, monkeypatch):
    from app import clock

    enquiry = waiting_centre(cast)
    assert "not answered" not in words(sign_in(cast.officer).page("/admin/"))
    enquiry.state, enquiry.accepted_at = "accepted", NOW
    enquiry.answer_due_on = NOW.date() + DAY
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOW + 4 * DAY)
    text = words(sign_in(cast.officer).page("/admin/"))
    assert "Centres that have not answered their candidates" in text
    assert "1 question waits for more than three working days" in text
    assert "0001 Amina Benali, 2611-FCE-P Overdue" in text
    for who in ("approver", "partnerships", "admin"):
        text = words(sign_in(getattr(cast, who)).page("/admin/"))
        assert "three working days" not in text
        assert "Benali" not in text


def test_every_link_of_a_busy_centre_leads_somewhere(cast, sign_in, monkeypatch):
    from app import clock

    enquiry = waiting_centre(cast)
    clerk = sign_in(cast.clerk)
    links = clerk.page("/admin/").xpath("//main//a/@href")
    assert len(links) == 6
    for link in links:
        page = clerk.get(link)
        assert page.status_code == 200, link
        assert "There are no rows here" not in page.text, link
    enquiry.state, enquiry.accepted_at = "accepted", NOW
    enquiry.answer_due_on = NOW.date()
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOW + 4 * DAY)
    officer = sign_in(cast.officer)
    for link in officer.page("/admin/").xpath("//main//a/@href"):
        assert officer.get(link).status_code == 200, link
