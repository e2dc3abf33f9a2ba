"""Who belongs to an organisation: added, put right, stopped, let in again, removed."""

from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    AuditRow,
    Download,
    ListCheck,
    Mail,
    Member,
    MemberQuestion,
    SecondFactor,
    ShareAccess,
)
from app.services import mail, members, organisations, sharing, signins, tokens
from app.services.members import NewMember
from app.services.tokens import Purpose
from app.values import (
    AccessKind,
    DownloadFormat,
    Language,
    MailState,
    MemberRole,
    OrganisationStatus,
    WorkState,
)
from tests.cast import NOW, PASSWORD, save

DAY = timedelta(days=1)
CLARA = NewMember("clara@acme.example", "Clara", "Clerk", "Clerk")
LONG_NAME = "x" * 81


@pytest.fixture
def rita(cast):
    """The primary user of Acme University."""
    return cast.verifier


@pytest.fixture
def clerk(cast, rita):
    return cast.member(
        cast.acme, "clerk@acme.example", role=MemberRole.admin, first_name="Carlo"
    )


def rows(table, **values):
    found = db.select(table).filter_by(**values).order_by(table.id)
    return db.session.scalars(found).all()


def link(member, at=NOW):
    return tokens.make(Purpose.set_password, member, at=at)


def sign_in(member, at=NOW):
    return members.sign_in(member.email, PASSWORD, address="192.0.2.1", at=at)


# --- Added ----------------------------------------------------------------------------


def test_the_primary_user_adds_a_colleague_who_sets_a_password(cast, rita):
    clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
    assert (clara.role, clara.active, clara.password_hash) == ("admin", True, None)
    (message,) = rows(Mail, kind="member_added")
    assert message.address == "clara@acme.example"
    members.set_password(link(clara), PASSWORD, at=NOW)
    assert sign_in(clara) == clara
    assert rows(AuditRow, action="member_added")[0].actor == f"member:{rita.reference}"


def test_no_other_user_adds_changes_or_removes_anybody(cast, rita, clerk):
    other = cast.member(cast.acme, "other@acme.example", role=MemberRole.admin)
    names = {"first_name": "A", "family_name": "B", "job_title": "C"}
    acts = (
        lambda: members.create(CLARA, cast.acme, by=clerk, at=NOW),
        lambda: members.change(other, **names, by=clerk, at=NOW),
        lambda: members.deactivate(other, by=clerk, at=NOW),
        lambda: members.restore(other, by=clerk, at=NOW),
        lambda: members.remove(other, by=clerk, at=NOW),
        lambda: members.invite_again(other, by=clerk, at=NOW),
        lambda: members.deactivate(rita, by=clerk, at=NOW),
    )
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.status == 403
    assert not rows(AuditRow)
    assert len(rows(Member, active=True)) == 3


def test_a_primary_user_decides_on_no_other_organisation(cast, rita):
    rival = cast.organisation("Rival", "rival.example")
    rosa = cast.member(rival, "rosa@rival.example", role=MemberRole.admin)
    with pytest.raises(NotFound):
        members.own(rita, rosa.reference)
    with pytest.raises(NotFound):
        members.own(rita, "absent")
    for act in (members.deactivate, members.remove, members.invite_again):
        with pytest.raises(Refused):
            act(rosa, by=rita, at=NOW)
    with pytest.raises(Refused):
        members.create(CLARA, rival, by=rita, at=NOW)
    assert rosa not in members.page_of(rita).rows


def test_nobody_is_added_as_a_second_primary_user(cast, rita):
    boss = NewMember("boss@acme.example", "Bo", "Boss", role=MemberRole.primary)
    with pytest.raises(Refused):
        members.create(boss, cast.acme, by=rita, at=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "REGISTRAR@acme.example"),
        ("first_name", " "),
        ("family_name", ""),
        ("first_name", LONG_NAME),
        ("job_title", "Clerk\u202e"),
    ],
)
def test_what_is_not_right_is_said_at_its_field(cast, rita, field, value):
    typed = {"email": "a@acme.example", "first_name": "A", "family_name": "B"}
    new = NewMember(**{**typed, field: value})
    with pytest.raises(Refused) as refusal:
        members.create(new, cast.acme, by=rita, at=NOW)
    assert refusal.value.field == field
    assert rows(Member) == [rita]


def test_a_primary_user_does_not_flood_the_world(cast, rita, monkeypatch):
    monkeypatch.setattr(members.belonging, "ADDED_A_DAY", 1)
    members.create(CLARA, cast.acme, by=rita, at=NOW)
    second = NewMember("second@acme.example", "S", "Second")
    with pytest.raises(Refused) as refusal:
        members.create(second, cast.acme, by=rita, at=NOW)
    assert refusal.value.status == 429
    members.create(second, cast.acme, by=rita, at=NOW + DAY)


