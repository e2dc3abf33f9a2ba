"""A candidate of 16 on a phone, on the day the result is out."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PASSWORD

pytestmark = pytest.mark.browser


def test_a_candidate_sees_what_they_came_for(stage, visitors, words):
    amina = stage.candidate("Amina", "Benali", language=words.language)
    page = visitors.arrive(stage.service.url, 375, locale=words.locale)
    page.goto("/candidate/login")
    page.get_by_label(words("ID Number"), exact=True).fill(amina.id_number)
    page.get_by_label(words("Password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=words("Log in"), exact=True).click()
    page.get_by_role("link", name=words("View result")).click()
    expect(page.locator("html")).to_have_attribute("lang", words.language)
    expect(page.locator("dl.score")).to_contain_text("172")
