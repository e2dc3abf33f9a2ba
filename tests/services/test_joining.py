"""Somebody asks to join an organisation: who decides, who is told, what is kept."""

from contextlib import suppress
from datetime import timedelta

import pytest

from app import jobs
from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, JoinRequest, Mail, Member
from app.services import joining, organisations
from app.services.joining import Asking
from app.values import Language, MemberRole, OrganisationStatus, RequestState
from tests.cast import NOW, save

DAY = timedelta(days=1)


def asking(**changed):
    typed = {
        "first_name": " Nadia ",
        "family_name": "Neri",
        "job_title": "Admissions",
        "email": "Nadia@Acme.Example",
        **changed,
    }
    return Asking(**typed)


def ask(organisation, at=NOW, address="192.0.2.1", **changed):
    joining.ask(organisation, asking(**changed), address=address, at=at)


def waiting(organisation):
    (found,) = joining.open_for(organisation)
    return found


def mails(kind=None):
    rows = db.session.scalars(db.select(Mail).order_by(Mail.id)).all()
    return [row for row in rows if kind is None or row.kind == kind]


def acts():
    return list(db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)))


@pytest.fixture
def colleague(cast):
    """Another user of Acme University, who decides nothing."""
    cast.verifier
    return cast.member(cast.acme, "eva@acme.example", role=MemberRole.admin)


@pytest.fixture
def rival(cast):
    other = cast.organisation("Rival College", "rival.example")
    return cast.member(other, "head@rival.example")


def test_a_request_waits_for_the_primary_user_who_hears_of_it(cast):
    cast.verifier
    ask(cast.acme, language=Language.it)
    request = waiting(cast.acme)
    assert (request.name, request.email) == ("Nadia Neri", "nadia@acme.example")
    (told,) = mails("join_asked")
    assert told.address == cast.verifier.email
    assert told.values["path"] == "/verifier/organisation/requests"
    (answer,) = mails("join_received")
    assert (answer.address, answer.language) == (request.email, Language.it)
    # Who was written to may be a stranger: nothing that was typed but our own name.
    assert answer.values == {"name": "", "organisation": "Acme University"}
    assert "Nadia" not in str(told.values)
    assert acts() == ["join_asked"]
    assert joining.waiting_for(cast.verifier) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", ""),
        ("family_name", "x" * 81),
        ("job_title", " "),
        ("job_title", "Dean\u202e"),
        ("email", "nadia@"),
    ],
)
def test_what_is_not_right_is_refused_at_its_field(cast, field, typed):
    with pytest.raises(Refused) as refusal:
        ask(cast.acme, **{field: typed})
    assert refusal.value.field == field
    assert not joining.open_for(cast.acme)


def test_the_owner_of_an_address_in_use_reads_what_happened_and_nobody_else(
    cast, rival
):
    cast.verifier
    for typed in (rival.email, cast.verifier.email.upper()):
        assert ask(cast.acme, email=typed) is None
    assert not joining.open_for(cast.acme)
    told = [(row.kind, row.address) for row in mails()]
    assert told == [
        ("address_known", rival.email),
        ("address_known", cast.verifier.email),
    ]
    assert acts() == []


def test_asking_twice_is_one_request_and_one_message(cast):
    cast.verifier
    ask(cast.acme)
    ask(cast.acme, first_name="Somebody", at=NOW + timedelta(hours=2))
    assert waiting(cast.acme).first_name == "Nadia"
    assert [row.kind for row in mails()] == ["join_received", "join_asked"]


def test_a_mailbox_gets_a_few_messages_a_day_whatever_strangers_type(cast):
    for n in range(5):
        home = cast.organisation(f"College {n}", f"c{n}.example")
        ask(home, address=f"192.0.2.{n}")
    assert len(mails("join_received")) == 3
    for n in range(5):
        home = cast.organisation(f"School {n}", f"s{n}.example")
        ask(home, address=f"192.0.2.{n}", email="Registrar@Acme.example")
    cast.verifier
    for n in range(5, 9):
        home = cast.organisation(f"School {n}", f"s{n}.example")
        ask(home, address=f"192.0.2.{n}", email="Registrar@Acme.example")
    assert len(mails("address_known")) == 3


