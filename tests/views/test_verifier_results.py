"""The list searched, sorted and chosen from; and all that a result's page tells."""

from datetime import date, timedelta

import pytest
from lxml import html

from app import clock
from app.extensions import db
from app.models import Requirement, Share
from app.services import corrections, enquiries, inbox, publication, sharing
from app.services.inbox import listing
from app.values import AccessKind, EnquiryKind, ExamCode, MemberRole
from tests.cast import NOW, PASSWORD, save

DAY = timedelta(days=1)
LATER = NOW + 5 * DAY


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    """The clock of the pages stands at LATER until a test moves it."""
    moment = [LATER]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def share(cast):
    """Amina's share; Boris has shared his, and his page is a neighbour's."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account, other = cast.account(cast.amina), cast.account(cast.boris)
    cast.released()
    sharing.share(cast.boris, cast.acme, by=other, at=NOW)
    return sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)


@pytest.fixture
def rita(client, cast, share):
    """The registrar's browser, signed in."""
    return signed_in(client, cast.verifier)


def signed_in(browser, member):
    answer = browser.submit(
        "/verifier/login", {"email": member.email, "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser


def words(tree):
    return " ".join(" ".join(tree.itertext()).split())


def names(page):
    return [words(cell) for cell in page.xpath("//tbody//td[@class='first-name']")]


def said_of(answer):
    return words(html.fromstring(answer.text).xpath("//main")[0])


# --- Searching ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ({"name": "bÉnali"}, ["Amina"]),
        ({"name": "Benali, Amina"}, ["Amina"]),
        ({"date_of_birth": "1/7/2008"}, ["Boris"]),
        ({"email": "Amina@mail.example"}, ["Amina"]),
        ({"place": "PISA"}, ["Amina", "Boris"]),
        ({"centre": "it024"}, ["Amina", "Boris"]),
        ({"exam": "FCE", "exam_from": "14/11/2026"}, ["Amina", "Boris"]),
        ({"exam_from": "2026-11-01", "exam_until": "2026-11-13"}, []),
        ({"shared_from": "15/12/2026"}, ["Amina"]),
        ({"shared_until": "14/12/2026"}, ["Boris"]),
        ({"read": "no"}, ["Amina", "Boris"]),
        ({"read": "yes"}, []),
        ({"meets": "yes"}, []),
        ({"name": "%"}, []),
        ({"name": "_"}, []),
    ],
    ids=str,
)
def test_a_registrar_searches_and_nothing_of_it_is_in_an_address(rita, typed, who):
    answer = rita.submit("/verifier/", typed)
    assert (answer.status_code, answer.location) == (303, "/verifier/")
    page = rita.page("/verifier/")
    assert names(page) == who
    if who:
        assert f"{len(who)} result" in words(page)
    else:
        assert "Nobody found" in words(page)
    (name, value), *_ = typed.items()
    assert page.xpath(f"//*[@id='{name}']")
    if value.isalpha() and name != "exam":
        shown = page.xpath(f"//input[@name='{name}']/@value")
        assert shown == [value] or page.xpath("//option[@selected]")


