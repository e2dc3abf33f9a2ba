"""Telling candidates that their result is out, once, from its instant on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from app.extensions import db
from app.models import CandidateAccount, Entry, ExamSession, Mail, Release, Result
from app.services import audit
from app.services.publication import in_force, visible
from app.transactions import atomic
from app.values import AuditAction, new_reference


def announce_due(*, at: datetime) -> int:
    """Queue one e-mail to each registered candidate of every release now in force.

    Claims each release by a conditional UPDATE, so that two processes tell people once.
    Returns how many messages were queued.
    """
    due = db.session.scalars(
        select(Release)
        .where(
            in_force(at), Release.withdrawn_at.is_(None), Release.announced_at.is_(None)
        )
        .order_by(Release.instant)
    ).all()
    return sum(_announce(release, at) for release in due)


def dedupe_key(reference: str, version: int) -> str:
    """Return the key under which one version of one result is told once."""
    return f"result_out:{reference}:{version}"


def _announce(release: Release, at: datetime) -> int:
    with atomic() as tx:
        claimed = tx.execute(
            update(Release)
            .where(Release.id == release.id, Release.announced_at.is_(None))
            .values(announced_at=at)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return 0
        told = 0
        rows = tx.execute(_to_tell(release, at).execution_options(yield_per=1000))
        for part in rows.partitions():
            mails = [_notice(row, release, at) for row in part]
            tx.execute(insert(Mail), mails)
            told += len(mails)
        audit.append(
            AuditAction.release_announced,
            f"release:{release.reference}",
            by=None,
            at=at,
            messages=told,
        )
    return told


def _to_tell(release: Release, at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CandidateAccount.email,
            CandidateAccount.language,
            Entry.first_name,
            Entry.family_name,
            Entry.reference,
            Result.version,
            ExamSession.exam,
            ExamSession.label,
        )
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
        .where(
            Result.release_id == release.id,
            CandidateAccount.ended_at.is_(None),
            visible(at),
        )
    )


def _notice(row: Any, release: Release, at: datetime) -> dict[str, object]:
    email, language, first, family, reference, version, exam, label = row
    return {
        "reference": new_reference(),
        "kind": "result_out",
        "dedupe_key": dedupe_key(reference, version),
        "address": email,
        "language": language,
        "values": {
            "name": f"{first} {family}".strip(),
            "exam": str(exam),
            "session": label,
            "path": "/candidate/",
        },
        "release_id": release.id,
        "queued_at": at,
        "due_at": at,
    }