def test_the_primary_user_is_told_once_an_hour_at_most(cast):
    cast.verifier
    for n in range(3):
        ask(cast.acme, email=f"n{n}@acme.example", address=f"192.0.2.{n}")
    assert len(mails("join_asked")) == 1
    ask(cast.acme, email="late@acme.example", at=NOW + timedelta(hours=1))
    assert len(mails("join_asked")) == 2


def test_nobody_floods_an_organisation_with_requests(cast, monkeypatch):
    for n in range(5):
        ask(cast.acme, email=f"n{n}@acme.example")
    with pytest.raises(TooManyTries):
        ask(cast.acme, email="m@acme.example")
    monkeypatch.setattr(joining, "MOST_OPEN", 5)
    with pytest.raises(Refused) as refusal:
        ask(cast.acme, email="m@acme.example", at=NOW + DAY)
    assert refusal.value.status == 429
    assert len(joining.open_for(cast.acme)) == 5


def test_one_stranger_never_keeps_colleagues_out(cast):
    for day in range(10):
        for n in range(10):
            at = NOW + day * DAY + n * timedelta(hours=1)
            with suppress(TooManyTries):
                ask(cast.acme, email=f"s{day}.{n}@else.example", at=at)
    assert 8 * joining.FROM_ONE_ADDRESS.failures < joining.MOST_OPEN
    end = NOW + 10 * DAY
    ask(cast.acme, email="nadia@acme.example", address="192.0.2.9", at=end)
    shown = joining.open_for(cast.acme)
    assert len(shown) == joining.MOST_OPEN
    # Whoever asked last stands last, and is not left out for those who came before.
    assert shown[-1].email == "nadia@acme.example"


def test_many_at_once_are_enough_until_they_are_a_week_old(cast):
    for n in range(joining.MOST_OPEN):
        save(_row(cast.acme, f"s{n}@else.example", NOW - joining.PATIENCE + DAY))
    with pytest.raises(Refused) as refusal:
        ask(cast.acme)
    assert refusal.value.status == 429
    ask(cast.acme, at=NOW + 2 * DAY)
    assert joining.open_for(cast.acme)[-1].email == "nadia@acme.example"


@pytest.mark.parametrize("status", ["applied", "refused", "suspended"])
def test_only_an_approved_organisation_can_be_asked(cast, status):
    cast.verifier
    cast.acme.status = OrganisationStatus(status)
    if status == "applied":
        cast.acme.decided_at = None
    db.session.commit()
    with pytest.raises(NotFound):
        ask(cast.acme)
    assert not mails()


def test_accepting_makes_a_user_who_sets_a_password_and_forgets_the_request(cast):
    ask(cast.acme)
    request = waiting(cast.acme)
    member = joining.accept(request, by=cast.verifier, at=NOW + DAY)
    assert (member.organisation, member.role) == (cast.acme, MemberRole.admin)
    assert (member.email, member.name) == ("nadia@acme.example", "Nadia Neri")
    (link,) = mails("member_added")
    assert link.values["link"] == ["set_password", "Member", member.id]
    assert request.state is RequestState.accepted
    assert [request.email, request.name, request.job_title] == ["", "", ""]
    assert joining.waiting_for(cast.verifier) == 0
    assert acts() == ["join_asked", "member_added", "join_accepted"]
    rows = db.session.scalars(db.select(AuditRow.detail)).all()
    assert not any("nadia" in row.casefold() for row in rows)


