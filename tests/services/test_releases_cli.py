"""Two signatures and the take-down, by command."""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import Release
from tests.cast import NOW

DAY = timedelta(days=1)


@pytest.fixture
def run(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW - DAY)

    def command(*words):
        return app.test_cli_runner().invoke(args=["release", *map(str, words)])

    return command


def proposal(run, cast):
    done = run(
        "propose", "2611-FCE-P", "--at", NOW.isoformat(), "--by", cast.officer.email
    )
    assert done.exit_code == 0, done.output
    return done


def test_propose_says_in_one_line_what_it_did_and_gives_the_number(run, cast):
    cast.result(cast.amina)
    done = proposal(run, cast)
    release = db.session.scalar(db.select(Release))
    assert done.output == (
        f"release {release.id}: proposed, 1 result of 2611-FCE-P,"
        " out at 2026-12-14T08:00+00:00 once approved\n"
    )


def test_a_second_person_approves_and_either_takes_back(run, cast):
    cast.result(cast.amina)
    proposal(run, cast)
    release = db.session.scalar(db.select(Release))
    done = run("approve", release.id, "--by", cast.approver.email)
    assert (done.exit_code, done.output) == (
        0,
        f"release {release.id}: approved, 1 result out at 2026-12-14T08:00+00:00\n",
    )
    taken = run(
        "withdraw", release.id, "--by", cast.approver.email, "--why", "wrong papers"
    )
    assert (taken.exit_code, taken.output) == (
        0,
        f"release {release.id}: withdrawn, 1 result hidden\n",
    )
    again = run("withdraw", release.id, "--by", cast.officer.email, "--why", "again")
    assert again.exit_code == 1


@pytest.mark.parametrize("who", ["approver", "admin", "auditor", "clerk"])
def test_only_an_officer_proposes(run, cast, who):
    cast.result(cast.amina)
    person = getattr(cast, who)
    done = run("propose", "2611-FCE-P", "--at", NOW.isoformat(), "--by", person.email)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "role" in done.stderr
    assert db.session.scalar(db.select(Release)) is None


def test_the_officer_cannot_sign_for_the_approver(run, cast):
    cast.result(cast.amina)
    proposal(run, cast)
    release = db.session.scalar(db.select(Release))
    done = run("approve", release.id, "--by", cast.officer.email)
    assert done.exit_code == 1
    db.session.refresh(release)
    assert release.approved_at is None


@pytest.mark.parametrize(
    ("instant", "session", "by"),
    [
        ("2026-12-14T08:00", "2611-FCE-P", "officer@board.example"),
        ("tomorrow", "2611-FCE-P", "officer@board.example"),
        ("9999-12-31T23:59-12:00", "2611-FCE-P", "officer@board.example"),
        ("2026-12-01T08:00Z", "2611-FCE-P", "officer@board.example"),
        ("2026-12-14T08:00Z", "NO-SUCH", "officer@board.example"),
        ("2026-12-14T08:00Z", "2611-FCE-P", "nobody@board.example"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_status_1(
    run, cast, instant, session, by
):
    cast.result(cast.amina)
    assert cast.officer
    done = run("propose", session, "--at", instant, "--by", by)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert db.session.scalar(db.select(Release)) is None


def test_a_release_that_is_not_there_is_refused_whatever_its_number(run, cast):
    for number in ("7", "99999999999999999999"):
        done = run("approve", number, "--by", cast.approver.email)
        assert done.exit_code == 1
        assert done.stderr == f"Release {number} is not known here.\n"


def test_a_missing_option_is_wrong_usage(run):
    assert run("propose", "2611-FCE-P").exit_code == 2


def test_a_centre_without_a_number_is_not_every_centre(run, cast):
    cast.result(cast.amina)
    done = run(
        *("propose", "2611-FCE-P", "--centre", ""),
        *("--at", NOW.isoformat(), "--by", cast.officer.email),
    )
    assert done.exit_code == 2
    assert "takes a centre's number" in done.stderr
    assert db.session.scalar(db.select(Release)) is None


def test_one_centre_can_go_first(run, cast):
    cast.result(cast.amina)
    other = cast.centre("IT099")
    cast.result(cast.entry("0003", "Carla", "Conti", centre=other))
    done = run(
        *("propose", "2611-FCE-P", "--centre", "IT099"),
        *("--at", NOW.isoformat(), "--by", cast.officer.email),
    )
    assert done.exit_code == 0
    assert db.session.scalar(db.select(Release)).centre == other
