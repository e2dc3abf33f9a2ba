"""What must be true of every page: axe finds nothing, nothing hangs over the edge."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}


def shortcomings(page: Page, language: str) -> list[str]:
    """Return what is wrong with the page as it stands, a sentence each."""
    found = [f"{where(page)}{problem}" for problem in violations(page)]
    found += overhanging(page)
    said = page.evaluate("document.documentElement.lang")
    if said != language:
        found.append(f"{where(page)}says that it is in {said!r}, not {language!r}")
    return found


def overhanging(page: Page) -> list[str]:
    """Return whether the page scrolls sideways at its width."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        return [f"{where(page)}scrolls sideways, it is {wide} wide"]
    return []


def where(page: Page) -> str:
    """Return the page and its width, to begin a sentence with."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    return f"{page.url} at {width}: "


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with the element that it finds it in."""
    answer = Axe().run(page, options=OPTIONS).response
    return [
        f"{problem['id']} in {node['html'][:200]}: {node['failureSummary']}"
        for problem in answer["violations"]
        for node in problem["nodes"]
    ]
