"""A certificate at its centre: arrived, handed over, posted, destroyed."""

import contextlib
import threading
from datetime import date, timedelta

import pytest

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import AuditRow, CentreRules, Certificate, Entry, Mail, User
from app.services import certificates, corrections, publication
from app.services.certificates import collection
from app.values import CertificateState, DayPart
from tests.cast import NOW, Cast, save

DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def sent(cast):
    """Amina's certificate, on its way to her centre."""
    cast.result(cast.amina)
    cast.released(instant=NOW - 3 * DAY)
    cast.account(cast.amina)
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    return db.session.scalars(db.select(Certificate)).one()


@pytest.fixture
def arrived(cast, sent):
    """The same, at the centre until 14 December 2027."""
    collection.arrive([sent], TODAY, by=cast.clerk, at=NOW)
    return sent


def kinds():
    return db.session.scalars(db.select(Mail.kind).order_by(Mail.id)).all()


def actions():
    return db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()


# --- Arriving -------------------------------------------------------------------------


def test_it_arrives_and_its_owner_is_told(cast, sent):
    assert collection.arrive([sent], TODAY, by=cast.clerk, at=NOW) == 1
    assert (sent.state, sent.arrived_on) == (CertificateState.arrived, TODAY)
    assert sent.keep_until == date(2027, 12, 14)
    mail = db.session.scalars(db.select(Mail)).one()
    assert (mail.kind, mail.address) == ("certificate_arrived", "amina@mail.example")
    path = f"/candidate/exams/{cast.amina.reference}/certificate"
    assert mail.values == {
        "name": "Amina Benali",
        "exam": "FCE",
        "session": "November 2026",
        "path": path,
        "keep_until": "2027-12-14",
    }
    assert actions()[-1] == "certificate_arrived"


def test_arriving_twice_changes_and_tells_nothing(cast, arrived):
    assert collection.arrive([arrived], TODAY, by=cast.clerk, at=NOW + DAY) == 0
    assert kinds() == ["certificate_arrived"]
    assert actions().count("certificate_arrived") == 1


def test_each_centre_keeps_it_as_long_as_its_rules_say(cast, sent):
    save(CentreRules(centre=cast.it024, keeps_months=6))
    collection.arrive([sent], TODAY, by=cast.clerk, at=NOW)
    assert sent.keep_until == date(2027, 6, 14)


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 14), 120, date(2036, 12, 14)),
    ],
)
def test_months_end_on_a_day_that_there_is(day, months, until):
    assert collection.months_after(day, months) == until


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - 2 * DAY])
def test_nothing_arrives_tomorrow_nor_before_it_was_sent(cast, sent, day):
    with pytest.raises(Refused) as refused:
        collection.arrive([sent], day, by=cast.clerk, at=NOW)
    assert refused.value.field == "day"
    assert kinds() == []


def test_today_is_the_day_of_the_centre(cast, sent):
    cast.it024.timezone = "Pacific/Auckland"
    db.session.commit()
    evening = NOW.replace(hour=12)
    assert collection.arrive([sent], TODAY + DAY, by=cast.clerk, at=evening) == 1


def test_nobody_is_told_while_the_result_is_taken_back(cast, sent):
    corrections.withdraw_result(sent.result, by=cast.officer, why="wrong", at=NOW)
    assert collection.arrive([sent], TODAY, by=cast.clerk, at=NOW) == 1
    assert "certificate_arrived" not in kinds()


def test_what_is_on_the_way_is_listed_for_its_own_centre(cast, sent):
    other = cast.centre("IT099")
    assert collection.sessions_on_the_way(cast.it024) == [cast.session]
    assert collection.sessions_on_the_way(other) == []
    assert collection.on_the_way(cast.session, cast.it024) == [sent]
    assert collection.on_the_way(cast.session, other) == []
    collection.arrive([sent], TODAY, by=cast.clerk, at=NOW)
    assert collection.on_the_way(cast.session, cast.it024) == []
    assert collection.sessions_on_the_way(cast.it024) == []


# --- The appointment ------------------------------------------------------------------


def wanted(row, day=date(2027, 1, 12), part=DayPart.morning):
    row.collect_on, row.collect_part = day, part
    db.session.commit()


def test_the_centre_confirms_the_appointment_that_it_saw(cast, arrived):
    wanted(arrived)
    collection.agree(arrived, date(2027, 1, 12), DayPart.morning, by=cast.clerk, at=NOW)
    assert arrived.collect_agreed_at == NOW
    mail = db.session.scalars(db.select(Mail).order_by(Mail.id.desc())).first()
    assert mail.kind == "certificate_agreed"
    assert (mail.values["day"], mail.values["part"]) == ("2027-01-12", "morning")


