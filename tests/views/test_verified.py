"""The page behind a link: asked for the date of birth, shown, and gone again."""

from datetime import date, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Photo, Release, ShareLinkLook
from app.services import links, photos, publication, storage
from app.services.links import addressing
from app.values import ShareScope
from tests.cast import NOW, save
from tests.telling import tells

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
RIGHT = {"date_of_birth": "01/07/2008"}


@pytest.fixture
def at(monkeypatch):
    """A function that sets the clock of the pages."""

    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW)
    return move


@pytest.fixture
def boris(cast, at):
    """Boris's account; he is 18, and his result is out."""
    cast.result(cast.boris)
    account = cast.account(cast.boris)
    cast.released()
    return account


def link(cast, boris, scope=ShareScope.components, until=date(2027, 1, 13)):
    wish = {"expires_on": until, "scope": scope, "purpose": "Town hall"}
    return links.make(cast.boris, by=boris, at=NOW, **wish)


def path_of(made):
    return f"/verify/{addressing.token(made)}"


def words(page):
    return " ".join(" ".join(page.xpath("//main//text()")).split())


def enter(client, path, form=RIGHT):
    sent = client.submit(path, form)
    assert (sent.status_code, sent.location) == (303, path)
    return client.page(path)


def looks():
    return len(db.session.scalars(db.select(ShareLinkLook)).all())


def test_the_right_date_shows_the_result_on_our_own_host(client, cast, boris):
    path = path_of(link(cast, boris))
    asked = words(client.page(path))
    assert "Ivanov" not in asked
    assert "Enter their date of birth" in asked
    assert "has to begin with 127.0.0.1:8000" in asked
    text = words(enter(client, path))
    for told in (
        "Boris Ivanov",
        "1 July 2008",
        "B2 First",
        "November 2026",
        "Overall score 172",
        "Writing 168",
        "Centre IT024",
        cast.boris.statement_number,
        "Published by the board",
        "This page is on 127.0.0.1:8000",
        "You looked 14 December 2026, 09:00, Rome time",
    ):
        assert told in text, told
    for kept in ("Town hall", "boris@mail.example", cast.boris.id_number):
        assert kept not in text
    assert looks() == 1


def test_as_much_is_shown_as_the_scope_opens(client, cast, boris):
    page = enter(client, path_of(link(cast, boris, ShareScope.overall)))
    assert "Overall score 172" in words(page)
    assert not tells(client.get(path_of(link(cast, boris))).text, "168")
    assert "Writing" not in words(page)
    assert page.xpath("//main//img") == []


def test_a_correction_says_that_it_is_one(client, cast, boris, at):
    made, later = link(cast, boris), NOW + MINUTE
    cast.result(cast.boris, version=2, overall=173, grade="B")
    out = publication.propose(cast.session, None, later, by=cast.officer, at=NOW)
    publication.approve(out, by=cast.approver, at=NOW)
    at(later)
    text = words(enter(client, path_of(made)))
    assert "Overall score 173" in text
    assert "amended" in text


def test_a_second_version_that_was_the_first_one_out_is_no_correction(client, cast, at):
    cast.result(cast.boris)
    cast.result(cast.boris, version=2, overall=173, grade="B")
    account = cast.account(cast.boris)
    cast.released()
    text = words(enter(client, path_of(link(cast, account))))
    assert "Overall score 173" in text
    assert "amended" not in text.casefold()


def test_the_photo_is_shown_to_those_who_opened_the_link(client, app, cast, boris):
    photo = Photo(entry=cast.boris, source_hash="0" * 64, width=300, height=400)
    photo.imported_at = NOW
    save(photo)
    storage.write(photos.file_name(photo.reference), b"\xff\xd8 a picture")
    made = link(cast, boris, ShareScope.photo)
    stranger = app.test_client()
    (address,) = enter(client, path_of(made)).xpath("//main//img/@src")
    picture = client.get(address)
    assert (picture.data, picture.mimetype) == (b"\xff\xd8 a picture", "image/jpeg")
    assert "no-store" in picture.headers["Cache-Control"]
    assert stranger.get(address).status_code == 404
    without = link(cast, boris)
    enter(client, path_of(without))
    assert client.get(f"{path_of(without)}/photo.jpg").status_code == 404
    links.revoke(made, by=boris, at=NOW)
    assert client.get(address).status_code == 404


def test_a_browser_remembers_a_look_for_fifteen_minutes(client, app, cast, boris, at):
    path = path_of(link(cast, boris))
    enter(client, path)
    at(NOW + 15 * MINUTE - SECOND)
    assert "Boris Ivanov" in words(client.page(path))
    assert looks() == 1
    at(NOW + 15 * MINUTE)
    assert "Enter their date of birth" in words(client.page(path))
    at(NOW)
    other = app.test_client()
    assert "Enter their date of birth" in words(other.page(path))


