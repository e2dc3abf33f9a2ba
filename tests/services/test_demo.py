"""The demonstration board: the same for the same seed, and full of cases."""

import json
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from flask_migrate import upgrade

from app import serve
from app.errors import Refused
from app.extensions import db
from app.models import (
    AuditRow,
    CentreCase,
    Certificate,
    Enquiry,
    Entry,
    ExamSession,
    Invitation,
    Organisation,
    Photo,
    Release,
    Result,
    Share,
    ShareLink,
    User,
)
from app.services import (
    accounts,
    audit,
    consent,
    credentials,
    doctor,
    grading,
    links,
    members,
    names,
    passwords,
    photos,
    publication,
)
from app.services.certificates import countdown
from app.services.demo import load, portraits
from app.services.demo.people import LONG, NAMES, ONE_NAME
from app.services.enquiries import outcomes
from app.services.photos import pictures
from app.values import (
    CaseKind,
    CaseState,
    CertificateState,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    InvitationState,
    OrganisationStatus,
    ResultStatus,
    ShareScope,
    ShareState,
)
from tests.cast import NOW
from tests.conftest import make_app


def loaded(count=150, seed=3):
    return load.load(count=count, seed=seed, at=NOW, progress=lambda n: None)


def rows(table):
    return db.session.scalars(db.select(table).order_by(table.id)).all()


def test_every_kind_and_state_of_everything_occurs(app):
    loaded(count=1500)
    for table, column, every in (
        (Result, "status", ResultStatus),
        (Organisation, "status", OrganisationStatus),
        (Certificate, "state", CertificateState),
        (Enquiry, "kind", EnquiryKind),
        (Enquiry, "state", EnquiryState),
        (CentreCase, "kind", CaseKind),
        (CentreCase, "state", CaseState),
        (Invitation, "state", InvitationState),
        (Share, "scope", ShareScope),
    ):
        found = {getattr(row, column) for row in db.session.scalars(db.select(table))}
        assert found == set(every), (table, column)
    outcomes = {row.outcome for row in rows(Enquiry)}
    assert outcomes == {None, *EnquiryOutcome}


def test_some_shares_are_read_and_others_have_ended_in_each_way(app):
    loaded(count=400)
    shares = rows(Share)
    assert {consent.state(share, at=NOW) for share in shares} == set(ShareState)
    assert any(share.first_read_at for share in shares)
    assert not all(share.first_read_at for share in shares)


def test_the_links_work_have_ended_and_have_expired(app):
    loaded()
    (elena,) = {link.account for link in rows(ShareLink)}
    entries = [e for e in rows(Entry) if e.account_id == elena.id]
    made = [m for entry in entries for m in links.of_entry(entry, at=NOW)]
    states = {m.state for m in made}
    assert states == set(ShareState) - {ShareState.suspended}
    assert max(m.looks for m in made) == 2


def test_the_trail_holds_and_the_doctor_is_content(app):
    loaded()
    held, broken = audit.first_broken()
    assert broken is None
    assert held == len(rows(AuditRow)) > 50
    for name, check in doctor.checks().items():
        # The database's clock shows the day of the test, not that of the story.
        if name != "clock":
            check(NOW)


def test_every_photo_is_a_picture_of_an_exam_that_has_photos(app):
    loaded(count=400)
    found = db.session.scalars(db.select(Photo)).all()
    assert 10 < len(found) <= portraits.MOST + 20
    for photo in found:
        assert grading.exam(photo.entry.session.exam).photo
        assert photo.entry.session.exam_date < NOW.date()
    assert all(len(photos.content(photo)) < 8_000 for photo in found)
    assert pictures.portrait(photos.content(found[0])).width == portraits.SIZE[0]


def test_a_check_has_changed_a_result_through_two_signatures(app):
    loaded()
    (changed,) = [e for e in rows(Enquiry) if e.outcome is EnquiryOutcome.changed]
    out = publication.published_result(changed.entry, at=NOW)
    assert out is changed.new_result
    assert (out.version, out.grade, changed.result.grade) == (2, "B", "C")
    assert out.release.approved_by_id != out.release.proposed_by_id
    assert changed.told_at == out.release.instant


def test_one_account_holds_exams_of_before_and_after_the_letters(app):
    loaded()
    elena = db.session.scalars(
        db.select(Entry).where(Entry.id_number == "ELE204817")
    ).one()
    entries = [e for e in rows(Entry) if e.account_id == elena.account_id]
    assert len(entries) == 5
    results = publication.published_results([e.id for e in entries], at=NOW)
    assert {r.grade for r in results.values()} == {"Pass with Merit", "B", "A"}


def test_releases_are_proposed_signed_and_out(app):
    loaded()
    releases = rows(Release)
    assert any(r.approved_at is None for r in releases)
    assert any(r.approved_at and r.instant > NOW for r in releases)
    assert any(r.approved_at and r.instant <= NOW for r in releases)


