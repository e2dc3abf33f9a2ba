"""Which results an organisation may find without a share, and which it was sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, union_all

from app.extensions import db
from app.models import Result, Share
from app.services import consent, publication
from app.values import ResultStatus, ShareState


def open_results(
    organisation_id: int | None, entry_ids: Sequence[int], *, at: datetime
) -> list[Result | None]:
    """Return the results that an organisation may find of these entries, in order.

    Those that are out and graded, unless their candidate has taken them back from this
    very organisation. None stands for everything else.
    """
    out = publication.published_results(list(entry_ids), at=at)
    taken_back = _states(organisation_id, entry_ids, at)
    results = []
    for entry_id in entry_ids:
        result, states = out.get(entry_id), taken_back.get(entry_id, {})
        graded = result is not None and result.status is ResultStatus.graded
        closed = ShareState.withdrawn in states and ShareState.standing not in states
        results.append(result if graded and not closed else None)
    return results


def standing_shares(
    organisation_id: int | None, entry_ids: Sequence[int], *, at: datetime
) -> dict[int, Share]:
    """Return the shares with an organisation that stand, by the key of their entry."""
    states = _states(organisation_id, entry_ids, at)
    return {
        entry_id: found[ShareState.standing]
        for entry_id, found in states.items()
        if ShareState.standing in found
    }


def _states(
    organisation_id: int | None, entry_ids: Iterable[int], at: datetime
) -> dict[int, dict[ShareState, Share]]:
    # Each half has an index of its own; both together have none.
    theirs = select(Share.id).where(
        Share.organisation_id == organisation_id, Share.entry_id.in_(entry_ids)
    )
    live = theirs.where(Share.withdrawn_at.is_(None))
    ended = theirs.where(Share.withdrawn_at.is_not(None))
    keys = union_all(live, ended).subquery()
    rows = db.session.scalars(select(Share).where(Share.id.in_(select(keys.c.id))))
    found: dict[int, dict[ShareState, Share]] = {}
    for share in rows:
        found.setdefault(share.entry_id, {})[consent.state(share, at=at)] = share
    return found
