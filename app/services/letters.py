"""E-mails in words: a queued row becomes a subject, a text and a page with its link."""

import re
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Message
from sqlalchemy import select

from app.extensions import db
from app.models import CandidateAccount, Entry, Mail, Member, User
from app.services import newly_shared, tokens, wording
from app.services.tokens import Purpose

_ONE_ADDRESS = re.compile(r"[^\s,;:<>@\"]+@[^\s,;:<>@\"]+")


def message(row: Mail, *, at: datetime) -> Message:
    """Return the finished e-mail of a row: subject, text and HTML in its language.

    Raises ValueError unless the address is exactly one: a second recipient would read
    what is meant for the first; and when something that the message says is missing.
    """
    if not _ONE_ADDRESS.fullmatch(row.address):
        raise ValueError("this is not one e-mail address")
    values = dict(row.values)
    values.pop("to_member", None)
    link = values.pop("link", None)
    values["link"] = _link(link, at) if link else None
    news = values.pop("newly_shared", None)
    values |= (news and newly_shared.told(news, row.address, at=at)) or {}
    values["base_url"] = base = current_app.config["ESITO_BASE_URL"]
    written = wording.letter(f"email/{row.kind}.txt", row.language, **values)
    html = wording.letter(f"email/{row.kind}.html", row.language, **values)
    subject, _, body = written.strip().partition("\n")
    out = Message(
        # In one line, whatever kind of line break a name brings along.
        subject=" ".join(subject.split()),
        recipients=[row.address],
        body=body.strip() + "\n",
        html=html,
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    out.msgId = f"<{row.reference}@{urlsplit(base).hostname}>"
    return out


def keep_in_folder(row: Mail, finished: Message, *, at: datetime) -> None:
    """Write a finished e-mail to the data folder, where the demonstration reads it."""
    folder = Path(current_app.config["ESITO_DATA_DIR"]) / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    finished.date = at.timestamp()
    name = f"{at:%Y%m%dT%H%M%S%f}-{row.kind}-{row.reference}.eml"
    content = finished.as_bytes()
    if b"\nDate: " not in content:
        content = f"Date: {format_datetime(at)}\n".encode() + content
    (folder / name).write_bytes(content)


# Where the link of a purpose leads, by the kind of person it acts for.
LINKS = {
    ("confirm_email", "CandidateAccount"): "/candidate/confirm/",
    ("change_email", "CandidateAccount"): "/candidate/email/",
    ("set_password", "CandidateAccount"): "/candidate/password/",
    ("sign_in", "CandidateAccount"): "/candidate/login/link/",
    ("unlock_secret", "Entry"): "/candidate/register/unlock/",
    ("set_password", "Member"): "/verifier/password/",
    ("answer_board", "Member"): "/verifier/register/answer/",
    ("set_password", "User"): "/admin/password/",
}
_PEOPLE = {
    "CandidateAccount": CandidateAccount,
    "Entry": Entry,
    "Member": Member,
    "User": User,
}


def outlived(row: Mail, *, at: datetime) -> bool:
    """Tell whether a row has nothing to say any more, or a link for the wrong reader.

    Links are made when a message is sent; by then its person may have another address,
    and whoever reads the old one may not act for them. What was newly shared may have
    been taken back. A member who was deactivated or removed is told nothing more.
    """
    if not _is_read(row.values.get("to_member")):
        return True
    news = row.values.get("newly_shared")
    if news is not None:
        return newly_shared.told(news, row.address, at=at) is None
    link = row.values.get("link")
    if link is None:
        return False
    person = _person(link)
    if person is None:
        return True
    return tokens.destination(Purpose(link[0]), person) != row.address


def _is_read(reference: str | None) -> bool:
    """Tell whether the member whom a message is for, if any, is still one."""
    if reference is None:
        return True
    still = select(Member.active).where(Member.reference == reference)
    return bool(db.session.scalar(still))


def _link(spec: list[Any], at: datetime) -> str:
    purpose, kind, _ = spec
    person = _person(spec)
    if person is None:
        raise LookupError(f"the {kind} that a link is for is gone")
    token = tokens.make(Purpose(purpose), person, at=at)
    return f"{current_app.config['ESITO_BASE_URL']}{LINKS[purpose, kind]}{token}"


def _person(spec: list[Any]) -> tokens.Person | None:
    _, kind, key = spec
    return db.session.get(_PEOPLE[kind], key, populate_existing=True)
