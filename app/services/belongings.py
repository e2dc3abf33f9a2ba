"""Which rows are about a candidate: by their account, or by an exam that is theirs.

The download of what is held, and the end of an account, both go by this.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.extensions import db
from app.models import (
    CandidateAccount,
    CentreCase,
    Certificate,
    Enquiry,
    Entry,
    Invitation,
    Share,
    ShareLink,
)

# What people made themselves; it goes with the account.
SHARED = (Invitation, ShareLink, Share)
TABLES: tuple[Any, ...] = (*SHARED, CentreCase, Enquiry, Certificate)


def belongs(
    table: Any, account: CandidateAccount, entries: Iterable[Entry]
) -> ColumnElement[bool]:
    """Return the condition that a row is about an account or one of its entries."""
    theirs = table.entry_id.in_([entry.id for entry in entries])
    if table is Certificate:
        return theirs
    return or_(theirs, table.account_id == account.id)


def references(account: CandidateAccount, entries: Iterable[Entry]) -> set[str]:
    """Return every reference by which a message or the trail may be about somebody."""
    held = list(entries)
    found = {account.reference, *(entry.reference for entry in held)}
    for table in TABLES:
        rows = select(table.reference).where(belongs(table, account, held))
        found.update(db.session.scalars(rows))
    return found
