"""A browser and a running service for the tests of this folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.service import PostOffice, Service

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Return the browser's path, or fail and say what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    raise pytest.fail.Exception(
        "the browser tests need Chromium: apt-get install chromium"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def service(new_database_url: Any, tmp_path: Path) -> Iterator[Service]:
    """The service with an empty, migrated database; tests start its processes."""
    post_office = PostOffice()
    running = Service(tmp_path, new_database_url(), post_office)
    running.flask("db", "upgrade")
    running.flask("sync-roles")
    try:
        yield running
    finally:
        running.stop()
        post_office.close()
