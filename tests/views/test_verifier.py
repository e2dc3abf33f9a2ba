"""What an organisation's people see: their list, a result, its statement."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app import clock
from app.extensions import db
from app.models import Photo, Share, ShareAccess
from app.services import (
    corrections,
    organisations,
    photos,
    publication,
    sharing,
    storage,
)
from app.values import AccessKind, MemberRole, ShareScope
from tests.cast import NOW, PASSWORD, save
from tests.papers import jpeg
from tests.papers import words as printed
from tests.telling import tells

DAY = timedelta(days=1)
LATER = NOW + 2 * DAY


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    """The clock of the pages stands at LATER until a test moves it."""
    moment = [LATER]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def share(cast):
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    cast.released()
    return sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)


@pytest.fixture
def rita(client, cast):
    """The registrar's browser, signed in."""
    return signed_in(client, cast.verifier)


def signed_in(browser, member):
    answer = browser.submit(
        "/verifier/login", {"email": member.email, "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser


def words(tree):
    return " ".join(tree.text_content().split())


def other_browser(app, member):
    return signed_in(app.test_client(), member)


def accesses():
    return db.session.scalars(db.select(ShareAccess.kind)).all()


def test_a_shared_result_stands_in_the_list_as_new(share, rita):
    page = rita.page("/verifier/")
    assert "1 result has been shared with you" in words(page)
    (row,) = page.xpath("//tbody/tr")
    assert row.get("class") == "new"
    assert "Amina" in words(row)
    assert "Benali" in words(row)
    assert "New" in words(row)
    # 08:00 UTC, on the board's clock.
    assert "2026-12-15 09:00" in words(row)
    assert "Boris" not in words(page)
    assert not accesses()


def test_looking_at_a_result_is_seen_by_the_candidate(share, rita, cast):
    page = rita.page(f"/verifier/results/{share.reference}")
    said = words(page)
    for fact in ("Amina Benali", "172", "B2", "Grade C", "Reading", "IT024", "Pisa"):
        assert fact in said, fact
    assert cast.amina.statement_number in said
    assert "5 March 2009" in said
    assert page.xpath("//*[local-name()='svg' and @role='img']")
    assert accesses() == [AccessKind.viewed]
    assert db.session.get(Share, share.id).first_read_at == LATER
    (row,) = rita.page("/verifier/").xpath("//tbody/tr")
    assert row.get("class") is None
    assert "New" not in words(row)


def test_a_row_stays_new_for_the_colleague_who_has_not_looked(app, share, rita, cast):
    rita.page(f"/verifier/results/{share.reference}")
    clerk = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    (row,) = other_browser(app, clerk).page("/verifier/").xpath("//tbody/tr")
    assert row.get("class") == "new"


def test_the_statement_comes_as_a_pdf_and_is_written_down(share, rita, cast):
    answer = rita.get(f"/verifier/results/{share.reference}/statement.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert cast.amina.statement_number in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert accesses() == [AccessKind.statement]


def test_the_greeting_counts_what_came_since_the_visit_before(
    client, cast, share, at_a_time
):
    signed_in(client, cast.verifier)
    at_a_time[0] = LATER + DAY
    signed_in(client, cast.verifier)
    assert "Nothing has been shared" in words(client.page("/verifier/"))
    for n in (1, 2, 3):
        entry = cast.entry(f"010{n}", "Ana", f"No{n}")
        give(entry, cast.acme, share, at=LATER + 2 * DAY)
    at_a_time[0] = LATER + 3 * DAY
    signed_in(client, cast.verifier)
    greeting = "3 new results have been shared since your last visit"
    assert greeting in words(client.page("/verifier/"))


def test_another_organisation_sees_nothing_of_it(app, share, cast):
    other = cast.organisation("Other College", "other.example")
    browser = other_browser(app, cast.member(other, "clerk@other.example"))
    page = browser.page("/verifier/")
    assert not page.xpath("//tbody/tr")
    assert "Other College, Pisa" in words(page)
    foreign = browser.get(f"/verifier/results/{share.reference}")
    absent = browser.get("/verifier/results/absent")
    assert foreign.status_code == absent.status_code == 404
    assert pattern(foreign, share.reference) == pattern(absent, "absent")
    pdf = browser.get(f"/verifier/results/{share.reference}/statement.pdf")
    assert pdf.status_code == 404
    assert not accesses()


def test_a_withdrawn_share_is_gone_everywhere_at_once(share, rita, cast):
    rita.page(f"/verifier/results/{share.reference}")
    sharing.withdraw(share, by=cast.amina.account, at=LATER)
    assert not rita.page("/verifier/").xpath("//tbody/tr")
    for path in ("", "/statement.pdf"):
        gone = rita.get(f"/verifier/results/{share.reference}{path}")
        assert gone.status_code == 410
        assert "The candidate has withdrawn this result" in gone.text
        assert "15 December 2026" in gone.text
        for fact in ("Amina", "Benali", "172", "B2", "2009", "Centre IT024"):
            assert fact not in gone.text
    assert accesses() == [AccessKind.viewed]


def test_a_result_taken_back_says_that_it_is_and_shows_no_marks(share, rita, cast):
    result = publication.published_result(cast.amina, at=LATER)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=LATER)
    page = rita.page(f"/verifier/results/{share.reference}")
    said = words(page)
    assert "The board has withdrawn this result" in said
    for secret in ("172", "Grade", "malpractice", cast.amina.statement_number):
        assert secret not in said, secret
    (row,) = rita.page("/verifier/").xpath("//tbody/tr")
    assert "No result available" in words(row)
    assert "PDF" not in words(row)
    pdf = rita.get(f"/verifier/results/{share.reference}/statement.pdf")
    assert pdf.status_code == 404
    assert not accesses()


def test_a_share_shows_nothing_before_the_instant_of_its_result(
    share, rita, cast, at_a_time
):
    cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    instant = LATER + timedelta(hours=1)
    release = publication.propose(
        cast.session, None, instant, by=cast.officer, at=LATER
    )
    publication.approve(release, by=cast.approver, at=LATER)
    path = f"/verifier/results/{share.reference}"
    at_a_time[0] = instant - timedelta(seconds=1)
    before = words(rita.page(path))
    at_a_time[0] = instant
    after = words(rita.page(path))
    assert "172" in before
    assert not tells(before, "181")
    assert "Amended" not in before
    assert "181" in after
    assert "Amended" in after


def test_a_suspended_organisation_is_shown_the_door(share, rita, cast):
    organisations.suspend(cast.acme, by=cast.partnerships, why="inquiry", at=LATER)
    paths = (
        "/verifier/",
        "/verifier/organisation",
        f"/verifier/results/{share.reference}",
    )
    for path in paths:
        answer = rita.get(path)
        assert answer.status_code == 302, path
        assert "/verifier/login" in answer.location
    form = {"email": cast.verifier.email, "password": PASSWORD}
    told = rita.submit("/verifier/login", form)
    assert told.status_code == 403
    assert "The account of Acme University is paused" in told.text
    assert "Please check what you entered" not in told.text
    assert rita.get("/verifier/").status_code == 302


def test_nobody_else_gets_in(client, share, cast):
    paths = (
        "/verifier/",
        "/verifier/organisation",
        f"/verifier/results/{share.reference}",
        f"/verifier/results/{share.reference}/statement.pdf",
    )
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/verifier/login")
    assert not accesses()


def test_a_member_looks_for_people_without_their_names_in_the_address(
    share, rita, cast
):
    give(cast.boris, cast.acme, share)

    def found(**typed):
        answer = rita.submit("/verifier/", typed)
        assert answer.status_code == 303
        assert answer.location == "/verifier/"
        rows = rita.page("/verifier/").xpath("//tbody/tr")
        return {words(row).split()[0] for row in rows}

    assert found(name="") == {"Amina", "Boris"}
    assert found(name="BENALI") == {"Amina"}
    assert found(date_of_birth="1/7/2008") == {"Boris"}
    assert found(exam="FCE") == {"Amina", "Boris"}
    assert found(exam="CAE") == set()
    rita.page(f"/verifier/results/{share.reference}")
    assert found(read="no") == {"Boris"}
    # What was looked for is shown again, and cleared with one button.
    found(name="ivan", date_of_birth="2008-07-01")
    page = rita.page("/verifier/")
    assert page.xpath("//input[@name='name']/@value") == ["ivan"]
    assert found(clear="1") == {"Amina", "Boris"}


def test_a_search_that_makes_no_sense_is_refused_in_words(share, rita):
    answer = rita.submit("/verifier/", {"date_of_birth": "31/02/2009"})
    assert answer.status_code == 400
    assert "Enter a date" in answer.text
    assert rita.submit("/verifier/", {"exam": "XXX"}).status_code == 400


def test_the_list_takes_five_queries_at_most(share, rita, cast):
    for n in range(30):
        give(cast.entry(f"01{n:02d}", "Ana", f"No{n}"), cast.acme, share)
    db.session.expunge_all()
    seen = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page = rita.page("/verifier/")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(page.xpath("//tbody/tr")) == 25
    assert 3 <= len(seen) <= 5, seen


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "2"])
def test_odd_page_numbers_are_pages(share, rita, page):
    assert rita.get(f"/verifier/?page={page}").status_code == 200


