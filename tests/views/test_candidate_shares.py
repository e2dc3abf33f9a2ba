"""Sending a result to the right organisation, seeing it read, taking it back."""

from datetime import timedelta

import pytest
from lxml import html

from app import clock
from app.extensions import db
from app.models import Photo, Share
from app.services import corrections, organisations, publication, sharing
from app.services.downloads import fields
from app.values import AccessKind, OrganisationStatus, ResultStatus, ShareScope
from tests.cast import NOW, PASSWORD, save

HOUR = timedelta(hours=1)
# What the form sends when nothing is changed in it.
WISH = {"scope": "components"}


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
    assert "do not see your email address or your other exams" in words(asked)
    assert asked.xpath("//main//button")[0].text_content() == "Send my result"
    assert shares() == []
    assert client.submit(link, WISH).location == "/candidate/shares"
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


def test_she_is_told_what_they_did_with_it_each_in_its_own_words(client, cast, amina):
    share = sharing.share(amina, cast.acme, by=amina.account, at=NOW)
    for kind in AccessKind:
        sharing.record(share, kind, by=cast.verifier, at=NOW + HOUR)
    told = [
        "Rita Registrar looked at it",
        "Rita Registrar downloaded the PDF",
        "Rita Registrar took it in a data file",
        "Rita Registrar took note of a change",
    ]
    for page in ("/candidate/shares", f"/candidate/shares/{share.reference}/looks"):
        items = client.page(page).xpath("//main//li[not(.//li)]")
        lines = [" ".join(item.text_content().split()) for item in items]
        said = [line.partition(": ")[2] for line in lines if "Rita Registrar" in line]
        assert sorted(said) == sorted(told), page


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
        assert client.submit(send(amina, cast.acme), WISH).status_code == 302
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
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    path = f"/candidate/shares/{share.reference}/withdraw"
    assert "they do not see it here any more" in words(client.page(path))
    assert shares()[0].withdrawn_at is None
    assert client.submit(path).location == "/candidate/shares"
    assert shares()[0].withdrawn_at == NOW
    assert client.get(path).location == "/candidate/shares"
    text = words(client.page("/candidate/shares"))
    assert "Taken back" in text
    client.submit(send(amina, cast.acme), WISH)
    assert len(shares()) == 2


def test_nobody_takes_back_what_others_sent(client, cast, amina):
    client.submit(send(amina, cast.acme), WISH)
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


# --- How much, what for, until when ---------------------------------------------------


def test_the_page_says_exactly_what_each_choice_shows(client, cast, amina):
    page = client.page(send(amina, cast.acme))
    told = [words_of(hint) for hint in page.xpath("//fieldset//p[@class='hint']")]
    overall = "Pass at Grade C · Overall score 172 · CEFR level B2"
    parts = "Reading 172 · Use of English 170 · Writing 168 · Listening 175"
    assert told == [overall, f"{overall} · {parts} · Speaking 175"]
    for fact in (
        "Amina Benali",
        "5 March 2009",
        amina.statement_number,
        "Centre IT024",
    ):
        assert fact in words(page)
    assert "photo" not in words(page)
    # Both are in what an organisation reads or takes along.
    assert "under enquiry while the board looks at it again" in words(page)
    told = "A data file that they take along can hold your ID Number" in words(page)
    assert told == ("id_number" in fields.FIELDS)


def test_the_photo_is_a_choice_only_where_there_is_one(client, cast, amina):
    photo_of(amina)
    page = client.page(send(amina, cast.acme))
    assert page.xpath("//input[@name='scope']/@value") == [
        "overall",
        "components",
        "photo",
    ]
    answer = client.submit(send(amina, cast.acme), {**WISH, "scope": "photo"})
    assert answer.location == "/candidate/shares"
    assert shares()[0].scope is ShareScope.photo
    told = words(client.page("/candidate/shares"))
    assert "The overall result, each part and my photo" in told


