"""How a colleague asks to join, who lets them in, and how an applicant answers."""

from datetime import date

import pytest

from app import clock
from app.extensions import db
from app.models import ApplicantMessage, JoinRequest, Mail, Member
from app.services import applicant, joining, tokens
from app.services.joining import Asking
from app.services.tokens import Purpose
from app.values import MemberRole, OrganisationStatus
from tests.cast import NOW, PASSWORD

FORM = {
    "first_name": "Nadia",
    "family_name": "Neri",
    "job_title": "Admissions",
    "email": "nadia@acme.example",
    "email_again": "nadia@acme.example",
}
REQUESTS = "/verifier/organisation/requests"


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sign_in(client, app):
    def enter(member):
        browser = app.test_client()
        form = {"email": member.email, "password": PASSWORD}
        assert browser.submit("/verifier/login", form).status_code == 303
        return browser

    return enter


@pytest.fixture
def asked(cast):
    cast.verifier
    typed = {name: FORM[name] for name in FORM if name != "email_again"}
    joining.ask(cast.acme, Asking(**typed), address="192.0.2.1", at=NOW)
    return db.session.scalars(db.select(JoinRequest)).one()


@pytest.fixture
def nina(cast):
    """Applies for Nova College, and waits."""
    nova = cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
        due_on=date(2026, 12, 21),
    )
    return cast.member(nova, "nina@nova.example", password_hash=None)


def words(page):
    return " ".join(page.text_content().split())


def path_to(organisation):
    return f"/verifier/join/{organisation.reference}"


def test_a_colleague_finds_the_organisation_and_asks(client, cast):
    cast.verifier
    page = client.page("/verifier/join?name=acme")
    assert "Checked" in words(page)
    assert path_to(cast.acme) in page.xpath("//main//a/@href")
    sent = client.submit(path_to(cast.acme), FORM)
    assert (sent.status_code, sent.location) == (303, "/verifier/join/sent")
    assert "What happens now" in words(client.page(sent.location))
    assert joining.open_for(cast.acme)[0].name == "Nadia Neri"


def test_two_of_one_name_are_told_apart_and_only_approved_ones_are_found(client, cast):
    cast.acme
    cast.organisation("Acme University", "acme-ca.example", city="Halifax")
    for status in ("suspended", "refused"):
        cast.organisation(
            f"Acme {status}", f"{status}.example", status=OrganisationStatus(status)
        )
    page = client.page("/verifier/join?name=acme")
    shown = words(page)
    assert "Halifax" in shown
    assert shown.count("Same name") == 2
    assert "Acme suspended" not in shown
    assert "Acme refused" not in shown
    assert "Nobody found" in words(client.page("/verifier/join?name=zzz"))


def test_a_long_list_is_cut_and_says_so(client, cast):
    for n in range(21):
        cast.organisation(f"College {n}", f"c{n}.example")
    page = client.page("/verifier/join?name=college")
    assert len(page.xpath("//ul[@class='cards']/li")) == 20
    assert "There are more" in words(page)


def test_nobody_can_tell_whether_an_address_is_in_use(app, cast):
    known = cast.verifier.email
    answers = []
    for email in (known, "nadia@acme.example", "nadia@acme.example"):
        browser = app.test_client()
        form = {**FORM, "email": email, "email_again": email}
        sent = browser.submit(path_to(cast.acme), form)
        answers.append((sent.status_code, sent.location, sent.data))
        answers.append(browser.get(sent.location).status_code)
    assert answers[:2] == answers[2:4] == answers[4:]
    told = db.session.scalars(db.select(Mail.kind).order_by(Mail.id)).all()
    assert told == ["address_known", "join_received", "join_asked"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", ""),
        ("family_name", "x" * 81),
        ("job_title", ""),
        ("email", "nonsense"),
        ("email_again", "other@acme.example"),
    ],
)
def test_a_wrong_field_keeps_what_was_typed_and_says_why(client, cast, field, typed):
    answer = client.submit(path_to(cast.acme), {**FORM, field: typed})
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    kept = "Admissions" if field != "job_title" else "Neri"
    assert f'value="{kept}"' in answer.text
    assert not joining.open_for(cast.acme)


@pytest.mark.parametrize("status", ["suspended", "refused", "applied"])
def test_an_organisation_that_is_not_here_has_no_page(client, cast, status):
    cast.acme.status = OrganisationStatus(status)
    cast.acme.decided_at = None if status == "applied" else NOW
    db.session.commit()
    assert client.get(path_to(cast.acme)).status_code == 404
    assert client.get("/verifier/join/unknown").status_code == 404


