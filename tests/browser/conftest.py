"""A browser and a running service for the tests of this folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests.browser.service import PostOffice, Service
from tests.browser.stage import Stage
from tests.browser.words import LOCALES, Words

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
# A slow machine with other work may take so long, in ms; a wait ends when it is over.
PATIENCE = 45_000


def browser_path() -> str:
    """Return the browser's path, or fail and say what to install.

    The one without a window comes first: it needs half the computing time.
    """
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    raise pytest.fail.Exception(
        "the browser tests need Chromium: apt-get install chromium"
    )


# A page is looked at in both languages and on both databases, in two runs and not in
# four: see docs/decisions/0016-tests.md.
LANGUAGE_ON = {"sqlite": "en", "postgresql": "it"}


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep one language for the database under test, unless all are asked for."""
    if config.getoption("--languages") == "all":
        return
    kept = LANGUAGE_ON[config.getoption("--database")]
    left_out = [item for item in items if _language(item) not in (None, kept)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _language(item) in (None, kept)]


def _language(item: pytest.Item) -> str | None:
    """Return the language that a journey is walked in; None: it has no choice."""
    spec = getattr(item, "callspec", None)
    if spec is None or "browser" not in item.keywords:
        return None
    params = spec.params
    return params.get("words") or params.get("language")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield opened
        opened.close()


class Visitors:
    """People with a browser of their own each, and what their browsers object to."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def arrive(self, at: str, width: int = 1280, **options: Any) -> Page:
        """Open a window on the service at an address; nobody is signed in."""
        wishes = {"locale": "en-GB", "viewport": {"width": width, "height": 812}}
        context = self._browser.new_context(base_url=at, **{**wishes, **options})
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda said: self._hear(said.type, said.text))
        context.on("weberror", lambda wrong: self._hear("error", str(wrong.error)))
        context.on("request", lambda asked: self._stay_here(at, asked.url))
        context.on("response", self._need)
        self._contexts.append(context)
        return context.new_page()

    def _hear(self, kind: str, text: str) -> None:
        # A page may well answer 404; what it is made of may not, see _need.
        if kind in ("error", "warning") and not text.startswith("Failed to load"):
            self.complaints.append(f"{kind}: {text}")

    def _need(self, answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.complaints.append(f"{answer.url} answers {answer.status}")

    def _stay_here(self, at: str, url: str) -> None:
        if not url.startswith((at + "/", "data:", "blob:")):
            self.complaints.append(f"request to another host: {url}")

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Browsers for people; no console error, refused script or foreign host passes."""
    everybody = Visitors(browser)
    expect.set_options(timeout=PATIENCE)
    try:
        yield everybody
    finally:
        everybody.leave()
    assert everybody.complaints == [], "the browsers complained"


@pytest.fixture(scope="session")
def make_service(new_database_url: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """A function that returns a service with an empty, migrated database.

    Tests start its processes; what still runs at the end is ended.
    """
    with ExitStack() as ending:

        def make() -> Service:
            post_office = PostOffice()
            ending.callback(post_office.close)
            folder = tmp_path_factory.mktemp("service")
            made = Service(folder, new_database_url(), post_office)
            ending.callback(made.stop)
            with made.operator() as flask:
                flask("db", "upgrade")
                flask("sync-roles")
            return made

        yield make


@pytest.fixture
def service(make_service: Any) -> Iterator[Service]:
    """The service with an empty, migrated database, for one test alone."""
    running = make_service()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def demonstration(make_service: Any) -> Service:
    """One running service with a small demonstration board, for tests that share it.

    What one of them changes there, no other may count on.
    """
    service: Service = make_service()
    with service.operator() as flask:
        flask("demo", "--candidates", "60", "--seed", "7")
    service.start(jobs=False)
    return service


@pytest.fixture(scope="session")
def stage(make_service: Any) -> Stage:
    """A whole running service, jobs and mail included, that journeys share.

    Each journey puts its own people on it, and counts on nobody else's.
    """
    service: Service = make_service()
    service.start()
    return Stage(service)


@pytest.fixture(params=sorted(LOCALES))
def words(request: pytest.FixtureRequest) -> Words:
    """What the pages say, in English and in Italian: a journey is walked in both."""
    return Words(request.param)