def test_nobodys_mailbox_is_flooded_by_adding_and_removing(cast, rita):
    for _ in range(5):
        clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
        members.remove(clara, by=rita, at=NOW)
    with pytest.raises(Refused) as refusal:
        members.create(CLARA, cast.acme, by=rita, at=NOW)
    assert refusal.value.status == 429
    assert len(rows(Mail, kind="member_added")) == 5


def test_the_link_is_sent_again_a_few_times_a_day(cast, rita):
    clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
    for _ in range(4):
        members.invite_again(clara, by=rita, at=NOW)
    with pytest.raises(Refused) as refusal:
        members.invite_again(clara, by=rita, at=NOW)
    assert refusal.value.status == 429
    members.invite_again(clara, by=rita, at=NOW + DAY)
    assert len(rows(Mail, kind="member_added")) == 6


def test_who_has_a_password_or_has_left_gets_no_other_invitation(cast, rita, clerk):
    clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
    members.deactivate(clara, by=rita, at=NOW)
    for one in (clerk, clara):
        with pytest.raises(Conflict):
            members.invite_again(one, by=rita, at=NOW)


def test_a_link_lets_in_nobody_but_whom_it_was_sent_to(cast, rita, clerk):
    clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
    members.set_password(link(clara), "another good battery", at=NOW)
    assert sign_in(rita)
    assert sign_in(clerk)
    with pytest.raises(Refused):
        sign_in(clara)


# --- Put right ------------------------------------------------------------------------


def test_a_name_is_put_right_and_the_address_stays(cast, rita, clerk):
    members.change(
        clerk, first_name=" Carla ", family_name="C.", job_title="Dean", by=rita, at=NOW
    )
    assert (clerk.name, clerk.job_title) == ("Carla C.", "Dean")
    assert clerk.email == "clerk@acme.example"
    trace = {"first_name": "Carla", "family_name": "C.", "job_title": "Dean"}
    members.change(clerk, **trace, by=rita, at=NOW)
    assert len(rows(AuditRow, action="member_changed")) == 1
    with pytest.raises(Refused) as refusal:
        members.change(clerk, **{**trace, "family_name": ""}, by=rita, at=NOW)
    assert refusal.value.field == "family_name"


# --- Stopped and let in again ---------------------------------------------------------


def test_a_deactivated_user_is_out_at_once(rita, clerk):
    browser = signins.begin(clerk, address="", browser="", at=NOW)
    members.deactivate(clerk, by=rita, at=NOW)
    assert signins.member(browser, at=NOW) is None
    with pytest.raises(Refused):
        sign_in(clerk)
    with pytest.raises(Conflict):
        members.deactivate(clerk, by=rita, at=NOW)
    (told,) = rows(Mail, kind="member_ended")
    assert told.address == clerk.email


def test_links_and_browsers_of_before_stay_worthless(cast, rita, clerk):
    clara = members.create(CLARA, cast.acme, by=rita, at=NOW)
    kept = [(one, link(one)) for one in (clerk, clara)]
    browser = signins.begin(clerk, address="", browser="", at=NOW)
    for one, _ in kept:
        members.deactivate(one, by=rita, at=NOW)
        members.restore(one, by=rita, at=NOW)
    for _, token in kept:
        with pytest.raises(NotFound):
            members.link_holder(token, at=NOW)
    assert signins.member(browser, at=NOW) is None
    assert sign_in(clerk) == clerk
    assert members.link_holder(link(clara), at=NOW) == clara
    with pytest.raises(Conflict):
        members.restore(clerk, by=rita, at=NOW)


def test_what_waits_in_the_queue_for_somebody_who_left_is_not_sent(app, rita, clerk):
    mail.queue("set_password", to=clerk, about="1", at=NOW, name="", link=None)
    for kind in ("member_restored", "password_changed"):
        values = {"organisation": "Acme", "path": "/"}
        mail.queue(kind, to=clerk, about="1", at=NOW, name="", **values)
    mail.queue("password_changed", to=rita, about="2", at=NOW, name="Rita")
    db.session.commit()
    members.deactivate(clerk, by=rita, at=NOW)
    mail.deliver(at=NOW)
    states = {(row.address, row.kind): row.state for row in rows(Mail)}
    assert states[rita.email, "password_changed"] is MailState.sent
    # That they are let in no more is the one thing they are told.
    assert states.pop((clerk.email, "member_ended")) is MailState.sent
    mine = {state for (address, _), state in states.items() if address == clerk.email}
    assert mine == {MailState.dropped}