def test_names_and_numbers_are_shown_as_they_are_written(rita, cast, share):
    entry = cast.entry("0077", "", "<script>alert(1)</script>")
    give(entry, cast.acme, share)
    page = rita.page("/verifier/")
    assert not page.xpath("//tbody//script")
    assert "<script>alert(1)</script>" in words(page)


def give(entry, organisation, share, at=NOW):
    return save(
        Share(
            entry=entry,
            organisation=organisation,
            account_id=share.account_id,
            at=at,
            terms_version="x",
        )
    )


def pattern(answer, reference):
    import re

    return re.sub(r'value="[^"]*"', "", answer.text.replace(reference, "REFERENCE"))


# --- As much as the candidate chose ---------------------------------------------------

PARTS = {"score_r": 171, "score_u": 169, "score_w": 166, "score_l": 174}
PARTS |= {"score_s": 178}


@pytest.fixture
def chosen(app, cast, at_a_time, tmp_path, monkeypatch):
    """A function that shares Amina's result with a wish, her photo being there."""
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    cast.result(cast.amina, **PARTS)
    account = cast.account(cast.amina)
    cast.released()
    facts = {"source_hash": "0" * 64, "width": 30, "height": 40}
    row = save(Photo(entry_id=cast.amina.id, imported_at=NOW, **facts))
    storage.write(photos.file_name(row.reference), jpeg(30, 40))

    def share(**wish):
        return sharing.share(cast.amina, cast.acme, by=account, at=NOW, **wish)

    return share


