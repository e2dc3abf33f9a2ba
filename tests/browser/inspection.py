"""What must be true of every page: axe finds nothing, nothing hangs over the edge."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}


def shortcomings(page: Page, language: str) -> list[str]:
    """Return what is wrong with the page as it stands, a sentence each."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    where = f"{page.url} at {width}: "
    found = [where + problem for problem in violations(page)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"{where}scrolls sideways, it is {wide} wide")
    said = page.evaluate("document.documentElement.lang")
    if said != language:
        found.append(f"{where}says that it is in {said!r}, not {language!r}")
    return found


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with the element that it finds it in."""
    answer = Axe().run(page, options=OPTIONS).response
    return [
        f"{problem['id']} in {node['html'][:200]}: {node['failureSummary']}"
        for problem in answer["violations"]
        for node in problem["nodes"]
    ]
