"""Taking shared results along, as the organisation's people see it."""

import csv
import io
from datetime import timedelta

import pytest
from lxml import html

from app import clock
from app.extensions import db
from app.models import AuditRow, Download, DownloadTemplate
from app.services import downloads
from app.services.downloads import kinds
from app.values import DownloadFormat, WorkState
from tests.cast import NOW, PASSWORD
from tests.takeaways import Shared, ask, made
from tests.telling import tells

DAY = timedelta(days=1)
HISTORY = "/verifier/downloads"
TEMPLATES = "/verifier/downloads/templates"


@pytest.fixture(autouse=True)
def at_a_time(monkeypatch):
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment


@pytest.fixture
def shared(cast):
    return Shared(cast)


@pytest.fixture
def rita(client, cast, shared):
    return signed_in(client, cast.verifier)


@pytest.fixture
def stranger(app, cast):
    """Works for another organisation."""
    rival = cast.organisation("Rival", "r.example")
    return signed_in(app.test_client(), cast.member(rival, "a@r.example"))


def signed_in(browser, member):
    answer = browser.submit(
        "/verifier/login", {"email": member.email, "password": PASSWORD}
    )
    assert answer.status_code == 303
    return browser


def words(tree):
    return " ".join(tree.text_content().split())


def choose(browser, **form):
    return browser.submit(TEMPLATES, form, at="/verifier/downloads/new")


def rows(answer):
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def address(download):
    return f"{HISTORY}/{download.reference}/file"


def only_download():
    return db.session.scalars(db.select(Download)).one()


# --- Asking and taking ----------------------------------------------------------------


def test_a_registrar_chooses_takes_and_finds_it_again(rita, shared):
    assert "Nothing has been downloaded yet" in words(rita.page(HISTORY))
    options = choose(rita, share=shared.amina.reference)
    assert options.status_code == 200
    assert "You have chosen 1 result." in options.text
    assert f'value="{shared.amina.reference}"' in options.text
    asked = choose(rita, share=shared.amina.reference, format="csv", template="")
    assert (asked.status_code, asked.location) == (303, HISTORY)
    page = words(rita.page(HISTORY))
    assert "Your download is ready." in page
    assert "Rita Registrar" in page
    assert "Template: All details" in page
    answer = rita.get(address(only_download()))
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="results-2026-12-14.csv"'
    )
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "no-store" in answer.headers["Cache-Control"]
    assert [row["First name"] for row in rows(answer)] == ["Amina"]


def test_all_that_match_are_taken_without_naming_them(rita, shared):
    options = choose(rita, all="yes")
    assert "You have chosen 2 results." in options.text
    choose(rita, all="yes", format="xlsx", template="")
    assert only_download().rows == 2


@pytest.mark.parametrize(
    ("other", "found"),
    [({"name": "amina"}, "1 result."), ({"read": "no"}, "2 results")],
)
def test_what_is_taken_is_what_was_said_to_be_chosen(rita, shared, other, found):
    shown = html.fromstring(choose(rita, all="yes").text)
    hidden = shown.xpath("//main//input[@type='hidden' and @name!='csrf_token']")
    sent = {one.get("name"): one.get("value") for one in hidden}
    sent |= {"format": "csv", "template": ""}
    rita.submit("/verifier/", other)
    answer = choose(rita, **sent)
    assert answer.status_code == 409
    assert f"You have chosen {found}" in answer.text
    assert not db.session.scalars(db.select(Download)).all()
    rita.submit("/verifier/", {"clear": "1"})
    assert choose(rita, **sent).status_code == 303
    assert only_download().rows == 2


@pytest.mark.parametrize("form", list(DownloadFormat))
def test_every_format_has_its_type(rita, form):
    choose(rita, all="yes", format=form.value, template="")
    answer = rita.get(address(only_download()))
    assert answer.mimetype == kinds.content_type(form)
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_who_changes_the_language_there_is_led_to_the_list(rita, shared):
    shown = html.fromstring(choose(rita, all="yes").text)
    (back,) = shown.xpath("//header//input[@name='next']/@value")
    assert rita.get(back).location == "/verifier/"


def test_nothing_chosen_is_said_in_the_list(rita):
    answer = choose(rita)
    assert (answer.status_code, answer.location) == (303, "/verifier/")
    assert "Choose at least one result." in words(rita.page("/verifier/"))


def test_what_is_not_offered_is_refused_beside_its_field(rita, shared):
    for wrong in ({"format": "exe"}, {"format": "csv", "template": "x" * 22}):
        answer = choose(rita, share=shared.amina.reference, **{"template": "", **wrong})
        assert answer.status_code == 400
        assert "Choose" in answer.text
    assert not db.session.scalars(db.select(Download)).all()


def test_one_foreign_share_refuses_all(stranger, shared):
    answer = choose(stranger, share=shared.amina.reference, format="csv", template="")
    assert answer.status_code == 404
    assert "Choose again" in answer.text
    assert not db.session.scalars(db.select(Download)).all()