def test_what_waits_for_somebody_who_is_removed_is_not_sent(app, rita, clerk):
    mail.queue("password_changed", to=clerk, about="1", at=NOW, name="")
    db.session.commit()
    members.remove(clerk, by=rita, at=NOW)
    mail.deliver(at=NOW)
    states = {row.kind: row.state for row in rows(Mail)}
    assert states == {
        "password_changed": MailState.dropped,
        "member_ended": MailState.sent,
    }


def test_a_refused_applicant_is_still_told(app, cast):
    applied = cast.organisation(
        "Nova",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
    )
    cast.member(applied, "nina@nova.example", password_hash=None)
    organisations.refuse(applied, by=cast.partnerships, why="No.", at=NOW)
    mail.deliver(at=NOW)
    assert [row.state for row in rows(Mail)] == [MailState.sent]


def test_a_download_and_a_list_in_progress_stop(cast, rita, clerk):
    def asked(member, state):
        return save(
            Download(
                organisation_id=cast.acme.id,
                member_id=member.id,
                member_name=member.name,
                format=DownloadFormat.csv,
                template={},
                language=Language.en,
                state=state,
                rows=1,
                asked_at=NOW,
            )
        )

    queued, running = (
        asked(clerk, one) for one in (WorkState.queued, WorkState.running)
    )
    ready, hers = asked(clerk, WorkState.ready), asked(rita, WorkState.queued)
    check = save(
        ListCheck(
            organisation_id=cast.acme.id,
            member_id=clerk.id,
            member_name=clerk.name,
            name="list.csv",
            rows=1,
            asked_at=NOW,
        )
    )
    members.deactivate(clerk, by=rita, at=NOW)
    db.session.expire_all()
    assert {queued.state, running.state, check.state} == {WorkState.failed}
    assert (ready.state, hers.state) == (WorkState.ready, WorkState.queued)
    members.remove(clerk, by=rita, at=NOW)
    db.session.expire_all()
    assert (ready.member_id, ready.member_name) == (None, "Carlo Registrar")


# --- Removed --------------------------------------------------------------------------


def test_a_removed_user_is_erased_and_their_name_stays_with_what_they_saw(
    cast, rita, clerk
):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    share = sharing.share(cast.amina, cast.acme, by=account, at=NOW + DAY)
    sharing.record(share, AccessKind.viewed, by=clerk, at=NOW + DAY)
    save(SecondFactor(member_id=clerk.id, secret="x", made_at=NOW))
    save(
        MemberQuestion(
            member_id=clerk.id, organisation_id=cast.acme.id, text="?", asked_at=NOW
        )
    )
    browser = signins.begin(clerk, address="", browser="", at=NOW)
    kept = link(clerk)
    members.remove(clerk, by=rita, at=NOW + DAY)
    assert rows(Member) == [rita]
    (seen,) = rows(ShareAccess)
    assert (seen.member_id, seen.member_name) == (None, "Carlo Registrar")
    assert rows(SecondFactor) == []
    assert [row.member_id for row in rows(MemberQuestion)] == [None]
    assert signins.member(browser, at=NOW) is None
    with pytest.raises(NotFound):
        members.link_holder(kept, at=NOW)
    again = NewMember(clerk.email, "Carlo", "Clerk")
    members.create(again, cast.acme, by=rita, at=NOW + DAY)
    with pytest.raises(NotFound):
        members.link_holder(kept, at=NOW)
    trail = [row.action for row in rows(AuditRow)]
    assert trail[-2:] == ["member_removed", "member_added"]


def test_the_primary_user_is_never_deactivated_or_removed(cast, rita):
    for by in (rita, cast.partnerships, None):
        for act in (members.deactivate, members.remove):
            with pytest.raises(Conflict):
                act(rita, by=by, at=NOW)
    assert rows(Member, active=True) == [rita]
    assert not rows(Mail)


def test_the_list_has_pages_and_the_primary_user_first(cast, rita, clerk, monkeypatch):
    monkeypatch.setattr(members.finding, "PAGE", 2)
    gone = cast.member(cast.acme, "a@acme.example", role=MemberRole.admin, active=False)
    first, second = members.page_of(rita), members.page_of(rita, 2)
    assert (first.rows, first.has_next) == ([rita, clerk], True)
    assert (second.rows, second.has_next) == ([gone], False)
    assert members.page_of(rita, 10**9).rows == []
    assert members.page_of(rita, -1).rows == first.rows
