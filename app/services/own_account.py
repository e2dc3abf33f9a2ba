"""What a member changes about themselves: name, language, password."""

from datetime import datetime

from sqlalchemy import update

from app.errors import Conflict
from app.extensions import db
from app.models import Member
from app.services import applications, audit, mail, passwords, signins
from app.transactions import atomic
from app.values import AuditAction, Language


def change_details(
    member: Member,
    *,
    first_name: str,
    family_name: str,
    job_title: str,
    language: Language,
    at: datetime,
) -> None:
    """Put one's own name, job title and language right.

    What was looked at before keeps the old name, for the candidates.
    """
    typed = {
        "first_name": first_name,
        "family_name": family_name,
        "job_title": job_title,
    }
    words = {field: applications.words(text, field) for field, text in typed.items()}
    changed = {
        field: value
        for field, value in {**words, "language": language}.items()
        if getattr(member, field) != value
    }
    if not changed:
        return
    with atomic() as tx:
        tx.execute(update(Member).where(Member.id == member.id).values(**changed))
        _trace(AuditAction.member_changed, member, at, changed=sorted(changed))
    db.session.refresh(member)


def change_password(
    member: Member, old: str, new: str, *, address: str, at: datetime
) -> None:
    """Replace a password by somebody who knows it; every sign-in ends."""
    own = [member.email, member.name]
    passwords.require_good(new, own)
    signins.require_password(member, old, field="old_password", address=address, at=at)
    before, after = member.password_hash, passwords.hashed(new, own)
    with atomic() as tx:
        done = tx.execute(
            update(Member)
            .where(Member.id == member.id, Member.password_hash == before)
            .values(password_hash=after)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(signins.NOT_YOURS, field="old_password")
        signins.end_all(member, at=at)
        mail.queue(
            "password_changed",
            to=member,
            about=f"{member.reference}:{at.isoformat()}",
            at=at,
            name=member.name,
        )
        _trace(AuditAction.password_changed, member, at)
    db.session.refresh(member)


def _trace(
    action: AuditAction, member: Member, at: datetime, **detail: list[str]
) -> None:
    audit.append(action, f"member:{member.reference}", by=member, at=at, **detail)
