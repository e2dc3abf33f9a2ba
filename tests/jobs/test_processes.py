"""The job process and the server as they really run: together, twice, and ended."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Mail, Release
from app.services import mail
from app.values import MailState
from tests.cast import Cast
from tests.jobs.postoffice import free_port
from tests.jobs.processes import (
    FLASK,
    PATIENCE,
    alive,
    environment,
    family,
    running,
    wait_for,
)


def queue_messages(account, number):
    now = clock.now()
    for n in range(number):
        mail.queue("password_changed", to=account, about=str(n), at=now, name="Amina")
    db.session.commit()


def test_two_job_processes_send_each_message_once_and_end_when_told(
    own_app, post_office, tmp_path
):
    cast = Cast()
    account = cast.account(cast.amina)
    now = clock.now()
    cast.result(cast.amina)
    release = cast.released(instant=now)
    queue_messages(account, 300)
    db.session.remove()
    environ = environment(
        own_app, ESITO_MAIL_URL=f"smtp://127.0.0.1:{post_office.port}"
    )
    with ExitStack() as stack:
        logs = [tmp_path / f"jobs{n}.log" for n in range(2)]
        both = [
            stack.enter_context(running((*FLASK, "jobs", "run"), environ, log))
            for log in logs
        ]
        wait_for(lambda: len(post_office.accepted) >= 301, "301 messages")
        wait_for(lambda: all("schedule" in log.read_text() for log in logs), "both")
        for process in both:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(PATIENCE) for process in both] == [0, 0]
    ids = [message["Message-ID"] for message in post_office.accepted]
    assert len(ids) == len(set(ids)) == 301
    assert all(people == [account.email] for people in post_office.envelopes)
    states = set(db.session.scalars(select(Mail.state)))
    assert states == {MailState.sent}
    assert db.session.get(Release, release.id).announced_at is not None
    assert "Traceback" not in "".join(log.read_text() for log in logs)


def test_the_job_process_survives_a_database_that_is_not_ready(own_app, tmp_path):
    environ = environment(own_app)
    environ["ESITO_DATABASE_URL"] = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    log = tmp_path / "jobs.log"
    with running((*FLASK, "jobs", "run"), environ, log) as process:
        wait_for(
            lambda: log.read_text().count("job deliver-mail failed") >= 2,
            "a second try",
        )
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status, dict(answer.headers)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


@pytest.fixture
def served(own_app, tmp_path):
    """`python app.py` on a free port: its process, its address and its log."""
    port, log = free_port(), tmp_path / "serve.log"
    db.session.remove()
    environ = environment(own_app, PORT=str(port))
    with running((sys.executable, "app.py"), environ, log) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{url}/health"), f"{url}, {log.read_text()}")
        wait_for(lambda: "on the schedule" in log.read_text(), "the job process")
        yield process, url, log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_answers_and_ends_with_everything_it_started(served, number):
    process, url, log = served
    status, headers = answers(f"{url}/ready")
    assert status == 200
    assert "gunicorn" not in headers["Server"].lower()
    started = family(process.pid)
    assert len(started) >= 5, "the launcher, gunicorn with two workers, and the jobs"
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert alive(started) == []
    assert answers(f"{url}/health") is None
    assert "/ready" not in log.read_text(), "addresses are logged"


@pytest.mark.parametrize("name", ["gunicorn", "jobs"])
def test_a_child_that_dies_ends_the_service(served, name):
    process, _, log = served
    started = family(process.pid)
    child = next(
        each
        for each in started[1:]
        if name in " ".join(each.cmdline()) and each.ppid() == process.pid
    )
    child.kill()
    assert process.wait(PATIENCE) == 128 + signal.SIGKILL
    assert alive(started) == []
    word = "web server" if name == "gunicorn" else "job process"
    assert f"the {word} ended with status 137" in log.read_text()


def test_a_database_without_tables_is_said_in_a_sentence(own_app, tmp_path):
    environ = environment(own_app, PORT=str(free_port()))
    environ["ESITO_DATABASE_URL"] = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=own_app.root_path + "/..",
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert "flask db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_setting_is_said_in_a_sentence(own_app):
    environ = environment(own_app, ESITO_SURFACE="moon")
    for command in ([sys.executable, "app.py"], [*FLASK, "doctor"]):
        done = subprocess.run(
            command,
            cwd=own_app.root_path + "/..",
            env=environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 1
        assert "ESITO_SURFACE takes one of" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_message_waits_while_no_job_runs_and_the_doctor_says_so(own_app, post_office):
    cast = Cast()
    queue_messages(cast.account(cast.amina), 1)
    row = db.session.scalars(select(Mail)).one()
    row.due_at = clock.now() - timedelta(hours=1)
    db.session.commit()
    db.session.remove()
    own_app.config["ESITO_MAIL_TO_FOLDER"] = False
    transport = own_app.extensions["mail"]
    transport.server, transport.port = "127.0.0.1", post_office.port
    told = own_app.test_cli_runner().invoke(args=["doctor"])
    assert told.exit_code == 1
    assert "FAILED  jobs: an e-mail has been due since" in told.output
    assert f"ok      mail: 127.0.0.1:{post_office.port} answers" in told.output
