"""What of a result can be checked, until when, and what came of it so far.

An enquiry goes through two stages: a clerical re-check of the whole exam, and after its
outcome a re-mark of the writing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import CentreRules, Enquiry, Entry, Result
from app.services import grading, rules
from app.services.enquiries.standing import Asked, Known, as_known
from app.services.grading import Exam
from app.values import (
    ComponentCode,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    ResultStatus,
)

# Working days in which the board answers, from the day the centre passes it on.
ANSWER_DAYS = {EnquiryKind.recheck: 5, EnquiryKind.remark: 15}
# Who waited for a re-check has so many days more to ask for the re-mark: the answer may
# come when the deadline is over.
DAYS_TO_GO_ON = 7
# What was refused or cancelled can be asked for again, but a centre is not kept busy.
MOST_ASKED = 5
# Papers that a re-mark looks at again.
WRITING = frozenset({ComponentCode.W, ComponentCode.RW})


@dataclass(frozen=True)
class Offer:
    """What can be asked for now, on which terms, and what has been asked for before.

    kind: None when there is nothing to ask for; `why_not` says why, in words. days:
    working days to the answer.
    """

    kind: EnquiryKind | None
    why_not: Any
    deadline: date | None
    fee: str
    rules: str
    days: int
    going_on: Asked | None
    past: tuple[Asked, ...]


NOT_OUT = _l("You can ask for a check of your result once it is out.")
YOUNG = _l(
    "Results of exams for young learners are not checked again: nobody fails them. Your"
    " centre can answer your questions."
)
NO_SCORES = _l(
    "Only a result with a grade or scores can be checked. Your centre can tell you what"
    " happens next."
)
GOING_ON = _l("You have asked already. Please wait for the answer first.")
NO_WRITING = _l(
    "Your result has been checked. This exam has no writing paper that could be marked"
    " again."
)
ALL_CHECKED = _l(
    "Your result has been checked and your writing has been marked again. If you still"
    " think that something is wrong, ask your centre about an appeal."
)
LATE = _l(
    "The time to ask for a check is over. If there was a reason why you could not ask"
    " in time, please talk to your centre."
)
TOO_OFTEN = _l(
    "You have asked several times for a check of this result. Please talk to your"
    " centre: they can help you better than a further request."
)


def offer(entry: Entry, result: Result | None, *, at: datetime) -> Offer:
    """Return what the candidate of an entry can ask for at an instant, and has asked.

    `result` is the result as it may be seen at that instant, or None.
    """
    rows = _enquiries(entry)
    asked = [as_known(row, result, at=at) for row in rows]
    going = next((one for one in asked if _waits(one)), None)
    its_rules = rules.of(entry.centre)
    stage, why_not = _stage(entry, result, rows)
    kind = stage or EnquiryKind.recheck
    deadline = _deadline(entry, result, rows, kind, its_rules)
    if stage is not None:
        why_not = _why_not_now(entry, result, rows, going, deadline, at)
    remark = kind is EnquiryKind.remark
    return Offer(
        kind=None if why_not else stage,
        why_not=why_not,
        deadline=deadline if stage is not None else None,
        fee=its_rules.remark_fee if remark else its_rules.recheck_fee,
        rules=its_rules.enquiry_rules,
        days=ANSWER_DAYS[kind],
        going_on=going,
        past=tuple(one for one in asked if one is not going),
    )


def _waits(asked: Asked) -> bool:
    return asked.known in (Known.with_centre, Known.with_board)


def _enquiries(entry: Entry) -> Sequence[Enquiry]:
    """Return what has been asked about an entry, newest first.

    All of it in one query, so that how much it takes does not depend on the outcome.
    """
    return db.session.scalars(
        select(Enquiry)
        .options(joinedload(Enquiry.result), joinedload(Enquiry.new_result))
        .where(Enquiry.entry_id == entry.id)
        .order_by(Enquiry.id.desc())
    ).all()


# --- What comes next ------------------------------------------------------------------


def _stage(
    entry: Entry, result: Result | None, rows: Sequence[Enquiry]
) -> tuple[EnquiryKind | None, Any]:
    """Return the stage that comes next for a result, or None and why there is none."""
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    if exam.kind == "shields":
        return None, YOUNG
    if result is None:
        return None, NOT_OUT
    if result.status is not ResultStatus.graded:
        return None, NO_SCORES
    done = {row.kind for row in rows if _led_to(row, result)}
    if EnquiryKind.remark in done:
        return None, ALL_CHECKED
    if EnquiryKind.recheck not in done:
        return EnquiryKind.recheck, ""
    if not _has_writing(exam):
        return None, NO_WRITING
    return EnquiryKind.remark, ""


def _led_to(row: Enquiry, result: Result) -> bool:
    """Tell whether a version is what an enquiry left standing, or brought about."""
    match row.outcome:
        case EnquiryOutcome.unchanged:
            return bool(row.result_id == result.id)
        case EnquiryOutcome.changed:
            return bool(row.new_result_id == result.id)
        case _:
            return False


def _has_writing(exam: Exam) -> bool:
    return any(part.code in WRITING for part in exam.components)


def _deadline(
    entry: Entry,
    result: Result | None,
    rows: Sequence[Enquiry],
    kind: EnquiryKind,
    its_rules: CentreRules,
) -> date | None:
    """Return the last day on the centre's calendar; a corrected result begins anew."""
    if result is None or result.release is None:
        return None
    zone = ZoneInfo(entry.centre.timezone)
    release = result.release
    out = max(release.instant, release.approved_at or release.instant)
    last = _day(out, zone) + timedelta(days=its_rules.enquiry_days)
    if kind is EnquiryKind.remark:
        for row in rows:
            if row.decided_at and row.outcome is EnquiryOutcome.unchanged:
                answered = _day(row.decided_at, zone)
                last = max(last, answered + timedelta(days=DAYS_TO_GO_ON))
    return last


def _why_not_now(
    entry: Entry,
    result: Result | None,
    rows: Sequence[Enquiry],
    going: Asked | None,
    deadline: date | None,
    at: datetime,
) -> Any:
    if going is not None:
        return GOING_ON
    today = _day(at, ZoneInfo(entry.centre.timezone))
    if deadline is None or today > deadline:
        return LATE
    given_up = (EnquiryState.refused, EnquiryState.cancelled)
    vain = [row for row in rows if row.state in given_up]
    about = [row for row in vain if result is not None and row.result_id == result.id]
    return TOO_OFTEN if len(about) >= MOST_ASKED else ""


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()
