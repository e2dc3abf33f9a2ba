"""A link that shows one result to whoever holds it and knows the date of birth.

It lasts until its date has passed or its candidate ends it; from that moment it opens
nothing, also where it was open already. How it is opened is in link_looks.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, func, or_, select, update
from sqlalchemy.orm import contains_eager

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import CandidateAccount, Entry, ShareLink, ShareLinkLook, User
from app.services import access, audit, consent, localtime, publication
from app.services.links import letters
from app.services.links.addressing import drawn as drawn
from app.services.links.addressing import of as address
from app.services.links.opening import again as again
from app.services.links.opening import looks_at as looks_at
from app.services.links.opening import open_from as open_from
from app.services.links.opening import open_to as open_to
from app.services.links.opening import opened as opened
from app.services.sharing import shareable
from app.services.sharing.wishes import wished
from app.transactions import atomic
from app.values import (
    TERMS_VERSION,
    AuditAction,
    ResultStatus,
    ShareScope,
    ShareState,
)

# How long a link lasts unless its candidate says otherwise, and at most: an address
# goes from hand to hand, and nobody remembers all of them after a year.
USUAL = timedelta(days=30)
LONGEST = timedelta(days=365)
# As many as one application season needs; more could not be kept in view.
MOST_LIVE = 10
ROWS = 30
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Made:
    """One link: where it stands, how often it was opened, and when last.

    `out`: its result can be seen; until then the link shows nothing, whatever its
    state. `address` is empty once it opens nothing any more.
    """

    link: ShareLink
    state: ShareState
    out: bool
    address: str
    looks: int
    last_look: datetime | None


@dataclass(frozen=True)
class LinksPage:
    """A page of the links to one result; those that are over stand there, too."""

    rows: list[Made]
    number: int
    has_next: bool


def make(
    entry: Entry,
    *,
    by: CandidateAccount,
    expires_on: date | None,
    scope: ShareScope,
    purpose: str,
    at: datetime,
) -> ShareLink:
    """Make a link to the candidate's own published, graded result.

    Raises Refused for somebody under 18, unless the board lets them; without a last
    day, or with one more than a year away; and beside ten links that work. The same
    form sent twice makes one.
    """
    if not open_to(entry, at=at):
        raise Refused(FOR_ADULTS, status=403)
    last = _last_day(expires_on, at)
    wish = wished(scope, purpose, last, at=at)
    made = ShareLink(
        entry_id=entry.id,
        account_id=by.id,
        at=at,
        terms_version=TERMS_VERSION,
        **wish.columns(),
    )
    with atomic() as tx:
        shareable.hold(entry, scope, by=by, at=at)
        if twin := tx.scalar(_just_like(made).where(consent.link_stands(at))):
            return twin
        live = select(func.count(ShareLink.id)).where(
            ShareLink.entry_id == entry.id, consent.link_stands(at)
        )
        if (tx.scalar(live) or 0) >= MOST_LIVE:
            raise Refused(TOO_MANY, status=409)
        tx.add(made)
        tx.flush()
        _trace(AuditAction.link_made, made, by, at, entry=entry.reference)
        letters.made(made, at=at)
    return made


def usual_last_day(at: datetime) -> date:
    """Return the last day of a link whose candidate does not say otherwise."""
    return localtime.today(at) + USUAL


def revoke(link: ShareLink, *, by: CandidateAccount, at: datetime) -> None:
    """End a link: it opens nothing any more, also where it is open at this moment."""
    with atomic() as tx:
        access.hold_own_entry(link.entry_id, by)
        ended = tx.execute(
            update(ShareLink)
            .where(ShareLink.id == link.id, consent.link_stands(at))
            .values(revoked_at=at)
        )
        if ended.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("This link has ended already."))
        _trace(AuditAction.link_revoked, link, by, at)
    db.session.refresh(link)


def of(account: CandidateAccount, *, at: datetime) -> list[Made]:
    """Return the links that open an account's results at an instant, newest first."""
    mine = _links().where(Entry.account_id == account.id, consent.link_stands(at))
    return _made(mine.limit(ROWS), at)


