"""The download of what is held about a candidate: one ZIP, a few times a day.

It holds the record as a program reads it, a page that explains it in their language,
and the photos. No name in it comes from a person.
"""

import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.errors import NotFound, TooManyTries
from app.extensions import db
from app.models import AuditRow, CandidateAccount
from app.services import access, audit, own_record, photos, wording
from app.transactions import atomic, end_read
from app.values import AuditAction, Language

# A copy reads everything there is; nobody needs it more often.
COPIES = 5
WITHIN = timedelta(days=1)


def take(account: CandidateAccount, language: Language, *, at: datetime) -> bytes:
    """Return a copy (ZIP) of all that is held about an account's person.

    The trail says that it was taken. Raises TooManyTries after a few in a day. Whoever
    calls this has asked for the password once more.
    """
    subject = f"candidate:{account.reference}"
    with atomic() as tx:
        # Locked, so that two requests at one moment are counted one after the other.
        row = select(CandidateAccount.id).where(CandidateAccount.id == account.id)
        tx.execute(row.with_for_update())
        _require_room(subject, at)
        action = AuditAction.account_data_taken
        audit.append(action, subject, by=account, at=at)
    record = own_record.held(account, at=at)
    pictures = _pictures(account)
    end_read()
    return _zipped(record, pictures, language)


def _require_room(subject: str, at: datetime) -> None:
    taken = select(func.min(AuditRow.at), func.count()).where(
        AuditRow.subject == subject,
        AuditRow.action == AuditAction.account_data_taken.value,
        AuditRow.at > at - WITHIN,
    )
    first, count = db.session.execute(taken).one()
    if count >= COPIES:
        wait = int((first + WITHIN - at).total_seconds()) + 1
        message = _l(
            "You have taken several copies today. Please come back tomorrow, or use the"
            " one that you have."
        )
        raise TooManyTries(message, retry_after=max(wait, 1))


def _pictures(account: CandidateAccount) -> dict[str, bytes]:
    found = {}
    for number, entry in enumerate(access.own_entries(account), 1):
        photo = photos.of(entry)
        if photo is None:
            continue
        try:
            found[own_record.photo_name(number)] = photos.content(photo)
        except NotFound:
            # Logged there; the rest of the copy is theirs all the same.
            continue
    return found


def _zipped(
    record: dict[str, Any], pictures: dict[str, bytes], language: Language
) -> bytes:
    page = wording.rendered(
        "own_copy/index.html", language, record=record, pictures=sorted(pictures)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page)
        content = json.dumps(record, ensure_ascii=False, indent=2)
        archive.writestr("data.json", content + "\n")
        for name, picture in sorted(pictures.items()):
            archive.writestr(name, picture, zipfile.ZIP_STORED)
    return out.getvalue()