def test_what_was_looked_for_is_folded_away_and_said_beside_what_was_found(rita):
    typed = {"name": "a", "date_of_birth": "1/7/2008", "exam": "FCE", "read": "no"}
    rita.submit("/verifier/", {**typed, "place": "pisa"})
    page = rita.page("/verifier/")
    assert names(page) == ["Boris"]
    (said,) = (words(one) for one in page.xpath("//p[@role='status']"))
    for fact in (
        "Exam: B2 First",
        "Opened: Not opened by me yet",
        "Place of entry: pisa",
    ):
        assert fact in said
    assert "2008" in said
    assert "csrf" not in said.lower()
    assert not page.xpath("//form[@role='search']//details/@open")
    rita.submit("/verifier/", {"name": "nobody", "exam": "FCE"})
    assert rita.page("/verifier/").xpath("//form[@role='search']//details/@open")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"date_of_birth": "30/02/2009"}, "date_of_birth", "Enter a date"),
        ({"exam_from": "31/13/2026"}, "exam_from", "Enter a date"),
        ({"shared_from": "9999-12-31"}, "shared_from", "Check the year"),
        ({"shared_until": "0001-01-01"}, "shared_until", "Check the year"),
        (
            {"shared_from": "2/12/2026", "shared_until": "1/12/2026"},
            "shared_until",
            "before the first day",
        ),
        ({"name": "Ami\0na"}, "name", "cannot keep"),
        ({"email": "x" * 300}, "email", "too long"),
        ({"place": "Atlantis"}, "place", "no centre like this"),
        ({"centre": "%"}, "centre", "no centre like this"),
        ({"exam": "XXX"}, "exam", "Not a valid choice"),
        ({"read": "maybe"}, "read", "Not a valid choice"),
    ],
    ids=str,
)
def test_a_search_that_makes_no_sense_is_refused_beside_its_field(
    rita, typed, field, sentence
):
    answer = rita.submit("/verifier/", typed)
    assert answer.status_code == 400
    page = html.fromstring(answer.text)
    (beside,) = page.xpath(f"//p[@id='{field}-error']")
    assert sentence in words(beside)
    # What was looked for before is looked for still.
    assert names(rita.page("/verifier/")) == ["Amina", "Boris"]


def test_what_an_earlier_page_kept_is_forgotten(rita):
    for kept in ({"exam": "gone"}, {"exam_from": "x"}, {"exam_from": 3}, "text", [1]):
        with rita.session_transaction() as session:
            session["shared_results_wanted"] = kept
        assert names(rita.page("/verifier/")) == ["Amina", "Boris"]


# --- Sorting and leafing --------------------------------------------------------------


def test_columns_turn_the_list_round(rita):
    page = rita.page("/verifier/")
    assert names(page) == ["Amina", "Boris"]
    (header,) = page.xpath("//th[@aria-sort]")
    assert (header.get("aria-sort"), words(header)) == ("descending", "Date shared ↓")
    for column, order in (("Family name", "ascending"), ("Exam", "ascending")):
        (link,) = page.xpath(f"//th/a[contains(., '{column}')]/@href")
        (header,) = rita.page(link).xpath("//th[@aria-sort]")
        assert header.get("aria-sort") == order
        assert column in words(header)
    (link,) = page.xpath("//th/a[contains(., 'First name')]/@href")
    page = rita.page(link)
    assert names(page) == ["Amina", "Boris"]
    (link,) = page.xpath("//th/a[contains(., 'First name')]/@href")
    assert names(rita.page(link)) == ["Boris", "Amina"]


@pytest.mark.parametrize(
    "query",
    [
        *("sort=email&way=up", "sort=exam", "way=down"),
        *("sort=__class__&way=up", "sort=exam;--&way=up", "sort=%25&way=up"),
    ],
)
def test_what_it_cannot_be_sorted_by_is_refused_and_the_list_is_there(rita, query):
    answer = rita.get(f"/verifier/?{query}")
    assert answer.status_code == 400
    assert "cannot be sorted like this" in said_of(answer)
    assert names(html.fromstring(answer.text)) == ["Amina", "Boris"]


