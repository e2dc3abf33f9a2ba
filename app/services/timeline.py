"""Where an entry stands between the exam and its result, told from dates alone.

Before the result is out nothing here depends on whether one exists.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.models import ExamSession
from app.values import Mode

# Days after the exam before which nobody need look: most results on paper come after
# about four weeks, on a computer after two at most, of the digital exams after five
# to ten days.
EARLIEST = {Mode.paper: 28, Mode.computer: 10, Mode.digital: 5}
# A session published within two weeks of its last date is what people should expect,
# also where that date is later than usual (teaching exams, young learners).
WINDOW = timedelta(days=14)


class Stage(StrEnum):
    """What happens to an entry, in this order."""

    entered = "entered"
    exam = "exam"
    marking = "marking"
    window = "window"
    last_day = "last_day"
    released = "released"


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
class Standing:
    """Where an entry stands: the stage it is in, and the whole way."""

    stage: Stage
    steps: tuple[Step, ...]
    window_opens: date
    last_day: date


def standing(
    session: ExamSession, *, out: bool, at: datetime, zone: ZoneInfo
) -> Standing:
    """Return where an entry of a session stands at an instant.

    `out` says whether its result may be seen; `zone` is its centre's, where days begin.
    The stage is `last_day` only once that day is over and nothing has come.
    """
    opens = window_opens(session)
    stage = _stage(session, opens, out, at.astimezone(zone).date())
    days = {
        Stage.exam: session.exam_date,
        Stage.window: opens,
        Stage.last_day: session.final_date,
    }
    # Once it is out, the last day that was promised is of no interest any more.
    way = [s for s in Stage if not (out and s is Stage.last_day)]
    steps = tuple(Step(s, _state(way, s, stage), days.get(s)) for s in way)
    return Standing(stage, steps, opens, session.final_date)


def window_opens(session: ExamSession) -> date:
    """Return the day from which results of a session may be expected."""
    earliest = session.exam_date + timedelta(days=EARLIEST[session.mode])
    return min(max(earliest, session.final_date - WINDOW), session.final_date)


def _stage(session: ExamSession, opens: date, out: bool, today: date) -> Stage:
    if out:
        return Stage.released
    if today < session.exam_date:
        return Stage.entered
    if today == session.exam_date:
        return Stage.exam
    if today < opens:
        return Stage.marking
    if today <= session.final_date:
        return Stage.window
    return Stage.last_day


def _state(way: list[Stage], stage: Stage, now: Stage) -> State:
    if stage is now:
        return State.done if now is Stage.released else State.now
    return State.done if way.index(stage) < way.index(now) else State.ahead
