"""Help for organisations: the same for everybody, and open to those at the door."""

from typing import Any

from flask import render_template, request

from app.services import helping
from app.views.guards import public
from app.views.verifier import pages

LONGEST = 80


@pages.get("/help")
@public
def help_pages() -> Any:
    """Show the pages of the help, or those that hold what was looked for."""
    text = request.args.get("q", "").strip()[:LONGEST]
    return render_template(
        "verifier/help.html",
        text=text,
        found=helping.search(text) if text else [],
        every=helping.PAGES,
    )


@pages.get("/help/<slug>")
@public
def help_page(slug: str) -> Any:
    """Show one page of the help."""
    return render_template(
        "verifier/help_page.html", page=helping.page(slug), every=helping.PAGES
    )