@pytest.mark.parametrize(
    ("day", "part"),
    [
        (date(2027, 1, 13), DayPart.morning),
        (date(2027, 1, 12), DayPart.afternoon),
        (None, None),
    ],
)
def test_an_appointment_that_was_changed_meanwhile_is_not_confirmed(
    cast, arrived, day, part
):
    wanted(arrived)
    with pytest.raises(Conflict):
        collection.agree(arrived, day, part, by=cast.clerk, at=NOW)
    assert "certificate_agreed" not in kinds()


def test_nothing_is_confirmed_that_nobody_asked_for(cast, arrived):
    with pytest.raises(Conflict):
        collection.agree(arrived, None, None, by=cast.clerk, at=NOW)


# --- Leaving the centre ---------------------------------------------------------------


def test_it_is_handed_over_once_with_a_receipt(cast, arrived):
    collection.hand_over(arrived, " Amina Benali ", TODAY, by=cast.clerk, at=NOW)
    assert arrived.state is CertificateState.collected
    assert (arrived.handed_to, arrived.ended_on) == ("Amina Benali", TODAY)
    assert kinds()[-1] == "certificate_collected"
    with pytest.raises(Conflict):
        collection.hand_over(arrived, "Somebody", TODAY, by=cast.clerk, at=NOW)
    with pytest.raises(Conflict):
        collection.post(arrived, "RA1", TODAY, by=cast.clerk, at=NOW)
    assert arrived.handed_to == "Amina Benali"
    assert actions().count("certificate_handed_over") == 1


@pytest.mark.parametrize("way", ["hand_over", "post"])
def test_what_certifies_a_result_that_was_taken_back_stays_at_the_centre(
    cast, arrived, way
):
    arrived.post_to = "Via Roma 1, Pisa"
    db.session.commit()
    result = arrived.result
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=NOW)
    with pytest.raises(Refused):
        getattr(collection, way)(arrived, "Amina", TODAY, by=cast.clerk, at=NOW)
    db.session.refresh(arrived)
    assert arrived.state is CertificateState.arrived


def test_what_is_printed_with_another_grade_stays_while_the_job_is_late(cast, arrived):
    before, after = NOW + DAY - timedelta(seconds=1), NOW + DAY
    cast.result(cast.amina, version=2, grade="B", overall=173)
    release = publication.propose(
        cast.session, None, after, by=cast.officer, at=NOW + timedelta(hours=1)
    )
    publication.approve(release, by=cast.approver, at=NOW + timedelta(hours=2))
    day = TODAY + DAY
    with pytest.raises(Refused):
        collection.hand_over(arrived, "Amina", day, by=cast.clerk, at=after)
    # A moment earlier nobody can tell that anything is to come.
    collection.hand_over(arrived, "Amina", TODAY, by=cast.clerk, at=before)
    assert arrived.state is CertificateState.collected


def test_somebody_must_have_signed(cast, arrived):
    with pytest.raises(Refused) as refused:
        collection.hand_over(arrived, "  ", TODAY, by=cast.clerk, at=NOW)
    assert refused.value.field == "to"


def test_what_has_not_arrived_is_not_handed_over(cast, sent):
    with pytest.raises(Conflict):
        collection.hand_over(sent, "Amina", TODAY, by=cast.clerk, at=NOW)


@pytest.mark.parametrize("day", [TODAY + DAY, TODAY - DAY])
def test_it_leaves_between_its_arrival_and_today(cast, arrived, day):
    with pytest.raises(Refused) as refused:
        collection.hand_over(arrived, "Amina", day, by=cast.clerk, at=NOW)
    assert refused.value.field == "day"


def test_it_is_posted_only_to_whom_asked_for_it(cast, arrived):
    with pytest.raises(Conflict):
        collection.post(arrived, "RA123", TODAY, by=cast.clerk, at=NOW)
    arrived.post_to = "Via Roma 1, Pisa"
    db.session.commit()
    with pytest.raises(Refused):
        collection.post(arrived, "", TODAY, by=cast.clerk, at=NOW)
    collection.post(arrived, "RA123", TODAY, by=cast.clerk, at=NOW)
    assert (arrived.state, arrived.handed_to) == (CertificateState.posted, "RA123")
    mail = db.session.scalars(db.select(Mail).order_by(Mail.id.desc())).first()
    assert mail.kind == "certificate_posted"
    assert "RA123" not in str(mail.values)
    assert "Via Roma" not in str(mail.values)


