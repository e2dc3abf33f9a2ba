"""The trail: an append-only chain of acts, written with the change each tells of."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import func, select, text

from app.extensions import db
from app.models import AuditRow, CandidateAccount, Member, User
from app.values import AuditAction

# The lock that puts writers of the chain in a row on PostgreSQL; SQLite has one writer.
CHAIN_LOCK = 7_270_002
GENESIS = "0" * 64
# The same act, or the same words, of one person within so long: a form sent twice.
TWICE = timedelta(minutes=1)

Actor: TypeAlias = CandidateAccount | Member | User | None


def actor_name(actor: Actor) -> str:
    """Return how the trail names a person; None is the service itself."""
    match actor:
        case User():
            return f"staff:{actor.id}"
        case Member():
            return f"member:{actor.reference}"
        case CandidateAccount():
            return f"candidate:{actor.reference}"
        case _:
            return "system"


def append(
    action: AuditAction, subject: str, *, by: Actor, at: datetime, **detail: Any
) -> None:
    """Add one act to the chain, inside the caller's transaction.

    `subject` names what it was done to, such as "release:REFERENCE". `detail` holds
    plain JSON values: never marks, secrets or passwords.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": CHAIN_LOCK})
    session.flush()
    last = session.scalar(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))
    row = AuditRow(
        # As it is read back, whatever the caller's zone: it goes into the hash.
        at=at.astimezone(UTC),
        actor=actor_name(by),
        action=action.value,
        subject=subject,
        detail=json.dumps(detail, sort_keys=True, ensure_ascii=False, default=str),
        previous_hash=last or GENESIS,
    )
    row.hash = chained_hash(row)
    session.add(row)
    session.flush()


def count(action: AuditAction, subject: str, *, since: datetime) -> int:
    """Return how often an act was done to something, from an instant on."""
    done = select(func.count(AuditRow.id)).where(
        AuditRow.subject == subject,
        AuditRow.action == action.value,
        AuditRow.at >= since,
    )
    return db.session.scalar(done) or 0


def has_done(action: AuditAction, subject: str, *, by: Actor) -> bool:
    """Tell whether somebody has done an act to something, whenever that was."""
    done = select(AuditRow.id).where(
        AuditRow.subject == subject,
        AuditRow.action == action.value,
        AuditRow.actor == actor_name(by),
    )
    return db.session.scalar(done.limit(1)) is not None


def just_done(
    action: AuditAction, subject: str, *, by: Actor, at: datetime, **detail: Any
) -> bool:
    """Tell whether the last act on something was this one, of this person, just now.

    `detail` is what the trail has to say about it; None for what it must not say.
    """
    own = select(AuditRow).where(AuditRow.subject == subject)
    last = db.session.scalar(own.order_by(AuditRow.id.desc()).limit(1))
    if last is None or at - last.at >= TWICE:
        return False
    if (last.action, last.actor) != (action.value, actor_name(by)):
        return False
    said = json.loads(last.detail)
    return all(said.get(name) == value for name, value in detail.items())


def did_last(action: AuditAction, *, by: Actor, at: datetime) -> bool:
    """Tell whether the last thing that somebody did was this act, just now."""
    own = select(AuditRow).where(AuditRow.actor == actor_name(by))
    last = db.session.scalar(own.order_by(AuditRow.id.desc()).limit(1))
    return last is not None and last.action == action.value and at - last.at < TWICE


def done_since(
    last: AuditAction, action: AuditAction, subject: str, *, by: Actor
) -> bool:
    """Tell whether somebody has done an act to something since the last of another."""
    own = AuditRow.subject == subject
    latest = select(func.max(AuditRow.id)).where(own, AuditRow.action == last.value)
    done = select(AuditRow.id).where(
        own,
        AuditRow.action == action.value,
        AuditRow.actor == actor_name(by),
        AuditRow.id > latest.scalar_subquery(),
    )
    return db.session.scalar(done.limit(1)) is not None


def last_detail(action: AuditAction, subject: str) -> dict[str, Any]:
    """Return what the trail says of the last time that an act was done to something."""
    done = select(AuditRow.detail).where(
        AuditRow.subject == subject, AuditRow.action == action.value
    )
    newest = db.session.scalar(done.order_by(AuditRow.id.desc()).limit(1))
    return dict(json.loads(newest)) if newest is not None else {}


def chained_hash(row: AuditRow) -> str:
    """Return the SHA-256 that binds a row to its content and to the row before it."""
    parts = (
        row.previous_hash,
        row.at.isoformat(timespec="microseconds"),
        row.actor,
        row.action,
        row.subject,
        row.detail,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def first_broken() -> tuple[int, int | None]:
    """Return how many rows hold, and the first one that does not (None: all do)."""
    previous, held = GENESIS, 0
    query = select(AuditRow).order_by(AuditRow.id)
    with db.session.execute(query.execution_options(yield_per=1000)) as rows:
        for row in rows.scalars():
            if row.previous_hash != previous or chained_hash(row) != row.hash:
                return held, row.id
            previous, held = row.hash, held + 1
    return held, None
