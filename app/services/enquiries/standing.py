"""Where an enquiry stands for the outside: its candidate and their centre.

They hear of a changed outcome only once the amended result is out; until then nothing
tells it from an enquiry that the board is still looking into.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.models import Enquiry, Result
from app.services.localtime import today
from app.values import EnquiryKind, EnquiryOutcome, EnquiryState


class Known(StrEnum):
    """Where an enquiry stands, as far as its candidate and their centre may know."""

    with_centre = "with_centre"
    with_board = "with_board"
    refused = "refused"
    cancelled = "cancelled"
    unchanged = "unchanged"
    changed = "changed"


@dataclass(frozen=True)
class Asked:
    """An enquiry as its candidate may know it.

    late: the day by which the board answers is over. answer: why the centre declined,
    or what the board has to say. refund: the grade is another one, so that the fee
    comes back.
    """

    reference: str
    kind: EnquiryKind
    known: Known
    words: str
    fee: str
    requested_at: datetime
    passed_on_at: datetime | None
    due_on: date | None
    late: bool
    answered_at: datetime | None
    answer: str
    refund: bool


def as_known(row: Enquiry, result: Result | None, *, at: datetime) -> Asked:
    """Return an enquiry as its candidate may know it, given the visible result.

    A changed outcome counts from the moment the amended version, or one after it, may
    be seen; everything about it reads as before until then. What was written belongs to
    the account that asked: whoever registers the entry later does not read it.
    """
    own = row.account_id == row.entry.account_id
    known = known_with(row, result)
    over = known not in (Known.with_centre, Known.with_board)
    changed = known is Known.changed
    due = row.answer_due_on
    return Asked(
        reference=row.reference,
        kind=row.kind,
        known=known,
        words=row.words if own else "",
        fee=row.fee,
        requested_at=row.requested_at,
        passed_on_at=row.accepted_at,
        due_on=due,
        late=not over and due is not None and due < today(at),
        # When the board decided a change is nobody's business but its own.
        answered_at=row.decided_at if over and not changed else None,
        answer=row.answer if over and own else "",
        refund=changed and grade_changed(row),
    )


def known_with(row: Enquiry, result: Result | None) -> Known:
    """Return where an enquiry stands for the outside, given the visible result."""
    match row.state:
        case EnquiryState.requested:
            return Known.with_centre
        case EnquiryState.refused:
            return Known.refused
        case EnquiryState.cancelled:
            return Known.cancelled
        case EnquiryState.decided if row.outcome is EnquiryOutcome.unchanged:
            return Known.unchanged
        case EnquiryState.decided if _is_out(row, result):
            return Known.changed
        case _:
            return Known.with_board


def grade_changed(row: Enquiry) -> bool:
    """Tell whether the outcome of an enquiry is another grade than before."""
    return row.new_result is not None and row.new_result.grade != row.result.grade


def _is_out(row: Enquiry, result: Result | None) -> bool:
    if row.told_at is not None:
        return True
    new = row.new_result
    return None not in (result, new) and result.version >= new.version  # type: ignore[union-attr]
