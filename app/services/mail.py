"""E-mails: a row queued with the change it tells of, delivered by the job process.

Rows hold no marks, secrets or links; links are made when a message is sent. A crash
between the mail server's answer and our commit leaves one message per process in
doubt; it is sent again under the same Message-ID.
"""

import smtplib
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import exists, select, update

from app.extensions import db
from app.models import CandidateAccount, Entry, Mail, Member, Release, User
from app.services import audit, letters, mailserver, tokens
from app.services.mailserver import VerifiedConnection
from app.services.publication import in_force
from app.services.tokens import Purpose
from app.transactions import atomic, end_read
from app.values import AuditAction, Language, MailState

# Waits between tries, in minutes: about two days in all, so that an outage of the mail
# server over a night or a Sunday loses nothing.
WAITS = (1, 5, 15, 60, 240, 720, 1440)
# A process that has not answered for so long has died; its messages are taken over.
LEASE = timedelta(minutes=10)
BATCH = 50
# Seconds that one call goes on for: leases and waits count from its instant, and must
# still be true at its end.
BOUT = 60
# A server that hangs up so often in one batch is not well: what is left waits.
HANGS_UP = 3


@dataclass(frozen=True)
class Address:
    """Somebody who is written to and has no row of their own: a centre, a guardian."""

    email: str
    language: Language


def queue(
    kind: str,
    *,
    to: CandidateAccount | Entry | Member | User | Address,
    about: str,
    at: datetime,
    language: Language | None = None,
    link: Purpose | None = None,
    **values: Any,
) -> None:
    """Queue one e-mail inside the caller's transaction.

    `kind` names the template, `about` what it tells of: the same thing is never told
    to the same person twice. `link` asks for a link that acts for the person, made
    when the message is sent, if it would still go to the right address then. A member
    who may not sign in by then is sent nothing: write to their `Address`.
    """
    address = to.email
    if link is not None:
        if isinstance(to, Address):
            raise TypeError("a link acts for a person who has a row")
        values["link"] = [link.value, type(to).__name__, to.id]
        address = tokens.destination(link, to)
    if isinstance(to, Member):
        values["to_member"] = to.reference
    key = f"{kind}:{about}"
    already = select(exists().where(Mail.dedupe_key == key))
    if db.session.scalar(already):
        return
    db.session.add(
        Mail(
            kind=kind,
            dedupe_key=key,
            address=address,
            language=language or getattr(to, "language", Language.en),
            values=values,
            queued_at=at,
            due_at=at,
        )
    )


def deliver(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, a batch at a time over one connection; return how many went.

    `stop` is asked before each message; once it says yes, the rest stays queued. One
    call lasts about a minute at most, the next one goes on.
    """
    ends = monotonic() + BOUT
    sent = 0

    def enough() -> bool:
        return stop() or monotonic() >= ends

    while not enough() and (claimed := _claim(at)):
        waiting = deque(claimed)
        sent += _deliver_batch(waiting, at, enough)
        if waiting:
            for row in waiting:
                _settle(row, MailState.queued, due_at=at)
            break
    return sent


def retry(row: Mail, *, by: User, at: datetime) -> bool:
    """Put a failed message back into the queue, to be tried from now on.

    Returns whether it had failed; any other message is left alone.
    """
    with atomic() as tx:
        queued = tx.execute(
            update(Mail)
            .where(Mail.id == row.id, Mail.state == MailState.failed)
            .values(state=MailState.queued, due_at=at, attempts=0, error="")
        )
        if queued.rowcount:  # type: ignore[attr-defined]
            about = f"mail:{row.reference}"
            audit.append(AuditAction.mail_retried, about, by=by, at=at, kind=row.kind)
        return bool(queued.rowcount)  # type: ignore[attr-defined]


def _claim(at: datetime) -> list[Mail]:
    """Take a batch for this process: whoever changes the row's state has it."""
    due = select(Mail.id).where(
        Mail.state.in_([MailState.queued, MailState.sending]), Mail.due_at <= at
    )
    due = due.order_by(Mail.due_at, Mail.attempts, Mail.id)
    due = due.limit(BATCH).with_for_update(skip_locked=True)
    with atomic() as tx:
        ids = list(tx.scalars(due))
        if not ids:
            return []
        tx.execute(
            update(Mail)
            .where(Mail.id.in_(ids))
            .values(state=MailState.sending, due_at=at + LEASE)
        )
        rows = select(Mail).where(Mail.id.in_(ids)).order_by(Mail.id)
        return list(tx.scalars(rows.execution_options(populate_existing=True)))


def _deliver_batch(
    waiting: deque[Mail], at: datetime, enough: Callable[[], bool]
) -> int:
    """Send from the left until nothing waits; return how many went.

    A server that hangs up is called again for the next message; one that cannot be
    reached, or hangs up again and again, puts off everything that waits.
    """
    sent = hung_up = 0
    try:
        while waiting and not enough():
            with _connection() as server:
                while waiting and not enough():
                    sent += _deliver_one(waiting.popleft(), server, at)
                    if server is not None and server.lost:
                        hung_up += 1
                        break
            if hung_up >= HANGS_UP:
                raise smtplib.SMTPServerDisconnected("the server keeps hanging up")
    except OSError as problem:
        current_app.logger.warning("mail server: %s", problem)
        while waiting:
            _put_off(waiting.popleft(), problem, at)
    return sent


def _connection() -> AbstractContextManager[VerifiedConnection | None]:
    if current_app.config["ESITO_MAIL_TO_FOLDER"]:
        return nullcontext()
    return mailserver.connection()


def _deliver_one(row: Mail, server: VerifiedConnection | None, at: datetime) -> int:
    """Send one message and write down what became of it; return 1 if it went."""
    if not _still_true(row, at):
        _settle(row, MailState.dropped)
        return 0
    try:
        finished = letters.message(row, at=at)
        end_read()
        if server is None:
            letters.keep_in_folder(row, finished, at=at)
        else:
            server.send(finished)
    except smtplib.SMTPRecipientsRefused as problem:
        _answered(row, *next(iter(problem.recipients.values())), at=at)
        return 0
    except smtplib.SMTPDataError as problem:
        _answered(row, problem.smtp_code, problem.smtp_error, at=at)
        return 0
    except smtplib.SMTPException as problem:
        # Hung up, or our own sender refused: no fault of this message.
        _put_off(row, problem, at)
        return 0
    except Exception as problem:
        # One message that cannot be made must not stop those behind it.
        current_app.logger.exception("mail %s of kind %s", row.reference, row.kind)
        _put_off(row, problem, at)
        return 0
    _settle(row, MailState.sent, sent_at=at)
    return 1


def _still_true(row: Mail, at: datetime) -> bool:
    """Check again, at the last moment, that what a message does or tells of stands."""
    if letters.outlived(row, at=at):
        return False
    if row.release_id is None:
        return True
    stands = select(Release.id).where(
        Release.id == row.release_id, in_force(at), Release.withdrawn_at.is_(None)
    )
    return db.session.scalar(stands) is not None


def _answered(row: Mail, code: int, words: bytes | str, *, at: datetime) -> None:
    """A 5xx about this message is final; anything else may pass and is tried again."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
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
    """Write what became of a message, unless another process has taken it over."""
    ours = (Mail.id == row.id, Mail.state == MailState.sending)
    with atomic() as tx:
        tx.execute(
            update(Mail)
            .where(*ours, Mail.due_at == row.due_at)
            .values(state=state, **values)
        )