def test_who_chose_what_was_taken_back_since_is_led_to_the_list(rita, shared):
    shared.withdraw(shared.amina)
    answer = choose(rita, share=[shared.amina.reference, shared.boris.reference])
    assert answer.status_code == 404
    page = html.fromstring(answer.text)
    assert "is not shared with you, or not any more" in words(page)
    assert page.xpath("//main//a[@href='/verifier/']")
    assert not db.session.scalars(db.select(Download)).all()


def test_an_organisation_that_waits_for_others_is_told_so(cast, rita, shared):
    for _ in range(5):
        ask(cast.verifier)
    answer = choose(rita, all="yes", format="csv", template="")
    assert answer.status_code == 409
    assert "Wait until one is ready" in answer.text


def test_a_file_is_not_there_for_anybody_else(client, cast, rita, stranger, shared):
    download = made(cast.verifier)
    for path in (address(download), f"{HISTORY}/{'x' * 22}/file"):
        assert stranger.get(path).status_code == 404
        assert stranger.get(path, headers={"Range": "bytes=0-9"}).status_code == 404
    answer = stranger.submit(TEMPLATES, at=f"{HISTORY}/{download.reference}/again")
    assert answer.status_code == 404
    assert "Rita" not in words(stranger.page(HISTORY))
    rita.submit(HISTORY, at="/verifier/logout")
    assert rita.get(address(download)).status_code == 302


def test_what_was_withdrawn_is_not_in_the_rest_of_a_file_either(
    cast, rita, shared, monkeypatch
):
    monkeypatch.setattr(kinds, "AT_ONCE_ROWS", 0)
    download = made(cast.verifier)
    first = rita.get(address(download), headers={"Range": "bytes=0-9"})
    assert (first.status_code, first.headers["Accept-Ranges"]) == (200, "none")
    shared.withdraw(shared.amina)
    for headers in ({}, {"Range": "bytes=10-"}, {"If-Range": "x", "Range": "bytes=9-"}):
        answer = rita.get(address(download), headers=headers)
        assert (answer.status_code, answer.location) == (302, HISTORY)
        assert b"Amina" not in answer.data
    page = rita.page(HISTORY)
    assert "Something in this download has changed" in words(page)
    assert page.xpath("//a[@data-refresh]")
    assert downloads.make_due(at=NOW) == 1
    assert [row["First name"] for row in rows(rita.get(address(download)))] == ["Boris"]
    assert "1 left out" in words(rita.page(HISTORY))


def test_how_far_it_is_shows_without_a_script(cast, rita, shared):
    download = ask(cast.verifier)
    assert "Waiting" in words(rita.page(HISTORY))
    download.state, download.done = WorkState.running, 1
    db.session.commit()
    page = rita.page(HISTORY)
    (bar,) = page.xpath("//progress")
    assert (bar.get("max"), bar.get("value")) == ("2", "1")
    assert "1 of 2" in words(page)
    (script,) = page.xpath("//script[contains(@src, 'progress')]")
    with rita.get(script.get("src")) as file:
        assert file.status_code == 200


def test_what_failed_or_expired_is_made_again_at_the_press_of_a_button(
    cast, rita, shared, at_a_time
):
    download = made(cast.verifier)
    at_a_time[0] = NOW + 31 * DAY
    signed_in(rita, cast.verifier)
    page = words(rita.page(HISTORY))
    assert "No longer kept" in page
    assert rita.get(address(download)).location == HISTORY
    assert downloads.expire(at=at_a_time[0]) == 1
    answer = rita.submit(HISTORY, at=f"{HISTORY}/{download.reference}/again")
    assert (answer.status_code, answer.location) == (303, HISTORY)
    assert len(rows(rita.get(address(download)))) == 2
    download.state, download.left_out = WorkState.failed, 0
    db.session.commit()
    assert "Something went wrong" in words(rita.page(HISTORY))


def test_nothing_left_to_give_is_said_kindly(cast, rita, shared):
    download = made(cast.verifier)
    shared.withdraw(shared.amina)
    shared.withdraw(shared.boris)
    rita.get(address(download))
    page = words(rita.page(HISTORY))
    assert "There is nothing in this download that may be given to you now." in page
    assert "Not made" in page


def test_whoever_only_asks_how_large_it_is_leaves_no_file_open(cast, rita, shared):
    with rita.head(address(made(cast.verifier))) as answer:
        assert int(answer.headers["Content-Length"]) > 0


