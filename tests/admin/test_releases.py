"""Two people publish a session from their pages, and either takes it back."""

from datetime import UTC, datetime, timedelta

import pytest

from app.extensions import db
from app.models import AuditRow, Release
from app.services import publication
from tests.cast import NOW

DAY = timedelta(days=1)
PROPOSE = "/admin/releases/propose?session=2611-FCE-P"


def words(page):
    return " ".join(" ".join(page.itertext()).split())


def release():
    return db.session.scalar(
        db.select(Release).execution_options(populate_existing=True)
    )


@pytest.fixture
def proposed(cast):
    cast.result(cast.amina)
    return publication.propose(
        cast.session, None, NOW + DAY, by=cast.officer, at=NOW - DAY
    )


def test_the_officer_sees_what_a_release_would_hold_before_proposing(cast, sign_in):
    cast.result(cast.amina)
    cast.result(cast.boris, held_why="overall differs")
    assert cast.entry("0003", "Carla", "Conti")
    officer = sign_in(cast.officer)
    choice = words(officer.page("/admin/releases/propose"))
    assert "2611-FCE-P" in choice
    page = words(officer.page(PROPOSE))
    assert "Ready to be released 1" in page
    assert "Held back, an officer has to look 1" in page
    assert "Without any result yet 1" in page
    assert "Entries in all 3" in page
    assert "Propose to release 1 result" in page
    assert "Europe/Rome" in page


def test_a_release_is_proposed_on_the_clock_of_the_board(cast, sign_in):
    cast.result(cast.amina)
    officer = sign_in(cast.officer)
    answer = officer.submit(PROPOSE, {"day": "2026-12-15", "time": "09:00"})
    assert answer.status_code == 303
    assert release().instant == datetime(2026, 12, 15, 8, 0, tzinfo=UTC)
    assert release().proposed_by == cast.officer
    form = {**_token(officer, "/admin/password/"), "day": "2026-12-15", "time": "09:00"}
    again = officer.post(PROPOSE, data=form)
    assert (again.status_code, again.location) == (303, answer.location)
    assert db.session.query(Release).count() == 1
    otherwise = officer.post(PROPOSE, data={**form, "time": "10:00"})
    assert (otherwise.status_code, "No result" in otherwise.text) == (400, True)
    shown = officer.page(answer.location)
    assert shown.findtext(".//h1") == f"Release {release().id} of 2611-FCE-P"
    page = words(shown)
    assert "UTC" not in page
    assert "Nothing comes out until a second person has signed" in page
    assert "Look and sign" not in page


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("2027-03-28", "02:30", "There is no 02:30 on 2027-03-28"),
        ("2027-10-31", "02:30", "02:30 comes twice on 2027-10-31"),
        ("2026-12-14", "08:59", "The instant has passed"),
        ("", "09:00", "Choose the day"),
        ("2026-12-15", "", "Choose the time"),
        ("31/02/2027", "09:00", "Enter a date"),
        ("2026-12-15", "25:00", "Choose the time"),
    ],
)
def test_an_instant_that_cannot_be_is_refused_in_words(cast, sign_in, day, time, said):
    cast.result(cast.amina)
    answer = sign_in(cast.officer).submit(PROPOSE, {"day": day, "time": time})
    assert answer.status_code == 400
    assert said in answer.text
    assert release() is None


def test_one_centre_can_be_proposed_alone(cast, sign_in):
    cast.result(cast.amina)
    other = cast.centre("IT099")
    cast.result(cast.entry("0003", "Carla", "Conti", centre=other))
    officer = sign_in(cast.officer)
    path = f"{PROPOSE}&centre=IT099"
    assert "Propose to release 1 result" in words(officer.page(path))
    officer.submit(path, {"day": "2026-12-15", "time": "09:00"})
    assert (release().centre, release().result_count) == (other, 1)


def test_an_unknown_session_or_centre_is_refused(cast, sign_in):
    cast.result(cast.amina)
    officer = sign_in(cast.officer)
    assert officer.get("/admin/releases/propose?session=NO").status_code == 400
    assert officer.get(f"{PROPOSE}&centre=XX999").status_code == 400


def test_with_nothing_ready_the_page_says_so(cast, sign_in):
    assert cast.amina
    officer = sign_in(cast.officer)
    assert "Nothing is ready" in words(officer.page("/admin/releases/propose"))
    page = officer.page(PROPOSE)
    assert "Nothing here is ready" in words(page)
    assert not page.xpath("//main//form[@method='post']")