def test_the_primary_user_sees_who_asks_and_lets_them_in(cast, sign_in, asked):
    browser = sign_in(cast.verifier)
    page = words(browser.page(REQUESTS))
    assert "Nadia Neri" in page
    assert "Lies under the website's domain" in page
    one = f"{REQUESTS}/{asked.reference}"
    assert "every result that is shared" in words(browser.page(one))
    done = browser.submit(one, at=f"{one}/accept")
    assert (done.status_code, done.location) == (303, REQUESTS)
    assert "Nadia Neri is a user now" in words(browser.page(REQUESTS))
    member = db.session.scalars(
        db.select(Member).where(Member.email == "nadia@acme.example")
    ).one()
    assert member.organisation == cast.acme
    # The same button twice, or a colleague of the board was first.
    again = browser.submit(REQUESTS, at=f"{one}/accept")
    assert again.status_code == browser.get(one).status_code == 409
    assert "Somebody has answered this request meanwhile." in again.text
    assert "Nobody waits" in words(browser.page(REQUESTS))


def test_the_primary_user_declines(cast, sign_in, asked):
    browser = sign_in(cast.verifier)
    one = f"{REQUESTS}/{asked.reference}"
    assert browser.submit(one, at=f"{one}/decline").status_code == 303
    assert "Nadia" not in browser.get(REQUESTS).text.replace("Nadia Neri is", "")
    kinds = set(db.session.scalars(db.select(Mail.kind)))
    assert "join_declined" in kinds
    assert "member_added" not in kinds


def test_an_address_taken_meanwhile_is_said_and_the_request_stays(cast, sign_in, asked):
    browser = sign_in(cast.verifier)
    cast.member(cast.acme, asked.email, role=MemberRole.admin)
    one = f"{REQUESTS}/{asked.reference}"
    browser.submit(one, at=f"{one}/accept")
    assert "Somebody uses this address already" in words(browser.page(REQUESTS))
    assert browser.get(one).status_code == 200


def test_nobody_else_sees_or_decides_a_request(app, cast, sign_in, asked):
    rival = cast.organisation("Rival College", "rival.example")
    others = {
        "colleague": cast.member(cast.acme, "eva@acme.example", role=MemberRole.admin),
        "rival": cast.member(rival, "head@rival.example"),
    }
    one = f"{REQUESTS}/{asked.reference}"
    for who, member in others.items():
        browser = sign_in(member)
        page = words(browser.page(REQUESTS))
        assert "Nadia" not in page, who
        assert browser.get(one).status_code == 404
        for act in ("accept", "decline"):
            answer = browser.submit("/verifier/", at=f"{one}/{act}")
            assert answer.status_code == 404
    assert "The primary user of your account" in words(
        sign_in(others["colleague"]).page(REQUESTS)
    )
    stranger = app.test_client()
    for path in (REQUESTS, one):
        assert "/verifier/login" in stranger.get(path).location
    assert joining.open_for(cast.acme) == [asked]


# --- An applicant's answer ------------------------------------------------------------


def test_an_applicant_reads_the_question_and_answers(client, cast, nina):
    nova = nina.organisation
    applicant.ask(nova, "Are you accredited?", by=cast.partnerships, at=NOW)
    token = tokens.make(Purpose.answer_board, nina, at=NOW)
    path = f"/verifier/register/answer/{token}"
    page = words(client.page(path))
    assert "Are you accredited?" in page
    assert cast.partnerships.last_name not in page
    wrong = client.submit(path, {"words": " "})
    assert wrong.status_code == 400
    assert 'id="words-error"' in wrong.text
    sent = client.submit(path, {"words": "Since 1901.\nBy the ministry."})
    assert (sent.status_code, sent.location) == (303, path)
    assert "Since 1901." in words(client.page(path))
    assert db.session.scalar(db.select(db.func.count(ApplicantMessage.id))) == 2


def test_a_worthless_link_says_where_to_look(client, nina):
    token = tokens.make(Purpose.set_password, nina, at=NOW)
    for wrong in (token, "x"):
        page = client.page(f"/verifier/register/answer/{wrong}", 404)
        assert "does not work any more" in words(page)


def test_students_and_schools_are_led_to_their_own_side(client):
    page = client.page("/verifier/register")
    ways = {a.text_content().strip(): a.get("href") for a in page.xpath("//main//a")}
    assert ways["I am a student"] == "/candidate/register"
    assert "through its exam centre" in words(page)
