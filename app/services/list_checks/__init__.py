"""Lists of claims that an organisation has checked against results.

It uploads statement numbers and dates of birth, with the level and the score that
somebody claims; a job answers each row in a word, and tells no mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import ListCheck, Member, Organisation
from app.services import access, audit, lookups
from app.services.list_checks import keeping, reading, withholding
from app.services.list_checks.checking import MOST_NOT_FOUND as MOST_NOT_FOUND
from app.services.list_checks.checking import run_due as run_due
from app.services.list_checks.columns import HEADINGS as HEADINGS
from app.services.list_checks.columns import Claim
from app.services.list_checks.columns import Column as Column
from app.services.list_checks.keeping import Answer as Answer
from app.services.list_checks.reading import LARGEST as LARGEST
from app.services.list_checks.reading import MOST_ROWS as MOST_ROWS
from app.services.list_checks.verdicts import CLAIMED, REPEATED
from app.services.list_checks.verdicts import MOST_CLAIMS as MOST_CLAIMS
from app.services.list_checks.verdicts import Verdict as Verdict
from app.transactions import atomic
from app.values import AuditAction, WorkState, new_reference

# As many as an organisation waits for at once, and rows it may ask for in a day.
MOST_WAITING = 3
ROWS_A_DAY = 20_000
DAY = timedelta(days=1)
# How long the answers can be read; the row stays, and says that there was a list.
ANSWERS = timedelta(days=30)
PAGE = 20
LAST_PAGE = 1_000_000
WORKING = (WorkState.queued, WorkState.running)


@dataclass(frozen=True)
class ChecksPage:
    """A page of the lists that a member has sent, newest first."""

    rows: list[ListCheck]
    number: int
    has_next: bool


@dataclass(frozen=True)
class AnswersPage:
    """A page of the answers of a list, in its order."""

    rows: list[Answer]
    number: int
    has_next: bool


def ask(
    member: Member, file_name: str, content: bytes, *, purpose: str = "", at: datetime
) -> ListCheck:
    """Take a list (CSV or XLSX) to be checked; nothing is kept of one that is refused.

    Raises Refused, naming row and column, for a file that cannot be read; when the
    organisation has lists waiting, or has asked for enough rows within a day.
    """
    said = lookups.stated(member, purpose)
    claims = _once_each(reading.read(content))
    check = ListCheck(
        reference=new_reference(),
        organisation_id=member.organisation_id,
        member_id=member.id,
        member_name=member.name[:161],
        name=_plain_name(file_name),
        purpose=said,
        rows=len(claims),
        counts={CLAIMED: sum(claim.claims for claim in claims)},
        asked_at=at,
    )
    # Before its row: a file that nobody asked for is swept, a row without one fails.
    keeping.keep_list(check.reference, claims)
    try:
        with atomic() as tx:
            _require_room(member, len(claims), at)
            tx.add(check)
            audit.append(
                AuditAction.list_checked,
                f"list_check:{check.reference}",
                by=member,
                at=at,
                state="asked",
                rows=len(claims),
            )
    except BaseException:
        keeping.forget_list(check.reference)
        raise
    return check


def sent_by(member: Member, page: int = 1) -> ChecksPage:
    """Return one page of the lists that a member has sent, newest first."""
    number = min(max(page, 1), LAST_PAGE)
    query = (
        _own(member)
        .order_by(ListCheck.asked_at.desc(), ListCheck.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE + 1)
    )
    found = list(db.session.scalars(query))
    return ChecksPage(found[:PAGE], number, len(found) > PAGE)


def own(member: Member, reference: str) -> ListCheck:
    """Return a list that the member has sent; anybody else's is NotFound."""
    check = db.session.scalar(_own(member).where(ListCheck.reference == reference))
    if check is None:
        raise NotFound(access.NOTHING_HERE)
    return check


def answers(check: ListCheck, page: int = 1, *, at: datetime) -> AnswersPage:
    """Return one page of the answers of a list that is checked; none otherwise.

    What was found and is not any more, taken back or withdrawn, is answered like what
    never was.
    """
    last = keeping.parts(check.rows)
    number = min(max(page, 1), LAST_PAGE)
    if check.state is not WorkState.ready or number > last:
        return AnswersPage([], number, has_next=False)
    rows = withholding.of_part(check, number - 1, at=at)
    return AnswersPage(rows, number, number < last)


def counts(check: ListCheck, *, at: datetime) -> Mapping[str, int]:
    """Return how many rows of a list are answered what so far, as `answers` says it."""
    if check.state in (WorkState.failed, WorkState.expired):
        return {}
    return withholding.counts(check, at=at)


def all_answers(member: Member, reference: str, *, at: datetime) -> list[Answer]:
    """Return all answers of a member's own list; NotFound before they are there."""
    check = own(member, reference)
    if check.state is not WorkState.ready:
        raise NotFound(access.NOTHING_HERE)
    return withholding.of_all(check, at=at)


def _own(member: Member) -> Select[ListCheck]:
    return (
        select(ListCheck)
        .join(Organisation, Organisation.id == ListCheck.organisation_id)
        .where(
            ListCheck.member_id == member.id,
            ListCheck.organisation_id == member.organisation_id,
        )
    )


def _once_each(claims: Sequence[Claim]) -> list[Claim]:
    """Mark each number that stands further up already: it is looked at once."""
    seen: set[str] = set()
    marked = []
    for claim in claims:
        again = not claim.wrong and claim.number in seen
        marked.append(replace(claim, wrong=REPEATED) if again else claim)
        seen.add(claim.number)
    return marked


def _require_room(member: Member, rows: int, at: datetime) -> None:
    """Refuse one list too many; asked while nobody else of the organisation asks."""
    home = Organisation.id == member.organisation_id
    db.session.execute(
        select(Organisation.id).where(home).with_for_update(key_share=True)
    )
    theirs = select(ListCheck).where(
        ListCheck.organisation_id == member.organisation_id
    )
    waiting = theirs.where(ListCheck.state.in_(WORKING)).subquery()
    if (
        db.session.scalar(select(func.count()).select_from(waiting)) or 0
    ) >= MOST_WAITING:
        raise Refused(
            _l("Your organisation has lists that are not checked yet. Wait for them."),
            field="file",
        )
    today = theirs.where(ListCheck.asked_at > at - DAY).subquery()
    asked = db.session.scalar(select(func.sum(today.c.row_count))) or 0
    if asked + rows > ROWS_A_DAY:
        raise Refused(
            _l(
                "Your organisation can have %(most)s rows checked in a day, and would"
                " pass that. Send this list tomorrow.",
                most=f"{ROWS_A_DAY:,}",
            ),
            field="file",
        )


def _plain_name(file_name: str) -> str:
    """Return a file's name without its folders and without what cannot be printed."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable()).strip()[:200] or "list.csv"