def of_entry(entry: Entry, page: int = 1, *, at: datetime) -> LinksPage:
    """Return one page of the links to a result; those that work stand first."""
    number = min(max(page, 1), LAST_PAGE)
    rank = case((consent.link_stands(at), 0), else_=1)
    ours = _links(rank).where(ShareLink.entry_id == entry.id)
    found = _made(ours.offset((number - 1) * ROWS).limit(ROWS + 1), at)
    return LinksPage(found[:ROWS], number, len(found) > ROWS)


def one(link: ShareLink, *, at: datetime) -> Made:
    """Return where one link stands."""
    (made,) = _made(_links().where(ShareLink.id == link.id), at)
    return made


def end_all(
    account: CandidateAccount,
    *,
    at: datetime,
    by: CandidateAccount | User | None = None,
) -> int:
    """End every link that an account made, or that leads to its results.

    By its owner's wish, unless somebody else is named. Returns how many.
    """
    own = select(Entry.id).where(Entry.account_id == account.id)
    mine = or_(ShareLink.account_id == account.id, ShareLink.entry_id.in_(own))
    live = select(ShareLink).where(mine, consent.link_stands(at))
    with atomic() as tx:
        rows = tx.scalars(live.order_by(ShareLink.id).with_for_update()).all()
        keys = [row.id for row in rows]
        over = update(ShareLink).where(ShareLink.id.in_(keys))
        tx.execute(over.values(revoked_at=at))
        for row in rows:
            _trace(AuditAction.link_revoked, row, by or account, at)
    return len(rows)


def _just_like(made: ShareLink) -> Select[ShareLink]:
    """Select the link that the same form has made a moment ago."""
    same = [
        getattr(ShareLink, name) == getattr(made, name)
        for name in ("entry_id", "account_id", "scope", "purpose", "expires_at")
    ]
    query = select(ShareLink).where(*same, ShareLink.at > made.at - audit.TWICE)
    return query.order_by(ShareLink.id.desc()).limit(1)


def _last_day(day: date | None, at: datetime) -> date:
    if day is None:
        raise Refused(_l("Choose the last day of the link."), field="expires_on")
    today = localtime.today(at)
    if day <= today:
        raise Refused(_l("Choose a day after today."), field="expires_on")
    if day > today + LONGEST:
        words = _l(
            "Choose a day in the next 12 months. You can make another link then."
        )
        raise Refused(words, field="expires_on")
    return day


def _links(*first: Any) -> Select[ShareLink]:
    return (
        select(ShareLink)
        .join(Entry, Entry.id == ShareLink.entry_id)
        .join(Entry.session)
        .options(contains_eager(ShareLink.entry).contains_eager(Entry.session))
        .order_by(*first, ShareLink.at.desc(), ShareLink.id.desc())
    )


def _made(query: Select[ShareLink], at: datetime) -> list[Made]:
    links = db.session.scalars(query).all()
    looks = _looks([link.id for link in links])
    entries = [link.entry_id for link in links]
    out = set(publication.published_of(entries, ResultStatus.graded, at=at))
    return [
        Made(
            link,
            state := _state(link, at),
            link.entry_id in out,
            address(link) if state is ShareState.standing else "",
            *looks.get(link.id, (0, None)),
        )
        for link in links
    ]


def _looks(keys: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
    counted = (
        select(ShareLinkLook.link_id, func.count(), func.max(ShareLinkLook.at))
        .where(ShareLinkLook.link_id.in_(keys))
        .group_by(ShareLinkLook.link_id)
    )
    return {key: (count, last) for key, count, last in db.session.execute(counted)}


def _state(link: ShareLink, at: datetime) -> ShareState:
    """Return where a link stands: `standing` exactly where it opens something."""
    if link.expires_at <= (link.revoked_at or at):
        return ShareState.expired
    if link.revoked_at is not None:
        return ShareState.withdrawn
    return ShareState.standing if open_to(link.entry, at=at) else ShareState.suspended


def _trace(
    action: AuditAction,
    link: ShareLink,
    by: CandidateAccount | User,
    at: datetime,
    **detail: str,
) -> None:
    if action is AuditAction.link_made:
        until = link.expires_at.isoformat()
        detail |= {"scope": link.scope.value, "expires": until, "terms": TERMS_VERSION}
    audit.append(action, f"link:{link.reference}", by=by, at=at, **detail)


FOR_ADULTS = _l("You can make a link from your 18th birthday on.")
TOO_MANY = _l(
    "You have ten links to this result that work. End one that you do not need any"
    " more, and make a new one then."
)
