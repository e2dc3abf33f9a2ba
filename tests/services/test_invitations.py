"""An organisation is invited: who is written to, and when a result goes out to it."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Invitation, Mail, Organisation, Release, Share
from app.services import (
    access,
    corrections,
    invitations,
    organisations,
    publication,
    sharing,
)
from app.services.hosts import Invited
from app.services.invitations import answers, hosts
from app.values import (
    InvitationState,
    MailState,
    OrganisationStatus,
    ShareScope,
)
from tests.cast import NOW, Cast
from tests.services.test_enquiries import BETTER
from tests.telling import tells

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.released()
    return account


def invite(entry, account, *, at=NOW, address="192.0.2.1", **changed):
    typed = {
        "name": "Nova College",
        "website": "www.nova.example",
        "email": "Admissions@Nova.example",
    }
    typed |= {key: changed.pop(key) for key in typed if key in changed}
    return invitations.invite(
        entry, Invited(**typed), by=account, at=at, address=address, **changed
    )


def applied(cast, domain="nova.example", name="Nova College", **values):
    organisation = cast.organisation(
        name,
        domain,
        **{
            "status": OrganisationStatus.applied,
            "decided_at": None,
            "city": "Oslo",
            "country": "NO",
            **values,
        },
    )
    cast.member(organisation, f"nina@{domain}", password_hash=None)
    return organisation


def approve(cast, organisation, at=NOW + DAY):
    organisations.approve(organisation, by=cast.partnerships, at=at)


def shares():
    return db.session.scalars(db.select(Share).order_by(Share.id)).all()


def told(kind, *states):
    query = db.select(Mail).where(Mail.kind == kind).order_by(Mail.id)
    wanted = states or (MailState.queued,)
    return db.session.scalars(query.where(Mail.state.in_(wanted))).all()


def acts(action):
    query = db.select(AuditRow).where(AuditRow.action == action)
    return db.session.scalars(query).all()


def state(invitation):
    db.session.refresh(invitation)
    return invitation.state


# --- Inviting -------------------------------------------------------------------------


def test_the_organisation_is_written_to_with_a_name_and_no_result(cast, amina):
    made = invite(cast.amina, amina, purpose="Master's in Physics")
    assert (made.host, made.website) == ("nova.example", "https://www.nova.example")
    assert made.email == "admissions@nova.example"
    (mail,) = told("invitation")
    assert mail.address == "admissions@nova.example"
    assert mail.language == amina.language
    assert mail.values == {
        "name": "",
        "candidate": "Amina Benali",
        "host": "nova.example",
        "path": "/verifier/register",
    }
    (row,) = acts("invitation_made")
    assert "Physics" not in row.detail
    assert "admissions" not in row.detail
    assert invitations.of(amina, at=NOW) == [made]
    assert shares() == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("website", "javascript:alert(1)"),
        ("website", "data:text/html,x"),
        ("website", "ftp://nova.example"),
        ("website", "http://user@nova.example"),
        ("website", "http://127.0.0.1"),
        ("website", "http://[::1]/"),
        ("website", "localhost"),
        ("website", "intranet"),
        ("website", "https://nova.example:8443"),
        ("website", "https://nova.example\r\nBcc: all@x.example"),
        # A Cyrillic letter among Latin ones.
        ("website", "https://n\u043eva.example"),
        ("website", ""),
        ("email", "somebody@gmail.com"),
        ("email", "admissions@nova.example.evil.example"),
        ("email", "admissions@evilnova.example"),
        ("email", "admissions@n\u043eva.example"),
        ("email", "a@nova.example, b@x.example"),
        ("email", "a@nova.example\nBcc: b@x.example"),
        ("email", "nova.example"),
        ("name", " "),
        ("name", "..."),
        ("name", "Nova\u202eegelloC"),
        ("name", "N\u043eva"),
        ("name", "x" * 161),
    ],
)
def test_what_is_no_organisation_is_refused_beside_its_field(cast, amina, field, typed):
    with pytest.raises(Refused) as refusal:
        invite(cast.amina, amina, **{field: typed})
    assert refusal.value.field == field
    assert told("invitation") == []
    assert db.session.scalars(db.select(Invitation)).all() == []


def test_the_address_of_somebody_else_is_turned_down_with_an_example(cast, amina):
    with pytest.raises(Refused, match=r"name@nova\.example"):
        invite(cast.amina, amina, email="me@elsewhere.example")


def test_a_website_in_other_letters_is_taken_as_what_it_is(cast, amina):
    made = invite(
        cast.amina, amina, website="https://münchen.example", email="a@münchen.example"
    )
    assert made.host == "xn--mnchen-3ya.example"


def test_who_is_here_already_is_not_invited(cast, amina):
    assert cast.acme
    for website in ("acme.example", "https://www.acme.example/admissions"):
        with pytest.raises(Conflict, match="receives results here"):
            invite(cast.amina, amina, website=website, email="a@acme.example")
    assert invitations.already_here("http://www.acme.example") == [cast.acme]
    assert told("invitation") == []


@pytest.mark.parametrize("other", ["acmeXexample.test2", "notacme.example", "acme.com"])
def test_another_host_is_another_organisation(cast, amina, other):
    assert cast.acme
    assert hosts.receiving(other) == []
    assert hosts.receiving("%") == hosts.receiving("_cme.example") == []


def test_one_result_waits_for_one_website_once(cast, amina):
    invite(cast.amina, amina)
    with pytest.raises(Conflict, match="waits for it"):
        invite(cast.amina, amina, website="nova.example/other", name="Nova")
    boris = cast.account(cast.boris)
    assert invite(cast.boris, boris)


def test_only_a_result_that_can_be_shared_waits(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released(instant=NOW)
    with pytest.raises(Refused, match="no result"):
        invite(cast.amina, account, at=NOW - SECOND)
    with pytest.raises(NotFound):
        invite(cast.boris, account)
    with pytest.raises(Refused) as refusal:
        invite(cast.amina, account, scope=ShareScope.photo)
    assert refusal.value.field == "scope"
    assert told("invitation") == []


def test_five_a_day_and_no_more(cast, amina):
    for n in range(5):
        site = f"n{n}.example"
        invite(
            cast.amina, amina, website=site, email=f"a@{site}", at=NOW + n * 2 * SECOND
        )
    later = NOW + timedelta(hours=1)
    with pytest.raises(Refused, match="tomorrow") as refusal:
        invite(cast.amina, amina, at=later)
    assert refusal.value.status == 429
    assert invite(cast.amina, amina, at=NOW + DAY + SECOND * 10)


def test_tries_that_come_fast_are_held_up(cast, amina):
    invite(cast.amina, amina)
    for _ in range(4):
        with pytest.raises(Conflict):
            invite(cast.amina, amina)
    with pytest.raises(TooManyTries):
        invite(cast.amina, amina, website="other.example", email="a@other.example")


def test_a_mailbox_gets_three_and_more_candidates_wait_all_the_same(cast, amina):
    for n in range(6):
        entry = cast.entry(f"01{n:02d}", f"Zoe{n}", "Many")
        cast.result(entry)
        account = cast.account(entry)
        cast.released()
        invite(entry, account, at=NOW + n * SECOND)
    assert len(told("invitation")) == 3
    assert invitations.waiting_for("https://nova.example") == 6
    invite(cast.amina, amina, at=NOW + DAY + 10 * SECOND)
    assert len(told("invitation")) == 4
    (demand,) = invitations.demand()
    assert (demand.host, demand.count, demand.since) == ("nova.example", 7, NOW)


# --- Taking it back -------------------------------------------------------------------


def test_what_is_taken_back_does_not_go_out(cast, amina):
    made = invite(cast.amina, amina)
    invitations.withdraw(made, by=amina, at=NOW + SECOND)
    assert state(made) is InvitationState.withdrawn
    assert told("invitation") == []
    assert len(told("invitation", MailState.dropped)) == 1
    with pytest.raises(Conflict):
        invitations.withdraw(made, by=amina, at=NOW + SECOND)
    approve(cast, applied(cast))
    assert shares() == []
    assert invitations.of(amina, at=NOW) == []


def test_nobody_takes_back_or_finds_the_invitation_of_another(cast, amina):
    made, boris = invite(cast.amina, amina), cast.account(cast.boris)
    with pytest.raises(NotFound):
        access.own_invitation(boris, made.reference)
    with pytest.raises(NotFound):
        invitations.withdraw(made, by=boris, at=NOW)
    assert invitations.of(boris, at=NOW) == []
    assert access.own_invitation(amina, made.reference) == made


def test_all_invitations_end_with_the_account(cast, amina):
    invite(cast.amina, amina)
    invite(cast.amina, amina, website="b.example", email="a@b.example")
    assert invitations.end_all(amina, at=NOW) == 2
    assert invitations.end_all(amina, at=NOW) == 0
    approve(cast, applied(cast))
    assert shares() == []
    assert told("invitation") == []


# --- The organisation joins -----------------------------------------------------------


def test_when_it_is_approved_the_result_goes_out_and_amina_is_told(cast, amina):
    made = invite(
        cast.amina,
        amina,
        scope=ShareScope.overall,
        purpose="Master's",
        expires_on=date(2027, 3, 31),
    )
    nova = applied(cast, "www.nova.example")
    approve(cast, nova)
    (share,) = shares()
    assert (share.entry, share.organisation, share.account) == (cast.amina, nova, amina)
    assert (share.scope, share.purpose) == (ShareScope.overall, "Master's")
    assert share.expires_at == made.expires_at
    assert state(made) is InvitationState.answered
    assert made.share == share
    (mail,) = told("invitation_answered")
    assert mail.address == amina.email
    assert mail.values["until"] == "2027-03-31"
    assert not tells(str(mail.values), "172")
    # One message about it, not two.
    assert told("share_receipt") == []
    assert len(acts("invitation_answered")) == len(acts("share_made")) == 1
    member = organisations.primary_of(nova)
    assert len(sharing.page_for(member, at=NOW + DAY).rows) == 1


def test_only_the_organisation_with_that_website_gets_it(cast, amina):
    invite(cast.amina, amina)
    for domain in ("evil-nova.example", "sub.nova.example", "nova.example.org"):
        approve(cast, applied(cast, domain, name=f"Nova {domain}"))
    assert shares() == []


def test_an_organisation_that_comes_back_gets_what_waits_for_it(cast, amina):
    nova = applied(cast, status=OrganisationStatus.suspended, decided_at=NOW - 10 * DAY)
    invite(cast.amina, amina)
    organisations.restore(nova, by=cast.partnerships, at=NOW + DAY)
    (share,) = shares()
    assert share.organisation == nova


def test_a_refusal_sends_nothing_and_the_result_goes_on_waiting(cast, amina):
    made = invite(cast.amina, amina)
    refused = applied(cast)
    organisations.refuse(refused, by=cast.partnerships, why="unclear", at=NOW)
    assert shares() == []
    assert state(made) is InvitationState.sent


def test_what_ran_out_before_the_answer_does_not_go_out(cast, amina):
    made = invite(cast.amina, amina, expires_on=date(2026, 12, 20))
    later = made.expires_at
    assert invitations.of(amina, at=later - SECOND) == [made]
    assert invitations.of(amina, at=later) == []
    approve(cast, applied(cast), at=later)
    assert shares() == []
    assert state(made) is InvitationState.withdrawn
    assert told("invitation_answered") == []


def test_what_ran_out_does_not_stand_in_the_way_of_the_next(cast, amina):
    old = invite(cast.amina, amina, expires_on=date(2026, 12, 20))
    later = old.expires_at + DAY
    new = invite(cast.amina, amina, at=later)
    assert (state(old), state(new)) == (
        InvitationState.withdrawn,
        InvitationState.sent,
    )


def test_a_result_taken_back_waits_until_it_is_out_again(cast, amina):
    made = invite(cast.amina, amina)
    release = db.session.scalars(db.select(Release)).one()
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW + SECOND)
    approve(cast, applied(cast))
    assert shares() == []
    assert state(made) is InvitationState.sent
    assert invitations.answer_all(at=NOW + DAY) == 0
    again = NOW + 3 * DAY
    out = publication.propose(cast.session, None, again, by=cast.officer, at=NOW + DAY)
    publication.approve(out, by=cast.approver, at=NOW + DAY)
    assert invitations.answer_all(at=again - SECOND) == 0
    assert invitations.answer_all(at=again) == 1
    assert invitations.answer_all(at=again) == 0
    assert len(shares()) == 1
    assert len(told("invitation_answered")) == 1


def test_a_newer_decision_of_the_candidate_stands(cast, amina):
    release = db.session.scalars(db.select(Release)).one()
    made = invite(cast.amina, amina)
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW + SECOND)
    nova = applied(cast)
    approve(cast, nova)
    again = NOW + 3 * DAY
    out = publication.propose(cast.session, None, again, by=cast.officer, at=NOW + DAY)
    publication.approve(out, by=cast.approver, at=NOW + DAY)
    share = sharing.share(
        cast.amina, nova, by=amina, at=again, scope=ShareScope.overall
    )
    sharing.withdraw(share, by=amina, at=again + SECOND)
    assert invitations.answer_all(at=again + DAY) == 0
    assert state(made) is InvitationState.withdrawn
    assert len(shares()) == 1


def test_a_share_that_was_made_meanwhile_is_left_as_it_is(cast, amina):
    release = db.session.scalars(db.select(Release)).one()
    made = invite(cast.amina, amina)
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW + SECOND)
    nova = applied(cast)
    approve(cast, nova)
    again = NOW + 3 * DAY
    out = publication.propose(cast.session, None, again, by=cast.officer, at=NOW + DAY)
    publication.approve(out, by=cast.approver, at=NOW + DAY)
    sharing.share(cast.amina, nova, by=amina, at=again, scope=ShareScope.overall)
    assert invitations.answer_all(at=again + DAY) == 1
    (share,) = shares()
    assert share.scope is ShareScope.overall
    assert made.share == share


@pytest.mark.parametrize("taken_back", [True, False])
def test_what_was_shared_before_the_invitation_gives_way_to_it(cast, amina, taken_back):
    nova = applied(cast, status=OrganisationStatus.approved, decided_at=NOW - 10 * DAY)
    old = sharing.share(cast.amina, nova, by=amina, at=NOW, scope=ShareScope.overall)
    if taken_back:
        sharing.withdraw(old, by=amina, at=NOW + SECOND)
    organisations.suspend(nova, by=cast.partnerships, why="unclear", at=NOW + SECOND)
    made = invite(cast.amina, amina, at=NOW + 2 * SECOND)
    organisations.restore(nova, by=cast.partnerships, at=NOW + DAY)
    assert state(made) is InvitationState.answered
    assert made.share.scope is ShareScope.components
    assert (made.share == old) is not taken_back


def test_what_is_taken_back_at_this_moment_does_not_go_out(cast, amina, monkeypatch):
    made = invite(cast.amina, amina)
    listed = answers._waiting

    def late(*asked):
        keys = listed(*asked)
        invitations.withdraw(made, by=amina, at=NOW + SECOND)
        return keys

    monkeypatch.setattr(answers, "_waiting", late)
    approve(cast, applied(cast))
    assert shares() == []
    assert state(made) is InvitationState.withdrawn


def test_an_entry_that_is_somebody_elses_by_now_goes_nowhere(cast, amina):
    made = invite(cast.amina, amina)
    cast.amina.account = cast.account(cast.boris)
    db.session.commit()
    approve(cast, applied(cast))
    assert shares() == []
    assert state(made) is InvitationState.withdrawn


def test_a_photo_that_is_gone_does_not_hold_the_result_back(cast, amina):
    made = invite(cast.amina, amina)
    made.scope = ShareScope.photo
    db.session.commit()
    approve(cast, applied(cast))
    (share,) = shares()
    assert share.scope is ShareScope.components


@pytest.mark.parametrize("act", ["undo", "withdraw"])
def test_what_is_taken_back_from_the_organisation_does_not_wait_for_it_any_more(
    cast, amina, act
):
    release = db.session.scalars(db.select(Release)).one()
    made = invite(cast.amina, amina)
    other = invite(
        cast.amina, amina, website="other.example", email="info@other.example"
    )
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW + SECOND)
    nova = applied(cast)
    approve(cast, nova)
    again = NOW + 3 * DAY
    out = publication.propose(cast.session, None, again, by=cast.officer, at=NOW + DAY)
    publication.approve(out, by=cast.approver, at=NOW + DAY)
    share = sharing.share(cast.amina, nova, by=amina, at=again)
    getattr(sharing, act)(share, by=amina, at=again + SECOND)
    assert state(made) is InvitationState.withdrawn
    assert state(other) is InvitationState.sent
    assert invitations.answer_all(at=again + DAY) == 0
    assert not [share for share in shares() if share.withdrawn_at is None]


def test_nothing_goes_out_by_itself_to_whoever_only_names_the_website(cast, amina):
    made = invite(cast.amina, amina)
    impostor = cast.organisation(
        "Nova College",
        "nova.example",
        domain_matches=False,
        status=OrganisationStatus.applied,
        decided_at=None,
    )
    cast.member(impostor, "nova.college@gmail.com", password_hash=None)
    approve(cast, impostor)
    assert invitations.answer_all(at=NOW + 2 * DAY) == 0
    assert (shares(), state(made)) == ([], InvitationState.sent)
    genuine = applied(cast, name="Nova College of Oslo")
    approve(cast, genuine, at=NOW + 3 * DAY)
    (share,) = shares()
    assert share.organisation == genuine


@pytest.mark.parametrize(
    "typed",
    [
        "HTTP://WWW.NOVA.EXAMPLE:80/",
        "nova.example.",
        "nova.example\u3002",
        "\uff4eova.example/en?x=1#y",
        "https://nova.example:443/join",
    ],
)
def test_one_website_is_one_however_it_is_typed(cast, amina, typed):
    assert invite(cast.amina, amina, website=typed).host == "nova.example"
    approve(cast, applied(cast))
    assert len(shares()) == 1


@pytest.mark.parametrize(
    "site",
    [
        "https://nova.example.evil.example",
        "https://evil.nova.example",
        "https://novaexample",
        "https://nova.example-evil.example",
        "https://www.nova.example.evil.example/www.nova.example",
        "https://evil.example/nova.example",
        "https://evil.example/https://nova.example/",
    ],
)
def test_a_website_that_only_looks_like_it_gets_nothing(cast, amina, site):
    made = invite(cast.amina, amina)
    evil = applied(cast, "evil.example")
    evil.website = site
    db.session.commit()
    approve(cast, evil)
    assert invitations.answer_all(at=NOW + 2 * DAY) == 0
    assert (shares(), state(made)) == ([], InvitationState.sent)


def test_many_go_out_and_the_job_sends_what_is_left(cast, amina, monkeypatch):

    monkeypatch.setattr(answers, "AT_ONCE", 2)
    invite(cast.amina, amina)
    for n in range(3):
        entry = cast.entry(f"02{n:02d}", f"Zoe{n}", "Many")
        cast.result(entry)
        account = cast.account(entry)
        cast.released()
        invite(entry, account)
    approve(cast, applied(cast))
    assert len(shares()) == 2
    assert invitations.answer_all(at=NOW + DAY, stop=lambda: True) == 0
    assert invitations.answer_all(at=NOW + DAY) == 2
    assert len(shares()) == 4


def test_who_was_invited_while_they_were_approved_gets_it_from_the_job(cast, amina):
    nova = applied(cast)
    made = invite(cast.amina, amina)
    # As if the invitation had come a moment after the approval looked.
    nova.status, nova.decided_at = OrganisationStatus.approved, NOW
    db.session.commit()
    assert invitations.answer_all(at=NOW + SECOND) == 1
    assert state(made) is InvitationState.answered


# --- At the same moment ---------------------------------------------------------------


def at_once(app, *deeds):
    """Do things in threads of their own, all at the same moment; return what came."""
    gate, came = threading.Barrier(len(deeds)), []

    def run(deed):
        with app.app_context():
            gate.wait()
            try:
                deed()
                came.append("done")
            except Refused as refused:
                came.append(type(refused).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def stage(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    made = invite(cast.amina, account)
    assert cast.partnerships
    return account, made


def get(row):
    return db.session.get(type(row), row.id)


@pytest.mark.parametrize("turn", range(3))
def test_two_approvals_at_once_send_it_once(own_app, turn):
    cast = Cast()
    stage(cast)
    here = [applied(cast, d, name=d) for d in ("nova.example", "www.nova.example")]
    keys = [row.id for row in here]
    officer = cast.partnerships.id
    user = type(cast.partnerships)

    def deed(key):
        def run():
            row, by = db.session.get(Organisation, key), db.session.get(user, officer)
            db.session.commit()
            organisations.approve(row, by=by, at=NOW + DAY)

        return run

    assert at_once(own_app, *map(deed, keys)) == ["done", "done"]
    db.session.rollback()
    assert len(shares()) == 1
    assert len(told("invitation_answered")) == 1


@pytest.mark.parametrize("turn", range(3))
def test_taken_back_while_it_is_answered_is_one_or_the_other(own_app, turn):
    cast = Cast()
    account, made = stage(cast)
    nova = applied(cast)
    keys = (made.id, account.id, nova.id, cast.partnerships.id)
    kinds = (Invitation, type(account), Organisation, type(cast.partnerships))

    def rows():
        found = [db.session.get(kind, key) for kind, key in zip(kinds, keys, strict=1)]
        db.session.commit()
        return found

    def take_back():
        invitation, by, _, _ = rows()
        invitations.withdraw(invitation, by=by, at=NOW + DAY)

    def join():
        _, _, organisation, by = rows()
        organisations.approve(organisation, by=by, at=NOW + DAY)

    came = at_once(own_app, take_back, join)
    db.session.rollback()
    answered = state(made) is InvitationState.answered
    assert came == (["Conflict", "done"] if answered else ["done", "done"])
    assert len(shares()) == int(answered)


def test_inviting_twice_at_once_waits_once(own_app):
    cast = Cast()
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    keys = (cast.amina.id, account.id)

    def deed():
        entry = db.session.get(type(cast.amina), keys[0])
        by = db.session.get(type(account), keys[1])
        db.session.commit()
        invite(entry, by)

    assert at_once(own_app, deed, deed) == ["Conflict", "done"]
    db.session.rollback()
    assert len(told("invitation")) == 1


def test_many_go_out_while_an_officer_amends_one_of_them(own_app, monkeypatch):
    cast = Cast()
    stage(cast)
    cast.result(cast.boris)
    by_boris = cast.account(cast.boris)
    cast.released()
    invite(cast.boris, by_boris)
    nova = applied(cast)
    keys = (nova.id, cast.partnerships.id, cast.boris.id, cast.officer.id)
    user, entry = type(cast.partnerships), type(cast.boris)
    db.session.remove()
    one_went, amending = threading.Event(), threading.Event()
    proposed, tell = corrections.proposed, answers._tell

    def slowly_proposed(*args, **values):
        # The officer has the entry, and the trail is not written yet.
        amending.set()
        one_went.wait(1)
        return proposed(*args, **values)

    def slowly_told(*args, **values):
        # The first result has gone, and the trail is held.
        one_went.set()
        amending.wait(1)
        return tell(*args, **values)

    monkeypatch.setattr(corrections, "proposed", slowly_proposed)
    monkeypatch.setattr(answers, "_tell", slowly_told)

    def join():
        row, by = db.session.get(Organisation, keys[0]), db.session.get(user, keys[1])
        db.session.commit()
        organisations.approve(row, by=by, at=NOW + DAY)

    def amend():
        row, by = db.session.get(entry, keys[2]), db.session.get(user, keys[3])
        db.session.commit()
        corrections.amend(row, BETTER, by=by, at=NOW + DAY)

    assert at_once(own_app, join, amend) == ["done", "done"]
    db.session.rollback()
    assert len(shares()) == 2