@pytest.mark.parametrize(
    "query",
    [
        *("page=-1", "page=99999999999", "page=1&page=2", "page=1.5"),
        "sort=exam&sort=email&way=up&way=x",
    ],
)
def test_odd_addresses_are_pages(rita, query):
    assert rita.get(f"/verifier/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["page=%00", "sort=exam&way=%00", "tick=%00"])
def test_characters_that_no_address_holds_are_refused(rita, query):
    assert rita.get(f"/verifier/?{query}").status_code == 400


def test_a_page_after_the_last_one_leads_back(rita):
    page = rita.page("/verifier/?page=99")
    assert "The list ends before this page" in words(page)
    assert page.xpath("//main//a[@href='/verifier/']")


def test_a_list_too_long_to_sort_says_what_is_shown(rita, monkeypatch):
    monkeypatch.setattr(listing, "MOST_SORTED", 1)
    page = rita.page("/verifier/?sort=first_name&way=up")
    assert names(page) == ["Amina"]
    assert "Only the newest" in words(page)
    assert "Only the newest" not in words(rita.page("/verifier/"))


def test_the_next_page_keeps_the_order(rita, cast, monkeypatch):
    monkeypatch.setattr(listing, "ROWS", 1)
    page = rita.page("/verifier/?sort=first_name&way=down")
    assert names(page) == ["Boris"]
    (link,) = page.xpath("//a[@rel='next']/@href")
    second = rita.page(link)
    assert names(second) == ["Amina"]
    for one in (page, second):
        assert "Ticks hold for this page only" in words(one)
    monkeypatch.setattr(listing, "ROWS", 25)
    assert "Ticks hold for this page only" not in words(rita.page("/verifier/"))


# --- Choosing -------------------------------------------------------------------------


def test_rows_can_be_ticked_by_name_one_page_or_all(rita, share):
    page = rita.page("/verifier/")
    (form,) = page.xpath("//form[@action='/verifier/downloads/new']")
    ticks = form.xpath(".//input[@name='share']")
    assert [tick.get("aria-label") for tick in ticks] == [
        "Select – Amina Benali",
        "Select – Boris Ivanov",
    ]
    assert ticks[0].get("value") == share.reference
    assert not form.xpath(".//input[@checked]")
    assert "Select all that match (2)" in words(form)
    (link,) = form.xpath(".//a[.='Select this page']/@href")
    assert len(rita.page(link).xpath("//input[@name='share'][@checked]")) == 2
    rita.submit("/verifier/", {"name": "boris"})
    assert "Select all that match (1)" in words(rita.page("/verifier/"))


def test_more_than_can_be_counted_is_said_so(rita, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 1)
    monkeypatch.setattr(inbox, "MOST_COUNTED", 1)
    rita.submit("/verifier/", {"exam": "FCE"})
    page = words(rita.page("/verifier/"))
    assert "Select all that match (more than 1)" in page
    assert "More than 1 results match" in page


def test_the_list_is_small_enough_for_a_phone(rita, cast, share):
    for n in range(30):
        entry = cast.entry(f"01{n:02d}", "Anna Maria Elisabetta", f"Della Rovere {n}")
        save(
            Share(
                entry=entry,
                organisation=cast.acme,
                account_id=share.account_id,
                at=NOW,
                terms_version="x",
            )
        )
    answer = rita.get("/verifier/")
    assert answer.text.count('name="share"') == 25
    assert len(answer.data) < 60_000


# --- One result -----------------------------------------------------------------------


def seen(rita, share):
    return words(rita.page(f"/verifier/results/{share.reference}"))


def test_a_valid_result_says_so_and_since_when(rita, share):
    said = seen(rita, share)
    assert "Valid" in said
    assert "Published by the board 14 December 2026, 09:00, Rome time" in said


def test_a_result_under_enquiry_says_so_and_not_what_was_asked(rita, share, cast):
    found = enquiries.request(
        cast.amina,
        EnquiryKind.recheck,
        "I wrote more than that",
        by=cast.amina.account,
        at=NOW + 2 * DAY,
    )
    assert "Under enquiry" not in seen(rita, share)
    enquiries.accept(found, by=cast.clerk, at=NOW + 3 * DAY)
    said = seen(rita, share)
    assert "Under enquiry" in said
    assert "172" in said
    assert "began to look into it again 17 December 2026" in said
    for secret in ("I wrote more", "recheck", "Re-check", "EUR"):
        assert secret not in said, secret
    enquiries.decide_unchanged(found, "", by=cast.officer, at=NOW + 4 * DAY)
    said = seen(rita, share)
    assert "Under enquiry" not in said
    assert "changed nothing" in said


def test_a_withdrawn_result_says_so_without_marks_and_keeps_its_dates(
    rita, share, cast
):
    seen(rita, share)
    result = publication.published_result(cast.amina, at=LATER)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=LATER)
    page = rita.page(f"/verifier/results/{share.reference}")
    said = words(page)
    assert "The board has withdrawn this result" in said
    assert "Withdrawn by the board 19 December 2026" in said
    assert "Looked at the result" in said
    for secret in ("172", "Grade", "B2 ·", "malpractice", cast.amina.statement_number):
        assert secret not in said, secret
    assert not page.xpath("//main//*[local-name()='svg' and @role='img']")
    assert not page.xpath("//a[contains(@href, 'statement.pdf')]")


