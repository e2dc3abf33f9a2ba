"""Authenticator apps: a code counts once, near its time, and is never guessed."""

import threading
from datetime import timedelta

import pyotp
import pytest

from app.errors import Conflict, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Mail, RecoveryCode, SecondFactor
from app.services import (
    accounts,
    audit,
    endings,
    factors,
    known_browsers,
    mail,
    signins,
    tokens,
)
from app.services.factors import codes, half_way
from app.services.tokens import Purpose
from app.values import Audience
from tests.cast import NOW, PASSWORD, Cast, save

STEP = timedelta(seconds=30)
HERE = "192.0.2.1"


@pytest.fixture
def amina(cast):
    return cast.account(cast.amina)


def people(cast):
    return cast.account(cast.amina), cast.verifier, cast.officer


def add(person, at=NOW):
    """Set an app up for a person; return it and the recovery codes."""
    shown = factors.begin(person, PASSWORD, address=HERE, at=at)
    app = pyotp.TOTP("".join(shown.groups))
    fresh = factors.confirm(person, app.at(at), address=HERE, at=at)
    return app, fresh


def admit(person, typed, at=NOW, address=HERE, browser=""):
    factors.admit(person, typed, address=address, at=at, browser=browser)


def refusal(person, typed, **where):
    with pytest.raises(Refused) as refused:
        admit(person, typed, **where)
    return refused.value


def rows(table):
    return list(db.session.scalars(db.select(table).order_by(table.id)))


def acts():
    told = ("factor", "recovery")
    return [row.action for row in rows(AuditRow) if row.action.startswith(told)]


# --- Setting one up -------------------------------------------------------------------


def test_everybody_can_have_one_and_is_told(cast):
    for person in people(cast):
        add(person)
        assert factors.of(person) is not None
    assert acts() == ["factor_added"] * 3
    sent = [row for row in rows(Mail) if row.kind == "factor_added"]
    addresses = {row.address for row in sent}
    assert addresses == {person.email for person in people(cast)}
    assert mail.deliver(at=NOW) == 3


def test_an_app_counts_from_its_first_right_code_on(amina):
    factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    assert factors.of(amina) is None
    with pytest.raises(Refused) as wrong:
        factors.confirm(amina, "000000", address=HERE, at=NOW)
    assert wrong.value.field == "code"
    assert factors.of(amina) is None
    assert rows(RecoveryCode) == []


def test_a_browser_left_open_sets_nothing_up(amina):
    with pytest.raises(Refused) as wrong:
        factors.begin(amina, "not the password", address=HERE, at=NOW)
    assert wrong.value.field == "password"
    assert rows(SecondFactor) == []


def test_the_table_tells_neither_the_secret_nor_the_codes(amina):
    app, fresh = add(amina)
    (row,) = rows(SecondFactor)
    assert app.secret not in row.secret
    hashes = {one.code_hash for one in rows(RecoveryCode)}
    assert len(hashes) == len(set(fresh)) == 10
    for code in fresh:
        assert code not in hashes
        assert code.replace("-", "") not in hashes


def test_a_secret_moved_to_another_person_opens_nothing(cast, amina):
    app, _ = add(amina)
    add(cast.verifier)
    theirs, hers = factors.of(cast.verifier), factors.of(amina)
    theirs.secret = hers.secret
    save(theirs)
    code = app.at(NOW + 4 * STEP)
    assert refusal(cast.verifier, code, at=NOW + 4 * STEP).status == 503


def test_what_is_scanned_names_the_board_and_the_account(cast, amina):
    assert codes._label(amina) == cast.amina.id_number
    assert codes._label(cast.verifier) == cast.verifier.email
    shown = factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    assert shown.picture.startswith("data:image/svg+xml;base64,")
    assert {len(group) for group in shown.groups} == {4}
    assert factors.shown(amina, at=NOW) == shown


def test_what_nobody_finished_is_forgotten(cast, amina):
    factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    add(cast.verifier)
    late = NOW + factors.UNFINISHED
    assert factors.shown(amina, at=late) is None
    with pytest.raises(Conflict):
        factors.confirm(amina, "000000", address=HERE, at=late)
    assert factors.forget_unfinished(at=late - STEP) == 0
    assert factors.forget_unfinished(at=late) == 1
    assert factors.of(cast.verifier) is not None


def test_beginning_again_makes_the_first_picture_worthless(amina):
    first = factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    factors.begin(amina, PASSWORD, address=HERE, at=NOW)
    old = pyotp.TOTP("".join(first.groups))
    with pytest.raises(Refused):
        factors.confirm(amina, old.at(NOW), address=HERE, at=NOW)