def test_what_is_chosen_is_what_they_get(client, cast, amina):
    form = {"scope": "overall", "purpose": "A job", "expires_on": "3/5/2027"}
    client.submit(send(amina, cast.acme), form)
    (share,) = shares()
    assert (share.scope, share.purpose) == (ShareScope.overall, "A job")
    told = words(client.page("/candidate/shares"))
    for said in ("The overall result only", "A job", "3 May 2027", "Pisa, Italy"):
        assert said in told


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"expires_on": "14/12/2026"}, "Choose a day after today"),
        ({"expires_on": "30/02/2027"}, "Enter a date such as"),
        ({"expires_on": "1/1/2037"}, "Choose a day in the next 10 years"),
        ({"purpose": "x" * 201}, "too long"),
        ({"purpose": "a\x00b"}, "character that we cannot keep"),
        ({"scope": "photo"}, "Choose how much they see"),
        ({"scope": ""}, "Choose how much they see"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client, cast, amina, typed, said):
    form = {"scope": "overall", "purpose": "A job", "expires_on": "3/5/2027", **typed}
    answer = client.submit(send(amina, cast.acme), form)
    assert answer.status_code == 400
    page = html.fromstring(answer.text)
    (field,) = typed
    (error,) = page.xpath(f"//*[@id='{field}-error']")
    assert said in words_of(error)
    # What was typed stays.
    if field != "purpose":
        assert page.xpath("//input[@name='purpose']/@value") == ["A job"]
    if field != "expires_on":
        assert page.xpath("//input[@name='expires_on']/@value") == ["3/5/2027"]
    if field != "scope":
        chosen = page.xpath("//input[@name='scope' and @checked]/@value")
        assert chosen == ["overall"]
    assert shares() == []


def test_sending_again_begins_with_what_stands_and_changes_it(client, cast, amina):
    form = {"scope": "overall", "purpose": "A job", "expires_on": "3/5/2027"}
    client.submit(send(amina, cast.acme), form)
    page = client.page(send(amina, cast.acme))
    assert "sent to them before" in words(page)
    assert page.xpath("//input[@name='scope' and @checked]/@value") == ["overall"]
    assert page.xpath("//input[@name='purpose']/@value") == ["A job"]
    assert page.xpath("//input[@name='expires_on']/@value") == ["03/05/2027"]
    form = {"scope": "components", "purpose": "", "expires_on": ""}
    client.submit(send(amina, cast.acme), form)
    (share,) = shares()
    assert (share.scope, share.purpose) == (ShareScope.components, "")
    assert share.expires_at is None


def test_who_has_namesakes_is_told_apart_once_more_before_sending(client, cast, amina):
    one = cast.organisation("Northern College", "n1.example", city="Oslo", country="NO")
    two = cast.organisation("Northern College", "n2.example", city="Turin")
    page = client.page(search(amina, "northern"))
    assert words(page).count("Same name") == 2
    page = client.page(send(amina, one))
    assert "Others have the same name" in words(page)
    assert send(amina, two) in page.xpath("//main//a/@href")
    assert "Others have the same name" not in words(client.page(send(amina, cast.acme)))


def test_who_is_not_in_the_list_can_be_invited(client, cast, amina):
    assert cast.acme
    address = f"/candidate/results/{amina.reference}/invite"
    for name in ("acme", "nobody at all"):
        links = client.page(search(amina, name)).xpath("//main//a/@href")
        assert any(link.startswith(f"{address}?name=") for link in links)


# --- Undone, on hold, over ------------------------------------------------------------


def act(client, share, name):
    at = f"/candidate/shares/{share.reference}/{name}"
    return client.submit("/candidate/shares", at=at)


def test_amina_undoes_what_nobody_has_read(client, cast, amina):
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    (button,) = client.page("/candidate/shares").xpath("//main//form//button")
    assert words_of(button).startswith("Undo")
    assert act(client, share, "undo").location == "/candidate/shares"
    assert shares() == []
    told = words(client.page("/candidate/shares"))
    assert "has not read your result" in told
    assert "Nothing sent yet" in told


def test_what_was_read_meanwhile_is_not_undone(client, cast, amina):
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    client.page("/candidate/shares")
    sharing.record(share, AccessKind.viewed, by=cast.verifier, at=NOW)
    # The button is still there on the page that was open.
    assert act(client, share, "undo").location == "/candidate/shares"
    told = words(client.page("/candidate/shares"))
    assert "has read it in the meantime" in told
    assert "Take it back" in told
    assert len(shares()) == 1


