"""Staff see whom candidates ask for; nobody changes an invitation here."""

from datetime import date

import pytest

from app.extensions import db
from app.models import Share
from app.services import invitations
from app.services.hosts import Invited
from app.values import OrganisationStatus
from tests.admin.test_releases import words
from tests.cast import NOW

LIST = "/admin/invitations/list/"


@pytest.fixture
def invited(cast):
    """Amina's result waits for Nova College."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    nova = Invited("Nova College", "www.nova.example", "info@nova.example")
    return invitations.invite(
        cast.amina, nova, by=account, at=NOW, address="", purpose="Private matter"
    )


@pytest.fixture
def applied(cast):
    return cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
        due_on=date(2026, 12, 21),
    )


def test_partnerships_and_the_auditor_see_who_is_waited_for(cast, sign_in, invited):
    for who in (cast.partnerships, cast.auditor):
        text = words(sign_in(who).page(LIST))
        assert "Results that wait" in text
        assert "nova.example 1 14 December 2026" in text
        assert "Amina Benali" in text
        page = sign_in(who).page(f"/admin/invitations/show/{invited.id}")
        shown = words(page)
        assert "info@nova.example" in shown
        for kept in ("Private matter", "172", "Grade", "5 March 2009"):
            assert kept not in shown
        assert not page.xpath("//main//form")


def test_an_empty_list_says_so(cast, sign_in):
    text = words(sign_in(cast.partnerships).page(LIST))
    assert "There are no rows here" in text
    assert "Who is waited for" not in text


@pytest.mark.parametrize("who", ["admin", "officer", "approver", "clerk"])
def test_nobody_else_sees_it(cast, sign_in, invited, who):
    client = sign_in(getattr(cast, who))
    assert client.get(LIST).status_code == 403
    assert client.get(f"/admin/invitations/show/{invited.id}").status_code == 403


def test_whoever_decides_sees_how_many_wait_and_what_approving_does(
    cast, sign_in, invited, applied
):
    partnerships = sign_in(cast.partnerships)
    page = words(partnerships.page(f"/admin/organisations/show/{applied.id}"))
    assert "1 result waits for an organisation with this website" in page
    path = f"/admin/organisations/approve/{applied.id}"
    asked = words(partnerships.page(path))
    assert "The results that wait for it go out to it" in asked
    assert "1 result" in asked
    assert partnerships.submit(path).status_code == 303
    share = db.session.scalars(db.select(Share)).one()
    assert share.organisation == applied
    text = words(partnerships.page(LIST))
    assert "Answered" in text
    assert "Results that wait" not in text


def test_whoever_decides_sees_that_an_unproved_website_gets_nothing(
    cast, sign_in, invited, applied
):
    applied.domain_matches = False
    db.session.commit()
    partnerships = sign_in(cast.partnerships)
    page = words(partnerships.page(f"/admin/organisations/show/{applied.id}"))
    assert "It does not go out by itself" in page
    partnerships.submit(f"/admin/organisations/approve/{applied.id}")
    assert db.session.scalars(db.select(Share)).all() == []


def test_an_application_that_nobody_waits_for_says_nothing(cast, sign_in, applied):
    page = sign_in(cast.partnerships).page(f"/admin/organisations/show/{applied.id}")
    assert "waits for an organisation" not in words(page)
