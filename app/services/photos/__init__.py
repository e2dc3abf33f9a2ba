"""The pictures of candidates taken on the day of the exam, for exams that have them.

Who may see one is settled elsewhere: by `access` for the candidate, by the scope of a
share for others. There is none where the candidate or their guardian declined.
"""

from sqlalchemy import select

from app.errors import NotFound
from app.extensions import db
from app.models import Entry, Photo
from app.services import access, grading, storage

FOLDER = "photos"
TYPE = "image/jpeg"


def of(entry: Entry) -> Photo | None:
    """Return the photo of an entry, if its exam has photos and there is one."""
    if not grading.exam(entry.session.exam).photo:
        return None
    return db.session.scalar(select(Photo).where(Photo.entry_id == entry.id))


def content(photo: Photo) -> bytes:
    """Return the picture itself, a JPEG; NotFound when its file is missing."""
    try:
        return storage.read(file_name(photo.reference))
    except NotFound:
        raise NotFound(access.NOTHING_HERE) from None


def file_name(reference: str) -> str:
    """Return the name under which the picture of a reference is stored."""
    return f"{FOLDER}/{reference}.jpg"
