"""Invitations that wait for their organisation: which do, and how the waiting ends."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true, update

from app.models import Entry, Invitation, Mail, Organisation
from app.services import audit, hosts
from app.transactions import atomic
from app.values import AuditAction, InvitationState, MailState


def waits() -> ColumnElement[bool]:
    """Return the condition that nothing has come of an Invitation yet."""
    return Invitation.state == InvitationState.sent


def end(which: ColumnElement[bool], *, by: audit.Actor, at: datetime) -> int:
    """Take back the invitations of a kind that wait; return how many did.

    Messages about them that are still in the queue are dropped.
    """
    waiting = select(Invitation).where(which, waits()).order_by(Invitation.id)
    with atomic() as tx:
        rows = tx.scalars(waiting.with_for_update()).all()
        tx.execute(
            update(Invitation)
            .where(Invitation.id.in_([row.id for row in rows]))
            .values(state=InvitationState.withdrawn, ended_at=at)
        )
        keys = [f"invitation:{row.reference}" for row in rows]
        queued = (Mail.dedupe_key.in_(keys), Mail.state == MailState.queued)
        tx.execute(update(Mail).where(*queued).values(state=MailState.dropped))
        for row in rows:
            trace(AuditAction.invitation_withdrawn, row.reference, by=by, at=at)
    return len(rows)


def end_for(
    entry: Entry, organisation: Organisation, *, by: audit.Actor, at: datetime
) -> int:
    """Take back what waits for an organisation that a result was taken back from."""
    host = hosts.of(organisation.website)
    ours = (Invitation.entry_id == entry.id) & (Invitation.host == host)
    return end(ours, by=by, at=at)


def lapse(*, at: datetime, of: ColumnElement[bool] | None = None) -> int:
    """Write down the end of invitations whose date has passed; return how many."""
    over = Invitation.expires_at <= at
    ours = true() if of is None else of
    with atomic() as tx:
        rows = tx.scalars(
            update(Invitation)
            .where(waits(), over, ours)
            .values(state=InvitationState.withdrawn, ended_at=Invitation.expires_at)
            .returning(Invitation.reference)
            .execution_options(synchronize_session="fetch")
        ).all()
        for one in rows:
            action = AuditAction.invitation_withdrawn
            trace(action, one, by=None, at=at, why="expired")
    return len(rows)


def trace(
    action: AuditAction,
    reference: str,
    *,
    by: audit.Actor,
    at: datetime,
    **detail: Any,
) -> None:
    """Write an act about an invitation into the trail."""
    audit.append(action, f"invitation:{reference}", by=by, at=at, **detail)
