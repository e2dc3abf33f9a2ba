"""What a message about newly shared results names: looked up when it is sent.

Its row in the queue holds keys and instants, and nobody's name: what was taken back in
the meantime is not in the message, and one with nothing left to tell is not sent.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.extensions import db
from app.models import Entry, ExamSession, Member, Organisation, Share
from app.services import changes, consent
from app.values import Notify, OrganisationStatus

# A summary names so many, the latest; the list has the rest.
NAMED = 25


def may_be_told() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a Member wants news, and may open what it is about."""
    return (
        Member.active.is_(True),
        Member.notify != Notify.off,
        Organisation.status == OrganisationStatus.approved,
    )


def one(member: Any, share: str) -> dict[str, Any]:
    """Return what the row of a message about one share, by its reference, holds."""
    return {"member": member.id, "share": share}


def between(member: Any, since: datetime, until: datetime) -> dict[str, Any]:
    """Return what the row of a summary holds: after one instant, up to another."""
    return {
        "member": member.id,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }


def told(about: dict[str, Any], address: str, *, at: datetime) -> dict[str, Any] | None:
    """Return what a message says, of the shares that stand at this instant.

    None when there is nothing to say any more: all of it was taken back, or the member
    is gone, has another address, or wants no more news.
    """
    member = _told_at(about["member"], address)
    if member is None:
        return None
    own = Share.organisation_id == member.organisation_id
    which = and_(own, _which(about), consent.stands(at))
    rows = _named(which)
    if not rows:
        return None
    if "share" in about:
        return {**rows[0], "path": f"/verifier/results/{about['share']}"}
    count = db.session.scalar(select(func.count(Share.id)).where(which)) or 0
    return {
        "count": count,
        "shares": rows,
        "more": max(0, count - len(rows)),
        "changed": _changed(member, at),
        "path": "/verifier/",
    }


def _told_at(member: int, address: str) -> Member | None:
    """Return the member of this key if they are told, and at this address."""
    return db.session.scalar(
        select(Member)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.id == member, Member.email == address, *may_be_told())
    )


def _changed(member: Member, at: datetime) -> str:
    """Return how many results have changed since they were used; empty for none."""
    count = changes.count(member, at=at)
    if count >= changes.MOST_COUNTED:
        return f"{count}+"
    return str(count or "")


def _named(which: ColumnElement[bool]) -> list[dict[str, str]]:
    """Return the latest of these shares, each with its candidate and exam."""
    latest = (
        select(Entry.first_name, Entry.family_name, ExamSession.exam, ExamSession.label)
        .select_from(Share)
        .join(Entry, Entry.id == Share.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .where(which)
        .order_by(Share.at.desc(), Share.id.desc())
        .limit(NAMED)
    )
    return [
        {
            "candidate": f"{row.first_name} {row.family_name}".strip(),
            "exam": row.exam.value,
            "session": row.label,
        }
        for row in db.session.execute(latest)
    ]


def _which(about: dict[str, Any]) -> ColumnElement[bool]:
    if "share" in about:
        return Share.reference == about["share"]
    since, until = (datetime.fromisoformat(about[name]) for name in ("since", "until"))
    return and_(Share.at > since, Share.at <= until)
