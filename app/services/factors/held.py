"""Which authenticator app a person has, and whether they must have one."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from app.extensions import db
from app.models import CandidateAccount, Member, RecoveryCode, SecondFactor, User
from app.services.signins import Person

# A picture that nobody scanned by then is forgotten: it lies open on a screen.
UNFINISHED = timedelta(days=1)


def of(person: Person) -> SecondFactor | None:
    """Return the app that a person signs in with, once a first code was right."""
    return db.session.scalar(
        select(SecondFactor).where(
            whose(person), SecondFactor.confirmed_at.is_not(None)
        )
    )


def started(person: Person, *, at: datetime) -> SecondFactor | None:
    """Return the app that somebody is setting up, and has not shown a code of yet."""
    return db.session.scalar(
        select(SecondFactor).where(
            whose(person),
            SecondFactor.confirmed_at.is_(None),
            SecondFactor.made_at > at - UNFINISHED,
        )
    )


def required(person: Person) -> bool:
    """Tell whether a person must have one: whoever sees the back office does."""
    compulsory: bool = current_app.config["ESITO_STAFF_SECOND_FACTOR"]
    return compulsory and isinstance(person, User)


def unused_codes(factor: SecondFactor) -> int:
    """Return how many recovery codes are left."""
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.factor_id == factor.id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def column(person: Person) -> str:
    """Return the column that says whose a second factor is."""
    match person:
        case CandidateAccount():
            return "account_id"
        case Member():
            return "member_id"
        case _:
            return "user_id"


def whose(person: Person) -> ColumnElement[bool]:
    """Return the condition that a second factor is this person's."""
    key: ColumnElement[int] = getattr(SecondFactor, column(person))
    return key == person.id
