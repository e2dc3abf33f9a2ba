"""A candidate's leave for an organisation to see one result: how it is given.

A share opens one result to one organisation, as far as its scope goes, until its date
has passed or its candidate takes it back; from that moment nothing flows any more. How
a share ends is in taking_back.py, what the organisation does with it in looking.py,
what its candidate sees of it in outbox.py.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import CandidateAccount, Entry, Organisation, Share
from app.services import audit, lookalikes
from app.services.inbox import page_for as page_for
from app.services.sharing import receipts, shareable
from app.services.sharing.looking import over as over
from app.services.sharing.looking import photo as photo
from app.services.sharing.looking import read as read
from app.services.sharing.looking import record as record
from app.services.sharing.looking import record_again as record_again
from app.services.sharing.looking import record_many as record_many
from app.services.sharing.outbox import shares_of as shares_of
from app.services.sharing.taking_back import end_expired as end_expired
from app.services.sharing.taking_back import end_old
from app.services.sharing.taking_back import resume as resume
from app.services.sharing.taking_back import suspend_all as suspend_all
from app.services.sharing.taking_back import undo as undo
from app.services.sharing.taking_back import withdraw as withdraw
from app.services.sharing.taking_back import withdraw_all as withdraw_all
from app.services.sharing.wishes import Wish, wished
from app.transactions import atomic
from app.values import (
    TERMS_VERSION,
    AuditAction,
    OrganisationStatus,
    ShareScope,
)

# --- Whom a candidate can share with --------------------------------------------------


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


def namesakes(organisation: Organisation, limit: int = 5) -> list[Organisation]:
    """Return other approved organisations that could be taken for this one."""
    return list(
        db.session.scalars(
            select(Organisation)
            .where(
                Organisation.status == OrganisationStatus.approved,
                Organisation.folded_name == organisation.folded_name,
                Organisation.id != organisation.id,
            )
            .order_by(Organisation.country, Organisation.city, Organisation.id)
            .limit(limit)
        )
    )


# --- Sharing --------------------------------------------------------------------------


def share(
    entry: Entry,
    organisation: Organisation,
    *,
    by: CandidateAccount,
    at: datetime,
    scope: ShareScope = ShareScope.components,
    purpose: str = "",
    expires_on: date | None = None,
) -> Share:
    """Let an approved organisation see the candidate's own published, graded result.

    Sharing again changes the share that stands to what is wished for now; the same
    again changes nothing. The candidate gets a receipt for each consent.
    """
    with atomic() as tx:
        shareable.hold(entry, scope, by=by, at=at)
        wish = wished(scope, purpose, expires_on, at=at)
        _require_receiving(organisation)
        end_old(entry, organisation, at=at)
        made = Share(
            entry_id=entry.id,
            organisation_id=organisation.id,
            account_id=by.id,
            at=at,
            terms_version=TERMS_VERSION,
            **wish.columns(),
        )
        try:
            with tx.begin_nested():
                tx.add(made)
        except IntegrityError:
            # Shared already, or a moment ago by the same form sent twice.
            return _changed(_taken(entry, organisation), wish, by, at)
        what = {"entry": entry.reference, "organisation": organisation.reference}
        subject, detail = f"share:{made.reference}", {**what, **wish.traced()}
        audit.append(AuditAction.share_made, subject, by=by, at=at, **detail)
        receipts.shared(made, at=at)
    return made


def standing(entry: Entry, organisation: Organisation, *, at: datetime) -> Share | None:
    """Return by which share an organisation may see an entry's result, or None.

    A suspended one is among them: it stands for the candidate to decide on.
    """
    found = _unended(entry, organisation)
    if found is None or (found.expires_at is not None and found.expires_at <= at):
        return None
    return found


def _require_receiving(organisation: Organisation) -> None:
    status = select(Organisation.status).where(Organisation.id == organisation.id)
    if db.session.scalar(status) is not OrganisationStatus.approved:
        raise Refused(
            _l("This organisation does not receive results. Choose another one."),
            field="organisation",
        )


def _unended(entry: Entry, organisation: Organisation) -> Share | None:
    return db.session.scalars(
        select(Share).where(
            Share.entry_id == entry.id,
            Share.organisation_id == organisation.id,
            Share.withdrawn_at.is_(None),
        )
    ).one_or_none()


def _taken(entry: Entry, organisation: Organisation) -> Share:
    found = _unended(entry, organisation)
    if found is None:
        raise Conflict(_l("You have just taken this back. Send it again."))
    return found


def _changed(share: Share, wish: Wish, by: CandidateAccount, at: datetime) -> Share:
    """Let a share that is there already say what its candidate wishes for now."""
    before = Wish(share.scope, share.purpose, share.expires_at)
    if (before, share.account_id, share.suspended_at) == (wish, by.id, None):
        return share
    changed = db.session.execute(
        update(Share)
        .where(Share.id == share.id, Share.withdrawn_at.is_(None))
        .values(
            **wish.columns(),
            account_id=by.id,
            suspended_at=None,
            terms_version=TERMS_VERSION,
        )
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_l("You have just taken this back. Send it again."))
    db.session.refresh(share)
    subject = f"share:{share.reference}"
    audit.append(AuditAction.share_changed, subject, by=by, at=at, **wish.traced())
    receipts.changed(share, at=at)
    return share
