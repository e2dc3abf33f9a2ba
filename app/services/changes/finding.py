"""Which results are not any more what an organisation saw: the statements that ask.

They start from what the board has changed, which is little, and never from what an
organisation was sent, which may be a million: "+ 0" keeps its index out of it, which a
database that has counted nothing would take.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from app.models import (
    Lookup,
    Member,
    Organisation,
    Release,
    Result,
    SeenVersion,
    Share,
)
from app.services import consent, publication, signing
from app.values import OrganisationStatus, ResultStatus

seen = aliased(Result, name="seen")


def of_shares(member: Member, at: datetime) -> Select[int, int, int, int, datetime]:
    """Select shares whose result changed: share, entry, seen, now, when.

    Of those that stand with the member's organisation. `now` is empty where no graded
    result is to be seen any more.
    """
    query = (
        select(Share.id, *_versions(at))
        .select_from(SeenVersion)
        .join(Share, Share.id == SeenVersion.share_id)
        .join(seen, seen.id == SeenVersion.result_id)
    )
    return _changed(query, at).where(
        SeenVersion.result_id.in_(_not_out_any_more(at)),
        Share.organisation_id + 0 == _own(member),
        consent.stands(at),
    )


def of_lookups(member: Member, at: datetime) -> Select[int, int, int, int, datetime]:
    """Select look-ups whose result changed, in the columns of `of_shares`.

    Of those of one candidate, the latest; none of a candidate who has taken their
    result back from this very organisation: see lookups/openable.py.
    """
    later = aliased(Lookup)
    again = exists().where(
        later.entry_id == Lookup.entry_id,
        later.organisation_id == Lookup.organisation_id,
        later.id > Lookup.id,
        later.seen_result_id != func.coalesce(Result.id, 0),
    )
    theirs = exists().where(
        Share.entry_id == Lookup.entry_id,
        Share.organisation_id == Lookup.organisation_id,
    )
    closed = and_(theirs.where(consent.taken_back()), ~theirs.where(consent.stands(at)))
    query = (
        select(Lookup.id, *_versions(at))
        .select_from(Lookup)
        .join(seen, seen.id == Lookup.seen_result_id)
    )
    return _changed(query, at).where(
        Lookup.seen_result_id.in_(_not_out_any_more(at)),
        Lookup.organisation_id + 0 == _own(member),
        ~again.correlate(Lookup, Result),
        ~closed,
    )


def _versions(at: datetime) -> list[Any]:
    return [
        seen.entry_id.label("entry_id"),
        seen.id.label("seen_id"),
        Result.id.label("now_id"),
        func.coalesce(Result.version, 0).label("version"),
        _when(at).label("changed_at"),
    ]


def _changed(query: Select, at: datetime) -> Select:
    """Keep what was seen and is not what may be seen now."""
    visible = and_(
        Result.entry_id == seen.entry_id,
        Result.status == ResultStatus.graded,
        publication.visible(at),
    )
    return query.join(Result, visible, isouter=True).where(
        func.coalesce(Result.id, 0) != seen.id
    )


def _own(member: Member) -> ColumnElement[int]:
    return (
        select(Organisation.id)
        .where(
            Organisation.id == member.organisation_id,
            Organisation.status == OrganisationStatus.approved,
        )
        .scalar_subquery()
    )


def _when(at: datetime) -> ColumnElement[datetime]:
    """Return when the version came out that is to be seen now, or when none was left.

    One that came out and is not graded leaves nothing to be seen from then on.
    """
    later, release = aliased(Result), aliased(Release)
    out_at = case(
        (release.approved_at > release.instant, release.approved_at),
        else_=release.instant,
    )
    replaced_at = (
        select(func.max(out_at, type_=Result.withdrawn_at.type))
        .join(later, later.release_id == release.id)
        .where(
            later.entry_id == seen.entry_id,
            later.version > seen.version,
            signing.came_out(at, release),
        )
        .correlate(seen)
        .scalar_subquery()
    )
    return case(
        (Result.id.is_not(None), replaced_at),
        else_=func.coalesce(
            seen.withdrawn_at,
            seen.hidden_at,
            replaced_at,
            type_=Result.withdrawn_at.type,
        ),
    )


def _not_out_any_more(at: datetime) -> Select[int]:
    """Select results that were out and are not, or have been replaced: few of all."""
    earlier, later, release = aliased(Result), aliased(Result), aliased(Release)
    replaced = (
        select(earlier.id)
        .join(later, later.entry_id == earlier.entry_id)
        .join(release, release.id == later.release_id)
        .where(
            # Written out, as in ix_result_changed, which holds only these.
            later.version > literal_column("1"),
            later.version > earlier.version,
            signing.came_out(at, release),
        )
    )
    withdrawn = select(earlier.id).where(earlier.withdrawn_at.is_not(None))
    hidden = select(earlier.id).where(
        earlier.hidden_at.is_not(None), earlier.release_id.in_(_releases_not_out(at))
    )
    return select(union(replaced, withdrawn, hidden).subquery().c[0])


def _releases_not_out(at: datetime) -> Select[int]:
    """Select releases that were taken back, and those that shall follow one."""
    release, taken_back = aliased(Release), aliased(Release)
    before = exists().where(
        taken_back.session_id == release.session_id,
        taken_back.withdrawn_at.is_not(None),
    )
    follows = and_(~signing.in_force(at, release), before)
    return select(release.id).where(or_(release.withdrawn_at.is_not(None), follows))
