"""Every page of the journey: axe finds nothing, in both languages and widths.

English on a light screen at 1280 and 375 pixels, Italian on a dark one at 375. The
browsers also object to any console error, refused script or request to another host.
"""

import pytest

from app.services.demo.load import PASSWORD
from tests.browser import board
from tests.browser.inspection import shortcomings

AMINA = "AMI482913"

# Whose pages: (where they sign in, as whom, their pages). What stands in braces is
# found in the database, see FOUND.
VISITORS = {
    "everybody": (
        "",
        "",
        """
        / /centres /centres?q=pisa /centres?q=nowhere /verify /help /terms /privacy
        /accessibility /nowhere
        /candidate/login /candidate/register /candidate/register?id_number=CHI551204
        /candidate/forgotten /candidate/forgotten/sent
        /candidate/confirm/none /candidate/password/none
        /verifier/login /verifier/register /verifier/register/new
        /verifier/register/join /verifier/register/thanks
        /verifier/forgotten /verifier/forgotten/sent /verifier/password/none
        /admin/login/ /admin/password/none
        """,
    ),
    "amina": (
        "/candidate/login",
        AMINA,
        """
        /candidate/ /candidate/results/{amina} /candidate/results/{amina}/share
        /candidate/results/{amina}/share?name=univ
        /candidate/results/{amina}/share?name=nobody
        /candidate/results/{amina}/share/{organisation}
        /candidate/shares /candidate/shares/{share}/withdraw
        /candidate/account /candidate/account/password
        """,
    ),
    "clerk": (
        "/admin/login/",
        "clerk@it024.example",
        "/admin/ /admin/entries/list/ /admin/centres/list/ /admin/imports/",
    ),
    "boris": ("/candidate/login", "BOR730118", "/candidate/ /candidate/shares"),
    "registrar": (
        "/verifier/login",
        "registrar@martesana.example",
        "/verifier/ /verifier/results/{share} /verifier/organisation",
    ),
    "officer": (
        "/admin/login/",
        "officer@board.example",
        """
        /admin/ /admin/imports/ /admin/releases/list/
        /admin/releases/propose /admin/releases/propose?session={ready}
        /admin/releases/show/{out} /admin/releases/withdraw/{out}
        /admin/results/list/ /admin/results/show/{result} /admin/held/list/
        /admin/results/accept/{result} /admin/results/withdraw/{result}
        /admin/sessions/list/ /admin/sessions/show/{session} /admin/sessions/add
        /admin/sessions/edit/{session} /admin/sessions/delete/{session}
        /admin/timetable/list/ /admin/timetable/show/{slot} /admin/timetable/add
        /admin/timetable/edit/{slot} /admin/timetable/delete/{slot}
        /admin/entries/list/ /admin/entries/show/{entry}
        /admin/accounts/list/ /admin/accounts/show/{account}
        """,
    ),
    "approver": (
        "/admin/login/",
        "approver@board.example",
        "/admin/ /admin/releases/show/{proposed} /admin/releases/approve/{proposed}",
    ),
    "partnerships": (
        "/admin/login/",
        "partners@board.example",
        """
        /admin/ /admin/organisations/list/ /admin/organisations/show/{applied}
        /admin/organisations/approve/{applied} /admin/organisations/refuse/{applied}
        /admin/organisations/edit/{applied} /admin/organisations/suspend/{approved}
        /admin/organisations/restore/{approved}
        /admin/members/list/ /admin/members/show/{member}
        /admin/members/deactivate/{member}
        """,
    ),
    "admin": (
        "/admin/login/",
        "admin@board.example",
        """
        /admin/ /admin/centres/list/ /admin/centres/list/?_flt_0_name=nothing
        /admin/centres/show/{centre} /admin/centres/add /admin/centres/edit/{centre}
        /admin/centres/delete/{centre} /admin/schools/list/ /admin/schools/add
        /admin/schools/show/{school} /admin/schools/edit/{school}
        /admin/schools/delete/{school}
        /admin/users/list/ /admin/users/show/{user} /admin/users/add
        /admin/users/edit/{user} /admin/mails/list/ /admin/mails/show/{mail}
        /admin/trail/list/ /admin/trail/show/{row} /admin/password/
        """,
    ),
}
FOUND = {
    "amina": f"SELECT reference FROM entry WHERE id_number = '{AMINA}'",
    "share": "SELECT share.reference FROM share JOIN entry ON entry.id = entry_id"
    f" WHERE id_number = '{AMINA}' AND withdrawn_at IS NULL"
    " ORDER BY share.at LIMIT 1",
    "organisation": "SELECT reference FROM organisation WHERE status = 'approved'"
    " ORDER BY id LIMIT 1",
    "applied": "SELECT min(id) FROM organisation WHERE status = 'applied'",
    "approved": "SELECT min(id) FROM organisation WHERE status = 'approved'",
    "member": "SELECT min(id) FROM member WHERE active",
    "proposed": "SELECT min(id) FROM result_release WHERE approved_by_id IS NULL",
    "out": "SELECT min(id) FROM result_release WHERE announced_at IS NOT NULL",
    "ready": "SELECT code FROM exam_session WHERE id = (SELECT min(session_id)"
    " FROM entry JOIN result ON result.entry_id = entry.id)",
    "result": "SELECT min(id) FROM result",
    "session": "SELECT min(id) FROM exam_session",
    "slot": "SELECT min(id) FROM timetable_slot",
    "entry": "SELECT min(id) FROM entry",
    "account": "SELECT min(id) FROM candidate_account",
    "centre": "SELECT min(id) FROM centre",
    "school": "SELECT min(id) FROM school",
    "user": "SELECT min(id) FROM ab_user",
    "mail": "SELECT min(id) FROM mail",
    "row": "SELECT min(id) FROM audit_row",
}
# Not pages for the eyes, or opened by the tests below with what a person does there.
NO_PAGES = {"static", "health", "bootstrap", "demo"}
OTHER_ADDRESSES = {
    "candidate.statement",
    "verifier.statement",
    "public.favicon",
    "public.robots",
    "Imports.look",
}
WIDE, NARROW = 1280, 375

