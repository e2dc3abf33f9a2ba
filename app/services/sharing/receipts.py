"""What a candidate is told by e-mail of what they share: never what the result is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.extensions import db
from app.models import Mail, Share
from app.services import localtime, mailing, notices
from app.values import MailState

PAGE = "/candidate/shares"
# Receipts in a day for changes of one share, beside the one for sending it: nobody who
# changes their mind again and again, or somebody else's, fills a mailbox.
CHANGES_A_DAY = 5


def shared(share: Share, *, at: datetime) -> None:
    """Queue the receipt: what was sent to whom, until when, how to take it back."""
    _receipt(share, share.reference, at)


def changed(share: Share, *, at: datetime) -> None:
    """Queue the receipt for what they see from now on, unless there were enough."""
    slots = _slots(share, at)
    keys = [f"share_receipt:{slot}" for slot in slots]
    used = select(func.count(Mail.id)).where(Mail.dedupe_key.in_(keys))
    for slot in slots[db.session.scalar(used) or 0 :][:1]:
        _receipt(share, slot, at)


def _receipt(share: Share, about: str, at: datetime) -> None:
    entry, organisation = share.entry, share.organisation
    notices.tell(
        "share_receipt",
        entry,
        about=about,
        at=at,
        organisation=organisation.name,
        city=organisation.city,
        exam=entry.session.exam.value,
        session=entry.session.label,
        scope=share.scope.value,
        until=_until(share),
        path=PAGE,
    )


def first_read(share: Share, *, at: datetime) -> None:
    """Queue the news that an organisation has read it, for those who want it."""
    first_reads([share], at=at)


def first_reads(shares: Iterable[Share], *, at: datetime) -> None:
    """Queue that news for many shares at once, each of them read for the first time."""
    mails = [message for share in shares for message in _read_news(share, at)]
    if mails:
        db.session.execute(insert(Mail), mails)


def _read_news(share: Share, at: datetime) -> list[dict[str, Any]]:
    entry, organisation = share.entry, share.organisation
    if entry.account is None or not entry.account.wants_read_notices:
        return []
    return [
        mailing.message(
            "share_read",
            f"{share.reference}{mark}",
            to.email,
            to.language,
            release_id=None,
            at=at,
            name=entry.name,
            organisation=organisation.name,
            exam=entry.session.exam.value,
            session=entry.session.label,
            path=PAGE,
        )
        for mark, to in notices.addressees(entry, at=at)
    ]


def withdrawn(share: Share, *, at: datetime) -> None:
    """Queue the receipt for what was taken back."""
    notices.tell(
        "share_withdrawn",
        share.entry,
        about=share.reference,
        at=at,
        organisation=share.organisation.name,
        exam=share.entry.session.exam.value,
        session=share.entry.session.label,
        path=PAGE,
    )


def unsent(share: Share, *, at: datetime) -> None:
    """Drop the receipts of a share that was undone, if they are still in the queue."""
    abouts = [share.reference, *_slots(share, at)]
    keys = [f"share_receipt:{one}{to}" for one in abouts for to in ("", ":guardian")]
    db.session.execute(
        update(Mail)
        .where(Mail.dedupe_key.in_(keys), Mail.state == MailState.queued)
        .values(state=MailState.dropped)
    )


def _slots(share: Share, at: datetime) -> list[str]:
    day = f"{share.reference}:{localtime.today(at):%Y-%m-%d}"
    return [f"{day}:{n}" for n in range(CHANGES_A_DAY)]


def _until(share: Share) -> str:
    end = share.expires_at
    return localtime.last_day(end).isoformat() if end else ""
