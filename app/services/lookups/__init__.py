"""A result found by its statement number and date of birth, without a share.

Whoever has both has the Statement of Results in hand. Everything else is answered in
one sentence, and wrong tries are limited: the numbers can be guessed, the dates too.
What was found is written down for its candidate.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Entry,
    Lookup,
    Member,
    Organisation,
    Result,
    Share,
)
from app.services import access, audit, identifiers, localtime, notices, throttle
from app.services.doors import Door
from app.services.lookups.openable import open_results, standing_shares
from app.services.throttle import Budget
from app.transactions import atomic
from app.values import AuditAction

DAY = 24 * 60
# Wrong tries of one user: a morning of mistyped numbers.
USER = Budget(15, 60)
# Wrong dates for one number: five in a day are a hundred years for one candidate.
NUMBER = Budget(5, DAY)
# Wrong tries of one organisation, and those of its lists, so that a list never shuts
# the search. Of some 2,000 likely dates of birth for a number, a day of both together
# finds one person in twenty days.
ORGANISATION = Budget(50, DAY)
LISTS = Budget(50, DAY)
# Everybody together: above any honest hour's mistakes.
ALL = Budget(1000, 60)
# Whatever an organisation asks, found or not: ten times a busy registrar's day.
ANSWERS = Budget(2000, DAY)
# How long what was found can be looked at: after that it is looked up again.
READABLE = timedelta(hours=1)
LONGEST_PURPOSE = 200
ROWS = 50
LAST_PAGE = 1_000_000

NOT_FOUND = _l(
    "We found no result for this number and date of birth. Compare both with the"
    " Statement of Results, and try again."
)
NO_NUMBER = _l(
    "A Statement of Results number has 12 letters and digits, such as"
    " 26CZZ9990001. Type it as it is printed."
)
SAY_WHY = _l("Say what for: your organisation asks for it, and the candidate sees it.")
OVER = _l("What you found is not shown any more. Search again.")


@dataclass(frozen=True)
class LookupPage:
    """A page of who found an account's results by their numbers, newest first."""

    rows: list[Lookup]
    number: int
    has_next: bool


def find(
    member: Member, number: str, born: date, *, purpose: str = "", at: datetime
) -> Lookup | Share:
    """Return what a member found: a look-up that is written down, or a standing share.

    A result that is shared with the organisation anyway is no look-up. Raises NotFound
    in one sentence for whatever is not to be found, and TooManyTries.
    """
    number = identifiers.normalised_statement_number(number)
    if not identifiers.is_statement_number(number):
        raise Refused(NO_NUMBER, field="number")
    purpose = stated(member, purpose)
    tried = _budgets(member, number)
    throttle.charge_named(Door.lookup, tried, at=at)
    with atomic() as tx:
        # Held, so that two looks at one moment write to the candidate once.
        known = select(Entry).where(Entry.statement_number == number)
        entry = tx.scalar(known.with_for_update(key_share=True, of=Entry))
        found = _right(member, entry, born, at)
        if found is None:
            raise NotFound(NOT_FOUND, field="number", status=400)
        throttle.give_back_named(Door.lookup, [name for name, _ in tried[:-1]])
        result, share = found
        if share is not None:
            return share
        return written(member, result, purpose=purpose, at=at)


def stated(member: Member, purpose: str) -> str:
    """Return what a member says it is for; refuse silence where it is asked."""
    said = " ".join(purpose.split())[:LONGEST_PURPOSE]
    organisation = member.organisation
    if organisation is not None and organisation.asks_purpose and not said:
        raise Refused(SAY_WHY, field="purpose")
    return said


def written(member: Member, result: Result, *, purpose: str, at: datetime) -> Lookup:
    """Write down that a member found a result, and tell its candidate."""
    entry = result.entry
    with atomic() as tx:
        lookup = Lookup(
            organisation_id=member.organisation_id,
            member_id=member.id,
            member_name=member.name[:161],
            entry_id=entry.id,
            seen_result_id=result.id,
            purpose=purpose,
            at=at,
        )
        tx.add(lookup)
        assert member.organisation is not None
        tell(entry, member.organisation, at=at)
        audit.append(
            AuditAction.result_looked_up,
            f"entry:{entry.reference}",
            by=member,
            at=at,
            organisation=member.organisation.reference,
        )
    return lookup


