"""The page client: a browser without JavaScript that checks every page it fetches."""

import re
from contextvars import Context
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from lxml import html

from app.extensions import db


class PageClient(FlaskClient):
    """Fetches pages, follows forms, and refuses a page that is not well made."""

    def open(self, *args: Any, **options: Any) -> Any:
        # The test holds an app context, which Flask would use for the request too; in a
        # context of its own the request gets its own `g` and session, as in life.
        if has_app_context():
            db.session.commit()
        response = Context().run(super().open, *args, **options)
        if has_app_context():
            db.session.expire_all()
        if response.mimetype == "text/html" and response.status_code != 302:
            check_page(response)
        return response

    def page(self, path: str, status: int = 200) -> html.HtmlElement:
        """Fetch a page and return its parsed tree."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return html.fromstring(response.get_data(as_text=True))

    def submit(
        self, path: str, form: dict[str, Any] | None = None, *, at: str | None = None
    ) -> Any:
        """Fetch the page with the form, and send it filled in, token included.

        `path` is the page that shows the form, `at` where it goes (default: there).
        """
        shown = self.get(path)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.text)
        assert token, f"{path} has no form with a token"
        content = {"csrf_token": token.group(1), **(form or {})}
        return self.post(at or path, data=content)


def check_page(response: Any) -> None:
    """Assert what is true of every page of the service."""
    text = response.get_data(as_text=True)
    tree = html.fromstring(text)
    where = f"{response.request.path} ({response.status_code})"
    assert tree.get("lang") in ("en", "it"), f"{where}: no language"
    assert len(tree.findall(".//h1")) == 1, f"{where}: not one h1"
    title = tree.findtext(".//title") or ""
    assert title.strip(), f"{where}: no title"
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), f"{where}: duplicate ids"
    for form in tree.xpath("//form[@method='post' or @method='POST']"):
        assert form.xpath(".//input[@name='csrf_token']"), f"{where}: no CSRF token"
    for field in tree.xpath(
        "//input[not(@type='hidden') and not(@type='submit')]|//select|//textarea"
    ):
        key = field.get("id")
        labelled = key and tree.xpath(f"//label[@for='{key}']")
        assert labelled or field.get("aria-label") or field.get("aria-labelledby"), (
            f"{where}: field {field.get('name')} has no label"
        )
    for script in tree.xpath("//script"):
        assert script.get("nonce") or script.get("src"), f"{where}: inline script"
    visible = " ".join(tree.xpath("//body//text()[not(ancestor::script)]"))
    for left_over in ("{{", "}}", "{%", "None "):
        assert left_over not in visible, f"{where}: {left_over} left over"
    assert "no-store" in response.headers.get("Cache-Control", ""), f"{where}: kept"
