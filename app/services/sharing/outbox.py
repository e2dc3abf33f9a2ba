"""What a candidate has shared with organisations, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import aliased, joinedload

from app.extensions import db
from app.models import CandidateAccount, Entry, Share, ShareAccess
from app.services import consent, publication
from app.values import ResultStatus, ShareState

ROWS = 20
# Further looks are on a page of their own.
LOOKS = 8
LOOKS_ROWS = 100
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Sent:
    """One share: where it stands, and its first looks; `more`: there are others.

    `out`: its result can be seen; it cannot while the board corrects something, or
    has withheld it.
    """

    share: Share
    state: ShareState
    out: bool
    looks: list[ShareAccess]
    more: bool


@dataclass(frozen=True)
class SentPage:
    """A page of what a candidate has shared, newest first."""

    rows: list[Sent]
    number: int
    has_next: bool


@dataclass(frozen=True)
class LooksPage:
    """A page of the looks at one share, in the order in which they were."""

    rows: list[ShareAccess]
    number: int
    has_next: bool


def page_for(account: CandidateAccount, page: int = 1, *, at: datetime) -> SentPage:
    """Return one page of what is shared of an account's results, newest first.

    What somebody else's account shared of them and is on hold is among it.
    """
    number = min(max(page, 1), LAST_PAGE)
    query = _shares(account).offset((number - 1) * ROWS).limit(ROWS + 1)
    found = list(db.session.scalars(query))
    looks = _first_looks([share.id for share in found[:ROWS]])
    entries = [share.entry_id for share in found[:ROWS]]
    out = set(publication.published_of(entries, ResultStatus.graded, at=at))
    return SentPage(
        rows=[
            Sent(
                share,
                consent.state(share, at=at),
                share.entry_id in out,
                looks[share.id][:LOOKS],
                len(looks[share.id]) > LOOKS,
            )
            for share in found[:ROWS]
        ],
        number=number,
        has_next=len(found) > ROWS,
    )


def looks_at(share: Share, page: int = 1) -> LooksPage:
    """Return one page of the looks at a share and the downloads, first ones first."""
    number = min(max(page, 1), LAST_PAGE)
    query = _looks().where(ShareAccess.share_id == share.id)
    query = query.offset((number - 1) * LOOKS_ROWS).limit(LOOKS_ROWS + 1)
    found = list(db.session.scalars(query))
    return LooksPage(found[:LOOKS_ROWS], number, len(found) > LOOKS_ROWS)


def shares_of(account: CandidateAccount) -> list[Share]:
    """Return all that is shared of an account's results, ended ones too."""
    return list(db.session.scalars(_shares(account)))


def _shares(account: CandidateAccount) -> Select[Share]:
    # In two halves, each of which an index finds: what the account itself shared, and
    # what stands of its entries whoever shared it.
    mine = select(Share.id).where(Share.account_id == account.id)
    of_mine = (
        select(Share.id)
        .join(Entry, Entry.id == Share.entry_id)
        .where(Entry.account_id == account.id, Share.withdrawn_at.is_(None))
    )
    keys = union(mine, of_mine).subquery()
    return (
        select(Share)
        .join(keys, keys.c.id == Share.id)
        .join(Entry, Entry.id == Share.entry_id)
        .options(
            joinedload(Share.organisation),
            joinedload(Share.entry).joinedload(Entry.session),
        )
        .where(Entry.account_id == account.id)
        .order_by(Share.at.desc(), Share.id.desc())
    )


def _first_looks(keys: Iterable[int]) -> dict[int, list[ShareAccess]]:
    found: dict[int, list[ShareAccess]] = {key: [] for key in keys}
    order = (ShareAccess.at, ShareAccess.id)
    rank = func.row_number().over(partition_by=ShareAccess.share_id, order_by=order)
    ranked = (
        select(ShareAccess, rank.label("rank"))
        .where(ShareAccess.share_id.in_(found))
        .subquery()
    )
    look = aliased(ShareAccess, ranked)
    query = select(look).where(ranked.c.rank <= LOOKS + 1)
    for row in db.session.scalars(query.order_by(look.at, look.id)):
        found[row.share_id].append(row)
    return found


def _looks() -> Select[ShareAccess]:
    return select(ShareAccess).order_by(ShareAccess.at, ShareAccess.id)