def test_of_an_overall_share_no_part_is_anywhere(chosen, rita):
    share = chosen(scope=ShareScope.overall)
    page = rita.page(f"/verifier/results/{share.reference}")
    said = words(page)
    assert "172" in said
    assert "chose to show the overall result" in said
    assert page.xpath("//*[local-name()='svg' and @role='img']")
    pdf = rita.get(f"/verifier/results/{share.reference}/statement.pdf")
    for told in (said, printed(pdf.data)):
        assert not tells(told, *map(str, PARTS.values()))
        assert "Listening" not in told


def test_purpose_scope_and_last_day_are_told(chosen, rita):
    share = chosen(purpose="Master's in Physics", expires_on=date(2027, 5, 3))
    said = words(rita.page(f"/verifier/results/{share.reference}"))
    assert "Master's in Physics" in said
    assert "3 May 2027" in said
    assert "the overall result and each part" in said
    for score in PARTS.values():
        assert str(score) in said


def test_the_photo_is_shown_for_its_scope(chosen, rita):
    share = chosen(scope=ShareScope.photo)
    page = rita.page(f"/verifier/results/{share.reference}")
    address = f"/verifier/results/{share.reference}/photo.jpg"
    (image,) = page.xpath("//main//img")
    assert image.get("src") == address
    assert image.get("alt") == "Photo of Amina Benali"
    answer = rita.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.data == jpeg(30, 40)
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # It is a part of the look, not another one.
    assert accesses() == [AccessKind.viewed]


