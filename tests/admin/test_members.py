"""Staff at the users of organisations: stopped, let in, removed, put in charge."""

import pytest

from app.extensions import db
from app.models import AuditRow, Mail, Member
from app.services import succession
from app.values import MemberRole
from tests.admin.test_releases import _token, words
from tests.cast import NOW, Cast, save

ACTS = ("deactivate", "restore", "remove", "promote", "succeed")
NORA = {
    "first_name": "Nora",
    "family_name": "New",
    "job_title": "Registrar",
    "email": "nora@acme.example",
    "why": "Rita has left.",
}


@pytest.fixture
def carlo(cast: Cast) -> Member:
    assert cast.verifier
    return cast.member(
        cast.acme, "carlo@acme.example", role=MemberRole.admin, first_name="Carlo"
    )


@pytest.fixture
def partnerships(cast, sign_in):
    return sign_in(cast.partnerships)


def path(act, member):
    return f"/admin/members/{act}/{member.id}"


def offered(client, member):
    links = client.page(f"/admin/members/show/{member.id}").xpath("//main//a/@href")
    return {act for act in ACTS if path(act, member) in links}


def trail():
    return db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()


def test_the_users_of_an_organisation_are_listed_with_it(cast, partnerships, carlo):
    page = words(partnerships.page(f"/admin/organisations/show/{cast.acme.id}"))
    assert "registrar@acme.example" in page
    assert "carlo@acme.example" in page


def test_a_user_is_stopped_with_a_reason_and_let_in_again(partnerships, carlo):
    assert offered(partnerships, carlo) == {"deactivate", "remove", "promote"}
    where = path("deactivate", carlo)
    assert "Say why" in partnerships.submit(where, {"why": ""}).text
    assert partnerships.submit(where, {"why": "misuse"}).status_code == 303
    assert not carlo.active
    assert "deactivated already" in words(partnerships.page(where))
    assert offered(partnerships, carlo) == {"restore", "remove"}
    assert partnerships.submit(path("restore", carlo)).status_code == 303
    assert carlo.active
    assert "may sign in already" in words(partnerships.page(path("restore", carlo)))
    assert trail() == ["member_deactivated", "member_restored"]
    row = db.session.scalar(db.select(AuditRow))
    assert "misuse" in row.detail


def test_a_user_is_removed(cast, sign_in, partnerships, carlo):
    where = path("remove", carlo)
    assert "cannot be undone" in words(partnerships.page(where))
    answer = partnerships.submit(where, {"why": "asked for it"})
    assert answer.headers["Location"].endswith("/admin/members/list/")
    form = {**_token(partnerships, "/admin/password/"), "why": "asked for it"}
    again = partnerships.post(where, data=form)
    assert (again.status_code, again.location) == (303, answer.location)
    assert db.session.scalars(db.select(Member)).all() == [cast.verifier]
    assert partnerships.get(where).status_code == 404
    colleague = sign_in(cast.staff("pia@board.example", "Partnerships officer"))
    form = {**_token(colleague, "/admin/password/"), "why": "asked for it"}
    assert colleague.post(where, data=form).status_code == 404


def test_a_primary_user_is_not_stopped_but_replaced(cast, partnerships, carlo):
    rita = cast.verifier
    assert offered(partnerships, rita) == {"succeed"}
    for act in ("deactivate", "remove"):
        assert "always has a primary user" in words(partnerships.page(path(act, rita)))
        form = {**_token(partnerships, path(act, carlo)), "why": "x"}
        assert partnerships.post(path(act, rita), data=form).status_code == 409
    assert rita.active


def test_a_colleague_becomes_the_primary_user(cast, partnerships, carlo):
    rita, where = cast.verifier, path("promote", carlo)
    page = words(partnerships.page(where))
    assert "Primary user now" in page
    assert "registrar@acme.example" in page
    assert partnerships.submit(where, {"why": ""}).status_code == 400
    assert partnerships.submit(where, {"why": "Rita has left."}).status_code == 303
    assert (rita.role, rita.active, carlo.role) == ("admin", False, "primary")
    assert trail() == ["member_deactivated", "primary_handed_over"]
    assert "the primary user already" in words(partnerships.page(where))
    assert "Let this person in again" in words(partnerships.page(path("promote", rita)))


def test_a_new_person_becomes_the_primary_user(cast, partnerships, carlo):
    rita = cast.verifier
    where = path("succeed", rita)
    short = partnerships.submit(where, {**NORA, "email": "nora"})
    assert short.status_code == 400
    taken = partnerships.submit(where, {**NORA, "email": carlo.email})
    assert taken.status_code == 409
    assert "uses this address already" in taken.text
    assert rita.active
    assert partnerships.submit(where, NORA).status_code == 303
    nora = db.session.scalar(db.select(Member).where(Member.email == NORA["email"]))
    assert (nora.role, nora.organisation_id) == ("primary", cast.acme.id)
    assert (rita.role, rita.active) == ("admin", False)
    kinds = db.session.scalars(db.select(Mail.kind)).all()
    assert sorted(kinds) == ["member_added", "member_ended", "primary_changed"]
    assert "not the primary user" in words(partnerships.page(where))


@pytest.mark.parametrize("act", ["promote", "succeed"])
def test_who_was_put_in_charge_a_moment_ago_stays(cast, sign_in, carlo, act):
    dora = cast.member(cast.acme, "dora@acme.example", role=MemberRole.admin)
    where = path(act, dora if act == "promote" else cast.verifier)
    form = {**_token(sign_in(cast.partnerships), where), **NORA}
    if act == "promote":
        form["primary"] = cast.verifier.reference
    succession.replace(carlo, by=cast.partnerships, why="Rita has left.", at=NOW)
    colleague = sign_in(cast.staff("pia@board.example", "Partnerships officer"))
    form |= _token(colleague, "/admin/password/")
    late = colleague.post(where, data=form)
    assert (late.status_code, "role has changed meanwhile" in late.text) == (409, True)
    assert (carlo.role, carlo.active, dora.role) == ("primary", True, "admin")


def test_a_teacher_takes_no_organisations_primary_role(cast, partnerships):
    teacher = save(
        Member(
            school=cast.liceo,
            email="prof@liceo.example",
            first_name="Paola",
            family_name="Prof",
            role=MemberRole.primary,
            created_at=NOW,
        )
    )
    assert offered(partnerships, teacher) == {"deactivate", "remove"}
    page = words(partnerships.page(path("promote", teacher)))
    assert "does not work for an organisation" in page
    answer = partnerships.submit(path("deactivate", teacher), {"why": "left"})
    assert answer.status_code == 303
    assert not teacher.active


@pytest.mark.parametrize("who", ["officer", "approver", "auditor", "admin", "clerk"])
def test_nobody_else_acts_on_users(cast, sign_in, carlo, who):
    client = sign_in(getattr(cast, who))
    for act in ACTS:
        assert client.get(path(act, carlo)).status_code == 403
        token = _token(client, "/admin/password/")
        answer = client.post(path(act, carlo), data={**token, **NORA})
        assert answer.status_code == 403
    assert db.session.scalars(db.select(Member.active)).all() == [True, True]
    assert not trail()


def test_an_auditor_is_offered_no_act(cast, sign_in, carlo):
    auditor = sign_in(cast.auditor)
    assert offered(auditor, carlo) == offered(auditor, cast.verifier) == set()


def test_a_members_page_holds_no_password(cast, partnerships, carlo):
    page = partnerships.get(f"/admin/members/show/{carlo.id}")
    assert carlo.password_hash not in page.text
    assert "argon2" not in page.text
