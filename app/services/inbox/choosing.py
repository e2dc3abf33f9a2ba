"""What a member chooses of the list: some by their reference, or all that match."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import Member, Share
from app.services import access
from app.services.inbox.wanted import Wanted, all_keys, whose
from app.services.inbox.ways import first_wanted

# One download holds no more; nobody can look through it either.
MOST_CHOSEN = 100_000
# Nobody ticks more by hand; a page shows 25.
MOST_TICKED = 500


@dataclass(frozen=True)
class Selection:
    """Shares by reference; or, where there are no references, all that is wanted."""

    references: tuple[str, ...] | None
    wanted: Wanted = field(default_factory=Wanted)


def selected(member: Member, selection: Selection, *, at: datetime) -> Select[int]:
    """Select the keys of the shares that a member chose: all live, all their own.

    One that is foreign, over or unknown, or the same one twice, refuses all of them:
    NotFound. Raises Refused for none, and for more than one download can hold. What
    ends between this and its use is not in the statement's answer any more.
    """
    if selection.references is None:
        return _all_that_match(member, selection.wanted, at)
    references = selection.references
    if not references:
        raise Refused(NOTHING_CHOSEN)
    if len(references) > MOST_TICKED or len(set(references)) < len(references):
        raise NotFound(access.NOTHING_HERE)
    found = all_keys(walked=False).where(Share.reference.in_(references))
    found = found.params(whose(member, at))
    if _count(found) != len(references):
        raise NotFound(access.NOTHING_HERE)
    return found


NOTHING_CHOSEN = _l("Choose at least one result.")
TOO_MANY = _l(
    "More than %(most)s results match. Look for fewer, for example of one exam date.",
    most=f"{MOST_CHOSEN:,}",
)


def _all_that_match(member: Member, wanted: Wanted, at: datetime) -> Select[int]:
    found = first_wanted(wanted, member, MOST_CHOSEN + 1, at=at)
    count = _count(found.params(whose(member, at)))
    if not count:
        raise Refused(NOTHING_CHOSEN)
    if count > MOST_CHOSEN:
        raise Refused(TOO_MANY)
    # Newest first, so that what comes in meanwhile does not make it one too many.
    return first_wanted(wanted, member, MOST_CHOSEN, at=at).params(whose(member, at))


def _count(found: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