def test_the_same_seed_makes_the_same_people(new_database_url, tmp_path):
    def board(seed):
        folder = tmp_path / uuid.uuid4().hex
        app = make_app(new_database_url(), folder)
        with app.app_context():
            upgrade()
            app.test_cli_runner().invoke(args=["sync-roles"], catch_exceptions=False)
            loaded(seed=seed)
            made = [(e.name, e.date_of_birth, e.id_number) for e in rows(Entry)]
            scores = [(r.status, r.overall, r.scores) for r in rows(Result)]
            db.session.remove()
            db.engine.dispose()
        return made, scores

    assert board(3) == board(3) != board(4)


def test_what_is_graded_follows_the_rule_unless_it_is_held(app):
    loaded(count=800)
    query = (
        db.select(Result, ExamSession.exam, ExamSession.exam_date)
        .select_from(Result)
        .join(Entry, Entry.id == Result.entry_id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
    )
    kinds = Counter()
    for result, code, day in db.session.execute(query):
        exam = grading.exam_on(code, day)
        if result.status is not ResultStatus.graded or exam.kind != "scale":
            continue
        by_rule = grading.overall(exam, result.scores)
        kinds[result.overall == by_rule] += 1
        assert (result.overall != by_rule) == bool(result.held_why)
        if not result.held_why:
            outcome = grading.outcome(exam, by_rule)
            assert (result.grade, result.cefr) == (outcome.grade, outcome.cefr)
    assert kinds[True] > 100


def test_the_documents_can_print_every_name(app):
    words = [word for pair in NAMES.values() for word in " ".join(pair).split()]
    for name in [*words, *ONE_NAME, *LONG]:
        assert names.unprintable(name.replace("_", " ")) == [], name


def test_it_says_how_many_it_made(app):
    # A small board still gives every session somebody, and the story its people.
    assert loaded(count=20).candidates == len(rows(Entry)) > 20


def test_somebody_is_missing_after_the_last_date(app):
    loaded()
    late = [s for s in rows(ExamSession) if s.final_date < NOW.date()]
    missing = [
        entry
        for entry in rows(Entry)
        if entry.session in late and not publication.published_result(entry, at=NOW)
    ]
    assert missing


def test_the_sign_ins_are_kept_for_the_start_page(app):
    summary = loaded()
    path = app.config["ESITO_DATA_DIR"] / "demo-sign-ins.json"
    cards = json.loads(path.read_text())
    assert len(cards) == len(summary.sign_ins) == len({card["name"] for card in cards})
    assert {card["where"] for card in cards} >= {
        "/candidate/login",
        "/candidate/register",
        "/verifier/login",
        "/admin/login/",
    }


def test_what_is_printed_at_the_start_says_how_to_register(app, capsys):
    loaded()
    settings = {**app.config, "ESITO_ENV": "demo"}
    serve.show_demonstration(settings)
    said = capsys.readouterr().out
    chiara = db.session.scalars(
        db.select(Entry).where(Entry.id_number == "CHI551204")
    ).one()
    assert f"Secret Number {credentials.printed(chiara)}" in said
    assert f"born {chiara.date_of_birth:%d/%m/%Y}" in said
    assert "%(" not in said


def test_it_is_refused_where_a_board_exists(cast):
    assert cast.it024
    with pytest.raises(Refused, match="holds a board already"):
        loaded()


def test_it_is_refused_in_production(app, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_ENV", "production")
    with pytest.raises(Refused, match="never loaded in production"):
        loaded()
    assert rows(AuditRow) == []


@pytest.mark.parametrize("count", [0, -1, load.MOST_CANDIDATES + 1])
def test_a_size_that_cannot_be_is_refused(app, count):
    with pytest.raises(Refused, match="takes a number"):
        loaded(count=count)


def test_whoever_is_on_a_card_can_sign_in(app):
    password = load.PASSWORD
    for card in loaded().sign_ins:
        match card.where:
            case "/candidate/login":
                accounts.sign_in(card.name, password, address="192.0.2.1", at=NOW)
            case "/verifier/login":
                members.sign_in(card.name, password, address="192.0.2.1", at=NOW)
            case "/admin/login/":
                user = db.session.scalars(
                    db.select(User).where(User.username == card.name)
                ).one()
                assert passwords.matches(password, user.password)


def test_nothing_in_it_is_due_to_be_told_again(app):
    loaded()
    out = [r for r in rows(Release) if r.instant <= NOW - timedelta(seconds=1)]
    assert all(r.announced_at for r in out)
    assert outcomes.tell_due(at=NOW) == 0
    # Of the certificates only the story's own is reminded of.
    assert countdown.remind_due(at=NOW) == 1
