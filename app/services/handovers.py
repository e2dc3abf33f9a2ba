"""The primary role of an organisation passes on: both confirm, or the board decides.

An organisation has exactly one primary user, who is active, at every moment: the one
before and the one after change in one transaction, or neither does.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Handover, Member, Organisation
from app.services import access, audit, mail, succession, tokens
from app.services.members import authority
from app.transactions import atomic
from app.values import AuditAction, MemberRole, RequestState

PATH = "/verifier/organisation/users/handover"


def could_take_over(member: Member) -> list[Member]:
    """Return the users to whom this one could offer the primary role, by name.

    They are active, and have set a password: they answer after signing in.
    """
    return list(
        db.session.scalars(
            select(Member)
            .where(
                Member.organisation_id == member.organisation_id,
                Member.role == MemberRole.admin,
                Member.active.is_(True),
                Member.password_hash.is_not(None),
            )
            .order_by(Member.family_name, Member.first_name, Member.id)
            .limit(MOST_OFFERED)
        )
    )


def ends_at(handover: Handover) -> datetime:
    """Return from when on an offer that nobody has answered is over."""
    return handover.offered_at + tokens.OFFER_LASTS


def open_for(member: Member, *, at: datetime) -> Handover | None:
    """Return the offer that a member made or may answer, while it is open."""
    return db.session.scalar(
        select(Handover)
        .where(
            Handover.organisation_id == member.organisation_id,
            (Handover.from_id == member.id) | (Handover.to_id == member.id),
            *_stands(at),
        )
        .options(joinedload(Handover.from_member), joinedload(Handover.to_member))
    )


def offer(to: Member, *, by: Member, at: datetime) -> Handover:
    """Offer the primary role to another active user, who answers after signing in.

    Nothing changes before they accept. Raises Conflict while another offer is open.
    """
    with atomic() as tx:
        authority.hold(by.organisation_id, by)
        _require_able(to, by)
        _end_over(by, at)
        made = Handover(
            organisation_id=by.organisation_id,
            from_id=by.id,
            to_id=to.id,
            state=RequestState.open,
            offered_at=at,
        )
        try:
            with tx.begin_nested():
                tx.add(made)
        except IntegrityError:
            raise Conflict(OFFERED_ALREADY) from None
        mail.queue(
            "handover_offered",
            to=to,
            about=made.reference,
            at=at,
            name=to.name,
            primary=by.name,
            organisation=_home(by).name,
            path=PATH,
        )
        _trace(AuditAction.primary_offered, made, by, at)
    return made


def accept(handover: Handover, *, by: Member, at: datetime) -> None:
    """Take the primary role that one was offered; whoever offered it is a user then.

    Raises Conflict when the offer is over, or one of the two has changed since.
    """
    with atomic():
        authority.hold(handover.organisation_id, None)
        _decide(handover, Handover.to_id == by.id, RequestState.accepted, at)
        before, after = handover.from_member, handover.to_member
        succession.step_down(before)
        succession.step_up(after)
        home = _home(after)
        for person in (before, after):
            succession.tell(person, after, home, about=handover.reference, at=at)
        _trace(AuditAction.primary_handed_over, handover, by, at)


def decline(handover: Handover, *, by: Member, at: datetime) -> None:
    """Decline the primary role; whoever offered it keeps it, and is told."""
    with atomic():
        authority.hold(handover.organisation_id, None)
        _decide(handover, Handover.to_id == by.id, RequestState.declined, at)
        mail.queue(
            "handover_declined",
            to=handover.from_member,
            about=handover.reference,
            at=at,
            name=handover.from_member.name,
            member=by.name,
            organisation=_home(by).name,
            path=PATH,
        )
        _trace(AuditAction.primary_offer_ended, handover, by, at, how="declined")


def take_back(handover: Handover, *, by: Member, at: datetime) -> None:
    """Take an offer back that has not been answered."""
    with atomic():
        authority.hold(handover.organisation_id, None)
        _decide(handover, Handover.from_id == by.id, RequestState.declined, at)
        _trace(AuditAction.primary_offer_ended, handover, by, at, how="taken back")


def _require_able(to: Member, by: Member) -> None:
    able = select(Member.id).where(
        Member.id == to.id,
        Member.organisation_id == by.organisation_id,
        Member.role == MemberRole.admin,
        Member.active.is_(True),
        Member.password_hash.is_not(None),
    )
    if db.session.scalar(able) is None:
        raise Refused(
            _l("Choose an active user of your organisation who has set a password."),
            field="to",
        )


def _decide(
    handover: Handover, whose: object, decided: RequestState, at: datetime
) -> None:
    """End an offer of one's own, unless it has ended by other means."""
    mine = select(Handover.id).where(Handover.id == handover.id, whose)  # type: ignore[arg-type]
    if db.session.scalar(mine) is None:
        raise NotFound(access.NOTHING_HERE)
    done = db.session.execute(
        update(Handover)
        .where(Handover.id == handover.id, *_stands(at))
        .values(state=decided, decided_at=at)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(OVER)


def _stands(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that an offer is open, and not over."""
    since = at - tokens.OFFER_LASTS
    return Handover.state == RequestState.open, Handover.offered_at > since


def _end_over(by: Member, at: datetime) -> None:
    """Put away an offer that was open for its whole time, to make room for another."""
    over = db.session.scalar(
        select(Handover).where(
            Handover.organisation_id == by.organisation_id,
            Handover.state == RequestState.open,
            Handover.offered_at <= at - tokens.OFFER_LASTS,
        )
    )
    if over is not None:
        over.state, over.decided_at = RequestState.declined, at
        _trace(AuditAction.primary_offer_ended, over, None, at, how="expired")


def _home(member: Member) -> Organisation:
    home = member.organisation
    assert home is not None
    return home


def _trace(
    action: AuditAction,
    handover: Handover,
    by: Member | None,
    at: datetime,
    **detail: str,
) -> None:
    organisation = _home(handover.to_member)
    audit.append(
        action,
        f"organisation:{organisation.reference}",
        by=by,
        at=at,
        before=handover.from_member.reference,
        after=handover.to_member.reference,
        **detail,
    )


# Users among whom somebody is chosen; a larger organisation asks the board.
MOST_OFFERED = 200

OFFERED_ALREADY = _l("You have offered the role already.")
OVER = _l("This offer is over.")
