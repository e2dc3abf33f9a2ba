"""The language in which somebody is written to: the one they last chose to read."""

from datetime import datetime

from sqlalchemy import update

from app.extensions import db
from app.models import CandidateAccount, Member
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction, Language


def keep(
    person: CandidateAccount | Member, language: Language, *, at: datetime
) -> None:
    """Write to a signed-in person in the language that they chose for their pages."""
    if person.language is language:
        return
    table, candidate = type(person), isinstance(person, CandidateAccount)
    action = AuditAction.account_changed if candidate else AuditAction.member_changed
    kind = "candidate" if candidate else "member"
    with atomic() as tx:
        tx.execute(update(table).where(table.id == person.id).values(language=language))
        subject = f"{kind}:{person.reference}"
        audit.append(action, subject, by=person, at=at, language=language.value)
    db.session.refresh(person)
