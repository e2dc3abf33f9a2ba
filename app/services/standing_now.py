"""Where a shared result stands today, and how it came to that: states and instants.

Only what its organisation may know. That the board looks into a result is said while it
does, never what was asked or found; a correction that is decided and not out reads as
being looked into. Nothing of a result that was never out, or not yet.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Enquiry, Lookup, Result, Share
from app.services import publication, signing, standings
from app.services.amending import amends
from app.services.enquiries.standing import Known, known_with
from app.values import ResultStatus


class ResultState(StrEnum):
    """What holds of a shared result; `none`: there is nothing to be said of it."""

    valid = "valid"
    under_enquiry = "under_enquiry"
    # In a history only: the board had looked into it, and changed nothing.
    confirmed = "confirmed"
    amended = "amended"
    withdrawn = "withdrawn"
    none = "none"


# What is printed where a result is given as it stands.
WORDS = {
    ResultState.valid: _l("Valid"),
    ResultState.under_enquiry: _l("Under enquiry"),
    ResultState.amended: _l("Amended"),
}

Event: TypeAlias = tuple[ResultState, datetime]


@dataclass(frozen=True)
class Standing:
    """The state of now; the states until now with their beginnings, the latest first.

    amended: a version that was out has been replaced by the one of now, which may be
    looked into again.
    """

    state: ResultState
    history: Sequence[Event]
    amended: bool


def status(share: Share, result: Result | None, *, at: datetime) -> ResultState:
    """Return what holds of a shared result at an instant, given what is visible."""
    state = of(share, at=at).state
    gone = result is None and state is not ResultState.withdrawn
    return ResultState.none if gone else state


def history(share: Share, *, at: datetime) -> Sequence[Event]:
    """Return the states a shared result has been in until now, the latest first."""
    return of(share, at=at).history


def of(share: Share | Lookup, *, at: datetime) -> Standing:
    """Return where a shared result stands at an instant."""
    return of_many([share], at=at)[share.id]


def of_many(shares: Sequence[Share | Lookup], *, at: datetime) -> dict[int, Standing]:
    """Return where shared results stand at an instant, by the key of the share.

    It takes four queries, for some hundreds at once.
    """
    keys = list({share.entry_id for share in shares})
    visible = publication.published_results(keys, at=at)
    versions: dict[int, list[Row[Result, bool]]] = defaultdict(list)
    for row in db.session.execute(_came_out(keys, at)):
        versions[row[0].entry_id].append(row)
    hidden = standings.hidden_since(keys, at=at)
    enquiries = _by_entry(db.session.scalars(_passed_on(keys)))
    return {
        share.id: _standing(
            share,
            visible.get(share.entry_id),
            versions[share.entry_id],
            hidden.get(share.entry_id),
            enquiries[share.entry_id],
        )
        for share in shares
    }


def of_results(
    results: Sequence[Result], amended: Collection[int]
) -> dict[int, ResultState]:
    """Return what holds of results that may be seen, by the key of the entry.

    They are graded; `amended` are the keys of those that are. It takes one query.
    """
    asked = _passed_on([result.entry_id for result in results])
    enquiries = _by_entry(db.session.scalars(asked))
    return {
        result.entry_id: _holds(
            result, enquiries[result.entry_id], result.id in amended
        )
        for result in results
    }


def _holds(result: Result, enquiries: Sequence[Enquiry], amended: bool) -> ResultState:
    if any(known_with(row, result) is Known.with_board for row in enquiries):
        return ResultState.under_enquiry
    return ResultState.amended if amended else ResultState.valid


def _standing(
    share: Share | Lookup,
    visible: Result | None,
    versions: Sequence[Row[Result, bool]],
    hidden: datetime | None,
    enquiries: Sequence[Enquiry],
) -> Standing:
    events = [*_of_versions(versions), *_of_enquiries(share, enquiries, visible)]
    if hidden is not None:
        events.append((ResultState.withdrawn, hidden))
    events.sort(key=lambda event: event[1], reverse=True)
    told = [state for state, _ in events]
    amended = ResultState.amended in told
    if visible is None or visible.status is not ResultStatus.graded:
        gone = ResultState.withdrawn in told
        state = ResultState.withdrawn if gone else ResultState.none
    else:
        state = _holds(visible, enquiries, amended)
    return Standing(state, events, amended)


def _of_versions(versions: Sequence[Row[Result, bool]]) -> Iterator[Event]:
    """Give when versions came out; one without a grade takes back what was there."""
    graded = False
    for result, amended in versions:
        if not _was_seen(result):
            continue
        out_at = _out_at(result)
        if result.status is ResultStatus.graded:
            yield ResultState.amended if amended else ResultState.valid, out_at
            graded = True
        elif graded:
            yield ResultState.withdrawn, out_at


def _of_enquiries(
    share: Share | Lookup, enquiries: Sequence[Enquiry], visible: Result | None
) -> Iterator[Event]:
    """Give when the board began to look into it, and when it left it as it was.

    A change is told by the version that comes of it. What was over before the result
    was shared, or found, is the candidate's own business.
    """
    for row in enquiries:
        unchanged = known_with(row, visible) is Known.unchanged
        ended = row.decided_at if unchanged else None
        if row.accepted_at is None or (ended is not None and ended < share.at):
            continue
        yield ResultState.under_enquiry, row.accepted_at
        if ended is not None:
            yield ResultState.confirmed, ended


def _came_out(entry_ids: list[int], at: datetime) -> Select[Result, bool]:
    """Select the versions that have been out, as far as their release tells."""
    return (
        select(Result, amends(at))
        .join(Result.release)
        .options(joinedload(Result.release))
        .where(Result.entry_id.in_(entry_ids), signing.came_out(at))
        .order_by(Result.version)
    )


def _passed_on(entry_ids: list[int]) -> Select[Enquiry]:
    """Select the enquiries that have been with the board."""
    return (
        select(Enquiry)
        .options(joinedload(Enquiry.new_result))
        .where(Enquiry.entry_id.in_(entry_ids), Enquiry.accepted_at.is_not(None))
        .order_by(Enquiry.id)
    )


def _out_at(result: Result) -> datetime:
    release = result.release
    assert release is not None
    assert release.approved_at is not None
    return max(release.instant, release.approved_at)


def _was_seen(result: Result) -> bool:
    """Tell whether a version was there to be seen before it was taken back."""
    return result.withdrawn_at is None or result.withdrawn_at >= _out_at(result)


def _by_entry(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.entry_id].append(row)
    return found