def test_on_a_computer_of_others_the_page_is_closed_by_its_reader(client, cast, boris):
    path = path_of(link(cast, boris))
    other = path_of(link(cast, boris, ShareScope.overall))
    enter(client, other)
    page = enter(client, path)
    (form,) = page.xpath("//main//form")
    assert form.get("action") == f"{path}/close"
    # Only by the button: neither by an address that is opened, nor by another page.
    assert client.get(f"{path}/close").status_code == 405
    assert client.post(f"{path}/close").status_code == 400
    assert "Boris Ivanov" in words(client.page(path))
    token = {"csrf_token": form.xpath(".//input[@name='csrf_token']/@value")[0]}
    closed = client.post(f"{path}/close", data=token)
    assert (closed.status_code, closed.location) == (303, path)
    assert "Enter their date of birth" in words(client.page(path))
    assert client.get(f"{path}/photo.jpg").status_code == 404
    assert "Boris Ivanov" in words(client.page(other))
    assert looks() == 2


def test_one_link_opens_no_other(client, cast, boris):
    first, second = link(cast, boris), link(cast, boris, ShareScope.overall)
    enter(client, path_of(first))
    assert "Enter their date of birth" in words(client.page(path_of(second)))
    forged = f"/verify/{first.reference}.{'x' * 22}"
    assert "Enter their date of birth" in words(client.page(forged))


def test_a_reader_of_several_keeps_the_last_five_open(client, cast, boris, at):
    ends = [date(2027, 1, 1 + n) for n in range(6)]
    paths = [path_of(link(cast, boris, until=end)) for end in ends]
    for n, path in enumerate(paths):
        at(NOW + n * SECOND)
        enter(client, path)
    opened = ["Boris Ivanov" in words(client.page(path)) for path in paths]
    assert opened == [False, *[True] * 5]


@pytest.mark.parametrize("ending", ["revoked", "expired", "withdrawn", "ended"])
def test_what_has_ended_is_gone_at_once_also_where_it_is_open(
    client, cast, boris, at, ending
):
    made = link(cast, boris, until=date(2026, 12, 15))
    path = path_of(made)
    before = made.expires_at - SECOND
    at(before)
    enter(client, path)
    moment = before
    if ending == "revoked":
        links.revoke(made, by=boris, at=before)
    elif ending == "expired":
        moment = made.expires_at
    elif ending == "withdrawn":
        release = db.session.scalars(db.select(Release)).one()
        publication.withdraw(release, by=cast.officer, why="wrong", at=before)
        moment = before + SECOND / 2
    else:
        links.end_all(boris, at=before)
    at(moment)
    page = client.get(path)
    assert page.status_code == 200
    assert "Ivanov" not in page.text
    assert not tells(page.text, "172")
    assert client.submit(path, RIGHT).status_code == 400
    assert looks() == 1


def test_right_and_wrong_links_look_alike_until_the_right_date(client, cast, boris):
    made, ended = link(cast, boris), link(cast, boris)
    links.revoke(ended, by=boris, at=NOW)
    wrong_date = {"date_of_birth": "02/07/2008"}
    paths = [
        path_of(made),
        path_of(ended),
        f"/verify/{'x' * 22}.{'y' * 22}",
        "/verify/x",
    ]
    asked, answered = set(), set()
    for path in paths:
        page = client.get(path)
        asked.add((page.status_code, words(client.page(path))))
        answer = client.submit(path, wrong_date)
        text = answer.text.replace(path, "")
        told = text.split("<main")[1].split("csrf_token")[0]
        answered.add((answer.status_code, told))
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert len(asked) == len(answered) == 1
    assert next(iter(answered))[0] == 400
    assert looks() == 0


@pytest.mark.parametrize("typed", ["", "yesterday", "31/02/2008", "01/07/2999"])
def test_what_is_no_date_costs_nothing_and_is_kept(client, cast, boris, typed):
    path = path_of(link(cast, boris))
    for _ in range(7):
        answer = client.submit(path, {"date_of_birth": typed})
        assert answer.status_code == 400
    assert typed in answer.text
    enter(client, path)


def test_after_wrong_dates_a_stranger_has_to_wait(client, cast, boris):
    path = path_of(link(cast, boris))
    for _ in range(5):
        client.submit(path, {"date_of_birth": "02/07/2008"})
    answer = client.submit(path, RIGHT)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Ivanov" not in answer.text


def test_nobody_indexes_the_page_or_learns_its_address(client, cast, boris):
    path = path_of(link(cast, boris))
    client.submit(path, RIGHT)
    page = client.get(path)
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    assert 'name="robots" content="noindex' in page.text
    assert "Ivanov" not in page.text.split("</title>")[0]
    assert len(page.data) < 100_000
    # Leaving it out of robots.txt lets search engines read that they shall not.
    assert "/verify/" not in client.get("/robots.txt").text


def test_a_form_without_its_token_opens_nothing(client, cast, boris):
    path = path_of(link(cast, boris))
    client.get(path)
    assert client.post(path, data=RIGHT).status_code == 400
    assert looks() == 0


def test_the_candidate_stays_signed_in_while_they_try_their_own_link(
    client, cast, boris
):
    from tests.views.test_candidate_links import log_in

    log_in(client, cast.boris)
    enter(client, path_of(link(cast, boris)))
    assert client.get("/candidate/").status_code == 200
