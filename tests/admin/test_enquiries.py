"""Enquiries in the back office: the centre passes them on, the board decides."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.extensions import db
from app.models import Enquiry, Release, Result
from app.services import enquiries, publication
from app.services.enquiries import outcomes
from app.values import EnquiryKind, EnquiryOutcome, EnquiryState
from tests.admin.test_releases import _token, words
from tests.cast import NOW
from tests.telling import tells

DAY = timedelta(days=1)
BOARD, CENTRE = "/admin/enquiries", "/admin/centreenquiries"
FOUND = {"score_r": "172", "score_u": "170", "score_w": "173"}
FOUND |= {"score_l": "175", "score_s": "175"}


@pytest.fixture
def asked(cast):
    """Amina's enquiry, which waits for her centre."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released(instant=NOW - DAY)
    return enquiries.request(
        cast.amina, EnquiryKind.recheck, "I finished it all.", by=account, at=NOW - DAY
    )


@pytest.fixture
def accepted(cast, asked):
    """Amina's enquiry, which the board looks into."""
    enquiries.accept(asked, by=cast.clerk, at=NOW - DAY)
    return asked


def fresh(enquiry):
    return db.session.get(Enquiry, enquiry.id, populate_existing=True)


def test_a_clerk_passes_a_request_on_when_the_fee_is_paid(cast, sign_in, asked):
    assert "no rows" in words(sign_in(cast.auditor).page("/admin/enquiries-due/list/"))
    clerk = sign_in(cast.clerk)
    queue = clerk.page("/admin/enquiries-to-pass-on/list/")
    assert f"{CENTRE}/show/{asked.id}" in queue.xpath("//main//a/@href")
    shown = clerk.page(f"{CENTRE}/show/{asked.id}")
    assert "Waits for the centre" in words(shown)
    assert "I finished it all." in words(shown)
    path = f"{CENTRE}/accept/{asked.id}"
    assert path in shown.xpath("//main//a/@href")
    answer = clerk.submit(path)
    assert answer.status_code == 303
    assert fresh(asked).state is EnquiryState.accepted
    assert fresh(asked).accepted_by == cast.clerk
    assert fresh(asked).answer_due_on == date(2026, 12, 21)
    assert "With the board" in words(clerk.page(answer.location))
    assert "no rows" in words(clerk.page("/admin/enquiries-to-pass-on/list/"))
    again = clerk.post(path, data=_token(clerk, path))
    assert (again.status_code, again.location) == (303, answer.location)
    colleague = sign_in(cast.staff("b@it024.example", "Centre staff", cast.it024))
    late = colleague.post(path, data=_token(colleague, path))
    assert (late.status_code, "Somebody has answered" in late.text) == (409, True)
    assert fresh(asked).accepted_by == cast.clerk


def test_a_clerk_refuses_with_a_reason(cast, sign_in, asked):
    clerk = sign_in(cast.clerk)
    path = f"{CENTRE}/refuse/{asked.id}"
    assert clerk.submit(path, {"why": " "}).status_code == 400
    assert clerk.submit(path, {"why": "The fee is missing."}).status_code == 303
    assert fresh(asked).answer == "The fee is missing."
    assert "The fee is missing." in words(clerk.page(f"{CENTRE}/show/{asked.id}"))


def test_a_clerk_reaches_no_enquiry_of_another_centre(cast, sign_in, asked):
    cast.clerk.id
    elsewhere = cast.staff("b@it099.example", "Centre staff", cast.centre("IT099"))
    clerk = sign_in(elsewhere)
    assert "no rows" in words(clerk.page(f"{CENTRE}/list/"))
    token = _token(clerk, "/admin/password/")
    for page in ("show", "accept", "refuse"):
        path = f"{CENTRE}/{page}/{asked.id}"
        assert clerk.get(path).status_code == 404
        if page != "show":
            assert clerk.post(path, data={**token, "why": "x"}).status_code == 404
    assert fresh(asked).state is EnquiryState.requested


def test_a_clerk_sees_no_mark_and_no_change_before_it_is_out(cast, sign_in, accepted):
    clerk = sign_in(cast.clerk)
    pages = (f"{CENTRE}/list/", f"{CENTRE}/show/{accepted.id}")
    before = [words(clerk.page(path)) for path in pages]
    scores = {"R": 172, "U": 170, "W": 173, "L": 175, "S": 175}
    enquiries.decide_changed(
        accepted, scores, "Two marks were missing.", by=cast.officer, at=NOW
    )
    assert [words(clerk.page(path)) for path in pages] == before
    # Nothing to search or order by would find it either.
    assert clerk.get(f"{CENTRE}/list/?_flt_0_state=decided").status_code == 400
    assert clerk.get(f"{CENTRE}/list/?_flt_0_outcome=changed").status_code == 400
    release = publication.propose(
        cast.session,
        None,
        NOW + DAY,
        entry=cast.amina,
        by=cast.officer,
        at=NOW,
    )
    publication.approve(release, by=cast.approver, at=NOW)
    assert outcomes.tell_due(at=NOW + DAY) == 2
    shown = words(clerk.page(pages[1]))
    assert "Please give the fee back" in shown
    assert "Two marks were missing." in shown
    assert not tells(shown, "173")


