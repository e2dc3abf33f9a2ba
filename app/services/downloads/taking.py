"""Taking a download: the file that was kept, while all in it may still be given."""

from dataclasses import dataclass
from datetime import datetime

from app.errors import NotFound
from app.models import Download, Member
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
