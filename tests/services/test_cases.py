"""A result that does not come: asked about once, answered, and closed in the end."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from app import jobs
from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, CaseMessage, CentreCase, Mail
from app.services import access, cases, endings, own_record
from app.values import CaseState
from tests.cast import NOW

DAY = timedelta(days=1)
# The last date is 19 December 2026; it ends at midnight in Rome.
OVERDUE = datetime(2026, 12, 19, 23, 0, tzinfo=UTC)


@pytest.fixture
def amina(cast):
    """Amina's account; her result has not come."""
    return cast.account(cast.amina)


def report(cast, account, words="I took Speaking on Friday.", at=OVERDUE):
    return cases.report_missing(cast.amina, words, by=account, at=at)


def everything(model):
    return db.session.scalars(db.select(model).order_by(model.id)).all()


def mails(kind):
    return [mail for mail in everything(Mail) if mail.kind == kind]


def acts():
    return [(row.action, row.actor) for row in everything(AuditRow)]


def test_before_the_last_date_is_over_amina_is_asked_to_wait(cast, amina):
    for at in (NOW - 40 * DAY, NOW, OVERDUE - timedelta(seconds=1)):
        with pytest.raises(Refused) as refused:
            report(cast, amina, at=at)
        assert "19 December 2026" in str(refused.value)
    assert everything(CentreCase) == []
    assert report(cast, amina).state is CaseState.open


def test_the_last_date_ends_on_the_clock_of_the_centre(cast, amina):
    cast.it024.timezone = "America/Lima"
    db.session.commit()
    with pytest.raises(Refused):
        report(cast, amina, at=OVERDUE + timedelta(hours=5, seconds=-1))
    assert report(cast, amina, at=OVERDUE + timedelta(hours=6))


def test_what_is_answered_before_the_instant_does_not_depend_on_a_result(cast, amina):
    def answers(at):
        try:
            cases.require_missing(cast.amina, at=at)
        except Refused as refused:
            return str(refused)
        return "go on"

    instant = OVERDUE + 2 * DAY
    moments = [NOW, OVERDUE - DAY, OVERDUE, instant - timedelta(seconds=1)]
    without = [answers(at) for at in moments]
    cast.result(cast.amina)
    cast.released(instant=instant)
    assert [answers(at) for at in moments] == without
    assert "is out" in answers(instant)


def test_a_result_that_is_out_is_not_missing(cast, amina):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    with pytest.raises(Refused) as refused:
        report(cast, amina)
    assert "is out" in str(refused.value)


def test_the_centre_is_told_how_many_wait_and_no_names(cast, amina):
    report(cast, amina)
    (mail,) = mails("case_for_centre")
    assert mail.address == "exams@it024.example"
    assert (mail.language, mail.values["count"]) == ("it", 1)
    boris = cast.account(cast.boris)
    cases.report_missing(cast.boris, "", by=boris, at=OVERDUE + timedelta(minutes=30))
    assert len(mails("case_for_centre")) == 1
    cases.write(cases.of_entry(cast.boris), "?", by=boris, at=OVERDUE + DAY)
    assert [m.values["count"] for m in mails("case_for_centre")] == [1, 2]
    told = str([m.values for m in mails("case_for_centre")])
    assert "Benali" not in told
    assert "Boris" not in told


def test_nobody_reports_what_is_not_theirs(cast, amina):
    boris = cast.account(cast.boris)
    # Nor does he hear whether it is too early for her.
    for at in (NOW, OVERDUE):
        with pytest.raises(NotFound):
            report(cast, boris, at=at)
    case = report(cast, amina)
    with pytest.raises(NotFound):
        access.own_case(boris, case.reference)
    with pytest.raises(NotFound):
        access.lost_paper(case.reference)
    with pytest.raises(NotFound):
        cases.write(case, "Me too", by=boris, at=OVERDUE)
    assert cases.of_entry(cast.boris) is None
    assert cases.of_entry(cast.amina) == case


def test_one_case_is_open_at_a_time(cast, amina):
    first = report(cast, amina)
    again = report(cast, amina, "Hello?")
    assert again == first
    assert len(everything(CaseMessage)) == 1
    cases.close(first, by=cast.clerk, at=OVERDUE)
    second = report(cast, amina, at=OVERDUE + DAY)
    assert second != first
    assert cases.of_entry(cast.amina) == second


def test_the_centre_answers_and_amina_writes_back(cast, amina):
    case = report(cast, amina)
    cases.answer(case, "We have asked the board.", by=cast.clerk, at=OVERDUE + DAY)
    assert case.state is CaseState.answered
    (mail,) = mails("case_answered")
    assert mail.address == "amina@mail.example"
    assert mail.values["path"] == f"/candidate/cases/{case.reference}"
    assert "board" not in str(mail.values)
    cases.write(case, "Thank you. When?", by=amina, at=OVERDUE + 2 * DAY)
    assert case.state is CaseState.open
    texts = [(m.text, m.user_id) for m in cases.of_entry(cast.amina).messages]
    assert texts == [
        ("I took Speaking on Friday.", None),
        ("We have asked the board.", cast.clerk.id),
        ("Thank you. When?", None),
    ]
    cases.answer(case, "Tomorrow.", by=cast.clerk, at=OVERDUE + 3 * DAY)
    assert len(mails("case_answered")) == 2
    actor = f"candidate:{amina.reference}"
    staff = f"staff:{cast.clerk.id}"
    assert acts() == [
        ("case_opened", actor),
        ("case_answered", staff),
        ("case_opened", actor),
        ("case_answered", staff),
    ]
    assert not any("Speaking" in row.detail for row in everything(AuditRow))


