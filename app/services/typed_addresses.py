"""What is said to an address that somebody typed at our door, and how often at most.

Whoever typed it sees the same page whether it is known or not; its owner reads what
happened. A stranger's mailbox gets a few such messages a day, and none with a name
that was typed: that could be anything.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Mail, Member
from app.services import mail
from app.values import Language

# Messages of one kind to one address in a day.
MAILS_A_DAY = 3


def owner(email: str) -> Member | None:
    """Return the member who uses an address, of whatever organisation or school."""
    return db.session.scalar(select(Member).where(Member.email == email))


def tell_owner(member: Member, *, at: datetime) -> None:
    """Tell a member that their address was typed to apply, or to join somebody."""
    email, language, name = member.email, member.language, member.name
    tell("address_known", email, language, at=at, name=name)


def tell(
    kind: str, email: str, language: Language, *, at: datetime, **values: Any
) -> bool:
    """Queue a message to a typed address, if it has room; tell whether it had.

    The table names nobody by its keys: they hold a digest of the address.
    """
    digest = hashlib.sha256(email.encode()).hexdigest()[:20]
    slots = [f"{digest}:{at:%Y-%m-%d}:{n}" for n in range(MAILS_A_DAY)]
    keys = [f"{kind}:{slot}" for slot in slots]
    sent = select(func.count()).select_from(Mail).where(Mail.dedupe_key.in_(keys))
    used = db.session.scalar(sent) or 0
    if used >= MAILS_A_DAY:
        return False
    to = mail.Address(email, language)
    try:
        with db.session.begin_nested():
            mail.queue(kind, to=to, about=slots[used], at=at, **values)
    except IntegrityError:
        # Somebody types the same address at this moment: one message is enough.
        return False
    return True