def test_undoing_needs_the_button(client, cast, amina):
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    path = f"/candidate/shares/{share.reference}/undo"
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == 400
    assert len(shares()) == 1


@pytest.mark.parametrize("name", ["undo", "resume", "looks", "withdraw"])
def test_boris_does_nothing_with_what_amina_sent(client, cast, amina, name):
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.boris)
    log_in(client, cast.boris)
    token = {"csrf_token": token_of(client.get("/candidate/account").text)}
    answers = []
    for reference in (share.reference, "x" * 22):
        path = f"/candidate/shares/{reference}/{name}"
        if name in ("undo", "resume"):
            answers.append(client.post(path, data=token).status_code)
        else:
            answers.append(client.get(path).status_code)
    assert answers == [404, 404]
    assert len(shares()) == 1


def test_a_share_on_hold_is_explained_and_resumed(client, cast, amina):
    share = sharing.share(amina, cast.acme, by=amina.account, at=NOW)
    sharing.suspend_all(amina.account, by=cast.clerk, at=NOW)
    page = client.page("/candidate/shares")
    assert "On hold" in words(page)
    assert "An account that was not yours sent this" in words(page)
    assert "Take it back" in words(page)
    assert act(client, share, "resume").location == "/candidate/shares"
    assert "can see your result again" in words(client.page("/candidate/shares"))
    assert shares()[0].suspended_at is None
    act(client, shares()[0], "undo")


def test_she_reads_that_they_see_nothing_while_the_board_corrects_it(
    client, cast, amina
):
    sharing.share(amina, cast.acme, by=amina.account, at=NOW)
    said = "Until it is out again, they do not see it."
    assert said not in words(client.page("/candidate/shares"))
    result = publication.published_result(amina, at=NOW)
    corrections.withdraw_result(result, by=cast.officer, why="mistake", at=NOW)
    assert said in words(client.page("/candidate/shares"))


def test_a_share_whose_time_is_over_says_so(client, cast, amina, monkeypatch):
    client.submit(send(amina, cast.acme), {**WISH, "expires_on": "15/12/2026"})
    monkeypatch.setattr(clock, "now", lambda: NOW + 40 * HOUR)
    log_in(client, amina)
    (share,) = shares()
    page = client.page("/candidate/shares")
    assert "Expired" in words(page)
    assert "15 December 2026" in words(page)
    assert not page.xpath("//main//button")
    client.submit(f"/candidate/shares/{share.reference}/withdraw")
    assert "do not see this any more" in words(client.page("/candidate/shares"))


def test_every_look_has_a_page_when_there_are_many(client, cast, amina):
    client.submit(send(amina, cast.acme), WISH)
    (share,) = shares()
    for n in range(12):
        at = NOW + n * HOUR
        sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=at)
    page = client.page("/candidate/shares")
    assert len(page.xpath("//main//details//li")) == 8
    assert "by Rita Registrar, Acme University" in words(page)
    (link,) = page.xpath("//main//details//a/@href")
    assert len(client.page(link).xpath("//main//li")) == 12


def test_many_shares_come_in_pages_of_bounded_size(client, cast, amina):
    for n in range(45):
        college = cast.organisation(f"College {n:02d} of a long name", f"c{n}.example")
        share = sharing.share(
            amina, college, by=amina.account, at=NOW + n * HOUR, purpose="x" * 200
        )
        reader = cast.member(college, f"a@c{n}.example")
        for _ in range(9):
            sharing.record(share, AccessKind.viewed, by=reader, at=NOW)
    answer = client.get("/candidate/shares")
    assert len(answer.data) < 100_000
    page = html.fromstring(answer.text)
    assert len(page.xpath("//main/ul/li")) == 20
    assert "College 44" in words(page)
    assert page.xpath("//a[@rel='next']")
    last = client.page("/candidate/shares?page=3")
    assert len(last.xpath("//main/ul/li")) == 5
    assert "College 00" in words(last)


def words_of(element):
    return " ".join(element.text_content().split())


def token_of(page):
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def photo_of(entry):
    return save(
        Photo(
            entry_id=entry.id,
            source_hash="0" * 64,
            width=300,
            height=400,
            imported_at=NOW,
        )
    )
