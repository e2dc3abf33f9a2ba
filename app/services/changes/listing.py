"""What changed, page by page, for the users of an organisation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Entry, Lookup, Member, Share
from app.services.changes import finding

ROWS = 25
# Counting stops here: nobody needs to know more than that there are many.
MOST_COUNTED = 100
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Change:
    """One result that is not any more what the organisation saw.

    seen: how it was, a share or a look-up. version: of the result that may be seen now;
    0 where none may. on: when it was amended or withdrawn.
    """

    seen: Share | Lookup
    version: int
    on: datetime

    @property
    def entry(self) -> Entry:
        """Whose result it is."""
        return self.seen.entry

    @property
    def shared(self) -> bool:
        """Whether it was shared with the organisation, and not looked up."""
        return isinstance(self.seen, Share)

    @property
    def amended(self) -> bool:
        """Whether there is another version to look at; otherwise it was withdrawn."""
        return self.version > 0

    @property
    def mark(self) -> str:
        """What a form says of it: which one, and what its reader saw become of it."""
        return f"{self.seen.reference}:{self.version}"


@dataclass(frozen=True)
class ChangesPage:
    """A page of what changed, the latest first."""

    rows: list[Change]
    number: int
    has_next: bool


def page_for(member: Member, page: int = 1, *, at: datetime) -> ChangesPage:
    """Return one page of what changed since the member's organisation looked.

    Only of what it may still see: of a share that is over nothing is said.
    """
    number = min(max(page, 1), LAST_PAGE)
    all_of_them = _all(member, at).subquery()
    query = select(all_of_them).order_by(
        all_of_them.c.changed_at.desc(), all_of_them.c.shared, all_of_them.c.id
    )
    found = db.session.execute(query.offset((number - 1) * ROWS).limit(ROWS + 1)).all()
    return ChangesPage(_loaded(found[:ROWS]), number, len(found) > ROWS)


def count(member: Member, *, at: datetime) -> int:
    """Return how many changes nobody has taken note of; counting stops at 100."""
    some = _all(member, at).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _all(member: Member, at: datetime) -> Any:
    """Select what changed; who was both shared and looked up stands there as shared."""
    shares = finding.of_shares(member, at)
    shared = select(shares.subquery().c.entry_id)
    lookups = finding.of_lookups(member, at).where(Lookup.entry_id.not_in(shared))
    return union_all(
        shares.add_columns(literal(True).label("shared")),
        lookups.add_columns(literal(False).label("shared")),
    )


def _loaded(found: Sequence[Any]) -> list[Change]:
    shares = _by_key(Share, [row.id for row in found if row.shared])
    lookups = _by_key(Lookup, [row.id for row in found if not row.shared])
    return [
        Change(
            shares[row.id] if row.shared else lookups[row.id],
            row.version,
            row.changed_at,
        )
        for row in found
    ]


def _by_key(model: type[Any], keys: Iterable[int]) -> dict[int, Any]:
    wanted = list(keys)
    if not wanted:
        return {}
    rows: Select[Any] = select(model).where(model.id.in_(wanted))
    with_entry = joinedload(model.entry).joinedload(Entry.session)
    return {row.id: row for row in db.session.scalars(rows.options(with_entry))}
