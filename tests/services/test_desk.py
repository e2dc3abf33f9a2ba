"""What the desk says needs doing, and when it stops saying so."""

from datetime import date, timedelta

from app.extensions import db
from app.models import Mail
from app.services import desk, publication
from app.values import Language, MailState, OrganisationStatus, ResultStatus
from tests.cast import NOW, save

DAY = timedelta(days=1)


def propose(cast, instant=NOW + DAY):
    return publication.propose(
        cast.session, None, instant, by=cast.officer, at=NOW - DAY
    )


def test_a_proposal_waits_for_a_signature_and_then_for_its_instant(cast):
    cast.result(cast.amina)
    release = propose(cast)
    (waiting,) = desk.releases_to_sign(at=NOW)
    assert (waiting.session, waiting.results) == ("2611-FCE-P", 1)
    assert (waiting.proposed_by, waiting.late) == ("Officer Staff", False)
    assert desk.releases_coming(at=NOW) == []
    publication.approve(release, by=cast.approver, at=NOW)
    assert desk.releases_to_sign(at=NOW) == []
    (coming,) = desk.releases_coming(at=NOW)
    assert coming.instant == NOW + DAY
    assert desk.releases_coming(at=NOW + DAY) == []


def test_a_proposal_whose_instant_went_by_unsigned_is_late(cast):
    cast.result(cast.amina)
    propose(cast)
    assert desk.releases_to_sign(at=NOW + DAY)[0].late


def test_a_withdrawn_proposal_waits_for_nobody(cast):
    cast.result(cast.amina)
    publication.withdraw(propose(cast), by=cast.officer, why="no", at=NOW)
    assert desk.releases_to_sign(at=NOW) == []


def test_applications_come_most_overdue_first(cast):
    waiting = {"status": OrganisationStatus.applied, "decided_at": None}
    cast.organisation(
        "Late", "l.example", **waiting, due_on=date(2026, 12, 11), applied_at=NOW
    )
    cast.organisation(
        "Today", "t.example", **waiting, due_on=date(2026, 12, 14), applied_at=NOW
    )
    cast.organisation(
        "Later", "z.example", **waiting, due_on=date(2026, 12, 10), applied_at=NOW
    )
    assert cast.acme
    found = [(row.name, row.overdue) for row in desk.applications(at=NOW)]
    assert found == [("Later", True), ("Late", True), ("Today", False)]


def test_held_results_are_counted_by_session_until_replaced(cast):
    cast.result(cast.amina, held_why="overall differs")
    cast.result(cast.boris, held_why="grade differs")
    (held,) = desk.held_results()
    assert (held.session, held.count) == ("2611-FCE-P", 2)
    cast.result(cast.boris, version=2)
    assert desk.held_results()[0].count == 1


def test_a_session_near_its_final_date_says_who_still_has_no_result(cast):
    cast.result(cast.amina)
    assert cast.boris
    cast.released(instant=NOW)
    (due,) = desk.results_due(at=NOW)
    assert (due.day, due.count, due.past) == (date(2026, 12, 19), 1, False)
    assert desk.results_due(at=NOW + 6 * DAY)[0].past
    assert desk.results_due(at=NOW - 3 * DAY) == []
    assert desk.results_due(at=NOW + 200 * DAY) == []


def test_a_result_is_due_until_its_release_is_signed(cast):
    cast.result(cast.amina, status=ResultStatus.absent_all)
    assert desk.results_due(at=NOW)[0].count == 1
    release = propose(cast)
    assert desk.results_due(at=NOW)[0].count == 1
    publication.approve(release, by=cast.approver, at=NOW)
    assert desk.results_due(at=NOW) == []
    assert desk.results_due(at=NOW + DAY) == []
    publication.withdraw(release, by=cast.officer, why="wrong", at=NOW + DAY)
    assert desk.results_due(at=NOW + DAY)[0].count == 1


def test_confirmations_are_asked_for_in_the_month_before_the_exam(cast):
    entry = cast.amina
    entry.id_number = entry.secret = entry.secret_issued_at = None
    db.session.commit()
    exam = NOW.replace(month=11, day=14)
    (missing,) = desk.confirmations_to_issue(at=exam - 30 * DAY)
    assert (missing.session, missing.centre) == ("2611-FCE-P", "IT024")
    assert missing.count == 1
    assert desk.confirmations_to_issue(at=exam - 31 * DAY) == []
    assert desk.confirmations_to_issue(at=exam + DAY) == []
    other = cast.centre("IT099")
    assert desk.confirmations_to_issue(at=exam - DAY, centre_id=other.id) == []
    assert desk.confirmations_to_issue(at=exam - DAY, centre_id=cast.it024.id)


def test_a_centre_sees_its_own_coming_sessions(cast):
    assert cast.amina
    exam = NOW.replace(month=11, day=14)
    (coming,) = desk.coming_sessions(at=exam, centre_id=cast.it024.id)
    assert (coming.session, coming.count) == ("2611-FCE-P", 1)
    assert desk.coming_sessions(at=exam + DAY, centre_id=cast.it024.id) == []
    other = cast.centre("IT099")
    assert desk.coming_sessions(at=exam, centre_id=other.id) == []


def test_mail_that_was_given_up_is_counted(cast):
    assert desk.failed_mail() == 0
    save(
        Mail(
            kind="result_out",
            dedupe_key="k",
            address="a@mail.example",
            language=Language.en,
            values={},
            state=MailState.failed,
            queued_at=NOW,
            due_at=NOW,
        )
    )
    assert desk.failed_mail() == 1
