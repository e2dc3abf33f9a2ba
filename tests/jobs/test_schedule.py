"""What happens by itself: each job works once, and one that fails is tried again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app import clock, jobs
from app.extensions import db
from app.models import (
    AuditRow,
    Entry,
    ImportFile,
    Mail,
    Share,
    ShareAccess,
    SignIn,
    Throttle,
)
from app.services import signins, throttle
from app.values import AccessKind, ImportKind, MailState
from tests.cast import NOW, save
from tests.jobs.conftest import queue_note

DAY = timedelta(days=1)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_candidates_of_a_release_are_told_once(cast):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.released(instant=NOW)
    assert jobs.run_job("announce-results", at=NOW - timedelta(seconds=1)) == 0
    assert jobs.run_job("announce-results", at=NOW) == 1
    assert jobs.run_job("announce-results", at=NOW) == 0
    assert count(Mail) == 1


def test_wrong_tries_are_forgotten_after_their_window(app):
    throttle.charge(throttle.Door.candidate_sign_in, "amina", "192.0.2.1", at=NOW)
    assert jobs.run_job("forget-tries", at=NOW + timedelta(hours=23)) == 0
    assert jobs.run_job("forget-tries", at=NOW + timedelta(hours=25)) == 4
    assert count(Throttle) == 0


def test_sign_ins_are_forgotten_90_days_after_their_end(cast):
    account = cast.account(cast.amina)
    ended = signins.begin(account, address="192.0.2.1", browser="", at=NOW - 95 * DAY)
    signins.end(ended, at=NOW - 91 * DAY)
    signins.begin(account, address="192.0.2.1", browser="", at=NOW - 90 * DAY)
    lasting = signins.begin(account, address="192.0.2.1", browser="", at=NOW)
    assert jobs.run_job("forget-sign-ins", at=NOW) == 1
    assert jobs.run_job("forget-sign-ins", at=NOW + DAY) == 1
    assert signins.candidate(lasting, at=NOW) == account
    assert count(SignIn) == 1


def test_uploads_are_forgotten_after_a_day(cast):
    for age in (timedelta(hours=23), timedelta(hours=25)):
        save(
            ImportFile(
                kind=ImportKind.results,
                name="results.csv",
                content=b"x",
                uploaded_by_id=cast.officer.id,
                uploaded_at=NOW - age,
            )
        )
    assert jobs.run_job("forget-import-files", at=NOW) == 1
    assert count(ImportFile) == 1


def test_messages_are_forgotten_90_days_after_they_went(cast):
    account = cast.account(cast.amina)
    states = (MailState.sent, MailState.failed, MailState.dropped, MailState.queued)
    for state in states:
        row = queue_note(account, state.value)
        row.state = state
        row.sent_at = NOW if state is MailState.sent else None
    db.session.commit()
    assert jobs.run_job("forget-mail", at=NOW + 90 * DAY) == 0
    assert jobs.run_job("forget-mail", at=NOW + 91 * DAY) == 3
    (left,) = db.session.scalars(select(Mail))
    assert left.state is MailState.queued


def test_addresses_are_erased_ten_years_after_the_exam_and_nothing_else(cast):
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    assert cast.session.exam_date == date(2026, 11, 14)
    ten_years = NOW.replace(year=2036, month=11, day=14)
    assert jobs.run_job("erase-addresses", at=ten_years) == 0
    assert jobs.run_job("erase-addresses", at=ten_years + DAY) == 1
    entry = db.session.get(Entry, cast.amina.id, populate_existing=True)
    assert (entry.email, entry.guardian_email) == ("", "")
    assert entry.name == "Amina Benali"
    trail = db.session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first()
    assert (trail.action, trail.subject) == ("erased", "retention:entries")
    assert "mail.example" not in trail.detail


def test_a_leap_day_has_its_ten_years_too(app):
    at = NOW.replace(year=2036, month=2, day=29)
    assert jobs.run_job("erase-addresses", at=at) == 0


def test_shares_whose_last_day_is_over_are_ended(cast):
    account = cast.account(cast.amina)
    share = save(
        Share(
            entry=cast.amina,
            organisation=cast.acme,
            account=account,
            at=NOW - DAY,
            terms_version="x",
            expires_at=NOW,
        )
    )
    assert jobs.run_job("end-shares", at=NOW - timedelta(seconds=1)) == 0
    assert jobs.run_job("end-shares", at=NOW) == 1
    assert jobs.run_job("end-shares", at=NOW) == 0
    assert db.session.get(Share, share.id, populate_existing=True).withdrawn_at == NOW


def test_shares_are_erased_two_years_after_the_last_look(cast):
    account = cast.account(cast.amina)

    def share(organisation, looked_at):
        row = save(
            Share(
                entry=cast.amina,
                organisation=organisation,
                account=account,
                at=NOW,
                terms_version="2026-01",
            )
        )
        if looked_at:
            save(
                ShareAccess(
                    share=row,
                    member_name="Rita Registrar",
                    kind=AccessKind.viewed,
                    at=looked_at,
                )
            )
        return row

    share(cast.acme, None)
    lasting = share(cast.organisation("Other College", "other.example"), NOW + 9 * DAY)
    assert jobs.run_job("erase-shares", at=NOW + 730 * DAY) == 0
    assert jobs.run_job("erase-shares", at=NOW + 731 * DAY) == 1
    assert db.session.scalars(select(Share)).one() == lasting
    assert jobs.run_job("erase-shares", at=NOW + 740 * DAY) == 1
    assert count(ShareAccess) == 0


def test_a_job_that_fails_is_logged_and_harms_nobody(app, caplog):
    def fail(_at, _stop):
        raise RuntimeError("the lights are out")

    job = replace(jobs.SCHEDULE[0], name="broken", do=fail)
    jobs.take_turn(app, job, lambda: False)
    assert "job broken failed" in caplog.text
    assert "the lights are out" in caplog.text
    assert "Traceback" in caplog.text


def test_a_job_does_not_begin_once_it_is_time_to_stop(app):
    turns = []
    job = replace(jobs.SCHEDULE[0], do=lambda at, stop: turns.append(at) or 0)
    jobs.take_turn(app, job, lambda: True)
    assert turns == []
    jobs.take_turn(app, job, lambda: False)
    assert len(turns) == 1


def test_every_job_can_be_run_by_hand(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    runner = app.test_cli_runner()
    for job in jobs.SCHEDULE:
        done = runner.invoke(args=["jobs", "once", job.name])
        assert done.exit_code == 0, done.output
        assert done.output == f"{job.name}: 0 {job.counted}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["make-tea"],
        ["deliver-mail", "--at", "tomorrow"],
        ["deliver-mail", "--at", "2026-12-14T09:00"],
        ["forget-mail", "--at", "0001-01-01T00:00Z"],
        [],
    ],
)
def test_a_job_that_does_not_exist_or_a_time_that_is_none_is_wrong_usage(
    app, arguments
):
    done = app.test_cli_runner().invoke(args=["jobs", "once", *arguments])
    assert done.exit_code == 2


def test_a_job_by_hand_runs_as_if_it_were_another_instant(app, cast):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.released(instant=NOW)
    runner = app.test_cli_runner()
    early = ["jobs", "once", "announce-results", "--at", "2026-12-14T08:59:59+01:00"]
    assert runner.invoke(args=early).output.startswith("announce-results: 0 ")
    there = ["jobs", "once", "announce-results", "--at", "2026-12-14T09:00+01:00"]
    assert runner.invoke(args=there).output.startswith("announce-results: 1 ")
