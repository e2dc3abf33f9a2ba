"""Telling people that a result is out, corrected or taken back: once, from its instant.

Everything here comes after what it tells of: a result is visible or hidden whether or
not this has run.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import (
    CandidateAccount,
    Certificate,
    Enquiry,
    Entry,
    ExamSession,
    Release,
    Result,
)
from app.services import ages, audit, certificates, mailing, one_by_one, readers
from app.services.amending import amends
from app.services.publication import visible
from app.services.signing import came_out, in_force
from app.transactions import atomic
from app.values import AuditAction, CertificateState, EnquiryOutcome

# A first result, and one that replaces another.
OUT, CORRECTED = "result_out", "result_corrected"


def announce_due(*, at: datetime) -> int:
    """Queue the e-mails of every release that has come out, or was taken back since.

    Claims each release by a conditional UPDATE, so that two processes tell people once.
    One that fails is tried again with the next run, and keeps none of the others
    waiting. Returns how many messages were queued.
    """
    waiting = Release.announced_at.is_(None)
    out = select(Release).where(in_force(at), Release.withdrawn_at.is_(None), waiting)
    taken = select(Release).where(
        came_out(at), Release.withdrawn_at.is_not(None), waiting
    )
    begun = db.session.scalars(out.order_by(Release.instant)).all()
    ended = db.session.scalars(taken.order_by(Release.withdrawn_at)).all()
    works = [(release, _announce) for release in begun]
    works += [(release, _announce_withdrawn) for release in ended]
    return one_by_one.counted(
        [
            (f"announcing release {release.reference}", partial(tell, release, at))
            for release, tell in works
        ]
    )


def dedupe_keys(result: Result) -> list[str]:
    """Return the keys under which a version is told to its candidate and guardian."""
    about = _about(result.entry.reference, result.version, result.release_id)
    keys = [f"{kind}:{about}" for kind in (OUT, CORRECTED)]
    return [*keys, *(f"{key}:guardian" for key in keys)]


def _announce(release: Release, at: datetime) -> int:
    with atomic() as tx:
        if not _claim(release, Release.withdrawn_at.is_(None), at):
            return 0

        def notices(row: Any) -> list[dict[str, Any]]:
            return _notices(row, release, at)

        told = mailing.queue_each(tx, _to_tell(release, at), notices)
        told += readers.tell_amended(release, at=at)
        _recall_certificates(release, at)
        _trace(release, told, at)
    return told


def _announce_withdrawn(release: Release, at: datetime) -> int:
    with atomic():
        if not _claim(release, Release.withdrawn_at.is_not(None), at):
            return 0
        told = readers.tell_release_withdrawn(release, at=at)
        _trace(release, told, at)
    return told


def _claim(release: Release, still: ColumnElement[bool], at: datetime) -> bool:
    claimed = db.session.execute(
        update(Release)
        .where(Release.id == release.id, Release.announced_at.is_(None), still)
        .values(announced_at=at)
    )
    return bool(claimed.rowcount)  # type: ignore[attr-defined]


def _trace(release: Release, told: int, at: datetime) -> None:
    subject = f"release:{release.reference}"
    audit.append(AuditAction.release_announced, subject, by=None, at=at, messages=told)


def _to_tell(release: Release, at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CandidateAccount.email,
            CandidateAccount.language,
            Entry.first_name,
            Entry.family_name,
            Entry.reference,
            Entry.date_of_birth,
            Entry.guardian_email,
            Entry.language.label("entry_language"),
            Result.version,
            amends(at).label("amends"),
            ExamSession.exam,
            ExamSession.label,
        )
        .select_from(Result)
        .join(Release, Release.id == Result.release_id)
        .join(Entry, Entry.id == Result.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
        .where(
            Result.release_id == release.id,
            CandidateAccount.ended_at.is_(None),
            visible(at),
            ~_answers_enquiry(),
        )
    )


def _answers_enquiry() -> ColumnElement[bool]:
    """The version is the answer to an enquiry, which is told in words of its own."""
    changed = aliased(Result)
    told_with_it = and_(
        Enquiry.told_at >= Release.instant, Enquiry.told_at >= Release.approved_at
    )
    return exists().where(
        Enquiry.entry_id == Result.entry_id,
        Enquiry.outcome == EnquiryOutcome.changed,
        Enquiry.new_result_id == changed.id,
        changed.version <= Result.version,
        or_(Enquiry.told_at.is_(None), told_with_it),
    )


def _notices(row: Any, release: Release, at: datetime) -> list[dict[str, Any]]:
    """Return what is written to a candidate, and to their guardian while under 14."""
    about = _about(row.reference, row.version, release.id)
    to = [(about, row.email, row.language)]
    guardian = row.guardian_email
    if (
        guardian
        and guardian.casefold() != row.email.casefold()
        and ages.under(ages.OWN_CONSENT, row.date_of_birth, at=at)
    ):
        to.append((f"{about}:guardian", guardian, row.entry_language))
    return [
        mailing.message(
            CORRECTED if row.amends else OUT,
            key,
            address,
            language,
            release_id=release.id,
            at=at,
            name=f"{row.first_name} {row.family_name}".strip(),
            exam=str(row.exam),
            session=row.label,
            path="/candidate/",
        )
        for key, address, language in to
    ]


def _recall_certificates(release: Release, at: datetime) -> None:
    """Call back what was printed with another grade than the one that holds now."""
    printed = aliased(Result)
    wrong = (
        select(Entry)
        .join(Result, Result.entry_id == Entry.id)
        .join(Certificate, Certificate.entry_id == Entry.id)
        .join(printed, printed.id == Certificate.result_id)
        .where(
            Result.release_id == release.id,
            visible(at),
            Certificate.state != CertificateState.recalled,
            printed.grade.is_distinct_from(Result.grade),
        )
        .order_by(Certificate.id)
        # All of them before the trail is written, which others write last.
        .with_for_update(of=Certificate)
    )
    for entry in db.session.scalars(wrong).all():
        certificates.recall_of(entry, by=None, at=at)


def _about(reference: str, version: int, release_id: int | None) -> str:
    # With the release: what was taken back and comes out again is told again.
    return f"{reference}:{version}:{release_id}"
