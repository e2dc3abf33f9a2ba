"""Sending a result to the right organisation, seeing it read, taking it back."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Share
from app.services import organisations, publication, sharing
from app.values import AccessKind, OrganisationStatus, ResultStatus
from tests.cast import NOW, PASSWORD

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def amina(client, cast):
    """Amina, signed in, with her result out."""
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    return cast.amina


def log_in(client, entry):
    form = {"id_number": entry.id_number, "password": PASSWORD}
    assert client.submit("/candidate/login", form).status_code == 302


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def search(entry, name):
    return f"/candidate/results/{entry.reference}/share?name={name}"


def send(entry, organisation):
    return f"/candidate/results/{entry.reference}/share/{organisation.reference}"


def shares():
    return db.session.scalars(
        db.select(Share).execution_options(populate_existing=True)
    ).all()


def test_amina_sends_her_result_and_sees_it_read(client, cast, amina):
    assert cast.acme
    page = client.page(search(amina, "acme"))
    (link,) = page.xpath("//main//li//a/@href")
    assert "Pisa, Italy" in words(page)
    assert "acme.example" in words(page)
    assert link == send(amina, cast.acme)
    asked = client.page(link)
    assert "your name and your date of birth" in words(asked)
    assert "email address, your ID Number or your other exams" in words(asked)
    assert asked.xpath("//main//button")[0].text_content() == "Send my result"
    assert shares() == []
    assert client.submit(link).location == "/candidate/shares"
    (share,) = shares()
    assert (share.organisation, share.at) == (cast.acme, NOW)
    text = words(client.page("/candidate/shares"))
    assert "Acme University" in text
    assert "Not read yet" in text
    sharing.record(share, AccessKind.viewed, by=cast.verifier, at=NOW + HOUR)
    sharing.record(share, AccessKind.statement, by=cast.verifier, at=NOW + HOUR)
    text = words(client.page("/candidate/shares"))
    assert "Not read yet" not in text
    assert "Rita Registrar looked at it" in text
    assert "Rita Registrar downloaded the PDF" in text


def test_organisations_of_one_name_are_told_apart(client, cast, amina):
    cast.organisation("Northern College", "north.example", city="Oslo", country="NO")
    cast.organisation(
        "Northern College", "fake.example", city="Turin", domain_matches=False
    )
    text = words(client.page(search(amina, "northern")))
    assert "Oslo, Norway" in text
    assert "Turin, Italy" in text
    assert text.count("email address belongs to this website") == 1


def test_only_approved_organisations_are_found_and_sent_to(client, cast, amina):
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    assert "Nobody found" in words(client.page(search(amina, "acme")))
    assert client.get(send(amina, cast.acme)).status_code == 404


def test_an_organisation_shut_out_meanwhile_receives_nothing(client, cast, amina):
    page = client.get(send(amina, cast.acme)).text
    organisations.suspend(cast.acme, by=cast.partnerships, why="fraud", at=NOW)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(send(amina, cast.acme), data={"csrf_token": token})
    assert answer.status_code == 404
    assert shares() == []


def test_the_same_form_sent_twice_shares_once(client, cast, amina):
    for _ in range(2):
        assert client.submit(send(amina, cast.acme)).status_code == 302
    assert len(shares()) == 1


def test_a_share_needs_the_button_and_its_token(client, cast, amina):
    client.get(send(amina, cast.acme))
    assert client.post(send(amina, cast.acme)).status_code == 400
    assert shares() == []


def test_nobody_sends_what_is_not_theirs_or_not_out_or_not_graded(client, cast, amina):
    cast.account(cast.boris)
    cast.result(cast.boris, status=ResultStatus.pending)
    assert client.get(send(cast.boris, cast.acme)).status_code == 404
    client.submit("/candidate/", at="/candidate/logout")
    log_in(client, cast.boris)
    assert client.get(send(cast.boris, cast.acme)).status_code == 404
    release = publication.propose(
        cast.session, None, NOW, by=cast.officer, at=NOW - HOUR
    )
    publication.approve(release, by=cast.approver, at=NOW - HOUR)
    client.page(f"/candidate/results/{cast.boris.reference}")
    for path in (search(cast.boris, "acme"), send(cast.boris, cast.acme)):
        assert client.get(path).status_code == 404


def test_amina_takes_her_result_back(client, cast, amina):
    client.submit(send(amina, cast.acme))
    (share,) = shares()
    path = f"/candidate/shares/{share.reference}/withdraw"
    assert "they do not see it here any more" in words(client.page(path))
    assert shares()[0].withdrawn_at is None
    assert client.submit(path).location == "/candidate/shares"
    assert shares()[0].withdrawn_at == NOW
    assert client.get(path).location == "/candidate/shares"
    text = words(client.page("/candidate/shares"))
    assert "Taken back" in text
    assert "Nothing sent yet" in text
    client.submit(send(amina, cast.acme))
    assert len(shares()) == 2


def test_nobody_takes_back_what_others_sent(client, cast, amina):
    client.submit(send(amina, cast.acme))
    (share,) = shares()
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.boris)
    log_in(client, cast.boris)
    foreign = client.get(f"/candidate/shares/{share.reference}/withdraw")
    absent = client.get(f"/candidate/shares/{'x' * 22}/withdraw")
    assert foreign.status_code == absent.status_code == 404
    assert "Acme" not in client.get("/candidate/shares").text


@pytest.mark.parametrize("name", ["", "%20", "_", "%25%25", "x" * 900, "' OR 1"])
def test_any_search_is_answered_calmly(client, cast, amina, name):
    assert cast.acme
    page = client.page(search(amina, name))
    assert "Acme University" not in words(page)
