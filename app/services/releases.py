"""Where a release stands, said with one word, and what it is proposed for."""

from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.errors import Refused
from app.extensions import db
from app.models import Centre, ExamSession, Release, Result


class Standing(StrEnum):
    """What a release is at an instant; only one that is out shows anything."""

    proposed = "proposed"
    signed = "signed"
    out = "out"
    withdrawn = "withdrawn"


def standing(release: Release, *, at: datetime) -> Standing:
    """Return where a release stands at an instant, as publication.in_force sees it."""
    if release.withdrawn_at is not None:
        return Standing.withdrawn
    if release.approved_at is None:
        return Standing.proposed
    return Standing.out if release.instant <= at else Standing.signed


def only_result(release: Release) -> Result | None:
    """Return the one result of a release that holds no other: an amended one, say."""
    if release.result_count != 1:
        return None
    return db.session.scalars(
        select(Result).where(Result.release_id == release.id).limit(1)
    ).first()


def session_by_code(code: str) -> ExamSession:
    """Return the session with this code, or refuse it at its field."""
    found = None
    if _may_be_a_key(code):
        found = db.session.scalar(select(ExamSession).where(ExamSession.code == code))
    if found is None:
        raise Refused(
            _l("There is no session with this code. Check what you typed."),
            field="session",
        )
    return found


def centre_by_number(number: str) -> Centre | None:
    """Return the centre with this number, None for an empty one, or refuse it."""
    if not number:
        return None
    found = None
    if _may_be_a_key(number):
        found = db.session.scalar(select(Centre).where(Centre.number == number))
    if found is None:
        raise Refused(
            _l("There is no centre with this number. Check what you typed."),
            field="centre",
        )
    return found


def _may_be_a_key(text: str) -> bool:
    """A NUL would be an error of PostgreSQL, and not an unknown code."""
    return len(text) <= 40 and text.isprintable()
