"""What a person is told when something about their authenticator app has changed."""

from datetime import datetime
from typing import Any

from app.models import CandidateAccount, User
from app.services import audit, mail, notices, staff
from app.services.signins import Person
from app.values import AuditAction, Language


def trace(
    action: AuditAction,
    person: Person,
    *,
    by: Person | None,
    at: datetime,
    **values: Any,
) -> None:
    """Leave an act in the trail, and tell the person by e-mail; it is never held back.

    Joins the caller's transaction.
    """
    whose = audit.actor_name(person)
    audit.append(action, whose, by=by, at=at, **values)
    mail.queue(
        action.value,
        to=person,
        about=f"{whose}:{at.isoformat()}",
        at=at,
        language=_language(person),
        name=_name(person),
        **values,
    )


def _name(person: Person) -> str:
    match person:
        case CandidateAccount():
            return notices.name_of(person)
        case User():
            return str(person.get_full_name())
        case _:
            return person.name


def _language(person: Person) -> Language | None:
    if not isinstance(person, User):
        return None
    membership = staff.membership(person)
    return membership.language if membership else None
