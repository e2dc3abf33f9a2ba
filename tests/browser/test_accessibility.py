"""Every page of the journey: axe finds nothing, in both languages and widths.

English on a light screen at 1280 and 375 pixels, Italian on a dark one at 375. The
browsers also object to any console error, refused script or request to another host.
"""

from functools import cache

import pytest
from sqlalchemy import create_engine, text

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
        /admin/sessions/list/ /admin/sessions/show/{session}
        /admin/entries/list/ /admin/entries/show/{entry}
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
        /admin/organisations/edit/{applied} /admin/members/list/
        """,
    ),
    "admin": (
        "/admin/login/",
        "admin@board.example",
        """
        /admin/ /admin/centres/list/ /admin/centres/show/1 /admin/centres/add
        /admin/centres/edit/1 /admin/centres/delete/1 /admin/schools/list/
        /admin/sessions/add /admin/sessions/edit/{session} /admin/timetable/list/
        /admin/timetable/add /admin/users/list/ /admin/users/show/1 /admin/users/add
        /admin/users/edit/1 /admin/accounts/list/ /admin/mails/list/
        /admin/trail/list/ /admin/trail/show/1 /admin/password/
        """,
    ),
}
FOUND = {
    "amina": f"SELECT reference FROM entry WHERE id_number = '{AMINA}'",
    "share": "SELECT share.reference FROM share JOIN entry ON entry.id = entry_id"
    f" WHERE id_number = '{AMINA}'",
    "organisation": "SELECT reference FROM organisation WHERE status = 'approved'"
    " ORDER BY id LIMIT 1",
    "applied": "SELECT min(id) FROM organisation WHERE status = 'applied'",
    "proposed": "SELECT min(id) FROM result_release WHERE approved_by_id IS NULL",
    "out": "SELECT min(id) FROM result_release WHERE announced_at IS NOT NULL",
    "ready": "SELECT code FROM exam_session WHERE id = (SELECT min(session_id)"
    " FROM entry JOIN result ON result.entry_id = entry.id)",
    "result": "SELECT min(id) FROM result",
    "session": "SELECT min(id) FROM exam_session",
    "entry": "SELECT min(id) FROM entry",
}
WIDE, NARROW = 1280, 375

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demonstration(make_service):
    """One service with the demonstration board for all tests of this module."""
    service = make_service()
    service.flask("demo", "--candidates", "60", "--seed", "7")
    service.start(jobs=False)
    return service


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
    for path in pages.split():
        answer = page.goto(path.format_map(Known(demonstration)))
        expected = 404 if path.endswith(("none", "nowhere")) and "?" not in path else 200
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
        self.url = service.env["ESITO_DATABASE_URL"]

    def __missing__(self, name):
        return ask(self.url, FOUND[name])


@cache
def ask(url, query):
    engine = create_engine(url)
    with engine.connect() as connection:
        answer = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return answer
