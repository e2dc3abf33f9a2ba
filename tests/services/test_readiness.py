"""What an officer is told before they propose a release."""

from datetime import timedelta

from app.services import corrections, publication, readiness
from app.values import ResultStatus
from tests.cast import NOW


def people(cast, count):
    return [
        cast.entry(f"{n:04d}", "Candidate", f"No {n}") for n in range(10, 10 + count)
    ]


def test_the_report_accounts_for_every_entry(cast):
    graded, low, absent, held, missing, out, gone = people(cast, 7)
    cast.result(out)
    gone_result = cast.result(gone)
    cast.released()
    corrections.withdraw_result(gone_result, by=cast.officer, why="no", at=NOW)
    cast.result(graded, grade="B")
    cast.result(low, grade=None, overall=130, cefr=None)
    cast.result(absent, status=ResultStatus.absent_all)
    cast.result(held, held_why="overall differs")
    assert missing
    report = readiness.report(cast.session, None)
    assert report.entries == 7
    assert (report.ready, report.held, report.missing) == (3, 1, 1)
    assert (report.released, report.withdrawn) == (1, 1)
    assert report.contents.statuses[ResultStatus.graded] == 2
    assert report.contents.statuses[ResultStatus.absent_all] == 1
    assert list(report.contents.grades.items()) == [("B", 1), (None, 1)]


def test_the_report_of_one_centre_leaves_the_others_out(cast):
    other = cast.centre("IT099")
    cast.result(cast.amina)
    cast.result(cast.entry("0003", "Carla", "Conti", centre=other))
    assert readiness.report(cast.session, other).ready == 1
    assert readiness.report(cast.session, None).ready == 2


def test_a_correction_of_a_released_result_is_ready_again(cast):
    cast.result(cast.amina)
    cast.released()
    assert readiness.sessions_with_ready_results() == []
    cast.result(cast.amina, version=2, overall=173, grade="B")
    (ready,) = readiness.sessions_with_ready_results()
    assert (ready.session, ready.ready) == (cast.session, 1)
    report = readiness.report(cast.session, None)
    assert (report.ready, report.released, report.withdrawn) == (1, 0, 0)


def test_what_a_withdrawn_proposal_held_is_ready_again(cast):
    cast.result(cast.amina)
    at = NOW - timedelta(days=1)
    release = publication.propose(cast.session, None, NOW, by=cast.officer, at=at)
    assert readiness.sessions_with_ready_results() == []
    publication.withdraw(release, by=cast.officer, why="wrong hour", at=at)
    assert readiness.report(cast.session, None).ready == 1


def test_the_second_signature_is_for_what_the_release_holds(cast):
    cast.result(cast.amina)
    release = publication.propose(
        cast.session, None, NOW, by=cast.officer, at=NOW - timedelta(days=1)
    )
    cast.result(cast.boris, grade="A")
    contents = readiness.contents(release)
    assert (contents.total, contents.graded, contents.grades) == (1, 1, {"C": 1})
