"""What may be given of a download at this moment, part by part, written down as given.

Leave is asked of each share and each result when its row is made, under a lock that a
withdrawal waits for: never only when the download was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, update
from sqlalchemy.orm import contains_eager

from app.extensions import db
from app.models import (
    Download,
    DownloadRow,
    Entry,
    Member,
    Organisation,
    Release,
    Result,
    Share,
)
from app.services import amending, consent, publication, sharing, standing_now
from app.services.downloads import kinds
from app.services.downloads.fields import Given
from app.values import OrganisationStatus, ResultStatus, ShareScope

# A share and its result that may be given, when that came out (the instant, and when it
# was signed), and which version went into the file before.
Held: TypeAlias = Row[Share, Result, datetime, datetime | None, int | None]


@dataclass(frozen=True)
class Part:
    """Some rows of a download in order: what is given of them, and where they end."""

    given: list[Given]
    asked: int
    last: int


def part(
    download: Download, after: int, size: int, *, by: Member, at: datetime
) -> Part | None:
    """Return the next rows of a download as far as they may be given; None at the end.

    Inside the caller's transaction: what is returned is noted as given in it, once for
    each version of a result, until somebody takes it another time (asking.again).
    """
    keys = db.session.scalars(
        select(DownloadRow.share_id)
        .where(DownloadRow.download_id == download.id, DownloadRow.share_id > after)
        .order_by(DownloadRow.share_id)
        .limit(size)
    ).all()
    if not keys:
        return None
    rows = _held(download, keys, by, at)
    fresh = [
        (share.id, result.id) for share, result, _, _, had in rows if had != result.id
    ]
    kind = kinds.access_kind(download.format)
    standing = sharing.record_many(fresh, kind, by=by, at=at)
    refused = {share for share, _ in fresh} - standing
    rows = [row for row in rows if row[0].id not in refused]
    _note(download, keys, rows)
    return Part(_given(download, rows, at), len(keys), keys[-1])


def _given(download: Download, rows: Sequence[Held], at: datetime) -> list[Given]:
    """Return what is given of rows, with where each result stands now."""
    results = [result for _, result, *_ in rows]
    amended = amending.amended_of(results, at=at)
    states = standing_now.of_results(results, amended)
    return [
        Given(
            share,
            share.entry,
            result,
            share.scope,
            str(standing_now.WORDS[states[result.entry_id]]),
            # A version came out that nobody could ask for at first.
            _after(download, instant, approved) if result.id in amended else None,
        )
        for share, result, instant, approved, _ in rows
    ]


def still_given(download: Download, *, at: datetime) -> bool:
    """Tell whether everything in a download's file may still be given as it is.

    One share withdrawn, ended or narrowed, one result amended or withdrawn: then not.
    """
    standing = (
        select(func.count())
        .select_from(DownloadRow)
        .join(Share, Share.id == DownloadRow.share_id)
        .join(Organisation, Organisation.id == Share.organisation_id)
        .join(Result, Result.id == DownloadRow.result_id)
        .where(
            DownloadRow.download_id == download.id,
            DownloadRow.scope == Share.scope,
            *_may_be_given(download.organisation_id, at),
        )
    )
    return db.session.scalar(standing) == download.rows - download.left_out


def hold(download: Download) -> None:
    """Hold the shares in a download's file until the commit: no withdrawal slips in."""
    keys = _in_file(download).with_only_columns(DownloadRow.share_id)
    held = select(Share.id).where(Share.id.in_(keys.order_by(None)))
    db.session.execute(held.order_by(Share.id).with_for_update()).all()


def given_again(download: Download, *, by: Member, at: datetime) -> None:
    """Write down that a member takes the file of a download that had been taken.

    The caller holds its shares, and has found that all of it may still be given.
    """
    kind = kinds.access_kind(download.format)
    sharing.record_again(_in_file(download), kind, by=by, at=at)


def _in_file(download: Download) -> Select[int, int | None]:
    """Select the keys of what is in a download's file: shares and results."""
    return (
        select(DownloadRow.share_id, DownloadRow.result_id)
        .where(
            DownloadRow.download_id == download.id, DownloadRow.result_id.is_not(None)
        )
        .order_by(DownloadRow.share_id)
    )


def _may_be_given(
    organisation_id: int, at: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        Share.organisation_id == organisation_id,
        Organisation.status == OrganisationStatus.approved,
        consent.stands(at),
        Result.status == ResultStatus.graded,
        publication.visible(at),
    )


def _held(
    download: Download, keys: Sequence[int], by: Member, at: datetime
) -> Sequence[Held]:
    """Return what may be given, its shares held until the commit, and as they are."""
    query = (
        select(
            Share, Result, Release.instant, Release.approved_at, DownloadRow.result_id
        )
        .join(DownloadRow, DownloadRow.share_id == Share.id)
        .join(Organisation, Organisation.id == Share.organisation_id)
        .join(Share.entry)
        .join(Result, Result.entry_id == Entry.id)
        .join(Release, Release.id == Result.release_id)
        .options(
            contains_eager(Share.entry).joinedload(Entry.session),
            contains_eager(Share.entry).joinedload(Entry.centre),
        )
        .where(
            DownloadRow.download_id == download.id,
            Share.id.in_(keys),
            *_may_be_given(download.organisation_id, at),
        )
        .order_by(Share.id)
        .with_for_update(of=Share)
        .execution_options(populate_existing=True)
    )
    if by.organisation_id != download.organisation_id:
        return []
    return db.session.execute(query).all()


def _note(
    download: Download,
    keys: Sequence[int],
    rows: Sequence[Held],
) -> None:
    """Write which version of each result goes in, and that the others do not."""
    given = {share.id: (result.id, share.scope) for share, result, *_ in rows}
    nothing: tuple[int | None, ShareScope | None] = (None, None)
    written = [
        {"share": key, "result": result, "much": scope}
        for key in keys
        for result, scope in (given.get(key, nothing),)
    ]
    table = DownloadRow.__table__
    db.session.connection().execute(
        update(table)
        .where(
            table.c.download_id == download.id, table.c.share_id == bindparam("share")
        )
        .values(result_id=bindparam("result"), scope=bindparam("much")),
        written,
    )


def _after(
    download: Download, instant: datetime, approved: datetime | None
) -> datetime | None:
    """Return when a version came out, if that was after a download was asked for."""
    out = max(instant, approved or instant)
    return out if out > download.asked_at else None
