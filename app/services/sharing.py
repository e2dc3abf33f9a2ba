"""A candidate's leave for an organisation to see one result, and what came of it.

A share opens one result to one organisation until its candidate withdraws it; from
that moment nothing flows any more. What the organisation did with it is written down
for the candidate to see.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Entry,
    Member,
    Organisation,
    Result,
    Share,
    ShareAccess,
)
from app.services import access, audit, consent, lookalikes, publication
from app.services.inbox import page_for as page_for
from app.transactions import atomic
from app.values import (
    TERMS_VERSION,
    AccessKind,
    AuditAction,
    OrganisationStatus,
    ResultStatus,
)

# --- What the candidate does ----------------------------------------------------------


def find_organisations(text: str, limit: int = 20) -> list[Organisation]:
    """Return approved organisations whose name holds every typed word, best first."""
    words = lookalikes.folded(text).split()[:8]
    if len("".join(words)) < 2:
        return []
    name = Organisation.folded_name
    begins = name.startswith(" ".join(words), autoescape=True)
    return list(
        db.session.scalars(
            select(Organisation)
            .where(
                Organisation.status == OrganisationStatus.approved,
                *(name.contains(word, autoescape=True) for word in words),
            )
            .order_by(case((begins, 0), else_=1), name, Organisation.id)
            .limit(limit)
        )
    )


def share(
    entry: Entry, organisation: Organisation, *, by: CandidateAccount, at: datetime
) -> Share:
    """Let an approved organisation see the candidate's own published, graded result.

    Sharing again what is shared already returns the share that stands.
    """
    if entry.account_id != by.id or by.ended_at is not None:
        raise NotFound(access.NOTHING_HERE)
    result = publication.published_result(entry, at=at)
    if result is None or result.status is not ResultStatus.graded:
        raise Refused(_l("There is no result of this exam that you can share yet."))
    made = Share(
        entry_id=entry.id,
        organisation_id=organisation.id,
        account_id=by.id,
        at=at,
        terms_version=TERMS_VERSION,
    )
    with atomic() as tx:
        _require_receiving(organisation)
        try:
            with tx.begin_nested():
                tx.add(made)
        except IntegrityError:
            # Shared already, or a moment ago by the same form sent twice.
            return _standing(entry, organisation)
        what = {"entry": entry.reference, "organisation": organisation.reference}
        subject = f"share:{made.reference}"
        audit.append(
            AuditAction.share_made, subject, by=by, at=at, terms=TERMS_VERSION, **what
        )
    return made


def withdraw(share: Share, *, by: CandidateAccount, at: datetime) -> None:
    """Take back the leave; the organisation sees nothing of it from this moment on."""
    if share.entry.account_id != by.id:
        raise NotFound(access.NOTHING_HERE)
    with atomic() as tx:
        done = tx.execute(
            update(Share)
            .where(Share.id == share.id, Share.withdrawn_at.is_(None))
            .values(withdrawn_at=at)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("You have already withdrawn this."))
        audit.append(
            AuditAction.share_withdrawn, f"share:{share.reference}", by=by, at=at
        )
    db.session.refresh(share)


def shares_of(account: CandidateAccount) -> list[Share]:
    """Return what a candidate has shared, withdrawn ones included, newest first."""
    return list(
        db.session.scalars(
            select(Share)
            .options(
                joinedload(Share.organisation),
                joinedload(Share.entry).joinedload(Entry.session),
            )
            .where(Share.account_id == account.id)
            .order_by(Share.at.desc(), Share.id.desc())
        )
    )


def accesses(shares: Sequence[Share]) -> dict[int, list[ShareAccess]]:
    """Return what organisations did with shares, newest first, by the share's key."""
    found: dict[int, list[ShareAccess]] = {share.id: [] for share in shares}
    rows = db.session.scalars(
        select(ShareAccess)
        .where(ShareAccess.share_id.in_(found))
        .order_by(ShareAccess.at.desc(), ShareAccess.id.desc())
        .limit(1000)
    )
    for row in rows:
        found[row.share_id].append(row)
    return found


def _require_receiving(organisation: Organisation) -> None:
    status = select(Organisation.status).where(Organisation.id == organisation.id)
    if db.session.scalar(status) is not OrganisationStatus.approved:
        raise Refused(
            _l("This organisation does not receive results. Choose another one."),
            field="organisation",
        )


def _standing(entry: Entry, organisation: Organisation) -> Share:
    return db.session.scalars(
        select(Share).where(
            Share.entry_id == entry.id,
            Share.organisation_id == organisation.id,
            Share.withdrawn_at.is_(None),
        )
    ).one()


# --- What the organisation does -------------------------------------------------------


def read(
    member: Member, reference: str, kind: AccessKind, *, at: datetime
) -> tuple[Share, Result | None]:
    """Return a shared result to a member, and write down that they saw it.

    The result is None when there is none to be seen at the moment; then nothing is
    written down, because nothing was read.
    """
    with atomic():
        share, result = access.shared_result(member, reference, at=at)
        if result is None or result.status is not ResultStatus.graded:
            return share, None
        record(share, kind, by=member, at=at)
    return share, result


def record(share: Share, kind: AccessKind, *, by: Member, at: datetime) -> None:
    """Write down that a member looked at a live share or took its statement."""
    with atomic() as tx:
        # Holds the row until the commit: no look slips in beside a withdrawal.
        live = tx.execute(
            update(Share)
            .where(
                Share.id == share.id,
                Share.organisation_id == by.organisation_id,
                consent.stands(at),
            )
            .values(first_read_at=func.coalesce(Share.first_read_at, at))
        )
        if live.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(access.NOTHING_HERE)
        tx.add(
            ShareAccess(
                share_id=share.id,
                member_id=by.id,
                member_name=by.name[:161],
                kind=kind,
                at=at,
            )
        )
