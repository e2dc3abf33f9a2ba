"""An organisation joins, and the results that wait for it go out."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import exists, select

from app.errors import Refused
from app.extensions import db
from app.models import CandidateAccount, Entry, Invitation, Organisation, Share
from app.services import hosts, localtime, notices, sharing, waiting
from app.services.sharing import receipts, shareable
from app.transactions import atomic
from app.values import AuditAction, InvitationState, OrganisationStatus, ShareScope

# So many go out with the approval itself; the job sends what is left, one by one.
AT_ONCE = 100


def answer(organisation: Organisation, *, at: datetime) -> int:
    """Share with an organisation that was just admitted what waits for it.

    Inside the caller's transaction. What cannot be shared at the moment goes on
    waiting; so does all of it when whoever applied has no address under the website:
    anybody can name a website. Returns how many results went out.
    """
    if not organisation.domain_matches:
        return 0
    with atomic():
        keys = _waiting(hosts.of(organisation.website), AT_ONCE)
        _hold(keys)
        return sum(_answer(key, organisation, at) for key in keys)


def answer_all(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Share what still waits for organisations that are here; return how many went.

    For those that a result was missing for when it joined, and for those that were
    invited at that very moment. What has run out is written down as over.
    """
    waiting.lapse(at=at)
    sent = 0
    for organisation in _awaited():
        for key in _waiting(hosts.of(organisation.website)):
            if stop():
                return sent
            with atomic():
                sent += _answer(key, organisation, at)
    return sent


def _hold(keys: list[int]) -> None:
    """Hold what invitations are about until the commit: accounts first, in order.

    All of it before anything is written: nobody waits for us, at the end of the trail,
    who holds what we want next.
    """
    about = Invitation.id.in_(keys)
    for table, named in (
        (CandidateAccount, Invitation.account_id),
        (Entry, Invitation.entry_id),
    ):
        theirs = table.id.in_(select(named).where(about))  # type: ignore[attr-defined]
        held = select(table.id).where(theirs).order_by(table.id)  # type: ignore[attr-defined]
        db.session.execute(held.with_for_update()).all()


def _waiting(host: str, limit: int | None = None) -> list[int]:
    query = select(Invitation.id).where(Invitation.host == host, waiting.waits())
    return list(db.session.scalars(query.order_by(Invitation.id).limit(limit)))


def _awaited() -> list[Organisation]:
    """Return the approved organisations that results wait for, first ones first."""
    awaited = select(Invitation.host).where(waiting.waits()).distinct()
    names = set(db.session.scalars(awaited))
    if not names:
        return []
    proved = select(Organisation.id, Organisation.website).where(
        Organisation.status == OrganisationStatus.approved,
        Organisation.domain_matches,
    )
    here = db.session.execute(proved).all()
    keys = [key for key, website in here if hosts.of(website) in names]
    order = (Organisation.decided_at, Organisation.id)
    found = select(Organisation).where(Organisation.id.in_(keys)).order_by(*order)
    return list(db.session.scalars(found))


def _answer(key: int, organisation: Organisation, at: datetime) -> int:
    """Share what one invitation is about; return 1 if the result went out."""
    invitation = _held(key)
    if invitation is None:
        return 0
    if not _wanted(invitation, organisation, at):
        _end(invitation, InvitationState.withdrawn, at)
        action, why = AuditAction.invitation_withdrawn, "not wanted any more"
        waiting.trace(action, invitation.reference, by=None, at=at, why=why)
        return 0
    share = _shared(invitation, organisation, at)
    if share is None:
        return 0
    _end(invitation, InvitationState.answered, at, share)
    waiting.trace(
        AuditAction.invitation_answered,
        invitation.reference,
        by=None,
        at=at,
        organisation=organisation.reference,
        share=share.reference,
    )
    _tell(invitation, share, at)
    return 1


def _held(key: int) -> Invitation | None:
    """Return an invitation that still waits, held until the commit.

    Its account first: in the order in which an account ends.
    """
    owner = select(Invitation.account_id).where(Invitation.id == key).scalar_subquery()
    account = select(CandidateAccount.id).where(CandidateAccount.id == owner)
    db.session.execute(account.with_for_update())
    held = select(Invitation).where(Invitation.id == key, waiting.waits())
    fresh = held.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(fresh).one_or_none()


def _wanted(invitation: Invitation, organisation: Organisation, at: datetime) -> bool:
    """Tell whether the candidate still wants what they invited the organisation for.

    Not after its last day, not when the entry is somebody else's by now, and not when
    they have since shared with the organisation and taken it back.
    """
    if invitation.expires_at is not None and invitation.expires_at <= at:
        return False
    owner = select(Entry.account_id).where(Entry.id == invitation.entry_id)
    if db.session.scalar(owner) != invitation.account_id:
        return False
    taken_back = exists().where(
        Share.entry_id == invitation.entry_id,
        Share.organisation_id == organisation.id,
        Share.at >= invitation.at,
        Share.withdrawn_at.is_not(None),
    )
    return not db.session.scalar(select(taken_back))


def _shared(
    invitation: Invitation, organisation: Organisation, at: datetime
) -> Share | None:
    """Return the share that comes of an invitation; None while there can be none.

    One that the candidate has made meanwhile is left as it is.
    """
    entry = invitation.entry
    standing = sharing.standing(entry, organisation, at=at)
    if standing is not None and standing.at >= invitation.at:
        return standing
    end = invitation.expires_at
    try:
        made = sharing.share(
            entry,
            organisation,
            by=invitation.account,
            at=at,
            scope=_scope(invitation, at),
            purpose=invitation.purpose,
            expires_on=localtime.last_day(end) if end else None,
        )
    except Refused:
        # The result is not out at the moment, or this is the last day.
        return None
    # The candidate gets one message about it, and that is ours.
    receipts.unsent(made, at=at)
    return made


def _scope(invitation: Invitation, at: datetime) -> ShareScope:
    """Return what may be seen: less than was wished for where the photo is gone."""
    offered = shareable.scopes(invitation.entry, at=at)
    if invitation.scope is ShareScope.photo and ShareScope.photo not in offered:
        return ShareScope.components
    return invitation.scope


def _end(
    invitation: Invitation,
    state: InvitationState,
    at: datetime,
    share: Share | None = None,
) -> None:
    invitation.state, invitation.ended_at = state, at
    invitation.share_id = share.id if share else None
    db.session.flush()


def _tell(invitation: Invitation, share: Share, at: datetime) -> None:
    session, end = invitation.entry.session, share.expires_at
    notices.tell(
        "invitation_answered",
        invitation.entry,
        about=invitation.reference,
        at=at,
        organisation=share.organisation.name,
        city=share.organisation.city,
        exam=session.exam.value,
        session=session.label,
        scope=share.scope.value,
        until=localtime.last_day(end).isoformat() if end else "",
        path=receipts.PAGE,
    )
