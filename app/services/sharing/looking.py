"""What an organisation does with a shared result, written down for its candidate."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from app.errors import NotFound
from app.extensions import db
from app.models import Member, Organisation, Photo, Result, Share, ShareAccess
from app.services import access, consent, showing
from app.services.sharing import receipts
from app.transactions import atomic
from app.values import (
    AccessKind,
    OrganisationStatus,
    ResultStatus,
    ShareState,
)


@dataclass(frozen=True)
class Over:
    """All that is left of a share for the organisation that had it."""

    state: ShareState
    shared_at: datetime


def read(
    member: Member, reference: str, kind: AccessKind, *, at: datetime
) -> tuple[Share, Result | None]:
    """Return a shared result to a member, and write down that they saw it.

    The result is None when there is none to be seen at the moment; then nothing is
    written down, because nothing was read.
    """
    with atomic():
        share, result = _readable(member, reference, at)
        if result is not None:
            record(share, kind, by=member, at=at)
    return share, result


def record(share: Share, kind: AccessKind, *, by: Member, at: datetime) -> None:
    """Write down that a member looked at a live share or took its statement.

    Whoever reads it first is told to the candidate who wants to know.
    """
    live = update(Share).where(
        Share.id == share.id,
        Share.organisation_id == by.organisation_id,
        consent.stands(at),
    )
    first = live.where(Share.first_read_at.is_(None)).values(first_read_at=at)
    again = live.values(first_read_at=func.coalesce(Share.first_read_at, at))
    with atomic() as tx:
        # Holds the row until the commit: no look slips in beside a withdrawal.
        is_first = tx.execute(first).rowcount == 1  # type: ignore[attr-defined]
        if not is_first and tx.execute(again).rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(access.NOTHING_HERE)
        # What may be seen is less, if its candidate changed it before we held it.
        db.session.refresh(share, ["scope", "purpose", "expires_at"])
        tx.add(
            ShareAccess(
                share_id=share.id,
                member_id=by.id,
                member_name=by.name[:161],
                kind=kind,
                at=at,
            )
        )
        if is_first:
            receipts.first_read(share, at=at)


def photo(member: Member, reference: str, *, at: datetime) -> Photo:
    """Return the photo that belongs to a member's look at a shared result.

    Whoever asks for it without having looked has looked. NotFound where the scope, or
    the exam, has none.
    """
    with atomic() as tx:
        share, result = _readable(member, reference, at)
        if result is None:
            raise NotFound(access.NOTHING_HERE)
        looked = select(ShareAccess.id).where(
            ShareAccess.share_id == share.id, ShareAccess.member_id == member.id
        )
        if tx.scalar(looked.limit(1)) is None:
            record(share, AccessKind.viewed, by=member, at=at)
        shown = showing.photo_within(share.entry, share.scope)
        if shown is None:
            raise NotFound(access.NOTHING_HERE)
    return shown


def over(member: Member, reference: str, *, at: datetime) -> Over:
    """Return what a member may know of a share that does not count any more.

    That it was there, when, and whether its candidate or the calendar ended it; only
    for the organisation that had it, NotFound for everybody else.
    """
    row = db.session.scalar(
        select(Share)
        .join(Organisation, Organisation.id == Share.organisation_id)
        .where(
            Share.reference == reference,
            Share.organisation_id == member.organisation_id,
            Organisation.status == OrganisationStatus.approved,
        )
    )
    state = consent.state(row, at=at) if row is not None else ShareState.standing
    if row is None or state is ShareState.standing:
        raise NotFound(access.NOTHING_HERE)
    return Over(state, row.at)


def _readable(
    member: Member, reference: str, at: datetime
) -> tuple[Share, Result | None]:
    share, result = access.shared_result(member, reference, at=at)
    graded = result is not None and result.status is ResultStatus.graded
    return share, result if graded else None