def test_an_officer_answers_that_the_result_stays(cast, sign_in, accepted):
    officer = sign_in(cast.officer)
    due = officer.page("/admin/enquiries-due/list/")
    assert f"{BOARD}/show/{accepted.id}" in due.xpath("//main//a/@href")
    path = f"{BOARD}/unchanged/{accepted.id}"
    assert path in officer.page(f"{BOARD}/show/{accepted.id}").xpath("//main//a/@href")
    assert "172" in words(officer.page(path))
    answer = officer.submit(path, {"words": "All is well."})
    assert answer.status_code == 303
    assert fresh(accepted).outcome is EnquiryOutcome.unchanged
    assert fresh(accepted).answer == "All is well."
    assert "no rows" in words(officer.page("/admin/enquiries-due/list/"))
    assert "decided already" in words(officer.page(path))
    token = _token(officer, "/admin/password/")
    assert officer.post(path, data=token).status_code == 409


def test_an_officer_sees_the_difference_before_it_is_written(cast, sign_in, accepted):
    officer = sign_in(cast.officer)
    path = f"{BOARD}/changed/{accepted.id}"
    form = officer.page(path)
    assert form.xpath("//input[@name='score_w']/@value") == ["168"]
    same = officer.submit(path, {**FOUND, "score_w": "168"})
    assert same.status_code == 400
    assert "hold now" in same.text
    shown = officer.submit(path, {**FOUND, "words": "Two marks more."})
    assert shown.status_code == 200
    for told in ("Write the amended result?", "Writing", "168", "173", "fee is given"):
        assert told in shown.text
    assert fresh(accepted).state is EnquiryState.accepted
    again = officer.submit(path, {**FOUND, "words": "Hm.", "confirmed": "no"})
    assert 'value="173"' in again.text
    assert "Show the difference" in again.text
    sent = {**FOUND, "words": "Two marks more.", "confirmed": "yes"}
    answer = officer.submit(path, sent)
    assert answer.status_code == 303
    row = fresh(accepted)
    assert (row.outcome, row.answer) == (EnquiryOutcome.changed, "Two marks more.")
    assert (row.new_result.version, row.new_result.grade) == (2, "B")
    assert officer.post(
        path, data={**_token(officer, "/admin/password/"), **sent}
    ).status_code in (400, 409)
    assert db.session.scalar(db.select(db.func.max(Result.version))) == 2


@pytest.mark.parametrize("typed", ["", "x", "-5", "231", "17 3"])
def test_scores_that_cannot_be_are_shown_again(cast, sign_in, accepted, typed):
    officer = sign_in(cast.officer)
    path = f"{BOARD}/changed/{accepted.id}"
    answer = officer.submit(path, {**FOUND, "score_w": typed, "confirmed": "yes"})
    assert answer.status_code == 400
    assert 'id="score_w-error"' in answer.text
    assert fresh(accepted).state is EnquiryState.accepted


def test_the_amended_result_goes_the_way_of_two_signatures(cast, sign_in, accepted):
    boris = cast.result(cast.boris)
    officer = sign_in(cast.officer)
    officer.submit(f"{BOARD}/changed/{accepted.id}", {**FOUND, "confirmed": "yes"})
    path = f"{BOARD}/propose/{accepted.id}"
    # It is not forgotten before everybody has been told.
    unfinished = officer.page("/admin/enquiries-due/list/")
    assert f"{BOARD}/show/{accepted.id}" in unfinished.xpath("//main//a/@href")
    shown = officer.page(f"{BOARD}/show/{accepted.id}")
    assert path in shown.xpath("//main//a/@href")
    past = officer.submit(path, {"day": "2026-12-01", "time": "09:00"})
    assert past.status_code == 400
    answer = officer.submit(path, {"day": "2026-12-15", "time": "09:00"})
    assert answer.status_code == 303
    release = db.session.scalars(
        db.select(Release).order_by(Release.id.desc()).limit(1)
    ).one()
    assert release.instant == datetime(2026, 12, 15, 8, 0, tzinfo=UTC)
    assert (release.result_count, release.centre) == (1, cast.it024)
    assert db.session.get(Result, boris.id, populate_existing=True).release_id is None
    assert "0001 Amina Benali" in words(officer.page(answer.location))
    shown = officer.page(f"{BOARD}/show/{accepted.id}")
    assert f"/admin/releases/show/{release.id}" in shown.xpath("//main//a/@href")
    assert "no amended result here" in words(officer.page(path))
    approver = sign_in(cast.approver)
    sign = approver.page(f"/admin/releases/approve/{release.id}")
    new = fresh(accepted).new_result
    assert f"/admin/results/show/{new.id}" in sign.xpath("//main//a/@href")
    # What is signed is seen: the figure now, and the amended one.
    assert "Writing 168 173" in words(sign)
    assert approver.submit(f"/admin/releases/approve/{release.id}").status_code == 303
    seen = publication.published_result(cast.amina, at=release.instant)
    assert seen.version == 2
    outcomes.tell_due(at=release.instant)
    auditor = sign_in(cast.auditor)
    assert "no rows" in words(auditor.page("/admin/enquiries-due/list/"))


def test_an_auditor_reads_and_decides_nothing(cast, sign_in, accepted):
    auditor = sign_in(cast.auditor)
    shown = auditor.page(f"{BOARD}/show/{accepted.id}")
    links = shown.xpath("//main//a/@href")
    assert not [link for link in links if "changed" in link or "propose" in link]
    token = _token(auditor, "/admin/password/")
    for act in ("unchanged", "changed", "propose"):
        path = f"{BOARD}/{act}/{accepted.id}"
        assert auditor.post(path, data={**token, **FOUND}).status_code == 403
    assert fresh(accepted).state is EnquiryState.accepted
