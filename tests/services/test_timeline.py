"""Where an entry stands, from its dates alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import ExamSession
from app.services import timeline
from app.services.timeline import Stage, State
from app.values import Mode

ROME = ZoneInfo("Europe/Rome")
EXAM = date(2026, 11, 14)


def session(mode=Mode.paper, days=35):
    return ExamSession(mode=mode, exam_date=EXAM, final_date=EXAM + timedelta(days))


def standing(day, *, out=False, zone=ROME, of=None):
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    return timeline.standing(of or session(), out=out, at=at, zone=zone)


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2026, 11, 13), Stage.entered),
        (date(2026, 11, 14), Stage.exam),
        (date(2026, 11, 15), Stage.marking),
        (date(2026, 12, 11), Stage.marking),
        (date(2026, 12, 12), Stage.window),
        (date(2026, 12, 19), Stage.window),
        (date(2026, 12, 20), Stage.last_day),
    ],
)
def test_the_stages_follow_the_calendar(day, stage):
    shown = standing(day)
    assert shown.stage is stage
    states = [step.state for step in shown.steps]
    place = states.index(State.now)
    assert shown.steps[place].stage is stage
    assert set(states[:place]) <= {State.done}
    assert set(states[place + 1 :]) <= {State.ahead}


def test_a_result_that_is_out_ends_the_way_on_any_day():
    for day in (EXAM - timedelta(days=9), EXAM, EXAM + timedelta(days=99)):
        shown = standing(day, out=True)
        assert shown.stage is Stage.released
        assert {step.state for step in shown.steps} == {State.done}
        assert Stage.last_day not in {step.stage for step in shown.steps}


def test_the_last_day_is_over_at_the_centres_own_midnight():
    last = session().final_date
    before = datetime(last.year, last.month, last.day, 22, 59, tzinfo=UTC)
    after = before + timedelta(minutes=1)
    stages = [
        timeline.standing(session(), out=False, at=at, zone=zone).stage
        for at in (before, after)
        for zone in (ROME, ZoneInfo("Pacific/Auckland"))
    ]
    assert stages == [Stage.window, Stage.last_day, Stage.last_day, Stage.last_day]


@pytest.mark.parametrize(
    ("mode", "days", "opens"),
    [
        (Mode.paper, 35, 28),
        (Mode.paper, 42, 28),
        # Young learners and teaching exams take eight or nine weeks.
        (Mode.paper, 56, 42),
        (Mode.paper, 20, 20),
        (Mode.computer, 14, 10),
        (Mode.computer, 21, 10),
        (Mode.digital, 14, 5),
        (Mode.digital, 3, 3),
        (Mode.digital, 0, 0),
    ],
)
def test_people_are_told_to_expect_results_when_most_come(mode, days, opens):
    day = timeline.window_opens(session(mode, days))
    assert day == EXAM + timedelta(days=opens)
