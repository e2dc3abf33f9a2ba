"""Every page of the journey: axe finds nothing, in both languages and widths.

English on a light screen at 1280 pixels, Italian on a dark one at 375; nothing hangs
over the edge at either. The browsers also object to any console error, refused script
or request to another host.
"""

import pytest

from app.services.demo.load import PASSWORD
from tests.browser import board
from tests.browser.inspection import overhanging, shortcomings
from tests.browser.pages import FOUND, NO_PAGES, OTHER_ADDRESSES, OVER, VISITORS

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
        assert answer.status == due(path), f"{path} answers {answer.status}"
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


def due(path):
    """Return the status that an address of the inventory answers."""
    if path.endswith(("none", "nowhere")) and "?" not in path:
        return 404
    return 410 if any(name in path for name in OVER) else 200


def unfold(page):
    """Open what is folded away; the menu, which lies over pages, on the desk alone."""
    page.evaluate(
        """() => {
            const desk = location.pathname === "/admin/";
            const folded = document.querySelectorAll(desk ? "details" : "main details");
            for (const one of folded) one.open = true;
        }"""
    )


def inspected(page, language, widths):
    """Inspect at the first width; at the others nothing may hang over the edge."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 812})
        first = width == widths[0]
        found += shortcomings(page, language) if first else overhanging(page)
    return found


class Known(dict):
    """What the database knows, by its name in FOUND."""

    def __init__(self, service):
        super().__init__()
        self.service = service

    def __missing__(self, name):
        self[name] = self.service.ask(FOUND[name])
        return self[name]
