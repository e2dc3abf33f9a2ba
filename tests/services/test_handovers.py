"""The primary role passes on: both confirm, or the board decides; one has it always."""

import random
import threading
from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Handover, Mail, Member, Organisation, User
from app.services import handovers, members, organisations, signins, succession
from app.services.members import NewMember
from app.values import MemberRole, OrganisationStatus, RequestState
from tests.cast import NOW, Cast

NEW = NewMember("nora@acme.example", "Nora", "New", "Registrar")


@pytest.fixture
def rita(cast):
    return cast.verifier


@pytest.fixture
def carlo(cast, rita):
    return cast.member(
        cast.acme, "carlo@acme.example", role=MemberRole.admin, first_name="Carlo"
    )


@pytest.fixture
def offered(rita, carlo):
    return handovers.offer(carlo, by=rita, at=NOW)


def told(kind):
    query = db.select(Mail.address).where(Mail.kind == kind).order_by(Mail.address)
    return db.session.scalars(query).all()


def roles(*people):
    db.session.expire_all()
    return [one.role.value for one in people]


def trail():
    return db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()


# --- Both confirm ---------------------------------------------------------------------


def test_an_offer_changes_nothing_before_it_is_accepted(rita, carlo, offered):
    assert roles(rita, carlo) == ["primary", "admin"]
    assert told("handover_offered") == [carlo.email]
    assert (
        handovers.open_for(rita, at=NOW) == handovers.open_for(carlo, at=NOW) == offered
    )
    with pytest.raises(Refused):
        members.create(NEW, carlo.organisation, by=carlo, at=NOW)


def test_both_roles_change_when_it_is_accepted_and_both_are_told(rita, carlo, offered):
    handovers.accept(offered, by=carlo, at=NOW)
    assert roles(rita, carlo) == ["admin", "primary"]
    assert told("primary_changed") == [carlo.email, rita.email]
    assert handovers.open_for(rita, at=NOW) is None
    assert trail() == ["primary_offered", "primary_handed_over"]
    with pytest.raises(Refused):
        members.create(NEW, rita.organisation, by=rita, at=NOW)
    members.deactivate(rita, by=carlo, at=NOW)
    # What was handed over stays so, whoever of the two leaves.
    assert db.session.scalars(db.select(Handover.state)).all() == ["accepted"]
    members.remove(rita, by=carlo, at=NOW)
    assert db.session.scalars(db.select(Handover)).all() == []


def test_a_declined_offer_changes_nothing_and_can_be_made_again(rita, carlo, offered):
    handovers.decline(offered, by=carlo, at=NOW)
    assert roles(rita, carlo) == ["primary", "admin"]
    assert told("handover_declined") == [rita.email]
    with pytest.raises(Conflict):
        handovers.accept(offered, by=carlo, at=NOW)
    handovers.offer(carlo, by=rita, at=NOW)


def test_an_offer_that_was_taken_back_cannot_be_accepted(rita, carlo, offered):
    handovers.take_back(offered, by=rita, at=NOW)
    with pytest.raises(Conflict):
        handovers.accept(offered, by=carlo, at=NOW)
    assert roles(rita, carlo) == ["primary", "admin"]


def test_nobody_promotes_themselves(cast, rita, carlo, offered):
    dora = cast.member(cast.acme, "dora@acme.example", role=MemberRole.admin)
    stranger = cast.member(
        cast.organisation("Rival", "rival.example"), "rosa@rival.example"
    )
    for one in (dora, rita, stranger):
        with pytest.raises(NotFound):
            handovers.accept(offered, by=one, at=NOW)
        with pytest.raises(NotFound):
            handovers.decline(offered, by=one, at=NOW)
    for one in (dora, carlo, stranger):
        with pytest.raises(NotFound):
            handovers.take_back(offered, by=one, at=NOW)
        with pytest.raises(Refused):
            handovers.offer(one, by=one, at=NOW)
    assert handovers.open_for(dora, at=NOW) is None
    assert roles(rita, carlo, dora) == ["primary", "admin", "admin"]


def test_there_is_one_offer_at_a_time(cast, rita, offered):
    dora = cast.member(cast.acme, "dora@acme.example", role=MemberRole.admin)
    with pytest.raises(Conflict):
        handovers.offer(dora, by=rita, at=NOW)
    assert told("handover_offered") == ["carlo@acme.example"]