def test_the_approver_reads_what_is_signed_and_signs_it(cast, sign_in, proposed):
    approver = sign_in(cast.approver)
    path = f"/admin/releases/approve/{proposed.id}"
    page = words(approver.page(path))
    for part in ("2611-FCE-P", "15 December 2026", "09:00", "Officer Staff"):
        assert part in page
    assert "Graded 1" in page
    assert "C 1 100.0 %" in page
    assert "Sign for 1 result" in page
    answer = approver.submit(path)
    assert answer.status_code == 303
    assert release().approved_by == cast.approver
    assert "Signed, waiting for its instant" in words(approver.page(answer.location))
    again = approver.post(path, data=_token(approver, path))
    assert (again.status_code, again.location) == (303, answer.location)
    colleague = sign_in(cast.staff("ada@board.example", "Release approver"))
    late = colleague.post(path, data=_token(colleague, path))
    assert late.status_code == 409
    assert "already approved or withdrawn" in late.text
    publication.withdraw(release(), by=cast.officer, why="Wrong.", at=NOW)
    approver = sign_in(cast.approver)
    gone = approver.post(path, data=_token(approver, path))
    assert gone.status_code == 409


def test_a_late_signature_says_that_results_come_out_at_once(
    cast, sign_in, proposed, monkeypatch
):
    from app import clock

    monkeypatch.setattr(clock, "now", lambda: NOW + DAY)
    approver = sign_in(cast.approver)
    page = words(approver.page(f"/admin/releases/approve/{proposed.id}"))
    assert "out the moment you sign" in page


def test_the_proposer_cannot_sign_even_with_both_roles(cast, sign_in, proposed):
    cast.officer.roles = [*cast.officer.roles, *cast.approver.roles]
    db.session.commit()
    both = sign_in(cast.officer)
    path = f"/admin/releases/approve/{proposed.id}"
    page = both.page(path)
    assert "somebody else has to sign" in words(page)
    assert not page.xpath("//main//form")
    answer = both.post(path, data=_token(both, "/admin/imports/"))
    assert answer.status_code == 403
    assert release().approved_at is None


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("officer", "approve"),
        ("auditor", "approve"),
        ("auditor", "withdraw"),
        ("admin", "approve"),
        ("admin", "withdraw"),
        ("partnerships", "withdraw"),
        ("clerk", "approve"),
        ("clerk", "withdraw"),
    ],
)
def test_other_roles_neither_see_nor_do_it(cast, sign_in, proposed, who, page):
    client = sign_in(getattr(cast, who))
    path = f"/admin/releases/{page}/{proposed.id}"
    assert client.get(path).status_code == 403
    sent = client.post(path, data={**_token(client, "/admin/password/"), "why": "x"})
    assert sent.status_code == 403
    assert (release().approved_at, release().withdrawn_at) == (None, None)


def test_only_the_officer_proposes(cast, sign_in):
    cast.result(cast.amina)
    for who in ("approver", "auditor", "admin", "clerk", "partnerships"):
        assert sign_in(getattr(cast, who)).get(PROPOSE).status_code == 403


@pytest.mark.parametrize("who", ["officer", "approver"])
def test_either_takes_a_release_down_and_it_is_dark_at_once(cast, sign_in, who):
    cast.result(cast.amina)
    out = cast.released(instant=NOW)
    client = sign_in(getattr(cast, who))
    path = f"/admin/releases/withdraw/{out.id}"
    assert "hidden at once" in words(client.page(path))
    empty = client.submit(path, {"why": " "})
    assert empty.status_code == 400
    assert publication.published_result(cast.amina, at=NOW)
    answer = client.submit(path, {"why": "wrong papers"})
    assert answer.status_code == 303
    assert publication.published_result(cast.amina, at=NOW) is None
    assert "wrong papers" in words(client.page(answer.location))
    trail = db.session.scalars(db.select(AuditRow.action)).all()
    assert trail[-1] == "release_withdrawn"
    again = client.post(path, data={**_token(client, path), "why": "again"})
    assert again.status_code == 409


def test_the_list_says_where_each_release_stands(cast, sign_in):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.result(cast.boris)
    publication.propose(cast.session, None, NOW + DAY, by=cast.officer, at=NOW - DAY)
    page = words(sign_in(cast.auditor).page("/admin/releases/list/"))
    assert "2 rows" in page
    assert "Out" in page
    assert "Proposed" in page
    assert "Every centre" in page


def test_an_unknown_release_is_404(cast, sign_in):
    client = sign_in(cast.approver)
    for key in ("7", "x", "-1", "9" * 40):
        assert client.get(f"/admin/releases/approve/{key}").status_code == 404


def _token(client, path):
    page = client.page(path)
    return {"csrf_token": page.xpath("//input[@name='csrf_token']/@value")[0]}
