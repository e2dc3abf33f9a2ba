"""Telling organisations that read a shared result when it is amended or taken back.

Only those who may still look, and only that they should look again: no marks.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Entry, ExamSession, Member, Organisation, Release, Result, Share
from app.services import consent, mailing
from app.services.amending import amends
from app.services.publication import visible
from app.services.signing import came_out
from app.values import MemberRole, OrganisationStatus


def tell_amended(release: Release, *, at: datetime) -> int:
    """Tell each organisation that read what a release replaces; return how many.

    Who read it only after the new version was out has seen nothing else.
    """
    read = or_(
        Share.first_read_at < release.instant, Share.first_read_at < release.approved_at
    )
    new = and_(Result.release_id == release.id, visible(at), amends(at), read)
    return _tell("result_amended", new, release.id, at, stands=True)


def tell_release_withdrawn(release: Release, *, at: datetime) -> int:
    """Tell each organisation that read what a release showed; return how many.

    Also of what has been proposed again since, unless it is out by now.
    """
    newer, later = aliased(Result), aliased(Release)
    replaced = exists().where(
        newer.entry_id == Result.entry_id,
        newer.version > Result.version,
        newer.release_id == later.id,
        came_out(at, later),
    )
    bound_anew = and_(
        Result.hidden_at == release.withdrawn_at,
        Entry.session_id == release.session_id,
    )
    shown = and_(
        or_(Result.release_id == release.id, bound_anew),
        Result.withdrawn_at.is_(None),
        ~replaced,
        ~visible(at),
    )
    return _tell("result_withdrawn_notice", shown, release.id, at)


def tell_withdrawn(result: Result, *, at: datetime) -> int:
    """Tell each organisation that read a result which was out; return how many."""
    this, bound = Result.id == result.id, result.release_id
    return _tell("result_withdrawn_notice", this, bound, at)


def _tell(
    kind: str,
    results: ColumnElement[bool],
    bound: int | None,
    at: datetime,
    *,
    stands: bool = False,
) -> int:
    """Queue the news of results that a release showed; sent only while it `stands`."""

    def messages(row: Any) -> list[dict[str, Any]]:
        return [
            mailing.message(
                kind,
                f"{row.share}:{row.version}:{bound}",
                row.email,
                row.language,
                release_id=bound if stands else None,
                at=at,
                to_member=row.member,
                name=f"{row.first_name} {row.family_name}".strip(),
                organisation=row.organisation,
                candidate=f"{row.given} {row.family}".strip(),
                exam=str(row.exam),
                session=row.label,
                path=f"/verifier/results/{row.share}",
            )
        ]

    return mailing.queue_each(db.session(), _readers(results, at), messages)


def _readers(results: ColumnElement[bool], at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Member.reference.label("member"),
            Member.email,
            Member.language,
            Member.first_name,
            Member.family_name,
            Organisation.name.label("organisation"),
            Share.reference.label("share"),
            Result.version,
            Entry.first_name.label("given"),
            Entry.family_name.label("family"),
            ExamSession.exam,
            ExamSession.label,
        )
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .join(Share, Share.entry_id == Entry.id)
        .join(Organisation, Organisation.id == Share.organisation_id)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(
            results,
            consent.stands(at),
            Share.first_read_at.is_not(None),
            Organisation.status == OrganisationStatus.approved,
            Member.role == MemberRole.primary,
            Member.active.is_(True),
        )
    )
