"""Without JavaScript: the whole of it is there, none of it is in the way."""

import pytest
from playwright.sync_api import expect

from app.services.demo.load import PASSWORD
from tests.browser import board
from tests.browser.people import download, share

pytestmark = pytest.mark.browser


def test_a_candidate_needs_no_script(demonstration, visitors):
    page = visitors.arrive(demonstration.url, width=375, java_script_enabled=False)
    page.goto("/candidate/login")
    page.get_by_label("ID Number", exact=True).fill("AMI482913")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="View result").first.click()
    expect(page.locator("h1")).to_have_text("Pass at Grade B")
    expect(page.locator("main svg[role=img]").filter(visible=True)).to_have_count(1)
    assert "174" in board.printed(download(page))
    share(page, page.url, "Aeroporti del Golfo")
    page.get_by_role("button", name="Italiano", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "it")


def test_a_verifier_needs_no_script(demonstration, visitors):
    page = visitors.arrive(demonstration.url, java_script_enabled=False)
    page.goto("/verifier/login")
    page.get_by_label("Email address", exact=True).fill("registrar@martesana.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.locator("input[name=name]").fill("amina benali")
    page.get_by_role("button", name="Search", exact=True).click()
    row = page.locator("tr", has_text="Benali")
    row.get_by_role("link", name="View").click()
    expect(page.locator("h1")).to_have_text("Amina Benali")


def test_an_officer_needs_no_script(demonstration, visitors):
    page = visitors.arrive(demonstration.url, java_script_enabled=False)
    page.goto("/admin/login/")
    page.get_by_label("Email address", exact=True).fill("officer@board.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("h1")).to_have_text("What waits for you")
    page.locator(".office-menu summary", has_text="Results").click()
    page.locator(".office-menu").get_by_role("link", name="Releases").click()
    expect(page.locator("main table tbody tr").first).to_be_visible()
