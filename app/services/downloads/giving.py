"""What may be given of a download at this moment, part by part, written down as given.

Leave is asked of each share and each result when its row is made, under a lock that a
withdrawal waits for: never only when the download was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.orm import contains_eager, joinedload

from app.extensions import db
from app.models import (
    Download,
    DownloadRow,
    Enquiry,
    Entry,
    Member,
    Organisation,
    Release,
    Result,
    Share,
)
from app.services import consent, publication, sharing
from app.services.downloads import kinds
from app.services.downloads.fields import Given
from app.services.enquiries.standing import Known, known_with
from app.values import EnquiryState, OrganisationStatus, ResultStatus, ShareScope


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
    each version of a result, however often the file is made.
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
    enquired = _under_enquiry({share.entry_id: result for share, result, *_ in rows})
    given = [
        Given(
            share,
            share.entry,
            result,
            share.scope,
            _status(result, result.entry_id in enquired),
            _amended_since(download, result, max(instant, approved or instant)),
        )
        for share, result, instant, approved, _ in rows
    ]
    return Part(given, len(keys), keys[-1])


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
) -> Sequence[Row[Share, Result, datetime, datetime | None, int | None]]:
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
    rows: Sequence[Row[Share, Result, datetime, datetime | None, int | None]],
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


def _under_enquiry(results: dict[int, Result]) -> set[int]:
    """Return the entries whose result the board is looking at again."""
    asked = select(Enquiry).where(
        Enquiry.entry_id.in_(results),
        Enquiry.state.in_([EnquiryState.accepted, EnquiryState.decided]),
    )
    return {
        row.entry_id
        for row in db.session.scalars(asked.options(joinedload(Enquiry.new_result)))
        if known_with(row, results[row.entry_id]) is Known.with_board
    }


def _status(result: Result, enquired: bool) -> str:
    if enquired:
        return gettext("Under enquiry")
    return gettext("Amended") if result.version > 1 else gettext("Valid")


def _amended_since(
    download: Download, result: Result, came_out: datetime
) -> datetime | None:
    """Return when a version came out that nobody could ask for at first."""
    later = result.version > 1 and came_out > download.asked_at
    return came_out if later else None
