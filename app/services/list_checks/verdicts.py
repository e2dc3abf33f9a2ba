"""What a claim is answered: a word that tells no mark that was not claimed.

Guessing is shut out in three ways: a number is looked at once in a list, a result is
held against the claims of three lists in thirty days, and what is not found counts in
a budget of the organisation's lists. See docs/decisions/0019-looking-up.md.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Entry, ListCheck, Lookup, Release, Result
from app.services import lookups
from app.services.amending import had_come_out
from app.services.list_checks.columns import Claim

# Lists whose claims one result is held against for one organisation, and in what time:
# of some 150 scores, nobody finds the right one by three guesses a month.
MOST_CLAIMS = 3
CLAIMS_WITHIN = timedelta(days=30)


class Verdict(StrEnum):
    """What a row of a list is answered."""

    matches = "matches"
    differs = "differs"
    amended = "amended"
    not_found = "not_found"
    invalid = "invalid"
    repeated = "repeated"
    # It was held against other claims already, as often as it may be.
    enough = "enough"
    # The rest of a list in which too much was not found.
    unchecked = "unchecked"


# The row was about somebody's result, who is told.
LOOKED = frozenset({Verdict.matches, Verdict.differs, Verdict.amended})


def hold(entries: Sequence[Entry]) -> None:
    """Hold these entries until the transaction ends: their candidates are told once."""
    keys = sorted(entry.id for entry in entries)
    rows = select(Entry.id).where(Entry.id.in_(keys)).order_by(Entry.id)
    db.session.execute(rows.with_for_update(key_share=True))


def of(
    check: ListCheck, claims: Sequence[Claim], *, at: datetime
) -> list[tuple[Verdict, Result | None]]:
    """Return what each claim is answered, with the result it was held against."""
    entries = _entries(claims)
    hold(list(entries.values()))
    keys = [entry.id for entry in entries.values()]
    found = lookups.open_results(check.organisation_id, keys, at=at)
    results = dict(zip(keys, found, strict=True))
    spent = _spent(check, keys, at)
    answers: list[tuple[Verdict, Result | None]] = []
    for claim in claims:
        entry = entries.get(claim.number)
        result = results[entry.id] if entry is not None else None
        answers.append(_verdict(claim, entry, result, spent, at))
    return answers


def _verdict(
    claim: Claim,
    entry: Entry | None,
    result: Result | None,
    spent: Collection[int],
    at: datetime,
) -> tuple[Verdict, Result | None]:
    if claim.wrong:
        verdict = Verdict.repeated if claim.wrong == REPEATED else Verdict.invalid
        return verdict, None
    born = entry.date_of_birth.isoformat() if entry is not None else ""
    if entry is None or result is None or born != claim.born:
        return Verdict.not_found, None
    if claim.claims and entry.id in spent:
        return Verdict.enough, None
    if _says(result, claim):
        return Verdict.matches, result
    if any(_says(version, claim) for version in _earlier(result, at)):
        return Verdict.amended, result
    return Verdict.differs, result


# What `wrong` says of a number that stands in the list above.
REPEATED = "repeated"


def _says(result: Result, claim: Claim) -> bool:
    level = not claim.level or claim.level == result.cefr
    return level and claim.overall in (None, result.overall)


def _earlier(result: Result, at: datetime) -> Sequence[Result]:
    """Return the versions of a result that were out before it."""
    return db.session.scalars(
        select(Result)
        .join(Release, Release.id == Result.release_id)
        .where(
            Result.entry_id == result.entry_id,
            Result.version < result.version,
            had_come_out(at, Result, Release),
        )
    ).all()


def _entries(claims: Sequence[Claim]) -> dict[str, Entry]:
    wanted = [claim.number for claim in claims if not claim.wrong]
    rows = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.session), joinedload(Entry.account))
        .where(Entry.statement_number.in_(wanted))
    )
    return {entry.statement_number: entry for entry in rows}


def _spent(check: ListCheck, keys: Sequence[int], at: datetime) -> set[int]:
    """Return the entries that were held against the claims of enough other lists."""
    rows = db.session.execute(
        select(Lookup.entry_id, ListCheck.counts)
        .join(ListCheck, ListCheck.id == Lookup.list_check_id)
        .where(
            Lookup.entry_id.in_(keys),
            Lookup.organisation_id == check.organisation_id,
            Lookup.at > at - CLAIMS_WITHIN,
            ListCheck.id != check.id,
        )
    )
    held = [entry_id for entry_id, counts in rows if counts.get(CLAIMED)]
    return {key for key in held if held.count(key) >= MOST_CLAIMS}


# In the counts of a list: how many of its rows claim a level or a score.
CLAIMED = "claimed"