def test_who_takes_only_the_photo_has_looked(chosen, rita):
    share = chosen(scope=ShareScope.photo)
    rita.get(f"/verifier/results/{share.reference}/photo.jpg")
    assert accesses() == [AccessKind.viewed]
    assert db.session.get(Share, share.id).first_read_at == LATER


def test_a_colleague_who_takes_only_the_photo_has_looked_too(cast, chosen):
    share = chosen(scope=ShareScope.photo)
    clerk = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    for member in (cast.verifier, clerk, clerk):
        sharing.photo(member, share.reference, at=LATER)
    looked = db.select(ShareAccess.member_id).order_by(ShareAccess.id)
    assert list(db.session.scalars(looked)) == [cast.verifier.id, clerk.id]


@pytest.mark.parametrize("scope", [ShareScope.overall, ShareScope.components])
def test_no_photo_flows_without_its_scope(chosen, rita, scope):
    share = chosen(scope=scope)
    page = rita.page(f"/verifier/results/{share.reference}")
    assert not page.xpath("//main//img")
    photo = rita.get(f"/verifier/results/{share.reference}/photo.jpg")
    assert photo.status_code == 404


def test_no_photo_flows_while_the_result_is_not_out(chosen, rita, cast):
    share = chosen(scope=ShareScope.photo)
    result = publication.published_result(cast.amina, at=LATER)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=LATER)
    photo = rita.get(f"/verifier/results/{share.reference}/photo.jpg")
    assert photo.status_code == 404
    assert not accesses()


def test_the_photo_of_another_organisations_share_is_not_there(app, chosen, cast):
    share = chosen(scope=ShareScope.photo)
    other = cast.organisation("Other College", "other.example")
    browser = other_browser(app, cast.member(other, "clerk@other.example"))
    foreign = browser.get(f"/verifier/results/{share.reference}/photo.jpg")
    absent = browser.get("/verifier/results/absent/photo.jpg")
    assert foreign.status_code == absent.status_code == 404
    client = app.test_client()
    answer = client.get(f"/verifier/results/{share.reference}/photo.jpg")
    assert answer.status_code == 302


def test_a_share_whose_time_is_over_says_just_that(chosen, rita, cast, at_a_time):
    share = chosen(expires_on=date(2026, 12, 20))
    at_a_time[0] = LATER + 7 * DAY
    signed_in(rita, cast.verifier)
    page = rita.page(f"/verifier/results/{share.reference}", 410)
    said = words(page.xpath("//main")[0])
    assert "The time for which it was shared is over" in said
    assert "It was shared with you on 14 December 2026" in said
    for fact in ("Amina", "172", "B2", "First", "withdrawn"):
        assert fact not in said
    assert not rita.page("/verifier/").xpath("//tbody/tr")


def test_a_share_on_hold_is_not_available_at_the_moment(chosen, rita, cast):
    share = chosen()
    sharing.suspend_all(cast.amina.account, by=cast.clerk, at=LATER)
    page = rita.page(f"/verifier/results/{share.reference}", 410)
    assert "not available at the moment" in words(page)
    assert "Amina" not in words(page)
