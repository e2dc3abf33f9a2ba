"""What an organisation does with a shared result, written down for its candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, exists, func, insert, literal, select, update
from sqlalchemy.orm import joinedload

from app.errors import NotFound
from app.extensions import db
from app.models import (
    Entry,
    Member,
    Organisation,
    Photo,
    Result,
    SeenVersion,
    Share,
    ShareAccess,
)
from app.services import access, consent, publication, showing
from app.services.sharing import receipts
from app.transactions import atomic
from app.values import (
    AccessKind,
    OrganisationStatus,
    ResultStatus,
    ShareState,
)

# Rows written by one statement, and held by it, at most.
TOGETHER = 500


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
            record(share, kind, by=member, at=at, result=result)
    return share, result


def record(
    share: Share,
    kind: AccessKind,
    *,
    by: Member,
    at: datetime,
    result: Result | None = None,
) -> None:
    """Write down that a member looked at a live share or took its result away.

    Whoever reads it first is told to the candidate who wants to know. The `result` that
    was given is what the organisation is told about when it changes; one that changed
    before, and that they have not taken note of, stays until they do: see changes.py.
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
        who = {"member_id": by.id, "member_name": by.name[:161]}
        tx.add(ShareAccess(share_id=share.id, kind=kind, at=at, **who))
        if result is not None:
            tx.execute(_seen([(share.id, result.id)]))
        if is_first:
            receipts.first_read(share, at=at)


def record_many(
    pairs: Sequence[tuple[int, int]], kind: AccessKind, *, by: Member, at: datetime
) -> set[int]:
    """Write down that a member takes away many shared results: (share, result) keys.

    Returns the shares that may be given, as `record` would let them: what their scope
    opens is to be read after this, in the same transaction. Not among them are those
    that do not stand with the member's own organisation, and results that are not the
    graded ones that are out: nothing is written down of these.
    """
    given: set[int] = set()
    # In one order, whoever writes: two at once wait for each other, and never both.
    ordered = sorted(dict(pairs).items())
    with atomic():
        for start in range(0, len(ordered), TOGETHER):
            given |= _record_part(ordered[start : start + TOGETHER], kind, by, at)
    return given


def record_again(
    given: Select[int, Any], kind: AccessKind, *, by: Member, at: datetime
) -> None:
    """Write down that a member takes away once more what was given and recorded before.

    `given` selects (share, result) keys in the order of the shares, which the caller
    holds and has asked leave for: two statements, however many they are.
    """
    rows = given.subquery()
    share, result = rows.c
    look = [share, literal(by.id), literal(by.name[:161])]
    look += [literal(kind, ShareAccess.kind.type), literal(at, ShareAccess.at.type)]
    columns = ["share_id", "member_id", "member_name", "kind", "at"]
    noted = exists().where(SeenVersion.share_id == share)
    with atomic() as tx:
        looks = select(*look).order_by(share)
        tx.execute(insert(ShareAccess).from_select(columns, looks))
        # One whose withdrawal they have taken note of has none; it may be out again.
        seen = select(share, result).where(~noted).order_by(share)
        tx.execute(insert(SeenVersion).from_select(["share_id", "result_id"], seen))


def _record_part(
    pairs: list[tuple[int, int]], kind: AccessKind, by: Member, at: datetime
) -> set[int]:
    shares = _held(pairs, by, at)
    keys = {share.id for share in shares}
    unread = {share.id for share in shares if share.first_read_at is None}
    if not keys:
        return keys
    who = {"member_id": by.id, "member_name": by.name[:161], "kind": kind, "at": at}
    looks = [{"share_id": key, **who} for key in sorted(keys)]
    db.session.execute(insert(ShareAccess), looks)
    db.session.execute(_seen([pair for pair in pairs if pair[0] in keys]))
    if unread:
        first = update(Share).where(Share.id.in_(unread)).values(first_read_at=at)
        db.session.execute(first)
        receipts.first_reads(_with_candidates(unread), at=at)
    return keys


def _held(pairs: list[tuple[int, int]], by: Member, at: datetime) -> list[Share]:
    """Return the shares that may be given, held until the commit, and as they are."""
    own = select(Organisation.id).where(
        Organisation.id == by.organisation_id,
        Organisation.status == OrganisationStatus.approved,
    )
    query = (
        select(Share)
        .join(Result, Result.entry_id == Share.entry_id)
        .where(
            Share.id.in_([share for share, _ in pairs]),
            # By the keys: its own index is of all that the organisation was sent.
            Share.organisation_id + 0 == own.scalar_subquery(),
            consent.stands(at),
            Result.id.in_([result for _, result in pairs]),
            Result.status == ResultStatus.graded,
            publication.visible(at),
        )
        .order_by(Share.id)
        .with_for_update(of=Share)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _with_candidates(keys: set[int]) -> list[Share]:
    """Return shares with all that is needed to tell their candidates."""
    query = select(Share).where(Share.id.in_(keys)).order_by(Share.id)
    entry = joinedload(Share.entry)
    return list(
        db.session.scalars(
            query.options(
                entry.joinedload(Entry.session), entry.joinedload(Entry.account)
            )
        )
    )


def _seen(pairs: list[tuple[int, int]]) -> Insert:
    """Write which version was given, unless an earlier one was and is noted down.

    The caller holds the shares, so that no two write the same row.
    """
    noted = exists().where(SeenVersion.share_id == Share.id)
    rows = (
        select(Share.id, Result.id)
        .join(Result, Result.entry_id == Share.entry_id)
        .where(
            Share.id.in_([share for share, _ in pairs]),
            Result.id.in_([result for _, result in pairs]),
            ~noted.correlate(Share),
        )
    )
    return insert(SeenVersion).from_select(["share_id", "result_id"], rows)


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
            record(share, AccessKind.viewed, by=member, at=at, result=result)
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