def test_a_second_app_waits_until_the_first_is_removed(amina):
    add(amina)
    with pytest.raises(Conflict):
        factors.begin(amina, PASSWORD, address=HERE, at=NOW)


# --- Codes ----------------------------------------------------------------------------


@pytest.mark.parametrize(("drift", "right"), [(-2, False), (-1, True), (0, True)])
def test_a_code_counts_a_half_minute_late(amina, drift, right):
    app, _ = add(amina)
    at = NOW + 10 * STEP
    assert factors.right(amina, app.at(at + drift * STEP), at=at) is right


@pytest.mark.parametrize(("drift", "right"), [(1, True), (2, False)])
def test_a_code_counts_a_half_minute_early(amina, drift, right):
    app, _ = add(amina)
    at = NOW + 10 * STEP
    assert factors.right(amina, app.at(at + drift * STEP), at=at) is right


def test_no_code_is_taken_twice_nor_an_older_one_after_it(amina):
    app, _ = add(amina)
    # The code that confirmed the app has been taken, too.
    assert not factors.right(amina, app.at(NOW), at=NOW)
    at = NOW + 10 * STEP
    assert factors.right(amina, app.at(at + STEP), at=at)
    for code in (app.at(at + STEP), app.at(at), app.at(at - STEP)):
        assert not factors.right(amina, code, at=at)
    assert factors.right(amina, app.at(at + 2 * STEP), at=at + 2 * STEP)


@pytest.mark.parametrize("form", ["{} {}", " {}{} ", "{}-{}", "{}\u00a0{}"])
def test_a_code_may_be_typed_as_the_app_shows_it(amina, form):
    app, _ = add(amina)
    at = NOW + 10 * STEP
    code = app.at(at)
    assert factors.right(amina, form.format(code[:3], code[3:]), at=at)


def test_a_code_of_one_person_is_nothing_to_another(cast, amina):
    app, fresh = add(amina)
    add(cast.verifier)
    at = NOW + 10 * STEP
    for code in (app.at(at), fresh[0]):
        assert not factors.right(cast.verifier, code, at=at)
        assert not factors.right(cast.officer, code, at=at)
        assert factors.right(amina, code, at=at)


def test_two_uses_of_a_code_at_one_moment_let_one_in(own_app):
    """The second process has read the row before the first one has written it."""
    cast = Cast()
    amina = cast.account(cast.amina)
    app, fresh = add(amina)
    at, key = NOW + 10 * STEP, amina.id
    db.session.remove()
    for code in (app.at(at), fresh[0]):
        done, start = [], threading.Barrier(4)

        def use(code=code, done=done, start=start):
            with own_app.app_context():
                person = db.session.get(type(amina), key)
                factors.of(person)
                start.wait()
                done.append(factors.right(person, code, at=at))
                db.session.remove()

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == [False, False, False, True]


def test_a_stale_reader_cannot_use_a_code_again(amina, monkeypatch):
    app, _ = add(amina)
    at = NOW + 10 * STEP
    stale = factors.of(amina)
    db.session.expunge(stale)
    assert factors.right(amina, app.at(at), at=at)
    monkeypatch.setattr(factors, "of", lambda _person: stale)
    assert not factors.right(amina, app.at(at), at=at)


# --- Guessing -------------------------------------------------------------------------


def test_a_distributed_guess_gets_fifty_tries_in_a_day(amina):
    add(amina)
    tried = [0] * 3
    for minute in (*range(10), *range(20, 24 * 60, 20)):
        for place in range(6):
            at, address = (
                NOW + timedelta(minutes=minute),
                f"10.0.{place}.{minute % 250}",
            )
            if isinstance(
                refusal(amina, "000000", at=at, address=address), TooManyTries
            ):
                continue
            for n, within in enumerate((24 * 60, 60, 5)):
                tried[n] += minute < within
    assert tried == [50, 20, 5]


def test_the_try_is_charged_before_the_code_is_looked_at(amina):
    app, _ = add(amina)
    at = NOW + 10 * STEP
    for _ in range(5):
        refusal(amina, "000000", at=at)
    assert isinstance(refusal(amina, app.at(at), at=at), TooManyTries)


def test_right_codes_cost_nothing(amina):
    app, _ = add(amina)
    for n in range(10, 40):
        admit(amina, app.at(NOW + n * STEP), at=NOW + n * STEP)


def test_who_knows_the_password_cannot_shut_the_owner_out_of_her_browser(amina):
    app, _ = add(amina)
    browser = known_browsers.remember(amina, "", at=NOW)
    at = NOW + 10 * STEP
    for n in range(10):
        refusal(amina, "000000", at=at, address=f"10.0.0.{n}")
    assert isinstance(refusal(amina, app.at(at), at=at), TooManyTries)
    admit(amina, app.at(at), at=at, browser=browser)


