"""Pages of sharing that only an act leads to: axe finds nothing on them either."""

from datetime import UTC, datetime, timedelta

import pytest

from app.models import ShareLink
from app.services import links
from app.values import TERMS_VERSION, ShareScope
from tests.browser.inspection import shortcomings
from tests.browser.people import follow, log_in, press
from tests.cast import save

pytestmark = pytest.mark.browser

WIDE, NARROW = 1280, 375


@pytest.fixture
def look(words):
    """A function that looks at a page as it stands, on a phone and at a desk."""
    found = []

    def at(page, *expected):
        for text in expected:
            page.locator("main", has_text=text).wait_for()
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 812})
            found.extend(shortcomings(page, words.language))

    yield at
    assert found == [], "\n\n".join(found)


def test_a_refused_wish_bars_nobody(stage, visitors, words, look):
    noor = stage.candidate("Noor", "Haddad", language=words.language)
    stage.photograph(noor)
    name = f"Verona Institute {words.telling}"
    stage.organisation(name, f"verona-{words.language}.example")
    page = visitors.arrive(stage.service.url, NARROW, locale=words.locale)
    log_in(page, words, noor)
    page.goto(f"/candidate/results/{noor.reference}/share?name={name}")
    page.locator(".cards a").click()
    look(page, words("What they will see"))
    page.get_by_label(words("Last day on which they see it")).fill("x" * 300)
    page.get_by_label(words("What is it for?")).fill("W" * 400)
    press(page, words("Send my result"))
    look(page, words("Please check what you entered"))
    page.goto(f"/candidate/results/{noor.reference}/links")
    page.get_by_label(words("Last day on which it works")).fill("")
    press(page, words("Make a link"))
    look(page, words("Choose the last day of the link."))
    page.goto(f"/candidate/results/{noor.reference}/invite")
    press(page, words("Invite them"))
    look(page, words("Enter their email address."))
    page.get_by_label(words("Name of the organisation")).fill(name)
    site = f"www.verona-{words.language}.example"
    page.get_by_label(words("Their website")).fill(site)
    page.get_by_label(words("Their email address")).fill(f"a@{site[4:]}")
    press(page, words("Invite them"))
    look(
        page, words("They receive results here already. Choose the one that you mean:")
    )


@pytest.mark.parametrize("scope", list(ShareScope))
def test_a_verified_page_bars_nobody(stage, visitors, words, look, scope):
    noor = stage.candidate("Noor", "Haddad-Christodoulopoulou")
    stage.photograph(noor)
    page = visitors.arrive(stage.service.url, NARROW, locale=words.locale)
    page.goto(linked(stage, noor, scope))
    for born, expected in (
        ("", words("Enter the date of birth.")),
        ("01/01/2001", words("Please check what you entered")),
        (noor.typed_birth, "Haddad-Christodoulopoulou"),
    ):
        page.get_by_label(words("Date of birth of the person")).fill(born)
        press(page, words("Show the result"))
        look(page, expected)


def test_what_is_over_bars_nobody(stage, visitors, words, look):
    """Everything that was let go of, on one page of its candidate."""
    noor = stage.candidate("Noor", "Haddad", language=words.language)
    now = datetime.now(UTC)
    longest = "Fachhochschule für Wirtschaftsingenieurwesen, Verwaltungsrecht"
    ends = (
        {},
        {"first_read_at": now},
        {"withdrawn_at": now},
        {"expires_at": now - timedelta(days=1), "purpose": "W" * 200},
        {"suspended_at": now},
    )
    for number, end in enumerate(ends):
        domain = f"over{number}-{words.language}.example"
        city = f"{domain.partition('.')[0]} Donaudampfschifffahrtshafen"
        registrar = stage.organisation(longest, domain, city=city)
        stage.share(noor, registrar, **end)
    linked(stage, noor, ShareScope.overall, purpose="W" * 200)
    page = visitors.arrive(stage.service.url, NARROW, locale=words.locale)
    log_in(page, words, noor)
    page.goto("/candidate/shares")
    look(page, words("On hold"), words("Expired"), words("Links that work"))
    follow(page, "W" * 200)
    look(page, words("Every look"))
    page.goto(f"/candidate/results/{noor.reference}/links")
    look(page, words("Your links to this result"))


def linked(stage, person, scope, purpose="My CV"):
    """Let a candidate have made a link; return its address."""
    now = datetime.now(UTC)
    with stage.set():
        entry = stage.entry(person)
        made = save(
            ShareLink(
                entry=entry,
                account=entry.account,
                scope=scope,
                purpose=purpose,
                terms_version=TERMS_VERSION,
                at=now - timedelta(days=1),
                expires_at=now + timedelta(days=20),
            )
        )
        return links.address(made)
