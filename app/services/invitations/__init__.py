"""Shares that wait: a candidate invites an organisation that is not here yet.

It is written to, with the candidate's name and no result. When an organisation with
the same website is approved, the result goes out to it and the candidate is told; how
is in invitation_answers.py.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Entry,
    Invitation,
    Organisation,
    User,
)
from app.services import access, domains, hosts, mail, throttle, waiting
from app.services.doors import Door
from app.services.hosts import Invited
from app.services.invitations.answers import answer as answer
from app.services.invitations.answers import answer_all as answer_all
from app.services.sharing import shareable
from app.services.sharing.wishes import Wish, wished
from app.transactions import atomic
from app.values import (
    TERMS_VERSION,
    AuditAction,
    ShareScope,
)

DAY = timedelta(days=1)
# More than one application asks for in a day, and too few to send advertising.
MOST_A_DAY = 5
# Messages to one address in a day, whoever invites it: more candidates wait all the
# same, and nobody's mailbox is flooded.
MAILS_A_DAY = 3
ROWS = 50


@dataclass(frozen=True)
class Demand:
    """How many candidates wait for one website, and since when."""

    host: str
    count: int
    since: datetime


def invite(
    entry: Entry,
    invited: Invited,
    *,
    by: CandidateAccount,
    at: datetime,
    address: str,
    scope: ShareScope = ShareScope.components,
    purpose: str = "",
    expires_on: date | None = None,
) -> Invitation:
    """Let a share wait for an organisation that is not here, and write to it.

    Raises Refused at the field that is not right; Conflict when the organisation
    receives results here already, or this result waits for it already.
    """
    checked = hosts.checked(invited)
    wish = wished(scope, purpose, expires_on, at=at)
    throttle.charge(Door.invitation, by.reference, address, at=at)
    made = _made(entry, checked, wish, by, at)
    with atomic() as tx:
        shareable.hold(entry, scope, by=by, at=at)
        if hosts.receiving(made.host):
            raise Conflict(HERE_ALREADY, field="website")
        waiting.lapse(at=at, of=Invitation.entry_id == entry.id)
        _require_few(by, at)
        try:
            with tx.begin_nested():
                tx.add(made)
        except IntegrityError:
            raise Conflict(WAITS_ALREADY, field="website") from None
        _trace(made, entry, by, at)
        _write_to(made, entry, by, at)
    return made


def withdraw(invitation: Invitation, *, by: CandidateAccount, at: datetime) -> None:
    """Take an invitation back: nothing goes out when the organisation joins.

    Raises Conflict once it has gone out, or is over.
    """
    with atomic():
        access.hold_own_entry(invitation.entry_id, by)
        if not waiting.end(Invitation.id == invitation.id, by=by, at=at):
            raise Conflict(_l("This invitation does not wait any more."))
    db.session.refresh(invitation)


def of(account: CandidateAccount, *, at: datetime) -> list[Invitation]:
    """Return the invitations of an account's results that still wait, newest first."""
    unexpired = or_(Invitation.expires_at.is_(None), Invitation.expires_at > at)
    query = (
        select(Invitation)
        .join(Entry, Entry.id == Invitation.entry_id)
        .options(joinedload(Invitation.entry).joinedload(Entry.session))
        .where(Entry.account_id == account.id, waiting.waits(), unexpired)
        .order_by(Invitation.at.desc(), Invitation.id.desc())
    )
    return list(db.session.scalars(query.limit(ROWS)))


def end_all(
    account: CandidateAccount,
    *,
    at: datetime,
    by: CandidateAccount | User | None = None,
) -> int:
    """Take back every invitation that an account made, or that is about its results.

    By its owner's wish, unless somebody else is named. Returns how many.
    """
    own = select(Entry.id).where(Entry.account_id == account.id)
    mine = or_(Invitation.account_id == account.id, Invitation.entry_id.in_(own))
    return waiting.end(mine, by=by or account, at=at)


def already_here(website: str) -> list[Organisation]:
    """Return the organisations with this website that receive results here."""
    return hosts.receiving(hosts.of(domains.website(website)))


def waiting_for(website: str) -> int:
    """Return how many results wait for an organisation with this website."""
    same = Invitation.host == hosts.of(website)
    count = select(func.count(Invitation.id)).where(same, waiting.waits())
    return db.session.scalar(count) or 0


def demand(limit: int = 20) -> list[Demand]:
    """Return the websites that most results wait for, most first."""
    count = func.count(Invitation.id)
    rows = db.session.execute(
        select(Invitation.host, count, func.min(Invitation.at))
        .where(waiting.waits())
        .group_by(Invitation.host)
        .order_by(count.desc(), Invitation.host)
        .limit(limit)
    )
    return [Demand(*row) for row in rows]


def _made(
    entry: Entry, invited: Invited, wish: Wish, by: CandidateAccount, at: datetime
) -> Invitation:
    return Invitation(
        entry_id=entry.id,
        account_id=by.id,
        name=invited.name,
        email=invited.email,
        website=invited.website,
        host=hosts.of(invited.website),
        at=at,
        terms_version=TERMS_VERSION,
        **wish.columns(),
    )


def _require_few(by: CandidateAccount, at: datetime) -> None:
    made = select(func.count(Invitation.id)).where(
        Invitation.account_id == by.id, Invitation.at > at - DAY
    )
    if (db.session.scalar(made) or 0) >= MOST_A_DAY:
        raise Refused(TOO_MANY, status=429)


def _write_to(
    made: Invitation, entry: Entry, by: CandidateAccount, at: datetime
) -> None:
    """Write to the organisation, unless it was written to often enough today.

    The trail has its row by now, so that invitations of one moment are counted one
    after the other. Nothing that the candidate typed goes into the message.
    """
    to_it = select(func.count(Invitation.id)).where(
        Invitation.email == made.email, Invitation.at > at - DAY
    )
    if (db.session.scalar(to_it) or 0) > MAILS_A_DAY:
        return
    mail.queue(
        "invitation",
        to=mail.Address(made.email, by.language),
        about=made.reference,
        at=at,
        name="",
        candidate=entry.name,
        host=made.host,
        path="/verifier/register",
    )


def _trace(made: Invitation, entry: Entry, by: CandidateAccount, at: datetime) -> None:
    waiting.trace(
        AuditAction.invitation_made,
        made.reference,
        by=by,
        at=at,
        entry=entry.reference,
        host=made.host,
        scope=made.scope.value,
        expires=made.expires_at.isoformat() if made.expires_at else "",
        terms=TERMS_VERSION,
    )


HERE_ALREADY = _l(
    "An organisation with this website receives results here. Send yours to it"
    " directly."
)
WAITS_ALREADY = _l(
    "You have invited the organisation with this website: your result waits for it."
)
TOO_MANY = _l(
    "You have invited five organisations today. Please invite the next one tomorrow."
)
