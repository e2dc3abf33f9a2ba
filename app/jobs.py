"""What happens by itself: a clock that calls one service for each job.

Nothing is visible because a job ran; jobs only tell people, and erase what is over. The
state of everything lies in tables, so that a job may stop anywhere, and two job
processes at once do no harm.
"""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app import clock
from app.services import (
    announcing,
    application_reminders,
    cases,
    digests,
    downloads,
    factors,
    invitations,
    mail,
    retention,
    sharing,
    throttle,
    uploads,
)
from app.services.certificates import countdown
from app.services.downloads.gently import gently
from app.services.enquiries import outcomes
from app.services.list_checks import checking
from app.services.list_checks import ending as lists_ending
from app.services.photos import erasure

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """One thing that is done every so often."""

    name: str
    every: timedelta
    # Called with the instant and with a question: is it time to stop? Returns a count.
    do: Callable[[datetime, Stop], int]
    # What was counted.
    counted: str


def _erasing(name: str, erase: Callable[..., int], counted: str) -> Job:
    """Return a job that erases what is over, a few times a day."""
    return Job(
        name,
        timedelta(hours=6),
        lambda at, stop: erase(at=at, stop=stop),
        counted,
    )


SCHEDULE = (
    Job(
        "deliver-mail",
        timedelta(seconds=2),
        lambda at, stop: mail.deliver(at=at, stop=stop),
        "messages sent",
    ),
    Job(
        "announce-results",
        timedelta(seconds=5),
        lambda at, _: announcing.announce_due(at=at),
        "messages queued",
    ),
    Job(
        "tell-outcomes",
        timedelta(seconds=5),
        lambda at, _: outcomes.tell_due(at=at),
        "messages queued",
    ),
    Job(
        "tell-members",
        timedelta(seconds=30),
        lambda at, stop: digests.tell_due(at=at, stop=stop),
        "messages queued",
    ),
    Job(
        "check-lists",
        timedelta(seconds=3),
        lambda at, stop: checking.run_due(at=at, stop=stop),
        "rows checked",
    ),
    Job(
        "erase-list-answers",
        timedelta(hours=6),
        lambda at, stop: lists_ending.erase_answers(at=at, stop=stop),
        "answers of lists deleted",
    ),
    Job(
        "erase-lookups",
        timedelta(hours=24),
        lambda at, stop: lists_ending.erase_lookups(at=at, stop=stop),
        "look-ups deleted",
    ),
    Job(
        "make-downloads",
        timedelta(seconds=3),
        lambda at, stop: gently(lambda: downloads.make_due(at=at, stop=stop)),
        "downloads ready",
    ),
    Job(
        "forget-tries",
        timedelta(minutes=10),
        lambda at, _: throttle.forget_old(at=at),
        "budgets deleted",
    ),
    Job(
        "forget-import-files",
        timedelta(hours=1),
        lambda at, _: uploads.forget_old(at=at),
        "files deleted",
    ),
    Job(
        "forget-sign-ins",
        timedelta(hours=1),
        lambda at, _: retention.forget_sign_ins(at=at),
        "sign-ins deleted",
    ),
    Job(
        "forget-unfinished-factors",
        timedelta(hours=1),
        lambda at, _: factors.forget_unfinished(at=at),
        "authenticator apps that nobody finished setting up deleted",
    ),
    Job(
        "forget-mail",
        timedelta(hours=1),
        lambda at, _: retention.forget_mails(at=at),
        "messages deleted",
    ),
    Job(
        "close-cases",
        timedelta(hours=1),
        lambda at, _: cases.close_over(at=at),
        "cases closed",
    ),
    Job(
        "remind-certificates",
        timedelta(hours=6),
        lambda at, stop: countdown.remind_due(at=at, stop=stop),
        "people reminded",
    ),
    _erasing(
        "erase-addresses", retention.erase_addresses, "entries without their addresses"
    ),
    Job(
        "answer-invitations",
        timedelta(minutes=10),
        lambda at, stop: invitations.answer_all(at=at, stop=stop),
        "results sent",
    ),
    Job(
        "end-shares",
        timedelta(hours=1),
        lambda at, stop: sharing.end_expired(at=at, stop=stop),
        "shares ended",
    ),
    _erasing("erase-shares", retention.erase_shares, "shares deleted"),
    _erasing("erase-links", retention.erase_links, "links deleted"),
    _erasing("erase-invitations", retention.erase_invitations, "invitations deleted"),
    Job(
        "remind-of-applications",
        timedelta(minutes=30),
        lambda at, _: application_reminders.remind_due(at=at),
        "messages queued",
    ),
    _erasing(
        "erase-join-requests", retention.erase_join_requests, "requests to join deleted"
    ),
    _erasing(
        "erase-applicant-messages",
        retention.erase_applicant_messages,
        "messages about applications deleted",
    ),
    _erasing("erase-cases", retention.erase_cases, "cases deleted"),
    _erasing("erase-questions", retention.erase_questions, "questions deleted"),
    _erasing(
        "erase-enquiry-words",
        retention.erase_enquiry_words,
        "enquiries without their words",
    ),
    _erasing(
        "erase-certificate-names",
        retention.erase_certificate_names,
        "certificates without their names",
    ),
    Job(
        "erase-photos",
        timedelta(hours=6),
        lambda at, stop: erasure.erase_old(at=at, stop=stop),
        "photos deleted",
    ),
    Job(
        "sweep-photos",
        timedelta(hours=24),
        lambda at, stop: erasure.sweep(at=at, stop=stop),
        "files without a photo deleted",
    ),
    Job(
        "expire-downloads",
        timedelta(hours=1),
        lambda at, stop: downloads.expire(at=at, stop=stop),
        "files deleted",
    ),
    Job(
        "erase-downloads",
        timedelta(hours=6),
        lambda at, stop: downloads.erase(at=at, stop=stop),
        "downloads deleted",
    ),
    Job(
        "sweep-downloads",
        timedelta(hours=24),
        lambda at, stop: downloads.sweep(at=at, stop=stop),
        "files without a download deleted",
    ),
)
JOBS = {job.name: job for job in SCHEDULE}


def run_job(name: str, *, at: datetime, stop: Stop = lambda: False) -> int:
    """Do one job by its name, inside the caller's app context; return its count."""
    return JOBS[name].do(at, stop)


def run(app: Flask) -> None:
    """Keep to the schedule until SIGTERM or SIGINT, then finish what is running.

    Runs that were missed are made up for by one; a job never overlaps itself.
    """
    app.logger.setLevel(logging.INFO)
    # It warns whenever a long delivery skips a beat, which is what it is meant to do.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: signals.append(received))
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    for job in SCHEDULE:
        scheduler.add_job(
            take_turn,
            "interval",
            [app, job, lambda: bool(signals)],
            seconds=job.every.total_seconds(),
            next_run_time=clock.now(),
        )
    scheduler.start()
    app.logger.info("jobs: %d on the schedule", len(SCHEDULE))
    while not signals:
        time.sleep(0.2)
    scheduler.shutdown(wait=True)
    app.logger.info("jobs: ended")


def take_turn(app: Flask, job: Job, stop: Stop) -> None:
    """Do a job once; what goes wrong is logged, and tried again at the next turn."""
    if stop():
        return
    try:
        with app.app_context():
            count = job.do(clock.now(), stop)
    except Exception:
        app.logger.exception("job %s failed", job.name)
    else:
        if count:
            app.logger.info("job %s: %d %s", job.name, count, job.counted)
