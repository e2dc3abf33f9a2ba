"""Who is admitted to receive results: applications answered, organisations shut out."""

from datetime import date

import pytest

from app.extensions import db
from app.models import Mail
from app.values import OrganisationStatus
from tests.admin.test_releases import _token, words
from tests.cast import NOW


@pytest.fixture
def applied(cast):
    organisation = cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
        applied_at=NOW,
        due_on=date(2026, 12, 21),
    )
    organisation.domain_matches = False
    cast.member(organisation, "nina@nova.example", password_hash=None)
    return organisation


def standing(row):
    db.session.refresh(row)
    return row.status


def test_an_application_is_read_and_approved(cast, sign_in, applied):
    partnerships = sign_in(cast.partnerships)
    page = partnerships.page(f"/admin/organisations/show/{applied.id}")
    assert "does not lie under the website" in words(page)
    path = f"/admin/organisations/approve/{applied.id}"
    assert path in page.xpath("//main//a/@href")
    assert "nina@nova.example" in words(partnerships.page(path))
    assert partnerships.submit(path).status_code == 303
    assert standing(applied) is OrganisationStatus.approved
    assert applied.decided_by == cast.partnerships
    assert db.session.scalar(db.select(Mail.kind)) == "organisation_approved"
    again = partnerships.post(path, data=_token(partnerships, path))
    assert again.location == f"/admin/organisations/show/{applied.id}"
    assert db.session.scalars(db.select(Mail.kind)).all() == ["organisation_approved"]
    colleague = sign_in(cast.staff("pia@board.example", "Partnerships officer"))
    late = colleague.post(path, data=_token(colleague, path))
    assert (late.status_code, "Somebody has decided" in late.text) == (409, True)
    assert "check what you entered" not in late.text


def test_a_refusal_needs_a_reason_and_sends_it(cast, sign_in, applied):
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/organisations/refuse/{applied.id}"
    empty = partnerships.submit(path, {"why": ""})
    assert empty.status_code == 400
    assert "Say why" in empty.text
    assert partnerships.submit(path, {"why": "Not accredited"}).status_code == 303
    assert standing(applied) is OrganisationStatus.refused
    mail = db.session.scalar(db.select(Mail))
    assert (mail.kind, mail.values["reason"]) == (
        "organisation_refused",
        "Not accredited",
    )


def test_an_organisation_is_shut_out_and_let_in_again(cast, sign_in):
    assert cast.verifier
    partnerships = sign_in(cast.partnerships)
    base = "/admin/organisations"
    path = f"{base}/suspend/{cast.acme.id}"
    assert partnerships.submit(path, {"why": "misuse"}).status_code == 303
    assert standing(cast.acme) is OrganisationStatus.suspended
    assert partnerships.submit(f"{base}/restore/{cast.acme.id}").status_code == 303
    assert standing(cast.acme) is OrganisationStatus.approved


def test_names_that_read_alike_are_pointed_out(cast, sign_in, applied):
    applied.city = "Roma"
    db.session.commit()
    cast.organisation("Nova Collège", "other.example")
    partnerships = sign_in(cast.partnerships)
    page = words(partnerships.page(f"/admin/organisations/show/{applied.id}"))
    assert "Its name reads like" in page
    assert "Nova Collège (Pisa, IT)" in page


@pytest.mark.parametrize("who", ["officer", "approver", "auditor", "admin", "clerk"])
def test_nobody_else_decides(cast, sign_in, applied, who):
    client = sign_in(getattr(cast, who))
    for act in ("approve", "refuse", "suspend", "restore"):
        path = f"/admin/organisations/{act}/{applied.id}"
        assert client.get(path).status_code == 403
        token = _token(client, "/admin/password/")
        assert client.post(path, data={**token, "why": "x"}).status_code == 403
    assert standing(applied) is OrganisationStatus.applied


def test_an_auditor_reads_and_is_offered_no_act(cast, sign_in, applied):
    auditor = sign_in(cast.auditor)
    page = auditor.page(f"/admin/organisations/show/{applied.id}")
    links = page.xpath("//main//a/@href")
    acts = ("approve", "refuse", "suspend", "restore", "edit")
    assert not [link for link in links if any(act in link for act in acts)]


def test_the_type_can_be_put_right(cast, sign_in):
    partnerships = sign_in(cast.partnerships)
    path = f"/admin/organisations/edit/{cast.acme.id}"
    assert partnerships.submit(path, {"type": "employer"}).status_code == 302
    db.session.refresh(cast.acme)
    assert cast.acme.type == "employer"
