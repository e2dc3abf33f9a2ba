"""Certificates: sent by the board for what earns one, and called back."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Certificate, ExamSession, User
from app.services import access, certificates, corrections, publication
from app.values import CertificateState, ExamCode, ResultStatus
from tests.cast import NOW, Cast

DAY = timedelta(days=1)
TODAY = NOW.date()


def send(cast, day=TODAY, centre=None, session=None):
    return certificates.send(
        session or cast.session, centre, day, by=cast.officer, at=NOW
    )


def rows():
    return db.session.scalars(db.select(Certificate).order_by(Certificate.id)).all()


# --- Sending --------------------------------------------------------------------------


def test_certificates_are_sent_for_what_is_out_and_earns_one(cast):
    results = [
        cast.result(cast.amina),
        cast.result(cast.boris, overall=150, grade="Level B1", cefr="B1"),
    ]
    scores_only = cast.entry("0003", "Carla", "Conti")
    cast.result(scores_only, overall=130, grade=None, cefr=None)
    absent = cast.entry("0004", "Dino", "Dini")
    cast.result(absent, status=ResultStatus.absent_all)
    cast.released(instant=NOW)
    late = cast.entry("0005", "Enzo", "Elia")
    cast.result(late)
    assert send(cast) == 2
    sent = rows()
    assert [row.entry for row in sent] == [cast.amina, cast.boris]
    assert [row.result for row in sent] == results
    assert {(row.state, row.sent_on) for row in sent} == {
        (CertificateState.sent, TODAY)
    }
    trail = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id)).all()[-1]
    assert trail.action == "certificate_sent"
    assert '"certificates": 2' in trail.detail


@pytest.mark.parametrize(
    ("exam", "values", "count"),
    [
        (ExamCode.YLES, {"overall": 3, "score_rw": 1, "score_l": 1, "score_s": 1}, 1),
        (ExamCode.DELTA1, {"grade": "Pass"}, 1),
        (ExamCode.DELTA1, {"grade": "Pass with Distinction"}, 1),
        (ExamCode.DELTA1, {"grade": "Fail"}, 0),
    ],
)
def test_every_young_learner_gets_one_and_nobody_who_failed_a_module(
    cast, exam, values, count
):
    session = cast.exam_session("2611-OTHER", exam)
    entry = cast.entry("0007", "Gina", "Galli", session=session)
    none = dict.fromkeys(("overall", "grade", "cefr"))
    none |= {f"score_{code}": None for code in "ruwls"}
    cast.result(entry, **{**none, **values})
    release = publication.propose(session, None, NOW, by=cast.officer, at=NOW - DAY)
    publication.approve(release, by=cast.approver, at=NOW - DAY)
    assert len(certificates.to_send(session, None, at=NOW)) == count


def test_one_is_sent_once(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    assert send(cast) == 1
    with pytest.raises(Conflict, match="no certificate left"):
        send(cast)
    assert len(rows()) == 1


def test_one_centre_at_a_time(cast):
    other = cast.entry("0006", "Olga", "Orsi", centre=cast.centre("IT099"))
    cast.result(cast.amina)
    cast.result(other)
    cast.released(instant=NOW)
    waiting = certificates.centres_to_send_to(cast.session, at=NOW)
    assert [(centre.number, count) for centre, count in waiting] == [
        ("IT024", 1),
        ("IT099", 1),
    ]
    assert send(cast, centre=other.centre) == 1
    assert [row.entry for row in rows()] == [other]


@pytest.mark.parametrize("day", [TODAY + DAY, date(2026, 11, 13)])
def test_neither_a_day_to_come_nor_one_before_the_exam(cast, day):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    with pytest.raises(Refused) as refused:
        send(cast, day=day)
    assert refused.value.field == "day"
    assert rows() == []


def test_sessions_are_offered_once_their_results_are_out(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW + DAY)
    assert certificates.released_sessions(at=NOW) == []
    assert certificates.released_sessions(at=NOW + DAY) == [cast.session]
    assert certificates.released_sessions(at=NOW + 200 * DAY) == []


def test_two_officers_at_once_send_each_certificate_once(own_app):
    with own_app.app_context():
        cast = Cast()
        cast.result(cast.amina)
        cast.result(cast.boris)
        cast.released(instant=NOW)
        keys = cast.session.id, cast.officer.id
        db.session.commit()
    sent, refused = [], []

    def go():
        with own_app.app_context():
            session = db.session.get(ExamSession, keys[0])
            officer = db.session.get(User, keys[1])
            db.session.commit()
            try:
                sent.append(certificates.send(session, None, TODAY, by=officer, at=NOW))
            except Conflict:
                refused.append(True)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sent, len(refused)) == ([2], 2)
    with own_app.app_context():
        assert len(rows()) == 2


# --- Whose it is ----------------------------------------------------------------------


def test_amina_finds_her_certificate_and_boris_does_not(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    amina, boris = cast.account(cast.amina), cast.account(cast.boris)
    with pytest.raises(NotFound):
        certificates.own(amina, cast.amina.reference, at=NOW)
    send(cast)
    entry, found = certificates.own(amina, cast.amina.reference, at=NOW)
    assert (entry, found) == (cast.amina, rows()[0])
    for account, reference in ((boris, cast.amina.reference), (amina, "x" * 22)):
        with pytest.raises(NotFound):
            certificates.own(account, reference, at=NOW)


def test_a_certificate_is_hidden_with_its_result(cast):
    result = cast.result(cast.amina)
    cast.released(instant=NOW)
    amina = cast.account(cast.amina)
    send(cast)
    corrections.withdraw_result(result, by=cast.officer, why="wrong", at=NOW)
    with pytest.raises(NotFound):
        certificates.own(amina, cast.amina.reference, at=NOW)


# --- Calling back ---------------------------------------------------------------------


def test_a_recalled_certificate_is_followed_by_another(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW - DAY)
    send(cast)
    assert certificates.recall_of(cast.amina, by=cast.officer, at=NOW)
    account = cast.account(cast.amina)
    own = access.own_result_and_paper(account, cast.amina.reference, at=NOW)
    assert own[2] is None
    assert not certificates.recall_of(cast.amina, by=cast.officer, at=NOW)
    assert certificates.of_entries([cast.amina.id]) == {}
    assert not certificates.to_give_back(cast.amina)
    second = cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    cast.released(instant=NOW)
    assert send(cast) == 1
    assert [row.state for row in rows()] == ["recalled", "sent"]
    assert rows()[1].result == second
    trail = db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()
    assert trail.count("certificate_recalled") == 1


def test_who_holds_a_recalled_one_is_asked_to_give_it_back(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    send(cast)
    (row,) = rows()
    row.state, row.arrived_on = CertificateState.collected, TODAY
    row.keep_until = TODAY + DAY
    row.ended_on, row.handed_to = TODAY, "Amina Benali"
    db.session.commit()
    assert not certificates.to_give_back(cast.amina)
    certificates.recall_of(cast.amina, by=cast.officer, at=NOW)
    assert certificates.to_give_back(cast.amina)
    # Who took it is forgotten after two years; that it was taken is not.
    row.handed_to = ""
    db.session.commit()
    assert certificates.to_give_back(cast.amina)
    send(cast)
    assert not certificates.to_give_back(cast.amina)