def test_it_is_destroyed_only_after_its_last_day(cast, arrived):
    last = arrived.keep_until
    on_last = NOW + (last - TODAY)
    with pytest.raises(Refused) as refused:
        collection.destroy(arrived, last, by=cast.clerk, at=on_last)
    assert refused.value.field == "day"
    assert arrived.state is CertificateState.arrived
    collection.destroy(arrived, last + DAY, by=cast.clerk, at=on_last + DAY)
    assert arrived.state is CertificateState.destroyed
    assert actions()[-1] == "certificate_destroyed"
    with pytest.raises(Conflict):
        collection.hand_over(
            arrived, "Amina", last + DAY, by=cast.clerk, at=on_last + DAY
        )


def raced(own_app, *acts):
    """Let people act at the same moment; return how many succeeded, and the state."""
    with own_app.app_context():
        cast = Cast()
        cast.result(cast.amina)
        cast.released(instant=NOW - 3 * DAY)
        cast.account(cast.amina)
        clerk = cast.clerk
        certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
        row = db.session.scalars(db.select(Certificate)).one()
        collection.arrive([row], TODAY, by=clerk, at=NOW)
        row.keep_until = TODAY
        db.session.commit()
        key, clerk = row.id, clerk.id
        db.session.commit()
    done, start = [], threading.Barrier(len(acts))

    def go(act):
        with own_app.app_context():
            mine = db.session.get(Certificate, key)
            person = db.session.get(User, clerk)
            db.session.commit()
            start.wait()
            try:
                act(mine, person)
                done.append(act)
            except Conflict:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_app.app_context():
        left = db.session.scalars(db.select(AuditRow.action)).all()
        return len(done), db.session.get(Certificate, key).state, left


def hand_over(row, clerk):
    collection.hand_over(row, "Amina", TODAY + DAY, by=clerk, at=NOW + DAY)


def destroy(row, clerk):
    collection.destroy(row, TODAY + DAY, by=clerk, at=NOW + DAY)


def test_two_clerks_hand_it_over_once(own_app):
    count, state, trail = raced(own_app, hand_over, hand_over)
    assert (count, state) == (1, "collected")
    assert trail.count("certificate_handed_over") == 1


def test_one_is_not_destroyed_and_collected(own_app):
    count, state, trail = raced(own_app, hand_over, destroy)
    assert count == 1
    assert state in ("collected", "destroyed")
    gone = {"certificate_handed_over", "certificate_destroyed"}
    assert len([action for action in trail if action in gone]) == 1


def test_one_is_recalled_while_a_whole_session_arrives(own_app, monkeypatch):
    with own_app.app_context():
        cast = Cast()
        for entry in (cast.amina, cast.boris):
            cast.result(entry)
            cast.account(entry)
        cast.released(instant=NOW - 3 * DAY)
        by = cast.officer
        certificates.send(cast.session, None, TODAY - DAY, by=by, at=NOW)
        query = db.select(Certificate.id).order_by(Certificate.id)
        keys, people = db.session.scalars(query).all(), (cast.clerk.id, by.id)
        boris = cast.boris.id
        db.session.remove()
    one_came, recalled = threading.Event(), threading.Event()
    tell, append = collection.tell, certificates.audit.append

    def slowly_told(*args, **values):
        # The first has arrived, and the trail is held.
        one_came.set()
        recalled.wait(1)
        tell(*args, **values)

    def slowly_recalled(action, *args, **values):
        if action == "certificate_recalled":
            recalled.set()
            one_came.wait(1)
        append(action, *args, **values)

    monkeypatch.setattr(collection, "tell", slowly_told)
    monkeypatch.setattr(certificates.audit, "append", slowly_recalled)
    done = []

    def arrive():
        with own_app.app_context():
            rows = [db.session.get(Certificate, key) for key in keys]
            clerk = db.session.get(User, people[0])
            db.session.commit()
            done.append(collection.arrive(rows, TODAY, by=clerk, at=NOW))
            db.session.remove()

    def recall():
        with own_app.app_context():
            entry, by = db.session.get(Entry, boris), db.session.get(User, people[1])
            db.session.commit()
            # It may have arrived in the meantime.
            with contextlib.suppress(Conflict):
                certificates.recall_of(entry, by=by, at=NOW)
            done.append("looked at")
            db.session.remove()

    threads = [threading.Thread(target=act) for act in (arrive, recall)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
