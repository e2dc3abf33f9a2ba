"""The only ways to a protected row: each returns what its reader may see, or NotFound.

Unknown, foreign and unreleased answer alike, so that nothing can be told from outside.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import joinedload

from app.errors import NotFound
from app.extensions import db
from app.models import (
    CandidateAccount,
    CentreCase,
    Certificate,
    Entry,
    Invitation,
    Member,
    Organisation,
    Release,
    Result,
    Share,
    ShareLink,
)
from app.services import consent, publication
from app.values import CaseKind, CertificateState, OrganisationStatus

Row = TypeVar("Row")

NOTHING_HERE = _l("There is nothing here for you to see.")


def own_entries(account: CandidateAccount) -> list[Entry]:
    """Return the entries that an account has proved its own, newest exam first."""
    rows = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.session), joinedload(Entry.centre))
        .where(Entry.account_id == account.id)
    ).all()
    return sorted(rows, key=lambda entry: entry.session.exam_date, reverse=True)


def own_entry(account: CandidateAccount, reference: str) -> Entry:
    """Return an entry of the account's own, whether or not its result is out."""
    entry = db.session.scalar(
        select(Entry)
        .options(joinedload(Entry.session), joinedload(Entry.centre))
        .where(Entry.reference == reference, Entry.account_id == account.id)
    )
    if entry is None:
        raise NotFound(NOTHING_HERE)
    return entry


def hold_own_entry(entry_id: int, account: CandidateAccount) -> None:
    """Make sure, until the transaction ends, that an entry is a live account's own."""
    # The account before its entry, in the order in which an account ends.
    live = select(CandidateAccount.id).where(
        CandidateAccount.id == account.id, CandidateAccount.ended_at.is_(None)
    )
    own = select(Entry.id).where(Entry.id == entry_id, Entry.account_id == account.id)
    for row in (live, own):
        if db.session.scalar(row.with_for_update()) is None:
            raise NotFound(NOTHING_HERE)


def own_result(
    account: CandidateAccount, reference: str, *, at: datetime
) -> tuple[Entry, Result]:
    """Return an entry of the account's own with its published result."""
    entry, result, _certificate = own_result_and_paper(account, reference, at=at)
    return entry, result


def own_result_and_paper(
    account: CandidateAccount, reference: str, *, at: datetime
) -> tuple[Entry, Result, Certificate | None]:
    """Return an entry of the account's own, its published result, its certificate.

    One that was recalled is none.
    """
    row = db.session.execute(
        _own_result(publication.visible),
        {"reference": reference, "account": account.id, "at": at},
    ).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row[0], row[1], row[2]


@cache
def _own_result(
    visible: Callable[[BindParameter[datetime]], ColumnElement[bool]],
) -> Select[Entry, Result, Certificate | None]:
    # Putting this statement together takes longer than running it: done once.
    not_recalled = Certificate.state != CertificateState.recalled
    paper = and_(Certificate.entry_id == Entry.id, not_recalled)
    return (
        select(Entry, Result, Certificate)
        .join(Result, Result.entry_id == Entry.id)
        .outerjoin(Certificate, paper)
        .options(joinedload(Entry.session), joinedload(Entry.centre))
        .where(
            Entry.reference == bindparam("reference"),
            Entry.account_id == bindparam("account"),
            visible(bindparam("at", type_=Release.instant.type)),
        )
    )


def shared_result(
    member: Member, reference: str, *, at: datetime
) -> tuple[Share, Result | None]:
    """Return a live share with the member's organisation, and its published result.

    The result is None while it is not out: a share may be made before the result.
    """
    share = db.session.scalar(
        select(Share)
        .join(Organisation, Organisation.id == Share.organisation_id)
        .options(
            joinedload(Share.entry).joinedload(Entry.session),
            joinedload(Share.entry).joinedload(Entry.centre),
        )
        .where(
            Share.reference == reference,
            Share.organisation_id == member.organisation_id,
            consent.stands(at),
            Organisation.status == OrganisationStatus.approved,
        )
    )
    if share is None:
        raise NotFound(NOTHING_HERE)
    return share, publication.published_result(share.entry, at=at)


def own_share(account: CandidateAccount, reference: str) -> Share:
    """Return a share of a result that is the account's own, whoever made it.

    What an account shared that was not the candidate's own is theirs to decide on.
    """
    return _found(
        select(Share)
        .join(Entry, Entry.id == Share.entry_id)
        .where(Share.reference == reference, Entry.account_id == account.id)
    )


def own_link(account: CandidateAccount, reference: str) -> ShareLink:
    """Return a link to a result that is the account's own, whoever made it."""
    return _found(
        select(ShareLink)
        .join(Entry, Entry.id == ShareLink.entry_id)
        .where(ShareLink.reference == reference, Entry.account_id == account.id)
    )


def own_invitation(account: CandidateAccount, reference: str) -> Invitation:
    """Return an invitation to get a result that is the account's own."""
    return _found(
        select(Invitation)
        .join(Entry, Entry.id == Invitation.entry_id)
        .where(Invitation.reference == reference, Entry.account_id == account.id)
    )


def own_case(account: CandidateAccount, reference: str) -> CentreCase:
    """Return a case that the account opened about an entry of its own.

    What somebody else wrote who had the entry before stays between them and the
    centre.
    """
    return _found(
        select(CentreCase)
        .join(Entry, Entry.id == CentreCase.entry_id)
        .where(
            CentreCase.reference == reference,
            CentreCase.kind == CaseKind.missing_result,
            CentreCase.account_id == account.id,
            Entry.account_id == account.id,
        )
    )


def lost_paper(reference: str) -> CentreCase:
    """Return the case of somebody without an account, to whoever holds its address."""
    return _found(
        select(CentreCase).where(
            CentreCase.reference == reference,
            CentreCase.kind == CaseKind.lost_confirmation,
        )
    )


def receiving_organisation(reference: str) -> Organisation:
    """Return an organisation that candidates may share their results with."""
    return _found(
        select(Organisation).where(
            Organisation.reference == reference,
            Organisation.status == OrganisationStatus.approved,
        )
    )


def _found(query: Select[Row]) -> Row:
    """Return the one row that a query finds; NotFound, in one sentence, for none."""
    row = db.session.scalar(query)
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row
