"""Pages that are reached on the way alone: axe finds nothing on them, on a phone.

They open with a link from a mailbox, or show a form that was refused.
"""

from datetime import UTC, datetime

import pytest

from app.services import proof, tokens
from app.services.tokens import Purpose
from tests.browser.inspection import shortcomings
from tests.browser.people import enter, log_in, press

pytestmark = pytest.mark.browser

PHONE = 375


def test_a_link_from_the_mailbox_bars_nobody(stage, visitors, words):
    """Each of them asks for a press of its button, as mail scanners open links too."""
    lena = stage.candidate("Lena", "Bruni", language=words.language, result=None)
    locked = stage.candidate("Luca", "Bruni", account=False, result=None)
    now = datetime.now(UTC)
    with stage.set() as session:
        account = stage.entry(lena).account
        account.new_email = f"another.{lena.email}"
        stage.entry(locked).secret_failures = proof.SECRET_TRIES
        session.commit()
        people = {
            "/candidate/confirm/": (Purpose.confirm_email, account),
            "/candidate/email/": (Purpose.change_email, account),
            "/candidate/password/": (Purpose.set_password, account),
            "/candidate/login/link/": (Purpose.sign_in, account),
            "/candidate/register/unlock/": (
                Purpose.unlock_secret,
                stage.entry(locked),
            ),
        }
        links = [
            path + tokens.make(purpose, person, at=now)
            for path, (purpose, person) in people.items()
        ]
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    found = []
    for link in links:
        assert page.goto(link).status == 200
        page.locator("main form[method=post] button").wait_for()
        found += shortcomings(page, words.language)
    page.goto(links[2])
    found += refused(page, words)
    assert found == [], "\n\n".join(found)


def test_a_refused_form_bars_no_candidate(stage, visitors, words):
    nils = stage.candidate(
        "Nils", "Bruni", sat_days_ago=40, language=words.language, result=None
    )
    with stage.set() as session:
        account = stage.entry(nils).account
        account.email_confirmed_at, account.new_email = None, "nils.new@mail.example"
        session.commit()
    at_home = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    log_in(at_home, words, nils)
    page = visitors.arrive(stage.service.url, PHONE, locale=words.locale)
    found = []
    for path in ("lost/IT024", "login/link", "forgotten"):
        page.goto(f"/candidate/{path}")
        found += refused(page, words)
    for _ in range(6):
        enter(page, words, nils.id_number, "not my password")
        page.locator("#problems").wait_for()
    by_email = page.get_by_role("button", name=words("Send me a link by email"))
    by_email.wait_for()
    found += shortcomings(page, words.language)

    for path in ("", "account", f"exams/{nils.reference}"):
        at_home.goto(f"/candidate/{path}")
        found += shortcomings(at_home, words.language)
    for name in ("password", "email", "mine", "delete"):
        at_home.goto(f"/candidate/account/{name}")
        found += refused(at_home, words)
    at_home.goto("/candidate/exams/add")
    found += refused(at_home, words)
    at_home.goto(f"/candidate/exams/{nils.reference}/missing")
    found += shortcomings(at_home, words.language)
    press(at_home, words("Tell my centre"))
    at_home.get_by_label(words("Write to your centre")).wait_for()
    found += refused(at_home, words)
    assert found == [], "\n\n".join(found)


def refused(page, words):
    """Send the form of a page empty; return what is wrong with the answer."""
    page.locator("main form[method=post] button[type=submit]").last.click()
    page.locator("#problems").wait_for()
    return shortcomings(page, words.language)
