"""Messages that let a member set a password: so many a day, whoever asks for them."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.extensions import db
from app.models import Mail, Member
from app.services import mail
from app.services.tokens import Purpose

# Password links to one address in a day: nobody's mailbox is flooded by others.
MAILS_A_DAY = 5
KINDS = ("set_password", "member_added")


def link(kind: str, member: Member, *, at: datetime, **values: Any) -> bool:
    """Send a member a password link, unless their address has had five today.

    Inside the caller's transaction. What is counted is the address: somebody who is
    removed and added again is still the same person with the same mailbox.
    """
    address = hashlib.sha256(member.email.encode()).hexdigest()[:20]
    slots = [f"{address}:{at:%Y-%m-%d}:{n}" for n in range(MAILS_A_DAY)]
    keys = [f"{one}:{slot}" for one in KINDS for slot in slots]
    sent = select(func.count()).select_from(Mail).where(Mail.dedupe_key.in_(keys))
    used = db.session.scalar(sent) or 0
    if used >= MAILS_A_DAY:
        return False
    mail.queue(
        kind,
        to=member,
        about=slots[used],
        at=at,
        link=Purpose.set_password,
        name=member.name,
        **values,
    )
    return True
