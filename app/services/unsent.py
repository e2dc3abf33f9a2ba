"""Messages that have not gone yet, and shall not: whom they were for is gone."""

from collections.abc import Set

from sqlalchemy import func, select, update

from app.extensions import db
from app.models import CandidateAccount, Mail
from app.values import MailState

# A failed one too: somebody could put it back into the queue.
WAITING = (MailState.queued, MailState.sending, MailState.failed)


def drop(account: CandidateAccount, also: Set[str], *, about: Set[str]) -> int:
    """Drop what waits to be sent to an account that ends; return how many.

    Only what tells of one of these references: others may have the same mailbox, a
    sibling say. That much is dropped for the addresses in `also` too.
    """
    addresses = {address.casefold() for address in (account.email, *also)} - {""}
    waiting = db.session.execute(
        select(Mail.id, Mail.dedupe_key).where(
            Mail.state.in_(WAITING), func.lower(Mail.address).in_(addresses)
        )
    )
    gone = [key for key, told in waiting if concerns(told, about)]
    dropped = update(Mail).where(Mail.id.in_(gone)).values(state=MailState.dropped)
    db.session.execute(dropped)
    return len(gone)


def concerns(dedupe_key: str, about: Set[str]) -> bool:
    """Tell whether a message tells of one of these references."""
    return any(reference in dedupe_key for reference in about)
