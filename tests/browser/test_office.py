"""The back office in a real browser: axe finds nothing, in both schemes and widths."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.cast import PASSWORD

CENTRES = """number,name,city,country,email,phone,website,address,timezone
IT024,Centro Galileo,Pisa,IT,exams@it024.example,+39 050 1,,Via Roma 1,Europe/Rome
IT025,Centro Dante,Firenze,IT,exams@it025.example,+39 055 1,,Via Dante 1,Europe/Rome
"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/admin/",
    "/admin/centres/list/?_flt_0_name=centro",
    "/admin/centres/list/?_flt_0_name=nothing",
    "/admin/centres/show/1",
    "/admin/centres/add",
    "/admin/centres/edit/1",
    "/admin/centres/delete/1",
    "/admin/sessions/list/",
    "/admin/entries/list/",
    "/admin/users/list/",
    "/admin/users/edit/1",
    "/admin/trail/list/",
    "/admin/trail/show/1",
    "/admin/mails/list/",
    "/admin/password/",
)


@pytest.mark.browser
def test_axe_finds_nothing_in_the_back_office(browser, service, tmp_path):
    file = tmp_path / "centres.csv"
    file.write_text(CENTRES)
    service.flask("import", "centres", str(file))
    service.flask(
        *("create-staff", "admin@board.example", "--role", "System administrator"),
        "--password-stdin",
        stdin=PASSWORD + "\n",
    )
    service.start(jobs=False)
    for scheme, width in (("light", 1280), ("dark", 375)):
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 800}
        )
        page = context.new_page()
        complaints = []
        page.on("console", lambda message, to=complaints: to.append(message.text))
        page.goto(f"{service.url}/admin/login/")
        found = violations(page)
        page.fill("#email", "admin@board.example")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{service.url}/admin/")
        for path in PAGES:
            answer = page.goto(service.url + path)
            assert answer.status == 200, path
            page.locator(".office-menu summary").first.press("Enter")
            panel = page.locator("details.search:not([open]) > summary")
            if panel.count():
                panel.press("Enter")
            found += violations(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} scrolls sideways at {width}"
        assert found == []
        assert complaints == []
        context.close()


def violations(page):
    """Return what axe finds on the page as it stands."""
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    answer = Axe().run(page, options=options).response
    return [
        (page.url, problem["id"], node["html"])
        for problem in answer["violations"]
        for node in problem["nodes"]
    ]
