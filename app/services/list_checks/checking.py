"""The job that checks lists: part by part, each written whole or not at all.

A process that dies leaves a lease that runs out; the next one goes on from `done`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeAlias

from flask import current_app
from sqlalchemy import ColumnElement, or_, select, update

from app.errors import NotFound, TooManyTries
from app.extensions import db
from app.models import ListCheck, Lookup, Organisation, Result
from app.services import audit, lookups, mail
from app.services.list_checks import keeping, verdicts
from app.services.list_checks.columns import Claim
from app.services.list_checks.keeping import PART, Answer
from app.services.list_checks.verdicts import LOOKED, Verdict
from app.transactions import atomic
from app.values import AuditAction, OrganisationStatus, WorkState

# So many that are not found, and the rest of a list is not checked: no list of honest
# applicants has them, and a list of guesses ends here.
MOST_NOT_FOUND = 50
# A process that has not written a part for so long has died.
LEASE = timedelta(minutes=3)
# How often a part is tried: then the list is given up, and its sender sends it anew.
MOST_TRIES = 3
# In the counts of a list: how often its next part has been tried.
TRIED = "tried"
# Seconds that one call goes on for; the lease counts from its instant.
BOUT = 60

Stop: TypeAlias = Callable[[], bool]
Found: TypeAlias = tuple[Verdict, Result | None]


def run_due(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Check the lists that wait, oldest first; return how many rows were checked."""
    ends = monotonic() + BOUT

    def enough() -> bool:
        return stop() or monotonic() >= ends

    checked = 0
    while not enough() and (check := _claim(at)):
        checked += _check(check, at, enough)
    return checked


def _claim(at: datetime) -> ListCheck | None:
    """Take a list for this process: whoever writes the lease has it."""
    due = (
        select(ListCheck.id, ListCheck.counts)
        .where(
            ListCheck.state.in_([WorkState.queued, WorkState.running]),
            or_(ListCheck.leased_until.is_(None), ListCheck.leased_until <= at),
        )
        .order_by(ListCheck.asked_at, ListCheck.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with atomic() as tx:
        waiting = tx.execute(due).first()
        if waiting is None:
            return None
        key, counts = waiting
        counts = {**counts, TRIED: counts.get(TRIED, 0) + 1}
        taken = {"state": WorkState.running, "leased_until": at + LEASE}
        mine = update(ListCheck).where(ListCheck.id == key)
        tx.execute(mine.values(counts=counts, **taken))
        found = select(ListCheck).where(ListCheck.id == key)
        return tx.scalar(found.execution_options(populate_existing=True))


def _check(check: ListCheck, at: datetime, enough: Stop) -> int:
    begun = check.done
    if check.counts[TRIED] > MOST_TRIES:
        current_app.logger.error("list %s is given up", check.reference)
        _end(check, WorkState.failed, at)
        return 0
    try:
        claims = keeping.claims_of(check)
    except NotFound:
        current_app.logger.error("list %s cannot be read", check.reference)
        _end(check, WorkState.failed, at)
        return 0
    while check.done < check.rows and not enough():
        if not _part(check, claims[check.done : check.done + PART], at):
            return check.done - begun
    if check.done < check.rows:
        _write(check, leased_until=None, counts=_answered(check))
    else:
        _end(check, WorkState.ready, at)
    return check.done - begun


def _part(check: ListCheck, claims: Sequence[Claim], at: datetime) -> bool:
    """Check one part; False when another process has the list, or it may not go on."""
    with atomic() as tx:
        before = check.done
        if not _write(check, done=before + len(claims)):
            return False
        # One list of an organisation after the other: claims are counted across them.
        own = select(Organisation).where(Organisation.id == check.organisation_id)
        organisation = tx.scalars(own.with_for_update(key_share=True)).one()
        if organisation.status is not OrganisationStatus.approved:
            _write(check, done=before, state=WorkState.failed, leased_until=None)
            return False
        found: list[Found] = [(Verdict.unchecked, None)] * len(claims)
        if not check.counts.get(Verdict.unchecked):
            found = verdicts.of(check, claims, at=at)
            found = _until_too_many(check, organisation, found, at)
            _record(check, organisation, found, at)
        counted = Counter(_answered(check))
        counted.update(verdict.value for verdict, _ in found)
        _write(check, counts=dict(counted))
        answers = [
            Answer(claim.line, claim.number, verdict.value, claim.wrong)
            for claim, (verdict, _) in zip(claims, found, strict=True)
        ]
        keeping.keep_answers(check, before // PART, answers)
    return True


def _until_too_many(
    check: ListCheck,
    organisation: Organisation,
    found: Sequence[Found],
    at: datetime,
) -> list[Found]:
    """Charge what was not found to the lists' budget; leave out what comes after it."""
    missed = check.counts.get(Verdict.not_found, 0)
    ended = False
    kept: list[Found] = []
    for verdict, result in found:
        if not ended and verdict is Verdict.not_found:
            missed += 1
            try:
                lookups.charge_list(organisation, at=at)
            except TooManyTries:
                ended = True
            ended = ended or missed > MOST_NOT_FOUND
        kept.append((Verdict.unchecked, None) if ended else (verdict, result))
    return kept


def _record(
    check: ListCheck,
    organisation: Organisation,
    found: Sequence[Found],
    at: datetime,
) -> None:
    """Write down whose results were looked at, and tell them."""
    looked = [result for verdict, result in found if verdict in LOOKED and result]
    keys = [result.entry_id for result in looked]
    shared = lookups.standing_shares(check.organisation_id, keys, at=at)
    for result in looked:
        db.session.add(
            Lookup(
                organisation_id=check.organisation_id,
                member_id=check.member_id,
                member_name=check.member_name,
                entry_id=result.entry_id,
                seen_result_id=result.id,
                purpose=check.purpose,
                list_check_id=check.id,
                at=at,
            )
        )
        # Whoever has sent them the result need not hear that it was compared.
        if result.entry_id not in shared:
            lookups.tell(result.entry, organisation, at=at)


def _end(check: ListCheck, state: WorkState, at: datetime) -> None:
    """Say that a list is done, once, and erase it."""
    with atomic():
        over = {"state": state, "leased_until": None, "finished_at": at}
        if not _write(check, **over):
            return
        member = check.member
        if member is not None and member.active and state is WorkState.ready:
            mail.queue(
                "list_checked",
                to=member,
                about=check.reference,
                at=at,
                name=member.name,
                path=f"/verifier/checks/{check.reference}",
            )
        counts = {name: n for name, n in _answered(check).items() if n}
        subject = f"list_check:{check.reference}"
        audit.append(
            AuditAction.list_checked, subject, by=None, at=at, state=state, **counts
        )
    keeping.forget_list(check.reference)


def _answered(check: ListCheck) -> dict[str, int]:
    """Return the counts of a list without the tries of the part that comes next."""
    return {name: n for name, n in check.counts.items() if name != TRIED}


def _write(check: ListCheck, **values: object) -> bool:
    """Change a list while this process has it; return whether it still has."""
    with atomic() as tx:
        mine: tuple[ColumnElement[bool], ...] = (
            ListCheck.id == check.id,
            ListCheck.state == WorkState.running,
            ListCheck.done == check.done,
            ListCheck.leased_until == check.leased_until,
        )
        done = tx.execute(
            update(ListCheck)
            .where(*mine)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        tx.refresh(check)
        return bool(done.rowcount == 1)  # type: ignore[attr-defined]