pytestmark = pytest.mark.browser


def test_the_inspection_sees_what_is_wrong(demonstration, visitors):
    page = visitors.arrive(demonstration.url, width=NARROW)
    page.goto("/")
    assert shortcomings(page, "en") == []
    page.evaluate(
        """() => {
            const wrong = document.createElement("input");
            wrong.style.width = "500px";
            document.querySelector("main").append(wrong);
        }"""
    )
    found = shortcomings(page, "it")
    for wrong in ("label in <input", "scrolls sideways", "not 'it'"):
        assert any(wrong in sentence for sentence in found), found


def test_every_page_is_visited(app):
    """A new page has to be added to VISITORS, or to what is not a page."""
    visited = set(OTHER_ADDRESSES)
    ask_for = app.url_map.bind("127.0.0.1")
    for _, _, pages in VISITORS.values():
        for path in pages.split():
            if path != "/nowhere":
                path = path.partition("?")[0]
                visited.add(ask_for.match(path.format_map(One()))[0])
    there = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint.partition(".")[0] not in NO_PAGES
    }
    assert visited == there


class One(dict):
    """Stands for whatever an address holds."""

    def __missing__(self, name):
        return "1"


@pytest.mark.parametrize("who", VISITORS)
@pytest.mark.parametrize(
    ("language", "widths", "scheme"),
    [("en", (WIDE, NARROW), "light"), ("it", (NARROW,), "dark")],
)
def test_nothing_bars_anybody_from_a_page(
    demonstration, visitors, who, language, widths, scheme
):
    door, name, pages = VISITORS[who]
    page = visitors.arrive(demonstration.url, locale=language, color_scheme=scheme)
    if door:
        enter(page, door, name)
    found = []
    known = Known(demonstration)
    for path in pages.split():
        answer = page.goto(path.format_map(known))
        expected = (
            404 if path.endswith(("none", "nowhere")) and "?" not in path else 200
        )
        assert answer.status == expected, f"{path} answers {answer.status}"
        unfold(page)
        found += inspected(page, language, widths)
    assert found == [], "\n\n".join(found)


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_refused_form_bars_nobody(demonstration, visitors, language):
    """What was forgotten is said beside each field, and above the form."""
    page = visitors.arrive(demonstration.url, width=NARROW, locale=language)
    found = []
    for path in (
        "/candidate/register",
        "/candidate/login",
        "/verifier/register/new",
        "/verifier/login",
        "/admin/login/",
    ):
        page.goto(path)
        page.locator("main form[method=post] button").last.click()
        page.locator("#problems").wait_for()
        found += inspected(page, language, (NARROW,))
    assert found == [], "\n\n".join(found)


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_file_to_import_bars_nobody(demonstration, visitors, language, tmp_path):
    page = visitors.arrive(demonstration.url, locale=language)
    enter(page, "/admin/login/", "officer@board.example")
    right = board.files()["centres"]
    right[0]["number"] = "IT777"
    wrong = [{**right[0], "timezone": "Europe/Nowhere", "email": "no address"}]
    found = []
    for rows in (right, wrong):
        page.goto("/admin/imports/")
        page.locator("select[name=kind]").select_option("centres")
        file = board.write(tmp_path / "centres.csv", rows)
        page.locator("input[type=file]").set_input_files(file)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/admin/imports/*")
        page.locator("main table").first.wait_for()
        found += inspected(page, language, (WIDE, NARROW))
    assert found == [], "\n\n".join(found)


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_search_bars_nobody(demonstration, visitors, language):
    page = visitors.arrive(demonstration.url, width=NARROW, locale=language)
    enter(page, "/verifier/login", "registrar@martesana.example")
    page.locator("main details summary").click()
    found = inspected(page, language, (NARROW,))
    page.locator("input[name=name]").fill("nobody has this name")
    page.locator("form[role=search] button").first.click()
    page.locator("button[name=clear]").wait_for()
    found += inspected(page, language, (NARROW,))
    assert found == [], "\n\n".join(found)


# --- How pages are opened -------------------------------------------------------------


def enter(page, door, name):
    """Sign in, whatever the language of the labels."""
    page.goto(door)
    page.locator("main input[name=id_number], main input[name=email]").fill(name)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form[method=post] button").last.click()
    page.locator("header form[action$=logout] button").wait_for()


def unfold(page):
    """Open what is folded away: the back office's search and menu, who looked."""
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.press("Enter")


def inspected(page, language, widths):
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 812})
        found += shortcomings(page, language)
    return found


class Known(dict):
    """What the database knows, by its name in FOUND."""

    def __init__(self, service):
        super().__init__()
        self.service = service

    def __missing__(self, name):
        self[name] = self.service.ask(FOUND[name])
        return self[name]
