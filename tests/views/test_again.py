"""A form that is sent twice, the second time for what the first has taken away."""

import pytest

from app import clock
from app.extensions import db
from app.models import DownloadTemplate, Member, Requirement, Share
from app.services import sharing
from app.values import ExamCode, MemberRole
from tests.cast import NOW, save
from tests.views.test_candidate_shares import log_in
from tests.views.test_verifier import other_browser, signed_in

DOWNLOADS = "/verifier/downloads/templates"
EXAMS = "/verifier/organisation/exams"
USERS = "/verifier/organisation/users"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_second_undo_leads_to_what_is_left_like_the_first(client, app, cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    cast.account(cast.amina)
    cast.account(cast.boris)
    log_in(client, cast.amina)
    share = sharing.share(cast.amina, cast.acme, by=cast.amina.account, at=NOW)
    undo = f"/candidate/shares/{share.reference}/undo"
    for _ in range(2):
        answer = client.submit("/candidate/account", at=undo)
        assert answer.location == "/candidate/shares"
        assert db.session.scalars(db.select(Share)).all() == []
    other = app.test_client()
    log_in(other, cast.boris)
    assert other.submit("/candidate/account", at=undo).status_code == 404


def template(cast):
    row = DownloadTemplate(
        organisation_id=cast.acme.id,
        name="Registry",
        fields=[["overall", ""]],
        date_format="iso",
        made_by="Rita Registrar",
        changed_at=NOW,
    )
    return save(row), DOWNLOADS, "delete"


def requirement(cast):
    values = {"exam": ExamCode.FCE, "overall": 170, "changed_at": NOW}
    return save(Requirement(organisation_id=cast.acme.id, **values)), EXAMS, "delete"


def user(cast):
    carlo = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    return carlo, USERS, "remove"


@pytest.mark.parametrize("what", [template, requirement, user])
def test_what_a_member_took_away_is_taken_away_once(client, app, cast, what):
    signed_in(client, cast.verifier)
    row, listed, act = what(cast)
    at = f"{listed}/{row.reference}/{act}"
    for _ in range(2):
        answer = client.submit("/verifier/account", at=at)
        assert (answer.status_code, answer.location) == (303, listed)
    for model in (DownloadTemplate, Requirement):
        assert db.session.scalars(db.select(model)).all() == []
    assert db.session.scalars(db.select(Member)).all() == [cast.verifier]
    # Nobody else is told that it was ever there.
    college = cast.organisation("Other College", "other.example")
    other = other_browser(app, cast.member(college, "dora@other.example"))
    assert other.submit("/verifier/account", at=at).status_code == 404
