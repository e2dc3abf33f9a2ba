"""E-mails: a row queued with the change it tells of, delivered by the job process.

Rows hold no marks, secrets or links; links are made when a message is sent. A crash
between the mail server's answer and our commit leaves one message per process in
doubt; it is sent again under the same Message-ID.
"""

import smtplib
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mail import Connection, Message
from sqlalchemy import exists, select, update

from app.extensions import db
from app.extensions import mail as transport
from app.models import CandidateAccount, Mail, Member, Release, User
from app.services import tokens
from app.services.publication import in_force
from app.services.tokens import Purpose
from app.transactions import atomic, end_read
from app.values import Language, MailState

# Waits between tries, in minutes: about two days in all, so that an outage of the mail
# server over a night or a Sunday loses nothing.
WAITS = (1, 5, 15, 60, 240, 720, 1440)
# A process that has not answered for so long has died; its messages are taken over.
LEASE = timedelta(minutes=10)
BATCH = 50


def queue(
    kind: str,
    *,
    to: CandidateAccount | Member | User,
    about: str,
    at: datetime,
    language: Language | None = None,
    link: Purpose | None = None,
    **values: Any,
) -> None:
    """Queue one e-mail inside the caller's transaction.

    `kind` names the template, `about` what it tells of: the same thing is never told
    to the same person twice. `link` asks for a link that acts for the person, made
    when the message is sent.
    """
    if link is not None:
        values["link"] = [link.value, type(to).__name__, to.id]
    key = f"{kind}:{about}"
    already = select(exists().where(Mail.dedupe_key == key))
    if db.session.scalar(already):
        return
    db.session.add(
        Mail(
            kind=kind,
            dedupe_key=key,
            address=to.email,
            language=language or getattr(to, "language", Language.en),
            values=values,
            queued_at=at,
            due_at=at,
        )
    )


def deliver(*, at: datetime) -> int:
    """Send what is due, a batch at a time over one connection; return how many went."""
    claimed = _claim(at)
    if not claimed:
        return 0
    try:
        if current_app.config["ESITO_MAIL_TO_FOLDER"]:
            return sum(_deliver_one(row, None, at) for row in claimed)
        with transport.connect() as connection:
            return sum(_deliver_one(row, connection, at) for row in claimed)
    except (OSError, smtplib.SMTPException) as problem:
        for row in claimed:
            if row.state is MailState.sending:
                _put_off(row, problem, at)
        return 0


def retry(row: Mail, *, at: datetime) -> None:
    """Put a failed message back into the queue, to be tried from now on."""
    with atomic() as tx:
        tx.execute(
            update(Mail)
            .where(Mail.id == row.id, Mail.state == MailState.failed)
            .values(state=MailState.queued, due_at=at, attempts=0, error="")
        )


def message(row: Mail, *, at: datetime) -> Message:
    """Return the finished e-mail of a row: subject, text and HTML in its language."""
    values = dict(row.values)
    link = values.pop("link", None)
    values["link"] = _link(link, at) if link else None
    values["base_url"] = base = current_app.config["ESITO_BASE_URL"]
    values["language"] = row.language.value
    with force_locale(row.language.value):
        written = render_template(f"email/{row.kind}.txt", **values)
        html = render_template(f"email/{row.kind}.html", **values)
    subject, _, body = written.strip().partition("\n")
    out = Message(
        subject=subject.strip(),
        recipients=[row.address],
        body=body.strip() + "\n",
        html=html,
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    out.msgId = f"<{row.reference}@{urlsplit(base).hostname}>"
    return out


def _claim(at: datetime) -> list[Mail]:
    """Take a batch for this process: whoever changes the row's state has it."""
    due = select(Mail.id).where(
        Mail.state.in_([MailState.queued, MailState.sending]), Mail.due_at <= at
    )
    due = due.order_by(Mail.due_at).limit(BATCH).with_for_update(skip_locked=True)
    with atomic() as tx:
        ids = list(tx.scalars(due))
        tx.execute(
            update(Mail)
            .where(Mail.id.in_(ids))
            .values(state=MailState.sending, due_at=at + LEASE)
        )
        return list(tx.scalars(select(Mail).where(Mail.id.in_(ids))))


def _deliver_one(row: Mail, connection: Connection | None, at: datetime) -> int:
    if not _still_true(row, at):
        _settle(row, MailState.dropped)
        return 0
    try:
        finished = message(row, at=at)
        end_read()
        if connection is None:
            _keep_in_folder(row, finished, at)
        else:
            connection.send(finished)
    except smtplib.SMTPRecipientsRefused as problem:
        _refused_by_server(row, problem, at)
        return 0
    except (smtplib.SMTPServerDisconnected, OSError):
        raise
    except Exception as problem:
        # One message that cannot be made or taken must not stop those behind it.
        current_app.logger.exception("mail %s of kind %s", row.reference, row.kind)
        _put_off(row, problem, at)
        return 0
    _settle(row, MailState.sent, sent_at=at)
    return 1


def _still_true(row: Mail, at: datetime) -> bool:
    """Check again, at the last moment, that the release a notice tells of stands."""
    if row.release_id is None:
        return True
    stands = select(Release.id).where(
        Release.id == row.release_id, in_force(at), Release.withdrawn_at.is_(None)
    )
    return db.session.scalar(stands) is not None


def _refused_by_server(
    row: Mail, problem: smtplib.SMTPRecipientsRefused, at: datetime
) -> None:
    code, words = next(iter(problem.recipients.values()))
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    if code >= 500:
        _settle(row, MailState.failed, error=f"{code} {text}"[:300])
    else:
        _put_off(row, OSError(f"{code} {text}"), at)


def _put_off(row: Mail, problem: Exception, at: datetime) -> None:
    tried = row.attempts + 1
    error = f"{type(problem).__name__}: {problem}"[:300]
    if tried > len(WAITS):
        _settle(row, MailState.failed, error=error, attempts=tried)
        return
    wait = timedelta(minutes=WAITS[tried - 1])
    _settle(row, MailState.queued, error=error, attempts=tried, due_at=at + wait)


def _settle(row: Mail, state: MailState, **values: Any) -> None:
    with atomic() as tx:
        tx.execute(update(Mail).where(Mail.id == row.id).values(state=state, **values))
        row.state = state


# Where the link of a purpose leads, by the kind of person it acts for.
LINKS = {
    ("confirm_email", "CandidateAccount"): "/candidate/confirm/",
    ("set_password", "CandidateAccount"): "/candidate/password/",
    ("set_password", "Member"): "/verifier/password/",
    ("set_password", "User"): "/admin/password/",
}
_PEOPLE = {"CandidateAccount": CandidateAccount, "Member": Member, "User": User}


def _link(spec: list[Any], at: datetime) -> str:
    purpose, kind, key = spec
    person = db.session.get(_PEOPLE[kind], key)
    if person is None:
        raise LookupError(f"{kind} {key} is gone")
    token = tokens.make(Purpose(purpose), person, at=at)
    return f"{current_app.config['ESITO_BASE_URL']}{LINKS[purpose, kind]}{token}"


def _keep_in_folder(row: Mail, finished: Message, at: datetime) -> None:
    folder = Path(current_app.config["ESITO_DATA_DIR"]) / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    finished.date = at.timestamp()
    name = f"{at:%Y%m%dT%H%M%S%f}-{row.kind}-{row.reference}.eml"
    content = finished.as_bytes()
    if b"\nDate: " not in content:
        content = f"Date: {format_datetime(at)}\n".encode() + content
    (folder / name).write_bytes(content)
