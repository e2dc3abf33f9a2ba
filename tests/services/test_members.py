"""How members get in, get a password, and are let in no more."""

from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import Mail, Member
from app.services import members, organisations, passwords, signins, tokens
from app.services.members import NewMember
from app.services.tokens import Purpose
from app.values import MemberRole, OrganisationStatus
from tests.cast import NOW, PASSWORD, save

HOUR = timedelta(hours=1)
NEW = "another good battery"


def sign_in(email="registrar@acme.example", password=PASSWORD, at=NOW):
    return members.sign_in(email, password, address="192.0.2.1", at=at)


def link(member, at=NOW):
    return tokens.make(Purpose.set_password, member, at=at)


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def test_a_member_signs_in_whatever_the_case_of_the_address(cast):
    member = cast.verifier
    assert sign_in(" Registrar@ACME.example ") == member


def test_a_visit_makes_the_one_before_it_the_previous_visit(cast):
    member = cast.verifier
    sign_in(at=NOW)
    assert (member.previous_visit_at, member.last_visit_at) == (None, NOW)
    sign_in(at=NOW + HOUR)
    assert (member.previous_visit_at, member.last_visit_at) == (NOW, NOW + HOUR)


def test_a_wrong_sign_in_is_no_visit(cast):
    member = cast.verifier
    with pytest.raises(Refused):
        sign_in(password="wrong password")
    assert member.last_visit_at is None


@pytest.mark.parametrize("status", ["applied", "refused", "suspended"])
def test_only_members_of_an_approved_organisation_get_in(cast, status):
    cast.verifier
    cast.acme.status = OrganisationStatus(status)
    if status == "applied":
        cast.acme.decided_at = None
    db.session.commit()
    with pytest.raises(Refused) as wrong:
        sign_in(password="wrong password")
    assert (wrong.value.message, wrong.value.status) == (signins.WRONG, 401)
    with pytest.raises(Refused) as refusal:
        sign_in()
    told = str(refusal.value.message)
    if status == "suspended":
        assert "Acme University is paused" in told
        assert refusal.value.status == 403
        cast.verifier.active = False
        db.session.commit()
        with pytest.raises(Refused) as refusal:
            sign_in()
    assert refusal.value.message == signins.WRONG
    assert cast.verifier.last_visit_at is None


def test_everybody_who_may_not_in_hears_the_same(cast):
    cast.member(cast.acme, "gone@acme.example", role=MemberRole.admin, active=False)
    cast.member(
        cast.acme, "new@acme.example", role=MemberRole.admin, password_hash=None
    )
    teacher = Member(
        school=cast.liceo,
        email="prof@liceo.example",
        first_name="Paola",
        family_name="Prof",
        role=MemberRole.primary,
        password_hash=passwords.hashed(PASSWORD),
        created_at=NOW,
    )
    save(teacher)
    answers = set()
    for name in ("gone", "new", "nobody"):
        with pytest.raises(Refused) as refusal:
            sign_in(f"{name}@acme.example")
        answers.add((str(refusal.value), refusal.value.status, refusal.value.field))
    with pytest.raises(Refused) as refusal:
        sign_in("prof@liceo.example")
    answers.add((str(refusal.value), refusal.value.status, refusal.value.field))
    assert len(answers) == 1


def test_the_door_closes_after_a_few_wrong_tries(cast):
    cast.verifier
    for _ in range(5):
        with pytest.raises(Refused):
            sign_in(password="wrong password")
    with pytest.raises(TooManyTries):
        sign_in()


def test_the_link_of_the_approval_sets_the_first_password_once(cast):
    member = cast.member(cast.acme, "first@acme.example", password_hash=None)
    token = link(member)
    assert members.link_holder(token, at=NOW) == member
    members.set_password(token, NEW, at=NOW)
    assert sign_in("first@acme.example", NEW) == member
    assert member.role is MemberRole.primary
    with pytest.raises(NotFound):
        members.set_password(token, "yet another battery", at=NOW)
    assert not mails("password_changed")


def test_a_new_password_ends_every_sign_in_and_tells_the_owner(cast):
    member = cast.verifier
    browser = signins.begin(member, address="", browser="", at=NOW)
    members.set_password(link(member), NEW, at=NOW)
    assert signins.member(browser, at=NOW) is None
    assert mails("password_changed")[0].address == member.email
    with pytest.raises(Refused):
        sign_in()


