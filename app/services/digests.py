"""Telling members of newly shared results: each time, once a day, or on Mondays.

`Member.told_until` says what a member has been told of. It moves in the transaction
that queues the message, so that a job which was down makes up for it with one summary,
and two jobs at once send one.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Select, and_, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Mail, Member, Organisation, Share
from app.services import audit, consent, localtime, mailing, newly_shared
from app.transactions import atomic
from app.values import AuditAction, Notify

# When summaries go, on the organisation's clock: before people begin their work.
MORNING = time(8)
# A share that was being written when the job ran has been written by then.
SETTLED = timedelta(minutes=1)
# Members in one transaction, and messages to one of them.
BATCH = 100
PART = 200

Stop: TypeAlias = Callable[[], bool]


def _go_on() -> bool:
    return False


def choose(member: Member, wanted: Notify, *, at: datetime) -> None:
    """Let a member say how often they are told; whoever begins is told from now on."""
    if member.notify is wanted:
        return
    begins = {"told_until": at} if member.notify is Notify.off else {}
    with atomic() as tx:
        changed = tx.execute(
            update(Member)
            .where(Member.id == member.id, Member.notify == member.notify)
            .values(notify=wanted, **begins)
        )
        if changed.rowcount:  # type: ignore[attr-defined]
            subject, action = f"member:{member.reference}", AuditAction.member_changed
            audit.append(action, subject, by=member, at=at, notify=wanted.value)
    db.session.refresh(member)


def tell_due(*, at: datetime, stop: Stop = _go_on) -> int:
    """Queue every message about newly shared results that is due; return how many."""
    queued = _tell_each(at, stop)
    for often in (Notify.daily, Notify.weekly):
        for until, zones in _mornings(often, at - SETTLED).items():
            queued += _tell_summaries(often, until, zones, at, stop)
    return queued


def zone_of(name: str) -> ZoneInfo:
    """Return an organisation's time zone; the board's, when it has none of its own."""
    try:
        return ZoneInfo(name) if name else localtime.board_zone()
    except (ZoneInfoNotFoundError, ValueError):
        return localtime.board_zone()


def latest_morning(often: Notify, at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the latest summary was due at an instant: a day's, or a Monday's."""
    day = at.astimezone(zone).date()
    step = 1
    if often is Notify.weekly:
        day, step = day - timedelta(days=day.weekday()), 7
    due = datetime.combine(day, MORNING, tzinfo=zone)
    if due > at:
        due = datetime.combine(day - timedelta(days=step), MORNING, tzinfo=zone)
    return due.astimezone(UTC)


# --- Each time ------------------------------------------------------------------------


def _tell_each(at: datetime, stop: Stop) -> int:
    queued, until = 0, at - SETTLED
    fresh = exists().where(
        Share.organisation_id == Member.organisation_id,
        Share.at > Member.told_until,
        Share.at <= until,
        consent.stands(at),
    )
    query = _members(Notify.each, or_(Member.told_until.is_(None), fresh))
    while not stop():
        with atomic() as tx:
            members = tx.execute(query).all()
            for member in members:
                queued += _tell_of_each(tx, member, until, at)
        if not members:
            break
    return queued


def _tell_of_each(tx: Session, member: Any, until: datetime, at: datetime) -> int:
    """Queue a message for each new share; a great many go in parts."""
    rows: list[Any] = []
    if member.told_until is not None:
        query = (
            select(Share.reference, Share.at)
            .where(_new_to(member, until), consent.stands(at))
            .order_by(Share.at, Share.id)
        )
        rows = list(tx.execute(query.limit(PART)))
        if len(rows) == PART:
            # Those of one instant stay together: it is where the next part begins.
            until = rows[-1].at
            rows = list(tx.execute(query.where(Share.at <= until)))
    if not _told(tx, [member], until):
        return 0
    mails = [
        _message(
            member,
            "new_share",
            row.reference,
            at,
            newly_shared.one(member, row.reference),
        )
        for row in rows
    ]
    if mails:
        tx.execute(insert(Mail), mails)
    return len(mails)


# --- Summaries ------------------------------------------------------------------------


def _mornings(often: Notify, at: datetime) -> dict[datetime, list[str]]:
    """Return when the latest summary was due, with the zones in which it was then."""
    zones = (
        select(Organisation.timezone)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.notify == often)
        .distinct()
    )
    found = defaultdict(list)
    for name in db.session.scalars(zones).all():
        found[latest_morning(often, at, zone_of(name))].append(name)
    return found


def _tell_summaries(
    often: Notify, until: datetime, zones: list[str], at: datetime, stop: Stop
) -> int:
    due = or_(Member.told_until.is_(None), Member.told_until < until)
    query = _members(often, and_(due, Organisation.timezone.in_(zones)))
    queued = 0
    while not stop():
        with atomic() as tx:
            members = tx.execute(query).all()
            mails = _summaries(tx, members, until, at)
            _told(tx, members, until)
            if mails:
                tx.execute(insert(Mail), mails)
        queued += len(mails)
        if not members:
            break
    return queued


def _summaries(
    tx: Session, members: Any, until: datetime, at: datetime
) -> list[dict[str, Any]]:
    """Return the messages of those with whom something was shared; others get none."""
    fresh = exists().where(
        Share.organisation_id == Member.organisation_id,
        Share.at > Member.told_until,
        Share.at <= until,
        consent.stands(at),
    )
    keys = [member.id for member in members]
    with_news = set(tx.scalars(select(Member.id).where(Member.id.in_(keys), fresh)))
    return [
        _message(
            member,
            "shared_summary",
            until.isoformat(),
            at,
            newly_shared.between(member, member.told_until, until),
        )
        for member in members
        if member.id in with_news
    ]


# --- Both -----------------------------------------------------------------------------


def _members(often: Notify, due: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return members of one habit who are due, locked: another job passes over them."""
    return (
        select(
            Member.id,
            Member.reference,
            Member.organisation_id,
            Member.email,
            Member.language,
            Member.first_name,
            Member.family_name,
            Member.told_until,
            Organisation.name.label("organisation"),
        )
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Member.notify == often, *newly_shared.may_be_told(), due)
        .order_by(Member.id)
        .limit(BATCH)
        .with_for_update(of=Member, skip_locked=True)
    )


def _new_to(member: Any, until: datetime) -> ColumnElement[bool]:
    return and_(
        Share.organisation_id == member.organisation_id,
        Share.at > member.told_until,
        Share.at <= until,
    )


def _told(tx: Session, members: Any, until: datetime) -> int:
    """Write down until when these members have been told; never back in time."""
    done = tx.execute(
        update(Member)
        .where(
            Member.id.in_([member.id for member in members]),
            or_(Member.told_until.is_(None), Member.told_until < until),
        )
        .values(told_until=until)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _message(
    member: Any, kind: str, about: str, at: datetime, named: dict[str, Any]
) -> dict[str, Any]:
    return mailing.message(
        kind,
        f"{member.reference}:{about}",
        member.email,
        member.language,
        release_id=None,
        at=at,
        name=f"{member.first_name} {member.family_name}".strip(),
        organisation=member.organisation,
        newly_shared=named,
    )
