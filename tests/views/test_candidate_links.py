"""A candidate's links: made, copied, looked at, ended; not for those under 18."""

from datetime import date, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Mail, ShareLink
from app.services import corrections, links, publication, sharing
from app.services.links import addressing
from app.values import ResultStatus, ShareScope
from tests.cast import NOW, PASSWORD

DAY = timedelta(days=1)
UNTIL = "13/01/2027"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def boris(client, cast):
    """Boris, who is 18, signed in, with his result out."""
    cast.result(cast.boris)
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.boris)
    log_in(client, cast.boris)
    return cast.boris


def log_in(client, entry):
    form = {"id_number": entry.id_number, "password": PASSWORD}
    assert client.submit("/candidate/login", form).status_code == 302


def words(tree):
    return " ".join(" ".join(tree.xpath("//main//text()")).split())


def page_of(entry):
    return f"/candidate/results/{entry.reference}/links"


def filled(**changed):
    return {"scope": "components", "expires_on": UNTIL, "purpose": "My CV", **changed}


def only():
    query = db.select(ShareLink).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def made(cast, **wish):
    wished = {"expires_on": date(2027, 1, 13), "scope": ShareScope.components}
    wished |= {"purpose": "", **wish}
    return links.make(cast.boris, by=cast.boris.account, at=NOW, **wished)


def test_boris_makes_a_link_copies_it_and_ends_it(client, cast, boris):
    page = client.page(page_of(boris))
    assert "We write to you each time" in words(page)
    assert "1 July 2008" in words(page)
    assert page.xpath("//input[@name='expires_on']/@value") == [UNTIL]
    sent = client.submit(page_of(boris), filled())
    link = only()
    assert sent.location == f"/candidate/links/{link.reference}"
    shown = client.page(sent.location)
    assert shown.xpath("//textarea/text()")[0].strip() == links.address(link)
    assert "My CV" in words(shown)
    assert "Nobody has looked yet" in words(shown)
    assert "13 January 2027" in words(shown)
    (picture,) = shown.xpath("//main//img/@src")
    drawn = client.get(picture)
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert "no-store" in drawn.headers["Cache-Control"]
    assert drawn.data.startswith(b"<?xml")
    (file,) = shown.xpath("//figcaption//a/@href")
    assert client.get(file).data.startswith(b"\x89PNG")
    end = f"/candidate/links/{link.reference}/end"
    assert "shows nothing" in words(client.page(end))
    assert only().revoked_at is None
    assert client.submit(end).location == sent.location
    assert only().revoked_at == NOW
    over = client.page(sent.location)
    assert links.address(link) not in words(over)
    assert over.xpath("//main//img") == []
    for gone in (picture, file):
        assert client.get(gone).status_code == 404
    assert client.get(end).location == sent.location


def test_each_look_is_listed_with_when_and_what_kind_of_browser(client, cast, boris):
    link = made(cast)
    firefox = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    links.opened(
        addressing.token(link),
        boris.date_of_birth,
        address="192.0.2.9",
        browser=firefox,
        at=NOW,
    )
    text = words(client.page(f"/candidate/links/{link.reference}"))
    assert "14 December 2026, 09:00, Rome time : Firefox, Android" in text
    assert "192.0.2.9" not in text
    assert "the last one: 14 December" in words(client.page(page_of(boris)))


def test_links_that_work_stand_on_the_page_of_shared_results(client, cast, boris):
    assert "Links that work" not in words(client.page("/candidate/shares"))
    link = made(cast, purpose="For the town hall")
    page = client.page("/candidate/shares")
    assert "For the town hall" in words(page)
    assert f"/candidate/links/{link.reference}" in page.xpath("//main//a/@href")
    links.revoke(link, by=boris.account, at=NOW)
    assert "For the town hall" not in words(client.page("/candidate/shares"))


@pytest.mark.parametrize("withheld", [False, True])
def test_a_link_says_that_it_shows_nothing_while_the_result_is_not_out(
    client, cast, boris, withheld
):
    link = made(cast, purpose="For the town hall")
    pages = ("/candidate/shares", f"/candidate/links/{link.reference}")
    for path in pages:
        page = client.page(path)
        assert ("Works" in words(page), "On hold" in words(page)) == (True, False)
    sharing.share(cast.boris, cast.acme, by=cast.boris.account, at=NOW)
    if withheld:
        cast.result(cast.boris, version=2, status=ResultStatus.withheld)
        cast.released(instant=NOW)
    else:
        result = publication.published_result(cast.boris, at=NOW)
        corrections.withdraw_result(result, by=cast.officer, why="mistake", at=NOW)
    for path in pages:
        page = client.page(path)
        assert ("Works" in words(page), "On hold" in words(page)) == (False, True)
        # And no way from it leads nowhere.
        for target in page.xpath("//main//a/@href"):
            assert client.get(target).status_code == 200, target
    assert "this link shows nothing" in words(client.page(pages[1]))
    assert "they do not see it" in words(client.page(pages[0]))