def test_a_parent_of_a_child_is_told_of_the_answer(cast, amina):
    cast.amina.date_of_birth = NOW.date().replace(year=2014)
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    cases.answer(report(cast, amina), "Soon.", by=cast.clerk, at=OVERDUE)
    told = {mail.address for mail in mails("case_answered")}
    assert told == {"amina@mail.example", "mother@mail.example"}


def test_what_is_closed_is_over(cast, amina):
    case = report(cast, amina)
    cases.close(case, by=cast.clerk, at=OVERDUE)
    for act in (
        lambda: cases.close(case, by=cast.clerk, at=OVERDUE),
        lambda: cases.answer(case, "x", by=cast.clerk, at=OVERDUE),
        lambda: cases.write(case, "x", by=amina, at=OVERDUE),
    ):
        with pytest.raises(Conflict):
            act()
    assert [m.text for m in everything(CaseMessage)] == ["I took Speaking on Friday."]
    assert mails("case_answered") == []


def test_empty_words_are_no_answer(cast, amina):
    case = report(cast, amina, "   ")
    assert everything(CaseMessage) == []
    for act in (
        lambda: cases.answer(case, " \n ", by=cast.clerk, at=OVERDUE),
        lambda: cases.write(case, "", by=amina, at=OVERDUE),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == "words"
    assert case.state is CaseState.open


def test_a_message_that_is_sent_twice_is_said_once(cast, amina):
    case = report(cast, amina, "Where is it?")
    soon, later = OVERDUE + timedelta(seconds=2), OVERDUE + timedelta(minutes=1)
    cases.write(case, " Where is it? ", by=amina, at=soon)
    cases.answer(case, "We ask.", by=cast.clerk, at=OVERDUE)
    cases.answer(case, "We ask.", by=cast.clerk, at=soon)
    assert len(mails("case_answered")) == 1
    # What others said in between, or a minute, makes the same words new.
    cases.write(case, "Where is it?", by=amina, at=soon)
    cases.write(case, "Where is it?", by=amina, at=soon)
    assert case.state is CaseState.open
    cases.write(case, "Where is it?", by=amina, at=later + timedelta(seconds=2))
    said = [row.text for row in everything(CaseMessage)]
    assert said == ["Where is it?", "We ask.", "Where is it?", "Where is it?"]


def test_nobody_fills_the_queue_with_messages(cast, amina):
    case = report(cast, amina, "")
    for n in range(cases.MOST_WRITTEN):
        cases.write(case, f"And {n}?", by=amina, at=OVERDUE)
    with pytest.raises(Refused) as refused:
        cases.write(case, "And?", by=amina, at=OVERDUE)
    assert "telephone" in str(refused.value)
    assert len(everything(CaseMessage)) == cases.MOST_WRITTEN


def test_what_the_account_before_hers_wrote_is_not_aminas_to_read(cast, amina):
    """An account that was not hers ended; she registers again with the new paper."""
    case = report(cast, amina, "The words of another person.")
    endings.not_theirs(cast.amina, by=cast.clerk, at=OVERDUE)
    assert cases.of_entry(cast.amina) is None
    own = cast.account(cast.amina)
    for account in (amina, own):
        with pytest.raises(NotFound):
            access.own_case(account, case.reference)
        with pytest.raises(NotFound):
            cases.write(case, "It is me.", by=account, at=OVERDUE)
    assert cases.of_entry(cast.amina) is None
    assert "another person" not in json.dumps(own_record.held(own, at=OVERDUE))
    assert report(cast, own, "Where is it?") != case


# --- What closes by itself ------------------------------------------------------------


def over(at):
    return jobs.run_job("close-cases", at=at)


def test_an_answered_case_closes_30_days_after_its_last_word(cast, amina):
    case = report(cast, amina)
    assert over(OVERDUE + 300 * DAY) == 0
    cases.answer(case, "Soon.", by=cast.clerk, at=OVERDUE + DAY)
    assert over(OVERDUE + 31 * DAY) == 0
    assert over(OVERDUE + 31 * DAY + timedelta(seconds=1)) == 1
    db.session.refresh(case)
    assert case.state is CaseState.closed
    assert acts()[-1] == ("case_closed", "system")
    assert over(OVERDUE + 90 * DAY) == 0


def test_a_case_closes_once_the_result_is_out(cast, amina):
    report(cast, amina)
    cast.result(cast.amina)
    cast.released(instant=OVERDUE + DAY)
    assert over(OVERDUE + DAY - timedelta(seconds=1)) == 0
    assert over(OVERDUE + DAY) == 1


def test_a_case_that_nobody_answers_closes_after_a_year(cast, amina):
    report(cast, amina, "")
    assert over(OVERDUE + 365 * DAY) == 0
    assert over(OVERDUE + 366 * DAY) == 1


# --- At the same moment ---------------------------------------------------------------


def test_the_same_form_sent_at_the_same_moment_opens_one_case(own_app):
    from tests.cast import Cast

    cast = Cast()
    account = cast.account(cast.amina)
    key, entry_key = account.id, cast.amina.id
    db.session.remove()
    start, found = threading.Barrier(4), []

    def send():
        from app.models import CandidateAccount, Entry

        with own_app.app_context():
            by = db.session.get(CandidateAccount, key)
            entry = db.session.get(Entry, entry_key)
            db.session.commit()
            start.wait()
            case = cases.report_missing(entry, "Where?", by=by, at=OVERDUE)
            found.append(case.reference)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(everything(CaseMessage)) == 1
    assert len(mails("case_for_centre")) == 1
