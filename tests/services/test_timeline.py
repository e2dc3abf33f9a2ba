"""Where an entry stands, from its dates alone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.models import Certificate, ExamSession
from app.services import timeline
from app.services.timeline import Known, Stage, State
from app.values import CertificateState, Mode

ROME = ZoneInfo("Europe/Rome")
EXAM = date(2026, 11, 14)


def session(mode=Mode.paper, days=35):
    return ExamSession(mode=mode, exam_date=EXAM, final_date=EXAM + timedelta(days))


def standing(day, *, out=False, zone=ROME, of=None, **known):
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    known = Known(**known) if known else None
    return timeline.standing(of or session(), out=out, at=at, zone=zone, known=known)


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


# --- From the result to the certificate -----------------------------------------------

RELEASED = datetime(2026, 12, 14, 8, tzinfo=UTC)


def paper(state, **days):
    return Certificate(state=state, sent_on=date(2027, 1, 15), **days)


def certified(day, certificate=None, zone=ROME):
    return standing(
        day,
        out=True,
        zone=zone,
        released_at=RELEASED,
        certified=True,
        certificate=certificate,
    )


def days_of(shown):
    return {step.stage: step.day for step in shown.steps}


def test_before_the_result_the_way_to_the_certificate_is_ahead_for_everybody():
    shown = standing(EXAM)
    ahead = [step.stage for step in shown.steps if step.state is State.ahead]
    assert ahead[-4:] == [Stage.released, Stage.sent, Stage.ready, Stage.collected]
    assert shown.certificate_due is None


def test_a_certificate_is_due_four_to_eight_weeks_after_the_result():
    shown = certified(date(2026, 12, 20))
    assert shown.certificate_due == (date(2027, 1, 11), date(2027, 2, 8))
    assert not shown.certificate_late
    assert days_of(shown)[Stage.released] == date(2026, 12, 14)
    assert not certified(date(2027, 2, 8)).certificate_late
    assert certified(date(2027, 2, 9)).certificate_late


def test_a_result_without_a_certificate_ends_with_itself():
    shown = standing(date(2026, 12, 20), out=True, released_at=RELEASED)
    assert shown.steps[-1].stage is Stage.released
    assert shown.certificate_due is None


def test_each_stage_of_a_certificate_has_its_day():
    here = {"arrived_on": date(2027, 1, 20), "keep_until": date(2028, 1, 20)}
    sent = certified(date(2027, 1, 16), paper(CertificateState.sent))
    assert (sent.stage, sent.days_left) == (Stage.sent, None)
    ready = certified(date(2027, 2, 1), paper(CertificateState.arrived, **here))
    assert ready.stage is Stage.ready
    assert ready.steps[-2].state is State.now
    assert days_of(ready)[Stage.ready] == date(2027, 1, 20)
    assert (ready.kept_until, ready.days_left) == (date(2028, 1, 20), 353)
    for state in ("collected", "posted", "destroyed"):
        over = paper(CertificateState(state), **here, ended_on=date(2027, 3, 1))
        gone = certified(date(2027, 4, 1), over)
        assert (gone.stage, gone.ending) == (Stage.collected, state)
        assert days_of(gone)[Stage.collected] == date(2027, 3, 1)
        assert {step.state for step in gone.steps} == {State.done}
        assert gone.days_left is None


def test_the_countdown_follows_the_clock_of_the_centre():
    until = date(2027, 3, 28)
    row = paper(
        CertificateState.arrived, arrived_on=date(2027, 1, 20), keep_until=until
    )
    known = Known(released_at=RELEASED, certified=True, certificate=row)

    def left(at, zone):
        shown = timeline.standing(session(), out=True, at=at, zone=zone, known=known)
        return shown.days_left

    # The last Sunday of March has 23 hours in Rome; it counts as one day all the same.
    assert left(datetime(2027, 3, 27, 22, 59, tzinfo=UTC), ROME) == 1
    assert left(datetime(2027, 3, 27, 23, 0, tzinfo=UTC), ROME) == 0
    assert left(datetime(2027, 3, 28, 21, 59, tzinfo=UTC), ROME) == 0
    assert left(datetime(2027, 3, 28, 22, 0, tzinfo=UTC), ROME) == -1
    assert left(datetime(2027, 3, 27, 22, 59, tzinfo=UTC), ZoneInfo("Asia/Tokyo")) == 0


def test_nothing_of_a_certificate_is_told_while_the_result_is_hidden():
    row = paper(
        CertificateState.arrived,
        arrived_on=date(2027, 1, 20),
        keep_until=date(2028, 1, 20),
    )
    shown = standing(
        date(2027, 2, 1), released_at=None, hidden_at=RELEASED, certificate=row
    )
    assert shown.stage is Stage.taken_back
    assert (shown.days_left, shown.kept_until, shown.ending) == (None, None, None)


# --- Taken back -----------------------------------------------------------------------


def test_a_result_that_was_taken_back_is_not_being_marked():
    shown = standing(date(2026, 12, 16), hidden_at=RELEASED)
    assert shown.stage is Stage.taken_back
    assert shown.hidden_on == date(2026, 12, 14)
    stages = [step.stage for step in shown.steps]
    assert Stage.window not in stages
    assert Stage.last_day not in stages
    assert [step.stage for step in shown.steps if step.state is State.now] == [
        Stage.taken_back
    ]


def test_a_result_that_is_out_again_says_nothing_of_having_been_taken_back():
    shown = standing(
        date(2026, 12, 16), out=True, hidden_at=RELEASED, released_at=RELEASED
    )
    assert shown.stage is Stage.released
    assert shown.hidden_on is None
    assert Stage.taken_back not in {step.stage for step in shown.steps}


def test_one_can_report_from_the_day_after_the_last():
    assert standing(EXAM).report_from == date(2026, 12, 20)
