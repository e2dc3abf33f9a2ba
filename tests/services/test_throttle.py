"""Every door that takes a secret counts wrong tries, together and in the database."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from app.errors import TooManyTries
from app.extensions import db
from app.models import Throttle
from app.services import throttle
from app.services.throttle import Door
from tests.cast import NOW

MINUTE = timedelta(minutes=1)
DOOR = Door.candidate_sign_in


def wrong(person="123456ABC", address="10.0.0.1", at=NOW, times=1) -> None:
    for _ in range(times):
        throttle.charge(DOOR, person, address, at=at)


def test_the_sixth_wrong_try_waits_for_the_window_to_pass(app):
    wrong(times=5)
    with pytest.raises(TooManyTries) as refused:
        wrong()
    assert 0 < refused.value.retry_after <= 300
    wrong(at=NOW + 6 * MINUTE)


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
    assert throttle.forget_old(at=NOW + timedelta(hours=2)) == 4
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
