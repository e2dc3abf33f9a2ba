"""Every door that takes a secret counts wrong tries, together and in the database."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from app.errors import TooManyTries
from app.extensions import db
from app.models import Throttle
from app.services import throttle
from app.services.doors import Door
from tests.cast import NOW

MINUTE = timedelta(minutes=1)
DOOR = Door.candidate_sign_in


def wrong(person="123456ABC", address="10.0.0.1", at=NOW, times=1) -> None:
    for _ in range(times):
        throttle.charge(DOOR, person, address, at=at)


def waits(at=NOW, **whose) -> int:
    with pytest.raises(TooManyTries) as refused:
        wrong(at=at, **whose)
    return refused.value.retry_after


def test_after_five_wrong_tries_each_one_waits_longer_than_the_one_before(app):
    wrong(times=5)
    at, waited = NOW, []
    for _ in range(8):
        seconds = waits(at)
        assert waits(at + timedelta(seconds=seconds - 1)) == 1
        at += timedelta(seconds=seconds)
        wrong(at=at)
        waited.append(seconds // 60)
    assert waited == [1, 2, 5, 10, 20, 30, 30, 30]


def test_trying_while_one_waits_makes_nothing_worse(app):
    wrong(times=5)
    for _ in range(20):
        assert waits() == 60
    wrong(at=NOW + MINUTE)


def test_a_quiet_day_forgets_the_wrong_tries(app):
    wrong(times=5)
    wrong(at=NOW + 25 * 60 * MINUTE, times=5)


def test_people_are_told_how_long_and_what_to_do_instead(app):
    wrong(times=5)
    with pytest.raises(TooManyTries) as first:
        wrong()
    assert "wait one minute" in str(first.value)
    assert "link by email" in str(first.value)
    wrong(at=NOW + MINUTE)
    with pytest.raises(TooManyTries) as second:
        wrong(at=NOW + MINUTE)
    assert "wait 2 minutes" in str(second.value)


def test_what_is_refused_for_one_place_costs_the_person_nothing(app):
    wrong(times=5)
    for _ in range(100):
        waits()
    for n in range(throttle.PERSON.failures - 5):
        wrong(address=f"10.0.1.{n}")
    assert waits(address="10.0.2.1") <= 3600


def test_what_the_person_waits_for_costs_a_place_nothing(app):
    for n in range(throttle.PERSON.failures):
        wrong(address=f"10.0.1.{n}")
    for _ in range(20):
        waits(address="10.0.2.1")
    wrong(address="10.0.2.1", at=NOW + 61 * MINUTE, times=5)


def test_a_known_browser_is_counted_apart_from_everybody(app):
    for n in range(200):
        try:
            wrong(address=f"10.0.{n % 7}.1")
        except TooManyTries:
            continue
    for _ in range(5):
        throttle.charge(DOOR, "123456ABC", "10.0.0.1", at=NOW, known="hers")
    with pytest.raises(TooManyTries):
        throttle.charge(DOOR, "123456ABC", "10.0.0.1", at=NOW, known="hers")
    throttle.give_back(DOOR, "123456ABC", "10.0.0.1", known="hers")
    throttle.charge(DOOR, "123456ABC", "10.0.0.1", at=NOW, known="hers")


@pytest.mark.parametrize("door", sorted(throttle.WITHOUT_PERSON))
def test_nobody_elsewhere_can_spend_the_tries_of_these_doors(app, door):
    for n in range(60):
        throttle.charge(door, "123456ABC", f"10.0.1.{n}", at=NOW)
    throttle.charge(door, "123456ABC", "10.0.2.1", at=NOW)


def test_a_right_try_leaves_what_others_tried(app):
    for n in range(throttle.PERSON.failures - 1):
        wrong(address=f"10.0.1.{n}")
    wrong(address="10.0.2.1")
    throttle.give_back(DOOR, "123456ABC", "10.0.2.1")
    wrong(address="10.0.2.1")
    assert waits(address="10.0.2.2") > 0


def test_a_classmate_cannot_lock_the_owner_out(app):
    for _ in range(3):
        with pytest.raises(TooManyTries):
            wrong(address="10.0.0.66", times=9)
    wrong(address="192.168.7.7")


def test_many_addresses_together_run_out_of_tries_at_one_person(app):
    for n in range(throttle.PERSON.failures):
        wrong(address=f"10.0.1.{n}")
    with pytest.raises(TooManyTries):
        wrong(address="10.0.2.1")


def test_one_address_runs_out_of_tries_over_many_people(app):
    for n in range(throttle.ADDRESS.failures):
        wrong(person=f"{n:06d}ABC")
    with pytest.raises(TooManyTries):
        wrong(person="999999ZZZ")


def test_a_right_try_forgets_the_wrong_ones(app):
    wrong(times=4)
    wrong()
    throttle.give_back(DOOR, "123456ABC", "10.0.0.1")
    wrong(times=5)


def test_how_a_name_is_typed_makes_no_other_budget(app):
    wrong(person=" 123456abc ", times=5)
    with pytest.raises(TooManyTries):
        wrong()


def test_the_table_names_nobody(app):
    wrong(person="amina@mail.example", address="10.9.8.7")
    kept = " ".join(row.key for row in db.session.scalars(db.select(Throttle)))
    assert "amina" not in kept
    assert "10.9.8.7" not in kept


def test_old_windows_are_forgotten(app):
    wrong()
    assert throttle.forget_old(at=NOW + timedelta(hours=23)) == 0
    assert throttle.forget_old(at=NOW + timedelta(hours=25)) == 4
    assert db.session.scalars(db.select(Throttle)).all() == []


def test_parallel_tries_share_one_budget(own_app):
    passed, start = [], Barrier(8)

    def attack() -> None:
        with own_app.app_context():
            start.wait()
            for _ in range(3):
                try:
                    throttle.charge(DOOR, "123456ABC", "10.0.0.1", at=NOW)
                    passed.append(1)
                except TooManyTries:
                    pass
            db.session.remove()

    threads = [Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == throttle.PAIR.failures
