"""What an officer does to a single result: let a held one go, take one back."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Mail, Result, User
from app.services import announcing, audit
from app.transactions import atomic
from app.values import AuditAction, MailState


def accept_difference(result: Result, *, by: User, at: datetime) -> None:
    """Let a held result go into a release although it contradicts the rule."""
    with atomic() as tx:
        why = result.held_why
        done = tx.execute(
            update(Result)
            .where(Result.id == result.id, Result.held_why != "")
            .values(held_why="", accepted_by_id=by.id, accepted_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is not held any more."))
        audit.append(
            AuditAction.result_accepted,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            fields=why,
        )
    db.session.refresh(result)


def withdraw_result(result: Result, *, by: User, why: str, at: datetime) -> None:
    """Take one published result back: it is hidden from this moment on."""
    if not why.strip():
        raise Refused(_l("Say why the result is withdrawn."), field="why")
    with atomic() as tx:
        done = tx.execute(
            update(Result)
            .where(
                Result.entry_id == result.entry_id,
                Result.version <= result.version,
                Result.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=at, withdrawn_why=why.strip())
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            raise Conflict(_l("This result is already withdrawn."))
        _drop_notices(result)
        audit.append(
            AuditAction.result_withdrawn,
            f"entry:{result.entry.reference}",
            by=by,
            at=at,
            version=result.version,
            why=why.strip(),
        )
    db.session.refresh(result)


def _drop_notices(result: Result) -> None:
    """Nobody is told any more that a result is out which has been taken back."""
    notice = announcing.dedupe_key(result.entry.reference, result.version)
    db.session.execute(
        update(Mail)
        .where(Mail.dedupe_key == notice, Mail.state == MailState.queued)
        .values(state=MailState.dropped)
    )
