"""People who want to use the account that their organisation has here already.

Its primary user decides, or the board's staff where there is none. A request holds a
name and an address only while it waits: what stays of it is that there was one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import JoinRequest, Member, Organisation, User
from app.services import access, applications, audit, mail, throttle, typed_addresses
from app.services import members as users
from app.services.doors import Door
from app.services.members import NewMember
from app.services.throttle import Budget
from app.transactions import atomic
from app.values import (
    AuditAction,
    Language,
    MemberRole,
    OrganisationStatus,
    RequestState,
)

# Requests of a week that wait for one organisation at most: more are nobody's
# colleagues, and would hide those who are.
MOST_OPEN = 50
# How many of a day come from one network address: in the eight days that a week may
# touch, fewer than there is room for, so that one stranger never shuts out the others.
FROM_ONE_ADDRESS = Budget(6, 24 * 60)
# How long a primary user may take before staff are asked to look, and how many fit on
# their desk.
PATIENCE = timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True)
class Asking:
    """Who wants to join, as they write it."""

    first_name: str
    family_name: str
    job_title: str
    email: str
    language: Language = Language.en


def ask(
    organisation: Organisation, asking: Asking, *, address: str, at: datetime
) -> None:
    """Ask the primary user of an approved organisation to be let in.

    The answer is the same for an address that is in use already and for one that has
    asked before; only its owner reads what happened. Raises Refused at the field that
    is not right.
    """
    request = _request(organisation, asking, at)
    throttle.charge(Door.join_request, request.email, address, at=at)
    throttle.charge(Door.join_request, organisation.reference, address, at=at)
    whence = f"{organisation.reference}:{address}"
    throttle.charge_named(Door.join_request, [(whence, FROM_ONE_ADDRESS)], at=at)
    with atomic() as tx:
        _require_room(organisation, at)
        known = typed_addresses.owner(request.email)
        if known is not None:
            typed_addresses.tell_owner(known, at=at)
            return
        try:
            with tx.begin_nested():
                tx.add(request)
        except IntegrityError:
            # Asked already, or a moment ago by the same form sent twice.
            return
        _tell(request, "join_received", at)
        _tell_primary(organisation, at)
        _trace(AuditAction.join_asked, request, None, at)


def open_for(organisation: Organisation) -> list[JoinRequest]:
    """Return the requests that wait for an answer of an organisation, oldest first.

    Where they are too many for a page, those that came last.
    """
    waiting = select(JoinRequest).where(*_waits_for(organisation.id))
    latest = waiting.order_by(JoinRequest.asked_at.desc(), JoinRequest.id.desc())
    return list(reversed(db.session.scalars(latest.limit(MOST_OPEN)).all()))


def waiting_for(member: Member) -> int:
    """Return how many requests wait for this member's answer: none but a primary's."""
    if member.role is not MemberRole.primary or member.organisation_id is None:
        return 0
    counted = select(func.count(JoinRequest.id))
    waiting = counted.where(*_waits_for(member.organisation_id))
    return db.session.scalar(waiting) or 0


def neglected(*, at: datetime) -> list[JoinRequest]:
    """Return the requests that staff should answer, oldest first.

    They wait for a week, or nobody is there who could answer them.
    """
    primary = exists().where(
        Member.organisation_id == JoinRequest.organisation_id,
        Member.role == MemberRole.primary,
        Member.active.is_(True),
    )
    late = JoinRequest.asked_at < at - PATIENCE
    approved = Organisation.status == OrganisationStatus.approved
    query = (
        select(JoinRequest)
        .join(JoinRequest.organisation)
        .options(contains_eager(JoinRequest.organisation))
        .where(JoinRequest.state == RequestState.open, approved, late | ~primary)
    )
    ordered = query.order_by(JoinRequest.asked_at, JoinRequest.id)
    return list(db.session.scalars(ordered.limit(SHOWN)))


def to_decide(member: Member, reference: str) -> JoinRequest:
    """Return a request that waits for this primary user.

    Raises Conflict for one of theirs that is answered, NotFound for anything else.
    """
    found = db.session.scalar(
        select(JoinRequest).where(
            JoinRequest.reference == reference,
            JoinRequest.organisation_id == member.organisation_id,
        )
    )
    if found is None or member.role is not MemberRole.primary:
        raise NotFound(access.NOTHING_HERE)
    if found.state is not RequestState.open:
        raise Conflict(ANSWERED)
    return found


def accept(request: JoinRequest, *, by: Member | User, at: datetime) -> Member:
    """Make whoever asked a user of the organisation; a link lets them set a password.

    Raises Conflict for a request that is decided, and for an address that came into
    use since it was made.
    """
    _require_decider(request, by)
    new = NewMember(
        email=request.email,
        first_name=request.first_name,
        family_name=request.family_name,
        job_title=request.job_title,
        language=request.language,
    )
    with atomic():
        _decide(request, RequestState.accepted, at)
        member = users.create(new, request.organisation, by=by, at=at)
        _trace(AuditAction.join_accepted, request, by, at, member=member.reference)
    db.session.refresh(request)
    return member


def decline(request: JoinRequest, *, by: Member | User, at: datetime) -> None:
    """Let nobody in, and tell them so kindly. Raises Conflict when it is decided."""
    _require_decider(request, by)
    with atomic():
        _tell(request, "join_declined", at)
        _decide(request, RequestState.declined, at)
        _trace(AuditAction.join_declined, request, by, at)
    db.session.refresh(request)


def _request(organisation: Organisation, asking: Asking, at: datetime) -> JoinRequest:
    fields = ("first_name", "family_name", "job_title")
    return JoinRequest(
        organisation_id=organisation.id,
        email=applications.email(asking.email),
        **{name: applications.words(getattr(asking, name), name) for name in fields},
        language=asking.language,
        state=RequestState.open,
        asked_at=at,
    )


def _require_room(organisation: Organisation, at: datetime) -> None:
    """Refuse to ask what nobody may be let into, or what too many ask already.

    A request that nobody answers for a week waits on, and takes up no room.
    """
    # Locked, so that it cannot be suspended, or overrun, at the same moment.
    status = select(Organisation.status).where(Organisation.id == organisation.id)
    standing = db.session.scalar(status.with_for_update(key_share=True))
    if standing is not OrganisationStatus.approved:
        raise NotFound(access.NOTHING_HERE)
    counted = select(func.count(JoinRequest.id)).where(
        *_waits_for(organisation.id), JoinRequest.asked_at > at - PATIENCE
    )
    if (db.session.scalar(counted) or 0) >= MOST_OPEN:
        raise Refused(TOO_MANY, status=429)


def _waits_for(organisation_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        JoinRequest.organisation_id == organisation_id,
        JoinRequest.state == RequestState.open,
    )


def _require_decider(request: JoinRequest, by: Member | User) -> None:
    """Members decide for their own organisation, and only as its primary user."""
    if isinstance(by, User):
        return
    here = exists().where(
        Member.id == by.id,
        Member.organisation_id == request.organisation_id,
        Member.role == MemberRole.primary,
        Member.active.is_(True),
    )
    if not db.session.scalar(select(here)):
        raise NotFound(access.NOTHING_HERE)


def _decide(request: JoinRequest, decided: RequestState, at: datetime) -> None:
    """Close a request, unless somebody else was first, and forget who asked."""
    done = db.session.execute(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.open)
        .values(
            state=decided,
            decided_at=at,
            email="",
            first_name="",
            family_name="",
            job_title="",
        )
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(ANSWERED)


def _tell(request: JoinRequest, kind: str, at: datetime) -> None:
    typed_addresses.tell(
        kind,
        request.email,
        request.language,
        at=at,
        name="",
        organisation=request.organisation.name,
    )


def _tell_primary(organisation: Organisation, at: datetime) -> None:
    """Tell the primary user that somebody waits; once an hour at most, and no names."""
    primary = db.session.scalar(
        select(Member).where(
            Member.organisation_id == organisation.id,
            Member.role == MemberRole.primary,
            Member.active.is_(True),
        )
    )
    if primary is not None:
        mail.queue(
            "join_asked",
            to=primary,
            about=f"{organisation.reference}:{at:%Y-%m-%dT%H}",
            at=at,
            name=primary.name,
            organisation=organisation.name,
            path="/verifier/organisation/requests",
        )


def _trace(
    action: AuditAction,
    request: JoinRequest,
    by: Member | User | None,
    at: datetime,
    **detail: str,
) -> None:
    """Write an act about a request into the trail: never a name, never an address."""
    organisation = request.organisation.reference
    subject = f"join:{request.reference}"
    audit.append(action, subject, by=by, at=at, organisation=organisation, **detail)


TOO_MANY = _l(
    "Many requests wait for this organisation already. Please ask its primary user"
    " directly, or write to the board."
)
ANSWERED = _l("Somebody has answered this request meanwhile.")
