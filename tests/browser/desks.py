"""What registrars do at their desks, and what happens to what they have seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page

from app.extensions import db
from app.models import Member, Result, Share
from app.services import digests
from tests.browser.people import log_in_with_email
from tests.browser.stage import GRADE_C, Person, Stage
from tests.browser.words import Words
from tests.cast import save

# The stage's Grade C after a second look: 180, Grade A, level C1.
GRADE_A = {**GRADE_C, "overall": 180, "grade": "A", "cefr": "C1", "score_w": 210}


def desk(
    stage: Stage,
    visitors: Any,
    words: Words,
    email: str,
    door: str = "/verifier/login",
    width: int = 1280,
) -> Page:
    """Open the browser of somebody at a desk, signed in."""
    page: Page = visitors.arrive(stage.service.url, width, locale=words.locale)
    log_in_with_email(page, words, door, email)
    return page


def university(stage: Stage, words: Words, name: str) -> str:
    """Make a university of a journey's own; return its registrar's address."""
    domain = f"{name.split()[0].lower()}-{words.language}.example"
    named = f"{name} University {words.telling}"
    return stage.organisation(named, domain, language=words.language)


def go_to(page: Page, name: str) -> None:
    """Follow the link of this name at the top of the page."""
    page.locator("header").get_by_role("link", name=name, exact=True).click()


def amended(stage: Stage, person: Person, **figures: Any) -> None:
    """Let an amended result of a candidate come out, with its two signatures."""
    with stage.set():
        entry, now = stage.entry(person), datetime.now(UTC)
        values = {"version": 2, "imported_at": now - timedelta(days=3)}
        save(Result(entry=entry, **values, **{**GRADE_A, **figures}))
        stage._release(entry.session, now)


def time_passes(stage: Stage, registrar: str, **time: float) -> None:
    """Let time pass for a member of an organisation, and for what they were sent."""
    with stage.set() as session:
        passed = timedelta(**time)
        found = db.select(Member).where(Member.email == registrar)
        member = session.scalars(found).one()
        if member.told_until is not None:
            member.told_until -= passed
        sent = Share.organisation_id == member.organisation_id
        for share in session.scalars(db.select(Share).where(sent)):
            share.at -= passed


def members_are_told(stage: Stage) -> None:
    """Do at once what the job process does twice a minute."""
    with stage.set():
        digests.tell_due(at=datetime.now(UTC))
