"""Taking note of what changed: for the whole organisation, by any of its users."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from app.errors import Conflict
from app.extensions import db
from app.models import Lookup, Member, SeenVersion, Share, ShareAccess
from app.services import audit, consent
from app.services.changes import finding
from app.services.changes.listing import ROWS
from app.transactions import atomic
from app.values import AccessKind, AuditAction


def acknowledge(marks: Iterable[str], *, by: Member, at: datetime) -> int:
    """Take note of changes, each as its reader saw it; return how many.

    The candidate sees who did, as they see every look. What a colleague has taken note
    of already, and what is not theirs, is passed over. One that has changed once more
    stays where it is; if there is no other, that is a Conflict.
    """
    wanted = set(list(marks)[:ROWS])
    references = [mark.rpartition(":")[0] for mark in wanted]
    shares = finding.of_shares(by, at).where(Share.reference.in_(references))
    lookups = finding.of_lookups(by, at).where(Lookup.reference.in_(references))
    with atomic() as tx:
        # All of them are held before the trail is, which others hold who hold one.
        held = tx.scalars(_held(references, by, at)).all()
        shared = tx.execute(shares.add_columns(Share.reference)).all()
        looked_up = tx.execute(lookups.add_columns(Lookup.reference)).all()
        noted = [
            f"share:{row.reference}"
            for row in shared
            if row.id in held and _mark(row) in wanted and _note_share(row, by, at)
        ]
        noted += [
            f"lookup:{row.reference}"
            for row in looked_up
            if _mark(row) in wanted and _note_lookup(row, by)
        ]
        if not noted and (shared or looked_up):
            raise Conflict(_l("This has changed once more. Look at it again."))
        for subject in noted:
            audit.append(AuditAction.change_acknowledged, subject, by=by, at=at)
    return len(noted)


def _mark(row: Any) -> str:
    return f"{row.reference}:{row.version}"


def _held(references: list[str], by: Member, at: datetime) -> Any:
    """Hold shares that stand until the commit: nothing is noted beside a withdrawal."""
    return (
        select(Share.id)
        .where(
            Share.reference.in_(references),
            Share.organisation_id + 0 == by.organisation_id,
            consent.stands(at),
        )
        .order_by(Share.id)
        .with_for_update()
    )


def _note_share(row: Any, by: Member, at: datetime) -> bool:
    """Write down the version that may be seen now; none, where none may."""
    old = (SeenVersion.share_id == row.id, SeenVersion.result_id == row.seen_id)
    gone = delete(SeenVersion).where(*old)
    moved = update(SeenVersion).where(*old).values(result_id=row.now_id)
    done = db.session.execute(gone if row.now_id is None else moved)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    # What was looked up of the same candidate has no card of its own.
    _note_lookup(row, by)
    db.session.add(
        ShareAccess(
            share_id=row.id,
            member_id=by.id,
            member_name=by.name[:161],
            kind=AccessKind.acknowledged,
            at=at,
        )
    )
    return True


def _note_lookup(row: Any, by: Member) -> bool:
    """Forget the versions of a result that were shown before the one of now."""
    done = db.session.execute(
        update(Lookup)
        .where(
            Lookup.organisation_id == by.organisation_id,
            Lookup.entry_id == row.entry_id,
            Lookup.seen_result_id != (row.now_id or 0),
        )
        .values(seen_result_id=None)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