def test_a_link_is_worth_nothing_when_late_foreign_forged_or_for_somebody_gone(cast):
    member = cast.verifier
    with pytest.raises(NotFound):
        members.link_holder(link(member), at=NOW + 25 * HOUR)
    with pytest.raises(NotFound):
        members.link_holder(link(member) + "x", at=NOW)
    with pytest.raises(NotFound):
        members.link_holder(link(cast.account(cast.amina)), at=NOW)
    with pytest.raises(NotFound):
        members.link_holder(link(cast.officer), at=NOW)
    clerk = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    kept = link(clerk)
    members.deactivate(clerk, by=cast.partnerships, at=NOW)
    with pytest.raises(NotFound):
        members.link_holder(kept, at=NOW)


def test_a_link_of_a_suspended_organisation_opens_nothing(cast):
    token = link(cast.verifier)
    organisations.suspend(cast.acme, by=cast.partnerships, why="inquiry", at=NOW)
    with pytest.raises(NotFound):
        members.set_password(token, NEW, at=NOW)


def test_a_short_password_is_refused_and_the_link_stays_good(cast):
    token = link(cast.verifier)
    with pytest.raises(Refused) as refusal:
        members.set_password(token, "short", at=NOW)
    assert refusal.value.field == "password"
    members.set_password(token, NEW, at=NOW)


def test_a_forgotten_password_sends_a_link_to_members_and_nobody_else(cast):
    cast.verifier
    cast.member(cast.acme, "gone@acme.example", role=MemberRole.admin, active=False)
    for email in ("REGISTRAR@acme.example", "gone@acme.example", "no@acme.example"):
        assert members.forgot_password(email, address="192.0.2.1", at=NOW) is None
    assert [row.address for row in mails("set_password")] == ["registrar@acme.example"]


def test_nobodys_mailbox_is_flooded(cast):
    cast.verifier
    for n in range(8):
        members.forgot_password(
            "registrar@acme.example", address=f"192.0.2.{n}", at=NOW
        )
    assert len(mails("set_password")) == 5
    members.forgot_password(
        "registrar@acme.example", address="192.0.2.9", at=NOW + 24 * HOUR
    )
    assert len(mails("set_password")) == 6


def test_a_user_is_added_with_a_link_or_a_password(cast):
    added = members.create(
        NewMember("Clerk@Acme.example", "Clara", "Clerk"), cast.acme, by=None, at=NOW
    )
    assert (added.email, added.role) == ("clerk@acme.example", MemberRole.admin)
    assert mails("member_added")[0].values["link"] == [
        "set_password",
        "Member",
        added.id,
    ]
    members.create(NewMember("boss@acme.example"), cast.acme, PASSWORD, by=None, at=NOW)
    assert sign_in("boss@acme.example").name == "boss"
    assert len(mails("member_added")) == 1


def test_an_address_is_used_once_and_there_is_one_primary_user(cast):
    cast.verifier
    with pytest.raises(Conflict):
        members.create(NewMember("registrar@acme.example"), cast.acme, by=None, at=NOW)
    second = NewMember("second@acme.example", role=MemberRole.primary)
    with pytest.raises(Conflict):
        members.create(second, cast.acme, by=None, at=NOW)
    assert len(members.of_organisation(cast.acme)) == 1


def test_nobody_is_added_to_an_organisation_that_is_not_approved(cast):
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    with pytest.raises(Refused):
        members.create(NewMember("x@acme.example"), cast.acme, by=None, at=NOW)


def test_the_command_adds_members_to_organisations_and_schools(app, cast):
    cast.acme, cast.liceo
    run = app.test_cli_runner().invoke
    command = ["create-member", "new@acme.example"]
    done = run(
        args=[*command, "--organisation", "ACME university", "--password-stdin"],
        input=PASSWORD + "\n",
    )
    assert done.exit_code == 0, done.output
    assert sign_in("new@acme.example")
    done = run(
        args=["create-member", "t@liceo.example", "--school", "S-100", "--primary"]
    )
    assert done.exit_code == 0, done.output
    for wrong, status in (
        ([*command, "--organisation", "Nowhere"], 1),
        ([*command, "--school", "S-999"], 1),
        ([*command, "--organisation", "Acme University"], 1),
        ([*command], 2),
        ([*command, "--organisation", "x", "--school", "y"], 2),
    ):
        assert run(args=wrong).exit_code == status
    assert len(db.session.scalars(db.select(Member)).all()) == 2


def test_an_organisation_in_two_cities_is_named_with_its_city(cast):
    cast.organisation("Acme University", "acme.example", city="Lucca")
    cast.acme
    with pytest.raises(Refused):
        members.organisation_named("Acme University")
    assert members.organisation_named("acme university", "PISA") == cast.acme
