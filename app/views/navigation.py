"""What the header and the footer offer, for each kind of visitor."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError

from app.services import questions
from app.views.guards import current_candidate, current_member
from app.views.templating import address

Entry = tuple[str, Any]

EVERYBODY: tuple[Entry, ...] = (
    ("/candidate/login", _l("Log in")),
    ("/centres", _l("Find a centre")),
    ("/verify", _l("Verify")),
    ("/help", _l("Help")),
)
CANDIDATE: tuple[Entry, ...] = (
    ("/candidate/", _l("My exams")),
    ("/candidate/shares", _l("Shared results")),
    ("/candidate/account", _l("Account")),
)
MEMBER: tuple[Entry, ...] = (
    ("/verifier/", _l("Shared results")),
    ("/verifier/search", _l("Candidate search")),
    ("/verifier/downloads", _l("Downloads")),
    ("/verifier/changes", _l("What changed")),
    ("/verifier/organisation", _l("Your organisation")),
    ("/verifier/help", _l("Help")),
)
# Behind one word at the top of the page, beside signing out.
MEMBER_ACCOUNT: tuple[Entry, ...] = (
    ("/verifier/account", _l("Your account")),
    ("/verifier/notifications", _l("Email notifications")),
)
# Pages that belong to an entry of a menu without lying below its address.
BELONGING = {
    "/verifier/results": "/verifier/",
    "/verifier/checks": "/verifier/search",
}
# Error pages of the back office, which has a layout of its own otherwise.
OFFICE: tuple[Entry, ...] = (("/admin/", _l("Back office")),)
FOOTER: tuple[Entry, ...] = (
    ("/help", _l("Help")),
    ("/centres", _l("Find a centre")),
    ("/verify", _l("Verify a result")),
    ("/terms", _l("Terms of use")),
    ("/privacy", _l("Privacy")),
    ("/accessibility", _l("Accessibility")),
)


@dataclass(frozen=True)
class Link:
    """One place to go; `here` is "page" on it, "true" on a page that belongs to it."""

    words: Any
    path: str
    here: str


@dataclass(frozen=True)
class Navigation:
    """What the header of one page offers."""

    links: list[Link]
    sign_out: str | None
    account: list[Link] = field(default_factory=list)


def register(app: Flask) -> None:
    """Let every template ask for the navigation of its page."""
    app.context_processor(_offer)


def header() -> Navigation:
    """Return the header's links for whoever is signed in with this browser."""
    if _in_office():
        return bare()
    try:
        if current_candidate():
            return Navigation(links(CANDIDATE), _action("candidate.sign_out"))
        member = current_member()
        if member and member.organisation_id is not None:
            g.asks_board = True
            return Navigation(
                links(MEMBER), _action("verifier.sign_out"), links(MEMBER_ACCOUNT)
            )
    except SQLAlchemyError:
        # The database does not answer: the page still has to say something.
        current_app.logger.warning("navigation without the database", exc_info=True)
    return bare()


def bare() -> Navigation:
    """Return the links of a page that must not ask the database anything."""
    return Navigation(links(OFFICE if _in_office() else EVERYBODY), None)


def footer() -> list[Link]:
    """Return the links at the foot of every page; members can ask the board there.

    Asks the database nothing: pages that say it is down have a foot, too.
    """
    if not g.get("asks_board"):
        return links(FOOTER)
    # The rule, not the address: no reference of a person goes along.
    about = questions.place(request.url_rule.rule if request.url_rule else "")
    asking = address("verifier.contact")
    asking += f"?about={quote(about, safe='/*')}" if about else ""
    helping = [("/verifier/help", _l("Help")), *FOOTER[1:]]
    return [Link(_l("Contact the board"), asking, ""), *links(helping)]


def _offer() -> dict[str, Any]:
    board = current_app.config["ESITO_BOARD_NAME"]
    if not has_request_context():
        # E-mails and documents are made without a visitor.
        return {"board": board}
    return {
        "language": str(get_locale()),
        "header_navigation": header,
        "bare_navigation": bare,
        "footer_links": footer,
        "home": "/admin/" if _in_office() else _action("public.home") or "/",
        "languages": _other_languages,
        "language_action": _action("public.language"),
        "here": _here(),
        "board": board,
        "demonstration": current_app.config["ESITO_ENV"] == "demo",
    }


def _here() -> str | None:
    """Return the address that shows this page again, also after a refused form."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    rule = request.url_rule
    return request.path if rule and "GET" in (rule.methods or ()) else None


def _in_office() -> bool:
    return request.path == "/admin" or request.path.startswith("/admin/")


def _other_languages(shown: str) -> list[tuple[str, str]]:
    known = current_app.config["LANGUAGES"]
    return [(code, about["name"]) for code, about in known.items() if code != shown]


def links(entries: Iterable[Entry]) -> list[Link]:
    """Keep what this process serves: a surface may lack whole audiences."""
    app = current_app
    served = app.extensions.setdefault("esito_paths", set())
    if not served:
        served.update(rule.rule for rule in app.url_map.iter_rules())
    return [
        Link(words, path, _standing(path)) for path, words in entries if path in served
    ]


def _standing(path: str) -> str:
    """Tell whether a link leads to the page that is shown, or to one above it."""
    here = request.path
    if here == path:
        return "page"
    home = here.startswith(f"{path}/") or any(
        f"{here}/".startswith(f"{below}/") and above == path
        for below, above in BELONGING.items()
    )
    return "true" if home else ""


def _action(endpoint: str) -> str | None:
    known = endpoint in current_app.view_functions
    return address(endpoint) if known else None
