"""How a user's time ends: for a while or for good, and at once."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update

from app.errors import Conflict
from app.extensions import db
from app.models import Download, Handover, ListCheck, Member
from app.services import mail, signins
from app.services.members import authority
from app.services.members.authority import Actor
from app.services.members.belonging import trace
from app.transactions import atomic
from app.values import AuditAction, Notify, RequestState, WorkState


def deactivate(member: Member, *, by: Actor, at: datetime, why: str = "") -> None:
    """Let a user in no more, and stop at once what goes on for them.

    Never an organisation's primary user: another one takes the role first. Messages
    that wait for them are not sent; see mail.py.
    """
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        done = tx.execute(
            update(Member)
            .where(
                Member.id == member.id,
                Member.active.is_(True),
                authority.may_leave(),
            )
            .values(active=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_why_not(member))
        stop(member, at=at)
        tell_ended(member, at=at)
        detail = {"why": why} if why else {}
        trace(AuditAction.member_deactivated, member, by=by, at=at, **detail)
    db.session.refresh(member)


def restore(member: Member, *, by: Actor, at: datetime) -> None:
    """Let a deactivated user in again, with the password they had.

    Links and browsers of before stay worthless. Who is told of each candidate is told
    of those from now on: not of all who came meanwhile, one message for each.
    """
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        done = tx.execute(
            update(Member)
            .where(Member.id == member.id, Member.active.is_(False))
            .values(active=True)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This user may sign in already, or is gone."))
        each = update(Member).where(
            Member.id == member.id, Member.notify == Notify.each
        )
        tx.execute(each.values(told_until=at))
        signins.end_all(member, at=at)
        mail.queue(
            "member_restored",
            to=member,
            about=f"{member.reference}:{at.isoformat()}",
            at=at,
            name=member.name,
            organisation=_home(member),
            path="/verifier/login",
        )
        trace(AuditAction.member_restored, member, by=by, at=at)
    db.session.refresh(member)


def remove(member: Member, *, by: Actor, at: datetime, why: str = "") -> None:
    """Erase a user, and stop at once what goes on for them.

    Their name stays beside what they looked at, for the candidates. Never an
    organisation's primary user: another one takes the role first.
    """
    with atomic() as tx:
        authority.hold(member.organisation_id, by)
        stop(member, at=at)
        tell_ended(member, at=at)
        done = tx.execute(
            delete(Member)
            .where(Member.id == member.id, authority.may_leave())
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_why_not(member))
        detail = {"why": why} if why else {}
        trace(AuditAction.member_removed, member, by=by, at=at, **detail)
        if member in tx:
            tx.expunge(member)


def stop(member: Member, *, at: datetime) -> None:
    """End what goes on for a user: sign-ins, an offer of the primary role, work.

    Inside the caller's transaction.
    """
    signins.end_all(member, at=at)
    of_theirs = (Handover.from_id == member.id) | (Handover.to_id == member.id)
    db.session.execute(
        update(Handover)
        .where(of_theirs, Handover.state == RequestState.open)
        .values(state=RequestState.declined, decided_at=at)
    )
    for work in (Download, ListCheck):
        db.session.execute(
            update(work)
            .where(
                work.member_id == member.id,
                work.state.in_([WorkState.queued, WorkState.running]),
            )
            .values(state=WorkState.failed, finished_at=at, leased_until=None)
        )


def tell_ended(member: Member, *, at: datetime) -> None:
    """Tell somebody that they are no user of their organisation any more.

    Written to the address alone: what waits for the user themselves is not sent.
    """
    mail.queue(
        "member_ended",
        to=mail.Address(member.email, member.language),
        about=f"{member.reference}:{at.isoformat()}",
        at=at,
        name=member.name,
        organisation=_home(member),
    )


def _home(member: Member) -> str:
    home = member.organisation or member.school
    assert home is not None
    return home.name


def _why_not(member: Member) -> object:
    standing = select(Member.active, Member.organisation_id).where(
        Member.id == member.id, ~authority.may_leave()
    )
    if db.session.execute(standing).first() is not None:
        return PRIMARY_STAYS
    return _l("This user is not active any more.")


PRIMARY_STAYS = _l(
    "An organisation always has a primary user. Somebody else has to take the role"
    " first."
)