# --- Recovery codes -------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", [str, str.upper, lambda code: f" {code.replace('-', ' ')} "]
)
def test_a_recovery_code_replaces_the_app_once(amina, typed):
    _, fresh = add(amina)
    admit(amina, typed(fresh[3]))
    assert refusal(amina, fresh[3]).status == 401
    admit(amina, fresh[4], at=NOW + STEP)
    assert factors.unused_codes(factors.of(amina)) == 8
    assert acts()[1:] == ["recovery_code_used"] * 2
    told = [row.values for row in rows(Mail) if row.kind == "recovery_code_used"]
    assert [values["left"] for values in told] == ["9", "8"]
    for row in rows(Mail):
        assert fresh[3] not in str(row.values)


def test_new_recovery_codes_make_the_old_ones_worthless(amina):
    app, old = add(amina)
    at = NOW + 10 * STEP
    new = factors.new_codes(amina, PASSWORD, app.at(at), address=HERE, at=at)
    assert refusal(amina, old[0]).status == 401
    admit(amina, new[0])
    assert acts() == ["factor_added", "recovery_codes_renewed", "recovery_code_used"]


# --- Removing -------------------------------------------------------------------------


def test_removing_takes_password_and_code(amina):
    app, fresh = add(amina)
    at = NOW + 10 * STEP
    for password, code in (("wrong", app.at(at)), (PASSWORD, "000000")):
        with pytest.raises(Refused):
            factors.remove(amina, password, code, address=HERE, at=at)
    factors.remove(amina, PASSWORD, fresh[0], address=HERE, at=at)
    assert factors.of(amina) is None
    assert rows(RecoveryCode) == []
    assert acts()[-1] == "factor_removed"
    assert rows(Mail)[-1].kind == "factor_removed"


def test_staff_remove_it_for_who_lost_it_and_sign_them_out(cast, amina):
    add(amina)
    browser = signins.begin(amina, address=HERE, browser="", at=NOW)
    factors.remove_for(amina, by=cast.admin, at=NOW)
    assert factors.of(amina) is None
    assert signins.candidate(browser, at=NOW) is None
    (row,) = [row for row in rows(AuditRow) if row.action == "factor_removed"]
    assert row.actor == f"staff:{cast.admin.id}"
    assert row.subject == audit.actor_name(amina)
    with pytest.raises(Conflict):
        factors.remove_for(amina, by=cast.admin, at=NOW)


def test_only_some_roles_remove_it_and_nobody_their_own(cast, amina):
    add(amina)
    for person in (cast.auditor, cast.approver, cast.clerk):
        with pytest.raises(Refused) as refused:
            factors.remove_for(amina, by=person, at=NOW)
        assert refused.value.status == 403
    add(cast.admin)
    with pytest.raises(Refused):
        factors.remove_for(cast.admin, by=cast.admin, at=NOW)
    assert factors.of(cast.admin) is not None


def test_it_goes_with_the_account(cast, amina):
    add(amina)
    endings.delete(amina, at=NOW)
    assert rows(SecondFactor) == rows(RecoveryCode) == []


# --- Half-way in ----------------------------------------------------------------------


def at_door(held, at=NOW):
    """Return whom the doors of all audiences take the browser for."""
    found = (half_way.person(held, audience, at=at) for audience in Audience)
    return {person for person in found if person is not None}


def test_half_way_lasts_ten_minutes_and_opens_nothing(cast):
    for person in people(cast):
        add(person)
        held = half_way.begin(person, at=NOW)
        almost = NOW + timedelta(minutes=9, seconds=59)
        assert at_door(held, at=almost) == {person}
        assert at_door(held, at=NOW + timedelta(minutes=10)) == set()
        for look in (signins.candidate, signins.member, signins.staff):
            assert look(held, at=NOW) is None


@pytest.mark.parametrize("held", ["", "x", "a.b.c"])
def test_a_forged_half_way_is_nobodys(app, held):
    assert at_door(held) == set()


def test_half_way_dies_with_the_password_the_app_and_the_person(cast):
    amina, member, officer = people(cast)
    for person in (amina, member, officer):
        add(person)
    held = [half_way.begin(one, at=NOW) for one in (amina, member, officer)]
    accounts.set_password(
        tokens.make(Purpose.set_password, amina, at=NOW), "three other words", at=NOW
    )
    member.active = False
    save(member)
    factors.remove_for(officer, by=cast.admin, at=NOW)
    assert [at_door(one) for one in held] == [set()] * 3


def test_a_mailed_link_is_not_half_way(amina):
    add(amina)
    link = tokens.make(Purpose.sign_in, amina, at=NOW)
    assert at_door(link) == set()