def test_an_offer_that_nobody_answers_is_over_after_two_weeks(rita, carlo, offered):
    over = NOW + timedelta(days=14)
    moment = timedelta(seconds=1)
    assert handovers.ends_at(offered) == over
    for one in (rita, carlo):
        assert handovers.open_for(one, at=over - moment) == offered
        assert handovers.open_for(one, at=over) is None
    for answer in (handovers.accept, handovers.decline):
        with pytest.raises(Conflict):
            answer(offered, by=carlo, at=over)
    with pytest.raises(Conflict):
        handovers.take_back(offered, by=rita, at=over)
    assert roles(rita, carlo) == ["primary", "admin"]
    with pytest.raises(Conflict):
        handovers.offer(carlo, by=rita, at=over - moment)
    again = handovers.offer(carlo, by=rita, at=over)
    assert trail() == ["primary_offered", "primary_offer_ended", "primary_offered"]
    handovers.accept(again, by=carlo, at=over + moment)
    assert roles(rita, carlo) == ["admin", "primary"]


@pytest.mark.parametrize("how", ["active", "password_hash", "foreign", "self"])
def test_the_role_goes_to_an_active_colleague_who_can_sign_in(cast, rita, carlo, how):
    if how == "foreign":
        rival = cast.organisation("Rival", "rival.example")
        carlo = cast.member(rival, "rosa@rival.example", role=MemberRole.admin)
    elif how == "self":
        carlo = rita
    else:
        setattr(carlo, how, False if how == "active" else None)
        db.session.commit()
    assert carlo not in handovers.could_take_over(rita)
    with pytest.raises(Refused):
        handovers.offer(carlo, by=rita, at=NOW)


@pytest.mark.parametrize("act", [members.deactivate, members.remove])
def test_an_offer_ends_with_whoever_leaves(rita, carlo, offered, act):
    act(carlo, by=rita, at=NOW)
    assert handovers.open_for(rita, at=NOW) is None
    with pytest.raises(Conflict):
        members.deactivate(rita, by=None, at=NOW)


# --- The board decides ----------------------------------------------------------------


def test_the_board_puts_a_colleague_in_the_place_of_who_has_left(cast, rita, carlo):
    browser = signins.begin(rita, address="", browser="", at=NOW)
    succession.replace(carlo, by=cast.partnerships, why="Rita has retired.", at=NOW)
    assert roles(rita, carlo) == ["admin", "primary"]
    assert not rita.active
    assert signins.member(browser, at=NOW) is None
    assert told("primary_changed") == [carlo.email]
    assert told("member_ended") == [rita.email]
    rows = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id)).all()
    assert [row.action for row in rows] == ["member_deactivated", "primary_handed_over"]
    assert all("Rita has retired." in row.detail for row in rows)


def test_the_board_adds_a_new_person_in_their_place(cast, rita, carlo, offered):
    officer = cast.partnerships
    nora = succession.replace_by_new(cast.acme, NEW, by=officer, why="Left.", at=NOW)
    assert roles(rita, carlo, nora) == ["admin", "admin", "primary"]
    assert told("member_added") == [nora.email]
    assert handovers.open_for(carlo, at=NOW) is None
    with pytest.raises(Conflict):
        handovers.accept(offered, by=carlo, at=NOW)


def test_a_replacement_that_fails_leaves_everything_as_it_was(cast, rita, carlo):
    officer = cast.partnerships
    taken = NewMember(carlo.email, "Carlo", "Again")
    with pytest.raises(Conflict):
        succession.replace_by_new(cast.acme, taken, by=officer, why="x", at=NOW)
    with pytest.raises(Conflict):
        succession.replace(rita, by=officer, why="x", at=NOW)
    with pytest.raises(Refused) as refusal:
        succession.replace(carlo, by=officer, why="  ", at=NOW)
    assert refusal.value.field == "why"
    carlo.active = False
    db.session.commit()
    with pytest.raises(Conflict):
        succession.replace(carlo, by=officer, why="x", at=NOW)
    assert roles(rita, carlo) == ["primary", "admin"]
    assert rita.active
    assert not told("member_ended")
    assert not trail()


def test_an_organisation_without_a_primary_user_gets_one(cast, carlo, rita):
    rita.role = MemberRole.admin
    db.session.commit()
    succession.replace(carlo, by=cast.partnerships, why="x", at=NOW)
    assert roles(rita, carlo) == ["admin", "primary"]
    assert rita.active


