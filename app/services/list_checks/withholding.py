"""What the answers of a list may say now: nothing of whom is not found any more.

A candidate takes their result back, or the board withdraws it: the list is answered as
it would be today, and goes on confirming nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.models import Entry, ListCheck
from app.services import lookups
from app.services.list_checks import keeping
from app.services.list_checks.keeping import Answer
from app.services.list_checks.verdicts import LOOKED, Verdict

# Answers that say that number and date of birth belong to a result.
CONFIRMING = LOOKED | {Verdict.enough}
# Numbers that are asked about at once.
BATCH = 500


def of_part(check: ListCheck, part: int, *, at: datetime) -> list[Answer]:
    """Return what one part of a list is answered, as far as it may be said now."""
    return _sayable(check, keeping.answers_of(check, part), at)


def of_all(check: ListCheck, *, at: datetime) -> list[Answer]:
    """Return what the rows that are done are answered, as far as it may be said now."""
    parts = range(keeping.parts(check.done))
    answers = [one for part in parts for one in keeping.answers_of(check, part)]
    return _sayable(check, answers, at)


def counts(check: ListCheck, *, at: datetime) -> Mapping[str, int]:
    """Return how many rows are answered what: never more than the rows say now."""
    if not any(check.counts.get(one) for one in CONFIRMING):
        return check.counts
    return Counter(answer.verdict for answer in of_all(check, at=at))


def _sayable(check: ListCheck, answers: Sequence[Answer], at: datetime) -> list[Answer]:
    confirming = [one.number for one in answers if one.verdict in CONFIRMING]
    found = set(_found(check, confirming, at))
    gone = Verdict.not_found.value
    return [
        replace(one, verdict=gone)
        if one.verdict in CONFIRMING and one.number not in found
        else one
        for one in answers
    ]


def _found(check: ListCheck, numbers: Sequence[str], at: datetime) -> Iterator[str]:
    """Yield those of the numbers whose results the organisation may still find."""
    for start in range(0, len(numbers), BATCH):
        known = select(Entry.id, Entry.statement_number).where(
            Entry.statement_number.in_(numbers[start : start + BATCH])
        )
        entries = {row.id: row.statement_number for row in db.session.execute(known)}
        results = lookups.open_results(check.organisation_id, list(entries), at=at)
        for number, result in zip(entries.values(), results, strict=True):
            if result is not None:
                yield number
