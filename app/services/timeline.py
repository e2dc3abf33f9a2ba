"""Where an entry stands between the exam and its certificate, told from dates alone.

Before the result is out nothing here depends on whether one exists.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.models import Certificate, ExamSession
from app.values import CertificateState, Mode

# Days after the exam before which nobody need look: most results on paper come after
# about four weeks, on a computer after two at most, of the digital exams after five
# to ten days.
EARLIEST = {Mode.paper: 28, Mode.computer: 10, Mode.digital: 5}
# A session published within two weeks of its last date is what people should expect,
# also where that date is later than usual (teaching exams, young learners).
WINDOW = timedelta(days=14)
# The board sends certificates to the centres four to eight weeks after the results.
CERTIFICATE = (timedelta(weeks=4), timedelta(weeks=8))


class Stage(StrEnum):
    """What happens to an entry, in this order."""

    entered = "entered"
    exam = "exam"
    marking = "marking"
    window = "window"
    last_day = "last_day"
    # Was out, and is hidden again so that the board can put something right.
    taken_back = "taken_back"
    released = "released"
    sent = "sent"
    ready = "ready"
    collected = "collected"


OF_CERTIFICATE = (Stage.sent, Stage.ready, Stage.collected)
_CERTIFICATE_STAGES = {
    CertificateState.sent: Stage.sent,
    CertificateState.arrived: Stage.ready,
    CertificateState.posted: Stage.collected,
    CertificateState.collected: Stage.collected,
    CertificateState.destroyed: Stage.collected,
}


class State(StrEnum):
    """Whether a stage is over, going on, or still to come."""

    done = "done"
    now = "now"
    ahead = "ahead"


@dataclass(frozen=True)
class Step:
    """One stage of the way, with the day it begins on where that is known."""

    stage: Stage
    state: State
    day: date | None = None


@dataclass(frozen=True)
class Known:
    """What is known of one entry, besides the dates of its session.

    `certified` says whether a result that is out earns a certificate; `hidden_at` is
    when one that had been out was taken back.
    """

    released_at: datetime | None = None
    hidden_at: datetime | None = None
    certified: bool = False
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Standing:
    """Where an entry stands: the stage it is in, and the whole way."""

    stage: Stage
    steps: tuple[Step, ...]
    window_opens: date
    last_day: date
    out: bool = False
    hidden_on: date | None = None
    # Between these days the certificate is sent, while it has not been.
    certificate_due: tuple[date, date] | None = None
    certificate_late: bool = False
    # How its way ended, and until then how long the centre keeps it.
    ending: CertificateState | None = None
    kept_until: date | None = None
    days_left: int | None = None

    @property
    def report_from(self) -> date:
        """The day from which a result that has not come can be reported missing."""
        return self.last_day + timedelta(days=1)


def standing(
    session: ExamSession,
    *,
    out: bool,
    at: datetime,
    zone: ZoneInfo,
    known: Known | None = None,
) -> Standing:
    """Return where an entry of a session stands at an instant.

    `out` says whether its result may be seen; `zone` is its centre's, where days begin.
    The stage is `last_day` only once that day is over and nothing has come.
    """
    known = known or Known()
    today = at.astimezone(zone).date()
    opens = window_opens(session)
    stage = _stage(session, opens, out, known, today)
    way = _way(stage, out=out, certified=known.certified)
    days = _days(session, opens, known, zone)
    papers = _certificate(known, out, today, days.get(Stage.released))
    return Standing(
        stage,
        tuple(Step(s, _state(way, s, stage), days.get(s)) for s in way),
        opens,
        session.final_date,
        out=out,
        hidden_on=days.get(Stage.taken_back) if stage is Stage.taken_back else None,
        **papers,
    )


def window_opens(session: ExamSession) -> date:
    """Return the day from which results of a session may be expected."""
    earliest = session.exam_date + timedelta(days=EARLIEST[session.mode])
    return min(max(earliest, session.final_date - WINDOW), session.final_date)


def _stage(
    session: ExamSession, opens: date, out: bool, known: Known, today: date
) -> Stage:
    if out:
        paper = known.certificate
        return _CERTIFICATE_STAGES[paper.state] if paper else Stage.released
    if known.hidden_at is not None:
        return Stage.taken_back
    if today < session.exam_date:
        return Stage.entered
    if today == session.exam_date:
        return Stage.exam
    if today < opens:
        return Stage.marking
    if today <= session.final_date:
        return Stage.window
    return Stage.last_day


def _way(stage: Stage, *, out: bool, certified: bool) -> list[Stage]:
    """Return the stages that are shown: what was promised ends with the result."""
    over = {Stage.window, Stage.last_day}
    left_out = over if out or stage is Stage.taken_back else set()
    if stage is not Stage.taken_back:
        left_out = left_out | {Stage.taken_back}
    if out and not certified and stage not in OF_CERTIFICATE:
        left_out = left_out | set(OF_CERTIFICATE)
    return [one for one in Stage if one not in left_out]


def _days(
    session: ExamSession, opens: date, known: Known, zone: ZoneInfo
) -> dict[Stage, date]:
    found = {
        Stage.exam: session.exam_date,
        Stage.window: opens,
        Stage.last_day: session.final_date,
        Stage.taken_back: known.hidden_at and known.hidden_at.astimezone(zone).date(),
        Stage.released: known.released_at and known.released_at.astimezone(zone).date(),
    }
    if paper := known.certificate:
        found |= {Stage.sent: paper.sent_on, Stage.ready: paper.arrived_on}
        found |= {Stage.collected: paper.ended_on}
    return {stage: day for stage, day in found.items() if day is not None}


def _certificate(
    known: Known, out: bool, today: date, released: date | None
) -> dict[str, Any]:
    """Return what a Standing says of the certificate."""
    paper = known.certificate
    if not out:
        return {}
    if paper is None:
        if not (known.certified and released):
            return {}
        due = (released + CERTIFICATE[0], released + CERTIFICATE[1])
        return {"certificate_due": due, "certificate_late": today > due[1]}
    if paper.state is CertificateState.arrived and paper.keep_until is not None:
        left = (paper.keep_until - today).days
        return {"kept_until": paper.keep_until, "days_left": left}
    ended = _CERTIFICATE_STAGES[paper.state] is Stage.collected
    return {"ending": paper.state} if ended else {}


def _state(way: list[Stage], stage: Stage, now: Stage) -> State:
    if stage is now:
        arrived = now in (Stage.released, Stage.sent, Stage.collected)
        return State.done if arrived else State.now
    return State.done if way.index(stage) < way.index(now) else State.ahead
