"""The board's part in letting people in: questions to applicants, requests to join."""

from datetime import date

import pytest

from app.extensions import db
from app.models import ApplicantMessage, JoinRequest, Mail, Member
from app.services import applicant, joining, tokens
from app.services.joining import Asking
from app.services.tokens import Purpose
from app.values import OrganisationStatus, RequestState
from tests.admin.test_releases import words
from tests.cast import NOW


@pytest.fixture
def nova(cast):
    return applied(cast, "Nova College", "nova.example", date(2026, 12, 21))


def applied(cast, name, domain, due_on, email=None, city="Pisa"):
    organisation = cast.organisation(
        name,
        domain,
        status=OrganisationStatus.applied,
        decided_at=None,
        domain_matches=email is None,
        due_on=due_on,
        city=city,
    )
    cast.member(organisation, email or f"nina@{domain}", password_hash=None)
    return organisation


@pytest.fixture
def asked(cast):
    asking = Asking("Nadia", "Neri", "Admissions", "nadia@gmail.com")
    joining.ask(cast.acme, asking, address="192.0.2.1", at=NOW)
    return db.session.scalars(db.select(JoinRequest)).one()


def test_the_queue_begins_with_what_is_due_first_and_marks_what_is_late(
    cast, sign_in, nova
):
    cast.acme
    late = applied(cast, "Slow College", "slow.example", date(2026, 12, 10), "s@gmx.de")
    elsewhere = date(2026, 12, 18)
    applied(cast, "Else College", "else.example", elsewhere, "e@other.example")
    page = sign_in(cast.partnerships).page("/admin/organisations/list/")
    names = [cell.text_content().strip() for cell in page.xpath("//tbody/tr/th")]
    assert names == ["Slow College", "Else College", "Nova College", "Acme University"]
    rows = [words(row) for row in page.xpath("//tbody/tr")]
    assert ["overdue" in row for row in rows] == [True, False, False, False]
    assert "At a free mail provider" in rows[0]
    assert "Does not lie under the website's domain" in rows[1]
    assert "Lies under the website's domain" in rows[2]
    shown = sign_in(cast.partnerships).page(f"/admin/organisations/show/{late.id}")
    assert "The answer is overdue" in words(shown)
    assert "free mail provider" in words(shown)


def test_a_copy_in_foreign_letters_stands_out_to_whoever_decides(cast, sign_in):
    cast.acme
    facts = ("\u0410cme University", "copy.example", date(2026, 12, 21))
    copy = applied(cast, *facts, "a@gmail.com", city="Roma")
    partnerships = sign_in(cast.partnerships)
    for page in ("show", "approve"):
        shown = words(partnerships.page(f"/admin/organisations/{page}/{copy.id}"))
        assert "Acme University (Pisa, IT)" in shown
        assert "eads like" in shown


def test_an_officer_asks_and_reads_the_answer(cast, sign_in, nova):
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/organisations/show/{nova.id}"
    to = f"/admin/organisations/question/{nova.id}"
    empty = partnerships.submit(path, {"words": ""}, at=to)
    assert empty.status_code == 400
    assert 'id="words-error"' in empty.text
    sent = partnerships.submit(path, {"words": "Are you accredited?"}, at=to)
    assert sent.status_code == 303
    assert "Are you accredited?" in words(partnerships.page(path))
    token = tokens.make(Purpose.answer_board, nova.primary, at=NOW)
    applicant.answer(token, "Since 1901.", address="192.0.2.1", at=NOW)
    assert "Since 1901." in words(partnerships.page(path))
    kinds = db.session.scalars(db.select(Mail.kind).order_by(Mail.id)).all()
    assert kinds == ["applicant_asked", "applicant_answered"]


def test_a_decided_application_takes_no_question(cast, sign_in):
    cast.verifier
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/organisations/show/{cast.acme.id}"
    assert "Ask the applicant" not in words(partnerships.page(path))
    to = f"/admin/organisations/question/{cast.acme.id}"
    answer = partnerships.submit("/admin/", {"words": "Why?"}, at=to)
    assert answer.status_code == 409
    assert not db.session.scalars(db.select(ApplicantMessage)).all()


def test_an_auditor_reads_what_was_said_and_asks_nothing(cast, sign_in, nova):
    applicant.ask(nova, "Are you accredited?", by=cast.partnerships, at=NOW)
    page = words(sign_in(cast.auditor).page(f"/admin/organisations/show/{nova.id}"))
    assert "Are you accredited?" in page
    assert "Ask the applicant" not in page


def test_staff_let_somebody_in_where_nobody_else_can(cast, sign_in, asked):
    partnerships = sign_in(cast.partnerships)
    listed = words(partnerships.page("/admin/joinrequests/list/"))
    assert "Nadia Neri" in listed
    shown = words(partnerships.page(f"/admin/joinrequests/show/{asked.id}"))
    assert "At a free mail provider" in shown
    path = f"/admin/joinrequests/accept/{asked.id}"
    assert "nadia@gmail.com" in words(partnerships.page(path))
    assert partnerships.submit(path).status_code == 303
    member = db.session.scalars(
        db.select(Member).where(Member.email == "nadia@gmail.com")
    ).one()
    assert member.organisation == cast.acme
    again = partnerships.submit("/admin/password/", at=path)
    assert again.location == f"/admin/joinrequests/show/{asked.id}"
    again = words(partnerships.page(path))
    assert "answered already" in again
    assert "Nadia" not in words(partnerships.page("/admin/joinrequests/list/"))


def test_a_request_without_anybody_to_answer_lies_on_the_officers_desk(
    cast, sign_in, asked
):
    desk = sign_in(cast.partnerships).page("/admin/")
    assert f"/admin/joinrequests/show/{asked.id}" in desk.xpath("//main//a/@href")
    assert "Nadia Neri" in words(desk)
    assert "Nadia" not in words(sign_in(cast.auditor).page("/admin/"))


def test_staff_decline_and_an_auditor_only_reads(cast, sign_in, asked):
    page = sign_in(cast.auditor).page(f"/admin/joinrequests/show/{asked.id}")
    assert not [a for a in page.xpath("//main//a/@href") if "decline" in a]
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/joinrequests/decline/{asked.id}"
    assert partnerships.submit(path).status_code == 303
    db.session.refresh(asked)
    assert (asked.state, asked.email) == (RequestState.declined, "")
    shown = words(partnerships.page(f"/admin/joinrequests/show/{asked.id}"))
    assert "erased" in shown


def test_the_primary_user_hears_of_a_pause_and_of_its_end_but_not_why(cast, sign_in):
    cast.verifier
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/organisations/suspend/{cast.acme.id}"
    partnerships.submit(path, {"why": "Complaint about forged letters"})
    partnerships.submit(f"/admin/organisations/restore/{cast.acme.id}")
    told = db.session.scalars(db.select(Mail).order_by(Mail.id)).all()
    assert [row.kind for row in told] == [
        "organisation_suspended",
        "organisation_restored",
    ]
    assert {row.address for row in told} == {cast.verifier.email}
    assert "forged" not in "".join(str(row.values) for row in told)
