"""Taking a download: the file that was kept, while all in it may still be given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.errors import NotFound
from app.extensions import db
from app.models import AuditRow, Download, Member
from app.services import audit, storage
from app.services.downloads import asking, giving, kinds, making
from app.services.storage import Pieces
from app.transactions import atomic
from app.values import AuditAction, WorkState


@dataclass(frozen=True)
class File:
    """A file on its way to a member, piece by piece."""

    pieces: Pieces
    size: int
    type: str
    name: str


@dataclass(frozen=True)
class Taking:
    """Who took a download last, and when; no name for somebody who has left."""

    name: str
    at: datetime


def make(download: Download, *, at: datetime) -> None:
    """Make a download at once if it is small; the job process makes the others."""
    if download.state is WorkState.queued and kinds.at_once(download):
        making.make_now(download, at=at)


def take(member: Member, reference: str, *, at: datetime) -> File | None:
    """Return the file of a download of the member's organisation, and note it down.

    None while there is none. A file in which anything is not to be given any more, or
    not as it stands there, is never given: it is made again for this member, of what
    may be given now.
    """
    download = asking.own(member, reference)
    if download.state is not WorkState.ready or _is_over(download, at):
        return None
    if file := _kept(download, member, at):
        return file
    asking.again(download, by=member, at=at)
    make(download, at=at)
    return _kept(download, member, at)


def last_takings(member: Member, listed: Sequence[Download]) -> Mapping[str, Taking]:
    """Return who took these downloads of the member's organisation last, and when.

    By the reference of the download; one that nobody took is not among them.
    """
    subjects = {f"download:{one.reference}": one.reference for one in listed}
    newest = (
        select(func.max(AuditRow.id))
        .where(
            AuditRow.subject.in_(subjects),
            AuditRow.action == AuditAction.download_taken.value,
        )
        .group_by(AuditRow.subject)
    )
    rows = db.session.scalars(select(AuditRow).where(AuditRow.id.in_(newest))).all()
    people = db.session.scalars(
        select(Member).where(
            Member.reference.in_([row.actor.removeprefix("member:") for row in rows]),
            Member.organisation_id == member.organisation_id,
        )
    )
    names = {audit.actor_name(one): one.name for one in people}
    return {
        subjects[row.subject]: Taking(names.get(row.actor, ""), row.at) for row in rows
    }


def _is_over(download: Download, at: datetime) -> bool:
    return download.expires_at is not None and download.expires_at <= at


def _kept(download: Download, member: Member, at: datetime) -> File | None:
    with atomic() as tx:
        # Held, so that nobody makes it anew while it is looked through.
        tx.refresh(download, with_for_update=True)
        if download.state is not WorkState.ready:
            return None
        again = asking.is_another_taking(download, member)
        if again:
            giving.hold(download)
        if not giving.still_given(download, at=at):
            return None
        try:
            pieces, size = storage.opened(kinds.stored_name(download))
        except NotFound:
            return None
        subject = f"download:{download.reference}"
        if again:
            giving.given_again(download, by=member, at=at)
        audit.append(AuditAction.download_taken, subject, by=member, at=at)
    return File(
        pieces, size, kinds.content_type(download.format), kinds.shown_name(download)
    )