def test_declining_tells_them_kindly_and_forgets_the_request(cast):
    ask(cast.acme)
    request = waiting(cast.acme)
    joining.decline(request, by=cast.verifier, at=NOW + DAY)
    (told,) = mails("join_declined")
    assert told.address == "nadia@acme.example"
    assert (request.state, request.email) == (RequestState.declined, "")
    assert not db.session.scalars(
        db.select(Member).where(Member.email == told.address)
    ).all()
    assert acts()[-1] == "join_declined"
    ask(cast.acme, at=NOW + 2 * DAY)
    assert waiting(cast.acme).name == "Nadia Neri"


def test_a_request_is_answered_once(cast):
    ask(cast.acme)
    request = waiting(cast.acme)
    joining.decline(request, by=cast.partnerships, at=NOW)
    for answer in (joining.accept, joining.decline):
        with pytest.raises(Conflict):
            answer(request, by=cast.partnerships, at=NOW)
    assert request.state is RequestState.declined
    assert len(mails("join_declined")) == 1


def test_an_address_that_came_into_use_meanwhile_is_not_let_in(cast, rival):
    ask(cast.acme)
    cast.member(rival.organisation, "nadia@acme.example", role=MemberRole.admin)
    request = waiting(cast.acme)
    with pytest.raises(Conflict):
        joining.accept(request, by=cast.partnerships, at=NOW)
    db.session.refresh(request)
    assert (request.state, request.name) == (RequestState.open, "Nadia Neri")


def test_only_the_primary_user_of_the_very_organisation_decides(cast, colleague, rival):
    ask(cast.acme)
    request = waiting(cast.acme)
    for member in (colleague, rival):
        with pytest.raises(NotFound):
            joining.to_decide(member, request.reference)
        for answer in (joining.accept, joining.decline):
            with pytest.raises(NotFound):
                answer(request, by=member, at=NOW)
        assert joining.waiting_for(member) == 0
    assert joining.to_decide(cast.verifier, request.reference) == request
    with pytest.raises(NotFound):
        joining.to_decide(cast.verifier, "unknown")
    assert waiting(cast.acme) == request


def test_a_primary_user_who_was_deactivated_decides_nothing(cast):
    ask(cast.acme)
    cast.verifier.active = False
    db.session.commit()
    with pytest.raises(NotFound):
        joining.accept(waiting(cast.acme), by=cast.verifier, at=NOW)
    ask(cast.acme, email="other@acme.example", at=NOW + DAY)
    assert not mails("join_asked")


def test_a_suspended_organisation_lets_nobody_in(cast):
    ask(cast.acme)
    request = waiting(cast.acme)
    organisations.suspend(cast.acme, by=cast.partnerships, why="inquiry", at=NOW)
    with pytest.raises(Refused):
        joining.accept(request, by=cast.partnerships, at=NOW)
    assert waiting(cast.acme) == request


def test_staff_look_after_requests_that_nobody_answers(cast, rival):
    cast.verifier
    ask(cast.acme)
    ask(rival.organisation, email="other@rival.example")
    assert joining.neglected(at=NOW + 7 * DAY) == []
    rival.active = False
    db.session.commit()
    (orphan,) = joining.neglected(at=NOW)
    assert orphan.organisation == rival.organisation
    assert len(joining.neglected(at=NOW + 8 * DAY)) == 2
    organisations.suspend(cast.acme, by=cast.partnerships, why="inquiry", at=NOW)
    assert joining.neglected(at=NOW + 8 * DAY) == [orphan]


def test_requests_are_deleted_after_90_days(cast):
    save(_row(cast.acme, "old@acme.example", NOW - 91 * DAY))
    save(_row(cast.acme, "new@acme.example", NOW - 89 * DAY))
    assert jobs.run_job("erase-join-requests", at=NOW) == 1
    assert waiting(cast.acme).email == "new@acme.example"
    assert acts() == ["erased"]


def _row(organisation, email, at):
    return JoinRequest(
        organisation=organisation,
        email=email,
        first_name="Nadia",
        family_name="Neri",
        asked_at=at,
    )
