"""A new paper for an entry: whom it helps, and whom it ends."""

from datetime import date

import pytest
from lxml import html

from app.extensions import db
from app.models import AuditRow, CandidateAccount, Entry, Share
from app.services import credentials, links, sharing
from app.services.links import addressing
from app.values import ShareScope
from tests.admin.test_releases import _token, words
from tests.cast import NOW, PASSWORD
from tests.telling import tells

NEW = "another good password"


def path(entry):
    return f"/admin/entries/reissue/{entry.id}"


def acts():
    rows = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id))
    return [row.action for row in rows]


@pytest.fixture
def thief(app, cast):
    """A browser of whoever registered first with Amina's paper, and shared."""
    cast.result(cast.amina)
    cast.released(instant=NOW)
    account = cast.account(cast.amina)
    account.email = "thief@mail.example"
    db.session.commit()
    sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    browser = app.test_client()
    log_in(browser, cast.amina, PASSWORD)
    return browser


def log_in(client, entry, password):
    form = {"id_number": entry.id_number, "password": password}
    return client.submit("/candidate/login", form)


def register(client, entry, secret):
    form = {
        "id_number": entry.id_number,
        "secret": secret,
        "date_of_birth": "05/03/2009",
        "email": "amina@mail.example",
        "confirm_email": "amina@mail.example",
        "password": NEW,
        "confirm_password": NEW,
        "terms": "y",
    }
    return client.submit("/candidate/register", form)


def test_nobody_registered_and_the_old_paper_dies(client, cast, sign_in):
    clerk = sign_in(cast.clerk)
    page = clerk.page(path(cast.amina))
    assert not page.xpath("//input[@type='radio']")
    assert "Nobody has registered" in words(page)
    old = credentials.printed(cast.amina)
    sent = clerk.submit(path(cast.amina))
    assert sent.location == f"/admin/entries/show/{cast.amina.id}"
    assert not credentials.is_secret_of(cast.amina, old)
    assert acts() == ["secret_reissued"]


def test_two_clerks_with_one_page_issue_one_paper(cast, sign_in):
    clerk = sign_in(cast.clerk)
    page = clerk.page(path(cast.amina))
    (seen,) = page.xpath("//main//input[@name='seen']/@value")
    for _ in range(2):
        sent = clerk.submit(path(cast.amina), {"seen": seen})
        assert sent.location == f"/admin/entries/show/{cast.amina.id}"
    shown = words(clerk.page(sent.location))
    assert shown.count("A new Secret Number is issued") == 1
    paper = credentials.printed(cast.amina)
    colleague = sign_in(cast.staff("b@it024.example", "Centre staff", cast.it024))
    late = colleague.submit(path(cast.amina), {"seen": seen})
    assert (late.status_code, "changed this in the meantime" in late.text) == (
        409,
        True,
    )
    assert not html.fromstring(late.text).xpath("//main//form")
    assert credentials.is_secret_of(cast.amina, paper)
    assert acts() == ["secret_reissued"]


def test_whose_account_it_is_has_to_be_said(cast, sign_in):
    cast.account(cast.amina)
    old = cast.amina.secret
    clerk = sign_in(cast.clerk)
    page = clerk.page(path(cast.amina))
    assert page.xpath("//input[@type='radio']/@value") == ["theirs", "not_theirs"]
    assert not page.xpath("//input[@type='radio'][@checked]")
    for form in ({}, {"account": ""}, {"account": "nobody's"}):
        assert clerk.submit(path(cast.amina), form).status_code == 400
    assert db.session.get(Entry, cast.amina.id).secret == old


def test_somebody_registers_while_the_clerk_looks_at_the_page(cast, sign_in):
    clerk = sign_in(cast.clerk)
    token = _token(clerk, path(cast.amina))
    cast.account(cast.amina)
    answer = clerk.post(path(cast.amina), data=token)
    assert answer.status_code == 400
    assert "Choose one of the two" in answer.text
    assert acts() == []


def test_who_only_lost_the_paper_keeps_the_account(app, cast, sign_in):
    account = cast.account(cast.amina)
    owner = app.test_client()
    log_in(owner, cast.amina, PASSWORD)
    sign_in(cast.clerk).submit(path(cast.amina), {"account": "theirs"})
    assert db.session.get(CandidateAccount, account.id).ended_at is None
    assert owner.get("/candidate/").status_code == 200
    row = db.session.scalars(db.select(AuditRow)).one()
    assert (row.action, '"kept"' in row.detail) == ("secret_reissued", True)