def test_who_has_applied_only_is_not_replaced(cast):
    applied = cast.organisation(
        "Nova", "nova.example", status=OrganisationStatus.applied, decided_at=None
    )
    nina = cast.member(applied, "nina@nova.example", password_hash=None)
    with pytest.raises(Conflict):
        succession.replace(nina, by=cast.partnerships, why="x", at=NOW)


# --- Always exactly one ---------------------------------------------------------------


def require_one_primary():
    db.session.expire_all()
    approved = db.select(Organisation.id).where(
        Organisation.status == OrganisationStatus.approved
    )
    for key in db.session.scalars(approved).all():
        primary = db.select(Member.active).where(
            Member.organisation_id == key, Member.role == MemberRole.primary
        )
        assert db.session.scalars(primary).all() == [True], key


def any_act(draw, officer, home):
    """Return something that somebody, allowed or not, may try now."""
    everybody = db.session.scalars(db.select(Member).order_by(Member.id)).all()
    open_one = db.session.scalar(
        db.select(Handover).where(Handover.state == RequestState.open)
    )
    one, two = draw.choice(everybody), draw.choice(everybody)
    by = draw.choice([one, two, officer])
    member_by = draw.choice(everybody)
    new = NewMember(f"n{draw.randrange(30)}@acme.example", "N", "N")
    acts = [
        lambda: members.create(new, home, "good enough battery 9", by=by, at=NOW),
        lambda: members.deactivate(one, by=by, at=NOW),
        lambda: members.restore(one, by=by, at=NOW),
        lambda: members.remove(one, by=by, at=NOW),
        lambda: handovers.offer(two, by=one, at=NOW),
        lambda: handovers.offer(two, by=one, at=NOW),
        lambda: succession.replace(one, by=officer, why="x", at=NOW),
        lambda: succession.replace_by_new(home, new, by=officer, why="x", at=NOW),
    ]
    if open_one is not None:
        acts += [
            lambda: handovers.accept(open_one, by=open_one.to_member, at=NOW),
            lambda: handovers.accept(open_one, by=member_by, at=NOW),
            lambda: handovers.decline(open_one, by=member_by, at=NOW),
            lambda: handovers.take_back(open_one, by=member_by, at=NOW),
        ]
    return draw.choice(acts)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_whatever_happens_one_active_person_has_the_role(
    cast, rita, carlo, seed, monkeypatch
):
    monkeypatch.setattr(members.belonging.passwords, "hashed", lambda *_: "x")
    rival = cast.organisation("Rival", "rival.example")
    cast.member(rival, "rosa@rival.example")
    draw, officer, home = random.Random(seed), cast.partnerships, cast.acme
    done = 0
    for _ in range(40):
        act = any_act(draw, officer, home)
        try:
            act()
            done += 1
        except Refused:
            pass
        require_one_primary()
    assert done > 5
    assert len(set(trail())) > 3


def test_those_who_decide_at_one_moment_leave_one_primary_user(own_app):
    cast, start, broken = Cast(), threading.Barrier(3), []
    officer, offers = cast.partnerships.id, []
    for n in range(3):
        home = cast.organisation(f"Home {n}", f"home{n}.example")
        rita = cast.member(home, f"rita@home{n}.example")
        carlo = cast.member(home, f"carlo@home{n}.example", role=MemberRole.admin)
        offers.append(handovers.offer(carlo, by=rita, at=NOW).id)
    db.session.remove()

    def accept(offer, _):
        handovers.accept(offer, by=offer.to_member, at=NOW)

    def remove(offer, _):
        members.remove(offer.to_member, by=offer.from_member, at=NOW)

    def replace(offer, officer):
        new = NewMember(f"new{offer.id}@acme.example", "N", "N")
        home = offer.from_member.organisation
        succession.replace_by_new(home, new, by=officer, why="x", at=NOW)

    def run(act):
        for key in offers:
            with own_app.app_context():
                offer = db.session.get(Handover, key)
                assert offer.from_member.organisation
                assert offer.to_member
                by = db.session.get(User, officer)
                db.session.commit()
                start.wait()
                try:
                    act(offer, by)
                except Refused:
                    pass
                except Exception as problem:
                    broken.append(repr(problem))
                finally:
                    db.session.remove()
                start.wait()

    threads = [
        threading.Thread(target=run, args=(act,)) for act in (accept, remove, replace)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    require_one_primary()


def test_a_suspended_organisation_keeps_its_primary_user(cast, rita):
    organisations.suspend(cast.acme, by=cast.partnerships, why="x", at=NOW)
    organisations.restore(cast.acme, by=cast.partnerships, at=NOW)
    require_one_primary()