def test_the_history_says_who_took_a_file_last_and_when(
    app, cast, rita, shared, at_a_time
):
    download = made(cast.verifier)
    assert "Last taken" not in words(rita.page(HISTORY))
    carlo = cast.member(
        cast.acme, "carlo@acme.example", role="admin", first_name="Carlo"
    )
    rita.get(address(download))
    at_a_time[0] = NOW + timedelta(minutes=10)
    signed_in(app.test_client(), carlo).get(address(download))
    said = words(rita.page(HISTORY))
    assert "Last taken: Carlo Registrar, 2026-12-14 09:10" in said
    db.session.delete(carlo)
    db.session.commit()
    assert "Last taken: a former user, 2026-12-14 09:10" in words(rita.page(HISTORY))


def test_a_look_at_the_history_changes_nothing(cast, rita, shared):
    made(cast.verifier)
    acts = db.session.scalar(db.select(db.func.count(AuditRow.id)))
    rita.page(HISTORY)
    assert db.session.scalar(db.select(db.func.count(AuditRow.id))) == acts


# --- Templates ------------------------------------------------------------------------

FORM = {
    "name": "Short",
    "row_per": "result",
    "date_format": "day_first",
    "field": ["family_name", "overall"],
    "place-overall": "1",
    "place-family_name": "2",
    "heading-overall": "Punkte",
}


def saved(rita, **changed):
    answer = rita.submit(f"{TEMPLATES}/new", {**FORM, **changed})
    assert answer.status_code == 303, answer.text
    return db.session.scalars(
        db.select(DownloadTemplate).order_by(DownloadTemplate.id.desc())
    ).first()


def test_a_template_is_made_chosen_changed_and_deleted(rita, shared):
    template = saved(rita)
    assert template.fields == [["overall", "Punkte"], ["family_name", ""]]
    rita.submit(TEMPLATES, {"template": template.reference}, at=f"{TEMPLATES}/default")
    options = choose(rita, all="yes")
    assert f'<option selected value="{template.reference}">' in options.text
    choose(rita, all="yes", format="csv", template=template.reference)
    assert rows(rita.get(address(only_download())))[0] == {
        "Punkte": "172",
        "Family name": "Benali",
    }
    edit = rita.page(f"{TEMPLATES}/{template.reference}")
    assert edit.xpath("//input[@name='heading-overall']/@value") == ["Punkte"]
    assert edit.xpath("//input[@name='place-family_name']/@value") == ["2"]
    rita.submit(f"{TEMPLATES}/{template.reference}", {**FORM, "name": "Brief"})
    assert "Brief" in words(rita.page(TEMPLATES))
    own = f"{TEMPLATES}/{template.reference}"
    assert rita.submit(f"{own}/delete").status_code == 303
    assert "Brief" not in words(rita.page(TEMPLATES))
    assert rita.get(own).status_code == 404


def test_a_preview_is_a_specimen_and_keeps_nothing(rita, shared):
    answer = rita.submit(f"{TEMPLATES}/new", {**FORM, "preview": "yes"})
    assert answer.status_code == 200
    assert "SPECIMEN" in answer.text
    assert "999" in answer.text
    assert "Benali" not in answer.text
    assert 'value="Punkte"' in answer.text, "what was typed is still there"
    assert not db.session.scalars(db.select(DownloadTemplate)).all()
    page = rita.page(f"{TEMPLATES}/{saved(rita).reference}/preview")
    assert page.xpath("//tr[th='Punkte']/td/text()") == ["999"]


def test_a_field_of_no_list_is_refused(rita):
    answer = rita.submit(f"{TEMPLATES}/new", {**FORM, "field": ["secret", "overall"]})
    assert answer.status_code == 400
    assert "Choose from the fields of the list." in answer.text
    for wrong in ({"field": []}, {"name": ""}, {"row_per": "x"}, {"date_format": "x"}):
        assert rita.submit(f"{TEMPLATES}/new", {**FORM, **wrong}).status_code == 400
    assert not db.session.scalars(db.select(DownloadTemplate)).all()


def test_what_is_typed_into_a_template_is_only_text(rita, shared):
    # The page client would stumble over braces that nobody filled in.
    heading = "{ {7*7} } <script>alert(1)</script>"
    template = saved(rita, **{"name": "<b>bold</b>", "heading-overall": heading})
    page = rita.get(f"{TEMPLATES}/{template.reference}/preview").text
    assert "&lt;script&gt;alert(1)" in page
    assert not tells(
        words(rita.page(f"{TEMPLATES}/{template.reference}/preview")), "49"
    )
    assert "<b>bold" not in page


def test_a_template_of_others_is_not_there(rita, stranger):
    template = saved(rita)
    for path in ("", "/preview", "/delete"):
        assert (
            stranger.get(f"{TEMPLATES}/{template.reference}{path}").status_code == 404
        )
    answer = stranger.submit(
        TEMPLATES, {"template": template.reference}, at=f"{TEMPLATES}/default"
    )
    assert answer.status_code == 404
    assert "Short" not in words(stranger.page(TEMPLATES))


def test_pages_about_templates_are_small(rita):
    for path in (TEMPLATES, f"{TEMPLATES}/new"):
        assert len(rita.get(path).data) < 100_000