def test_links_that_are_over_are_all_found_page_by_page(client, cast, boris):
    for n in range(links.ROWS + 1):
        link = made(cast, purpose=f"Letter {n:02d}")
        links.revoke(link, by=boris.account, at=NOW)
    first = client.page(page_of(boris))
    assert "Letter 30" in words(first)
    assert "Letter 00" not in words(first)
    (following,) = first.xpath("//a[@rel='next']/@href")
    assert "Letter 00" in words(client.page(following))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"expires_on": ""}, "Choose the last day"),
        ({"expires_on": "14/12/2026"}, "Choose a day after today"),
        ({"expires_on": "15/12/2027"}, "next 12 months"),
        ({"expires_on": "31/02/2027"}, "Enter a date"),
        ({"scope": "photo"}, "Choose how much they see"),
        ({"scope": ""}, "Choose how much they see"),
        ({"purpose": "x" * 201}, "too long"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field(client, cast, boris, changed, said):
    answer = client.submit(page_of(boris), filled(**changed))
    assert answer.status_code == 400
    assert said in answer.text
    if "purpose" not in changed:
        assert 'value="My CV"' in answer.text
    assert db.session.scalars(db.select(ShareLink)).all() == []


def test_the_eleventh_link_is_turned_down_with_what_to_do(client, cast, boris):
    for n in range(links.MOST_LIVE):
        made(cast, purpose=str(n))
    answer = client.submit(page_of(boris), filled())
    assert answer.status_code == 409
    assert "End one that you do not need" in answer.text
    assert len(answer.data) < 100_000


def test_somebody_of_17_is_told_kindly_what_to_do_instead(client, cast, boris):
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.amina)
    log_in(client, cast.amina)
    page = client.page(page_of(cast.amina))
    assert "from your 18th birthday on: 5 March 2027" in words(page)
    assert not page.xpath("//main//form[@method='post']")
    ways = page.xpath("//main//a/@href")
    assert f"/candidate/results/{cast.amina.reference}/share" in ways
    assert f"/candidate/results/{cast.amina.reference}/statement.pdf" in ways
    form = filled()
    sent = client.submit("/candidate/account", form, at=page_of(cast.amina))
    assert sent.status_code == 403
    assert db.session.scalars(db.select(ShareLink)).all() == []


def test_on_the_birthday_links_are_there(client, cast, boris, monkeypatch):
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.amina)
    birthday = NOW.replace(year=2027, month=3, day=4, hour=23)
    monkeypatch.setattr(clock, "now", lambda: birthday)
    log_in(client, cast.amina)
    form = filled(expires_on="30/03/2027")
    assert client.submit(page_of(cast.amina), form).status_code == 302


def test_nobody_makes_sees_draws_or_ends_the_link_of_another(client, cast, boris):
    link = made(cast)
    client.submit("/candidate/", at="/candidate/logout")
    cast.account(cast.amina)
    log_in(client, cast.amina)
    base = f"/candidate/links/{link.reference}"
    for path in (base, f"{base}/end", f"{base}/qr.svg", f"{base}/qr.png"):
        assert client.get(path).status_code == 404
        absent = path.replace(link.reference, "x" * 22)
        assert client.get(absent).status_code == 404
    assert client.get(page_of(boris)).status_code == 404
    sent = client.submit("/candidate/account", at=f"{base}/end")
    assert sent.status_code == 404
    assert only().revoked_at is None


def test_a_result_that_is_not_out_or_has_no_scores_has_no_links(client, cast, boris):
    zoe = cast.entry("0003", "Zoe", "Absent", birth=date(2000, 1, 1))
    cast.result(zoe, status=ResultStatus.absent_all)
    zoe.account, zoe.registered_at = boris.account, NOW
    db.session.commit()
    assert client.get(page_of(zoe)).status_code == 404
    cast.released(instant=NOW)
    assert client.get(f"/candidate/results/{zoe.reference}").status_code == 200
    assert client.get(page_of(zoe)).status_code == 404


def test_a_link_needs_the_button_and_its_token(client, cast, boris):
    client.get(page_of(boris))
    assert client.post(page_of(boris), data=filled()).status_code == 400
    assert db.session.scalars(db.select(ShareLink)).all() == []
    assert db.session.scalars(db.select(Mail.kind)).all() == []


def test_strangers_are_led_to_the_sign_in(client, cast):
    assert "/candidate/login" in client.get("/candidate/links/x").location
