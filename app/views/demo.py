"""What only the demonstration has: its mail, and the ways to sign in."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from app.views.guards import public

pages = Blueprint("demo", __name__, url_prefix="/demo")

PAGE = 50
# As the mail service names its files; nothing else in any folder has such a name.
NAME = re.compile(r"[0-9T]{15,24}-[a-z_]{1,60}-[A-Za-z0-9_-]{1,60}\.eml", re.ASCII)

# Where people sign in says who they are.
GROUPS = (
    ("/candidate/", _l("Candidates")),
    ("/verifier/", _l("Organisations")),
    ("/admin/", _l("The board and its centres")),
)


@dataclass(frozen=True)
class Message:
    """One e-mail that the demonstration kept instead of sending it."""

    name: str
    subject: str
    to: str
    at: datetime | None
    text: str


@pages.get("/")
@public
def sign_ins() -> str:
    """List who may sign in, and where."""
    people = _people()
    groups = [
        (title, [person for person in people if person["where"].startswith(path)])
        for path, title in GROUPS
    ]
    password = people[0]["password"] if people else ""
    return render_template("demo/sign_ins.html", groups=groups, password=password)


@pages.get("/mail")
@public
def mail() -> str:
    """List the e-mails, newest first."""
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    names = sorted((p.name for p in _folder().glob("*.eml")), reverse=True)
    names = [name for name in names if NAME.fullmatch(name)]
    start = (page - 1) * PAGE
    shown = [_read(name) for name in names[start : start + PAGE]]
    has_next = len(names) > start + PAGE
    return render_template(
        "demo/mail.html", messages=shown, page=page, has_next=has_next
    )


@pages.get("/mail/<name>")
@public
def message(name: str) -> str:
    """Show the text of one e-mail, its links ready to be followed."""
    if not NAME.fullmatch(name) or not (_folder() / name).is_file():
        abort(404)
    read = _read(name)
    return render_template(
        "demo/message.html", message=read, text=_with_links(read.text)
    )


def _folder() -> Path:
    return Path(current_app.config["ESITO_DATA_DIR"]) / "mail"


def _people() -> list[dict[str, str]]:
    """Return what the demonstration wrote down about its people, if it has any."""
    try:
        found: Any = json.loads(
            (current_app.config["ESITO_DATA_DIR"] / "demo-sign-ins.json").read_text()
        )
    except (OSError, ValueError):
        return []
    return [_in_words(person) for person in found]


def _in_words(person: dict[str, Any]) -> dict[str, str]:
    """Return one person's card in the reader's language."""
    name, comma, what = str(person.get("who", "")).rpartition(", ")
    note = str(person.get("note", ""))
    note = _(note) if note else ""
    return {
        **{key: str(person.get(key, "")) for key in ("where", "name", "password")},
        "who": f"{name}{comma}{_(what) if comma else what}",
        "note": note % person["values"] if person.get("values") else note,
    }


def _read(name: str) -> Message:
    parsed = BytesParser(policy=policy.default).parsebytes(
        (_folder() / name).read_bytes()
    )
    body = parsed.get_body(("plain",)) if isinstance(parsed, EmailMessage) else None
    date = parsed["date"]
    return Message(
        name=name,
        subject=str(parsed["subject"] or ""),
        to=str(parsed["to"] or ""),
        at=date.datetime if date is not None else None,
        text=str(body.get_content()) if body is not None else "",
    )


_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")


def _with_links(text: str) -> Markup:
    """Return a text with the links to this site, and only these, made clickable."""
    base = current_app.config["ESITO_BASE_URL"] + "/"
    parts, end = [], 0
    for found in _LINK.finditer(text):
        url = found.group()
        parts.append(escape(text[end : found.start()]))
        if url.startswith(base):
            path = "/" + url.removeprefix(base)
            parts.append(Markup('<a href="{}">{}</a>').format(path, url))
        else:
            parts.append(escape(url))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)
