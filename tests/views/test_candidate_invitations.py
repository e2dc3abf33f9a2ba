"""Inviting an organisation from the page of a result, and taking that back."""

import pytest

from app import clock
from app.extensions import db
from app.models import Invitation, Mail
from app.services import organisations
from app.values import InvitationState, OrganisationStatus
from tests.cast import NOW, PASSWORD


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def amina(client, cast):
    """Amina, signed in, with her result out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    log_in(client, cast.amina)
    return cast.amina


def log_in(client, entry):
    form = {"id_number": entry.id_number, "password": PASSWORD}
    assert client.submit("/candidate/login", form).status_code == 302


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def page_of(entry):
    return f"/candidate/results/{entry.reference}/invite"


def filled(**changed):
    return {
        "name": "Nova College",
        "website": "www.nova.example",
        "email": "admissions@nova.example",
        "scope": "components",
        "purpose": "Master's in Physics",
        "expires_on": "",
        **changed,
    }


def only():
    query = db.select(Invitation).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def test_amina_invites_waits_and_is_answered(client, cast, amina):
    page = client.page(f"{page_of(amina)}?name=Nova")
    assert page.xpath("//input[@name='name']/@value") == ["Nova"]
    assert "within five working days" in words(page)
    assert "No marks, no date of birth" in words(page)
    sent = client.submit(page_of(amina), filled())
    assert sent.location == "/candidate/shares"
    shares = words(client.page("/candidate/shares"))
    assert "Nova College is invited. Your result waits." in shares
    assert "admissions@nova.example" in shares
    assert "Master's in Physics" in shares
    nova = cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
    )
    organisations.approve(nova, by=cast.partnerships, at=NOW)
    shares = words(client.page("/candidate/shares"))
    assert "Waiting for an organisation" not in shares
    assert "Nova College" in shares
    assert "Not read yet" in shares


def test_the_invitation_leads_from_the_search_with_the_name(client, amina):
    path = f"/candidate/results/{amina.reference}/share?name=Nova+College"
    (link,) = [
        one for one in client.page(path).xpath("//main//a/@href") if "invite" in one
    ]
    page = client.page(link)
    assert page.xpath("//input[@name='name']/@value") == ["Nova College"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Enter the name of the organisation"),
        ({"website": ""}, "Enter the address of their website"),
        ({"website": "javascript:alert(1)"}, "such as www.example.org."),
        ({"email": ""}, "Enter their email address"),
        ({"email": "nobody"}, "Enter an email address"),
        ({"email": "me@gmail.com"}, "such as name@nova.example"),
        ({"scope": "photo"}, "Choose how much they see"),
        ({"expires_on": "14/12/2026"}, "Choose a day after today"),
        ({"expires_on": "soon"}, "Enter a date"),
    ],
)
def test_what_is_not_right_is_said_and_the_rest_is_kept(client, amina, changed, said):
    answer = client.submit(page_of(amina), filled(**changed))
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="Master&#39;s in Physics"' in answer.text
    assert db.session.scalars(db.select(Mail)).all() == []


def test_who_is_here_already_is_led_to(client, cast, amina):
    form = filled(website="acme.example", email="a@acme.example")
    assert cast.acme
    answer = client.submit(page_of(amina), form)
    assert answer.status_code == 409
    path = f"/candidate/results/{amina.reference}/share/{cast.acme.reference}"
    assert f'href="{path}"' in answer.text
    assert "Acme University, Pisa" in answer.text


def test_a_second_invitation_of_the_same_is_told_so(client, amina):
    client.submit(page_of(amina), filled())
    answer = client.submit(page_of(amina), filled(website="https://nova.example/x"))
    assert answer.status_code == 409
    assert "your result waits for it" in answer.text


def test_amina_takes_it_back(client, amina):
    client.submit(page_of(amina), filled())
    invitation = only()
    path = f"/candidate/invitations/{invitation.reference}/withdraw"
    assert path in client.page("/candidate/shares").xpath("//main//a/@href")
    assert "does not go out" in words(client.page(path))
    assert only().state is InvitationState.sent
    assert client.submit(path).location == "/candidate/shares"
    assert only().state is InvitationState.withdrawn
    assert client.get(path).location == "/candidate/shares"
    shares = words(client.page("/candidate/shares"))
    assert "Your invitation of Nova College is taken back" in shares
    assert "Waiting for an organisation" not in shares


def test_nobody_invites_with_or_takes_back_what_is_not_theirs(client, cast, amina):
    client.submit(page_of(amina), filled())
    path = f"/candidate/invitations/{only().reference}/withdraw"
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.boris)
    log_in(client, cast.boris)
    assert client.get(path).status_code == 404
    assert client.submit("/candidate/account", at=path).status_code == 404
    assert client.get(page_of(amina)).status_code == 404
    answer = client.submit("/candidate/account", filled(), at=page_of(amina))
    assert answer.status_code == 404
    assert only().state is InvitationState.sent


def test_a_name_is_text_and_a_hostile_website_is_no_link(client, amina):
    evil = "<img src=x onerror=alert(1)>"
    client.submit(page_of(amina), filled(name=evil))
    page = client.get("/candidate/shares").text
    assert "<img src=x" not in page
    assert "&lt;img" in page
    assert 'href="https://www.nova' not in page
    (mail,) = db.session.scalars(db.select(Mail)).all()
    assert evil not in str(mail.values)
