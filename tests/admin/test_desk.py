"""The first page of the back office: what waits for its reader, and nothing else."""

from datetime import date, timedelta

from app.extensions import db
from app.models import Mail
from app.services import publication
from app.values import Language, MailState, OrganisationStatus
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