def test_nothing_of_a_stranger_s_account_works_any_more(
    app, client, cast, sign_in, thief
):
    copy = app.test_client()
    copy.set_cookie("esito", thief.get_cookie("esito").value)
    assert copy.get("/candidate/").status_code == 200
    account, old = cast.amina.account, credentials.printed(cast.amina)
    clerk = sign_in(cast.clerk)
    text = words(clerk.page(path(cast.amina)))
    assert "Another one than the centre wrote down" in text
    assert "thief@" not in text
    assert clerk.submit(path(cast.amina), {"account": "not_theirs"}).status_code == 303
    for browser in (thief, copy):
        assert browser.get("/candidate/").status_code == 302
    stranger = app.test_client()
    assert log_in(stranger, cast.amina, PASSWORD).status_code == 401
    assert register(stranger, cast.amina, old).status_code != 302
    assert stranger.get("/candidate/shares").status_code == 302
    row = db.session.scalars(db.select(Share)).one()
    assert row.suspended_at == NOW
    registrar = app.test_client()
    registrar.submit(
        "/verifier/login", {"email": cast.verifier.email, "password": PASSWORD}
    )
    shared = registrar.get(f"/verifier/results/{row.reference}")
    assert not tells(shared.text, "172")
    db.session.refresh(account)
    assert account.ended_at == NOW
    assert {"account_ended", "share_suspended", "secret_reissued"} <= set(acts())
    ended = db.session.scalars(
        db.select(AuditRow).where(AuditRow.action == "account_ended")
    ).one()
    assert ended.actor == f"staff:{cast.clerk.id}"


def test_a_link_that_the_stranger_gave_away_opens_nothing(app, cast, sign_in, thief):
    cast.amina.date_of_birth = date(2000, 3, 5)
    link = links.make(
        cast.amina,
        by=cast.amina.account,
        expires_on=date(2027, 1, 14),
        scope=ShareScope.components,
        purpose="",
        at=NOW,
    )
    page = f"/verify/{addressing.token(link)}"
    reader = app.test_client()
    reader.submit(page, {"date_of_birth": "05/03/2000"})
    assert "172" in reader.get(page).text
    sign_in(cast.clerk).submit(path(cast.amina), {"account": "not_theirs"})
    assert not tells(reader.get(page).text, "172")
    other = app.test_client()
    other.submit(page, {"date_of_birth": "05/03/2000"})
    assert not tells(other.get(page).text, "172")


def test_the_owner_registers_with_the_new_paper_and_decides(app, cast, sign_in, thief):
    sign_in(cast.clerk).submit(path(cast.amina), {"account": "not_theirs"})
    secret = credentials.printed(db.session.get(Entry, cast.amina.id))
    owner = app.test_client()
    assert register(owner, cast.amina, secret).status_code == 302
    assert log_in(owner, cast.amina, NEW).status_code == 302
    assert owner.get(f"/candidate/results/{cast.amina.reference}").status_code == 200
    assert "Acme University" in owner.get("/candidate/shares").text


def test_who_loses_other_exams_with_it_is_said_first(cast, sign_in):
    account = cast.account(cast.amina)
    session = cast.exam_session("2703-CAE-P", "CAE")
    other = cast.entry("0001", "Amina", "Benali", session=session)
    other.account, other.registered_at = account, NOW
    db.session.commit()
    text = words(sign_in(cast.clerk).page(path(cast.amina)))
    assert "The account holds 1 other exam" in text


def test_another_centres_clerk_reissues_nothing(cast, sign_in):
    cast.account(cast.amina)
    old, other = cast.amina.secret, cast.centre("IT100")
    stranger = sign_in(cast.staff("clerk@it100.example", "Centre staff", other))
    assert stranger.get(path(cast.amina)).status_code == 404
    form = {**_token(stranger, "/admin/password/"), "account": "not_theirs"}
    assert stranger.post(path(cast.amina), data=form).status_code == 404
    assert db.session.get(Entry, cast.amina.id).secret == old
    for who in ("approver", "auditor", "admin"):
        assert sign_in(getattr(cast, who)).get(path(cast.amina)).status_code == 403


def test_before_a_paper_was_issued_there_is_none_to_replace(cast, sign_in):
    cast.amina.id_number = cast.amina.secret = cast.amina.secret_issued_at = None
    db.session.commit()
    clerk = sign_in(cast.clerk)
    page = clerk.page(path(cast.amina))
    assert not page.xpath("//main//form")
    assert (
        clerk.post(path(cast.amina), data=_token(clerk, "/admin/")).status_code == 409
    )
    shown = clerk.page(f"/admin/entries/show/{cast.amina.id}")
    assert path(cast.amina) not in shown.xpath("//main//a/@href")
