"""Staff at their pages: signed in through the door that everybody uses."""

from typing import Any

import pytest

from app import clock
from tests.cast import NOW, PASSWORD


@pytest.fixture(autouse=True)
def at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock of the pages stands at the tests' own instant."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sign_in(client: Any) -> Any:
    """A function that signs a member of staff in, and whoever was there out."""

    def enter(user: Any) -> Any:
        client.delete_cookie("esito")
        answer = client.submit(
            "/admin/login/", {"email": user.email, "password": PASSWORD}
        )
        assert answer.status_code in (302, 303), answer.text
        return client

    return enter