def test_an_amended_result_says_since_when(rita, share, cast):
    cast.result(cast.amina, version=2, overall=185, grade="A", cefr="C1")
    instant = NOW + 3 * DAY
    made = publication.propose(
        cast.session, None, instant, by=cast.officer, at=NOW + DAY
    )
    publication.approve(made, by=cast.approver, at=NOW + DAY)
    said = seen(rita, share)
    assert "Amended" in said
    assert "Corrected by the board 17 December 2026" in said
    assert "185" in said


def test_a_second_version_that_was_first_out_is_not_called_amended(rita, cast, share):
    entry = cast.entry("0009", "Ada", "Byron")
    cast.result(entry, overall=150)
    cast.result(entry, version=2)
    account = cast.account(entry)
    made = publication.propose(cast.session, None, NOW + DAY, by=cast.officer, at=NOW)
    publication.approve(made, by=cast.approver, at=NOW)
    other = sharing.share(entry, cast.acme, by=account, at=NOW + 2 * DAY)
    said = seen(rita, other)
    assert "Valid" in said
    assert "Amended" not in said


def test_colleagues_see_who_has_looked_and_what_they_took(app, rita, share, cast):
    clerk = cast.member(
        cast.acme,
        "clerk@acme.example",
        role=MemberRole.admin,
        first_name="Carla",
        family_name="Clerk",
    )
    sharing.read(clerk, share.reference, AccessKind.statement, at=NOW + 2 * DAY)
    page = rita.page(f"/verifier/results/{share.reference}")
    rows = [words(row) for row in page.xpath("//tbody/tr[th and count(td)=2]")]
    assert [row.split(" the ")[0] for row in rows] == [
        "Rita Registrar Looked at",
        "Carla Clerk Took",
    ]
    assert "16 December 2026" in rows[1]


def test_what_an_organisation_asks_for_is_compared_in_list_and_page(rita, share, cast):
    assert "What you ask for" not in seen(rita, share)
    assert not rita.page("/verifier/").xpath("//td[@data-label='What you ask for']")
    facts = {"organisation_id": cast.acme.id, "exam": ExamCode.FCE}
    save(Requirement(**facts, overall=180, programme="Law", changed_at=NOW))
    save(Requirement(**facts, overall=160, programme="Arts", changed_at=NOW))
    said = seen(rita, share)
    assert "Law Does not meet" in said
    assert "Arts Meets" in said
    cells = rita.page("/verifier/").xpath("//td[@data-label='What you ask for']")
    assert [words(cell) for cell in cells] == ["Meets", "Meets"]


def test_days_are_those_of_the_organisations_clock(rita, share, cast):
    cast.acme.timezone = "Asia/Tokyo"
    db.session.commit()
    assert "2026-12-15 17:00" in words(rita.page("/verifier/"))
    assert "15 December 2026, 17:00, Tokyo time" in seen(rita, share)


def test_a_share_of_another_entry_is_not_told_of(rita, share, cast):
    said = seen(rita, share)
    assert "Boris" not in said
    assert date(2008, 7, 1).strftime("%Y") not in said


@pytest.mark.parametrize("path", ["", "/statement.pdf", "/photo.jpg"])
def test_of_another_organisation_nothing_is_there(app, cast, share, path):
    rival = cast.organisation("Rival College", "rival.example")
    browser = signed_in(app.test_client(), cast.member(rival, "a@rival.example"))
    answer = browser.get(f"/verifier/results/{share.reference}{path}")
    assert answer.status_code == 404
    assert "Amina" not in answer.text
    assert names(browser.page("/verifier/")) == []