def tell(entry: Entry, organisation: Organisation, *, at: datetime) -> None:
    """Queue the news that an organisation looked, once a day for each organisation."""
    day = f"{localtime.today(at):%Y-%m-%d}"
    notices.tell(
        "lookup_made",
        entry,
        about=f"{entry.reference}:{organisation.reference}:{day}",
        at=at,
        organisation=organisation.name,
        exam=entry.session.exam.value,
        session=entry.session.label,
        path="/candidate/shares",
    )


def opened(member: Member, reference: str, *, at: datetime) -> tuple[Lookup, Result]:
    """Return what a member found within the last hour, as it may be seen now.

    Anybody else's is NotFound; what is over, or not to be seen any more, is refused
    with 410. That another version came out in between stays to be taken note of: see
    the changes package.
    """
    lookup = db.session.scalar(
        select(Lookup)
        .join(Organisation, Organisation.id == Lookup.organisation_id)
        .options(
            joinedload(Lookup.entry).joinedload(Entry.session),
            joinedload(Lookup.entry).joinedload(Entry.centre),
        )
        .where(
            Lookup.reference == reference,
            Lookup.member_id == member.id,
            Lookup.organisation_id == member.organisation_id,
            Lookup.list_check_id.is_(None),
        )
    )
    if lookup is None:
        raise NotFound(access.NOTHING_HERE)
    (result,) = open_results(member.organisation_id, [lookup.entry_id], at=at)
    if result is None or at >= lookup.at + READABLE:
        raise Refused(OVER, status=410)
    return lookup, result


def of_account(
    account: CandidateAccount, page: int = 1, rows: int = ROWS
) -> LookupPage:
    """Return one page of who found an account's results by their numbers."""
    number = min(max(page, 1), LAST_PAGE)
    query = (
        select(Lookup)
        .join(Entry, Entry.id == Lookup.entry_id)
        .options(
            joinedload(Lookup.organisation),
            joinedload(Lookup.entry).joinedload(Entry.session),
        )
        .where(Entry.account_id == account.id)
        .order_by(Lookup.at.desc(), Lookup.id.desc())
        .offset((number - 1) * rows)
        .limit(rows + 1)
    )
    found = list(db.session.scalars(query))
    return LookupPage(found[:rows], number, len(found) > rows)


def _right(
    member: Member, entry: Entry | None, born: date, at: datetime
) -> tuple[Result, Share | None] | None:
    """Return the result of an entry if all is right; the same is asked in any case."""
    entry_id = entry.id if entry is not None else 0
    (result,) = open_results(member.organisation_id, [entry_id], at=at)
    shares = standing_shares(member.organisation_id, [entry_id], at=at)
    holds = entry.date_of_birth if entry is not None else date.min
    same = hmac.compare_digest(holds.isoformat(), born.isoformat())
    if entry is None or not same or result is None:
        return None
    return result, shares.get(entry_id)


def _budgets(member: Member, number: str) -> list[tuple[str, Budget]]:
    """Return what a try is charged to; the last is not given back."""
    assert member.organisation is not None
    home = member.organisation.reference
    return [
        (f"user:{member.reference}", USER),
        (f"number:{home}:{number}", NUMBER),
        (f"organisation:{home}", ORGANISATION),
        ("all", ALL),
        (f"answers:{home}", ANSWERS),
    ]


def charge_list(organisation: Organisation, *, at: datetime) -> None:
    """Charge what a list of an organisation did not find; raises TooManyTries.

    A budget of its own: whoever sends a list a day early can search all the same.
    """
    name = f"lists:{organisation.reference}"
    throttle.charge_named(Door.lookup, [(name, LISTS)], at=at)
