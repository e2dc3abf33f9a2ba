"""What is on the demonstration board: somebody in every situation there is."""

import json
import shutil
from collections import Counter
from datetime import timedelta

import pytest

from app.extensions import db
from app.models import (
    AuditRow,
    CentreCase,
    Certificate,
    Download,
    DownloadTemplate,
    Enquiry,
    Entry,
    ExamSession,
    Handover,
    Invitation,
    JoinRequest,
    Member,
    Organisation,
    Photo,
    Release,
    Result,
    Share,
    ShareAccess,
    ShareLink,
    User,
)
from app.services import (
    accounts,
    applicant,
    audit,
    changes,
    consent,
    doctor,
    downloads,
    grading,
    handovers,
    inbox,
    joining,
    links,
    list_checks,
    lookups,
    members,
    organisations,
    passwords,
    photos,
    publication,
    questions,
    requirements,
    storage,
)
from app.services.certificates import countdown
from app.services.demo import load, portraits
from app.services.demo.cards import SignInCard
from app.services.downloads import templates
from app.services.enquiries import outcomes
from app.services.photos import pictures
from app.values import (
    AccessKind,
    CaseKind,
    CaseState,
    CertificateState,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    InvitationState,
    MemberRole,
    Notify,
    OrganisationStatus,
    RequestState,
    ResultStatus,
    RowPer,
    ShareScope,
    ShareState,
    WorkState,
)
from tests.cast import NOW


@pytest.fixture(scope="module")
def told(shared_app):
    """A connection in whose open transaction the board is: loaded once for them all."""
    with shared_app.app_context():
        engines = db._app_engines[shared_app]
        engine = engines[None]
        connection = engine.connect()
        connection.name = engine.name
        undo = connection.begin()
        engines[None] = connection
        try:
            load.load(count=1500, seed=3, at=NOW, progress=lambda n: None)
            db.session.remove()
            yield connection
        finally:
            db.session.remove()
            engines[None] = engine
            undo.rollback()
            connection.close()
            shutil.rmtree(shared_app.config["ESITO_DATA_DIR"] / "storage", True)


@pytest.fixture(autouse=True)
def board(told):
    """What one of them changes is undone for the next one."""
    undo = told.begin_nested()
    yield
    db.session.remove()
    undo.rollback()


def rows(table):
    return db.session.scalars(db.select(table).order_by(table.id)).all()


def test_every_kind_and_state_of_everything_occurs():
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
        (ShareAccess, "kind", AccessKind),
        (Member, "role", MemberRole),
        (Member, "notify", Notify),
        (JoinRequest, "state", RequestState),
        (Handover, "state", RequestState),
        (DownloadTemplate, "row_per", RowPer),
    ):
        found = {getattr(row, column) for row in db.session.scalars(db.select(table))}
        assert found == set(every), (table, column)
    outcomes = {row.outcome for row in rows(Enquiry)}
    assert outcomes == {None, *EnquiryOutcome}
    # What waits or runs is soon over, where the job process is.
    over = {row.state for row in rows(Download)}
    assert over == {WorkState.ready, WorkState.expired, WorkState.failed}


def of(email):
    return db.session.scalars(db.select(Member).where(Member.email == email)).one()


def test_a_registrar_finds_something_behind_every_door():
    rita, home = of("registrar@tirreno.example"), "tirreno.example"
    users = members.of_organisation(rita.organisation)
    assert {user.email for user in users if not user.active} == {f"dario.vanni@{home}"}
    assert {user.email for user in users if user.active and not user.password_hash} == {
        f"ilaria.nuti@{home}"
    }
    assert [r.name for r in joining.open_for(rita.organisation)] == ["Nadia Neri"]
    found = changes.page_for(rita, at=NOW).rows
    assert {(c.entry.first_name, c.amended) for c in found} == {
        ("Davide", True),
        ("Nina", False),
    }
    assert len(requirements.programmes(rita.organisation_id)) == 3
    assert templates.default_of(rita).name == "Student office"
    (check,) = list_checks.sent_by(rita).rows
    assert {answer.verdict for answer in list_checks.answers(check, at=NOW).rows} == {
        list_checks.Verdict.matches,
        list_checks.Verdict.differs,
        list_checks.Verdict.not_found,
        list_checks.Verdict.invalid,
    }
    assert questions.asked_by(rita)[0][0].answer
    page = inbox.page_for(rita, at=NOW)
    assert {row.share.entry.session.exam for row in page.rows} > {"FCE", "CAE"}


def test_the_files_that_are_offered_can_be_taken_and_no_others():
    rita = of("registrar@tirreno.example")
    taken = {
        download.format: downloads.take(rita, download.reference, at=NOW)
        for download in downloads.history(rita).rows
    }
    assert {form for form, file in taken.items() if file} == {"xlsx", "statements_zip"}
    assert {form for form, file in taken.items() if not file} == {"csv"}
    assert len(list(storage.kept("downloads"))) == 2


def test_somebody_may_take_over_and_an_application_wants_a_second_look():
    deputy = of("deputy@northgate.example")
    offer = handovers.open_for(deputy, at=NOW)
    assert offer.from_member.email == "registrar@northgate.example"
    waiting = [o for o in rows(Organisation) if o.status == OrganisationStatus.applied]
    alike = {o.city: organisations.look_alikes(o) for o in waiting}
    assert [o.city for o in alike.pop("Roma")] == ["Pisa"]
    assert not any(alike.values())
    assert sorted(applicant.overdue(o, at=NOW) for o in waiting)[-2:] == [False, True]
    words = {o.city: applicant.messages(o) for o in waiting}
    assert [bool(m.user_id) for m in words["Sevilla"]] == [True, False]
    # Whoever is admitted gets the message that says so.
    assert all(organisations.primary_of(one).active for one in waiting)


def test_a_candidate_sees_who_looked_without_a_share():
    amina = db.session.scalars(
        db.select(Entry).where(Entry.id_number == "AMI482913")
    ).one()
    (look,) = lookups.of_account(amina.account).rows
    assert (look.organisation.name, look.purpose) == (
        "Northgate University",
        "Application 2027",
    )


def test_some_shares_are_read_and_others_have_ended_in_each_way():
    shares = rows(Share)
    assert {consent.state(share, at=NOW) for share in shares} == set(ShareState)
    assert any(share.first_read_at for share in shares)
    assert not all(share.first_read_at for share in shares)


def test_the_links_work_have_ended_and_have_expired():
    (elena,) = {link.account for link in rows(ShareLink)}
    entries = [e for e in rows(Entry) if e.account_id == elena.id]
    made = [m for entry in entries for m in links.of_entry(entry, at=NOW).rows]
    states = {m.state for m in made}
    assert states == set(ShareState) - {ShareState.suspended}
    assert max(m.looks for m in made) == 2


def test_the_trail_holds_and_the_doctor_is_content():
    held, broken = audit.first_broken()
    assert broken is None
    assert held == len(rows(AuditRow)) > 50
    for name, check in doctor.checks().items():
        # The database's clock shows the day of the test, not that of the story.
        if name != "clock":
            check(NOW)


def test_every_photo_is_a_picture_of_an_exam_that_has_photos():
    found = db.session.scalars(db.select(Photo)).all()
    assert 10 < len(found) <= portraits.MOST + 20
    for photo in found:
        assert grading.exam(photo.entry.session.exam).photo
        assert photo.entry.session.exam_date < NOW.date()
    assert all(len(photos.content(photo)) < 8_000 for photo in found)
    assert pictures.portrait(photos.content(found[0])).width == portraits.SIZE[0]


def test_a_check_has_changed_a_result_through_two_signatures():
    (changed,) = [e for e in rows(Enquiry) if e.outcome is EnquiryOutcome.changed]
    out = publication.published_result(changed.entry, at=NOW)
    assert out is changed.new_result
    assert (out.version, out.grade, changed.result.grade) == (2, "B", "C")
    assert out.release.approved_by_id != out.release.proposed_by_id
    assert changed.told_at == out.release.instant


def test_one_account_holds_exams_of_before_and_after_the_letters():
    elena = db.session.scalars(
        db.select(Entry).where(Entry.id_number == "ELE204817")
    ).one()
    entries = [e for e in rows(Entry) if e.account_id == elena.account_id]
    assert len(entries) == 5
    results = publication.published_results([e.id for e in entries], at=NOW)
    assert {r.grade for r in results.values()} == {"Pass with Merit", "B", "A"}


def test_releases_are_proposed_signed_and_out():
    releases = rows(Release)
    assert any(r.approved_at is None for r in releases)
    assert any(r.approved_at and r.instant > NOW for r in releases)
    assert any(r.approved_at and r.instant <= NOW for r in releases)


def test_what_is_graded_follows_the_rule_unless_it_is_held():
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


def test_somebody_is_missing_after_the_last_date():
    late = [s for s in rows(ExamSession) if s.final_date < NOW.date()]
    missing = [
        entry
        for entry in rows(Entry)
        if entry.session in late and not publication.published_result(entry, at=NOW)
    ]
    assert missing


def test_whoever_is_on_a_card_can_sign_in(shared_app):
    kept = shared_app.config["ESITO_DATA_DIR"] / "demo-sign-ins.json"
    for card in (SignInCard(**card) for card in json.loads(kept.read_text())):
        password = card.password
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


def test_nothing_in_it_is_due_to_be_told_again():
    out = [r for r in rows(Release) if r.instant <= NOW - timedelta(seconds=1)]
    assert all(r.announced_at for r in out)
    assert outcomes.tell_due(at=NOW) == 0
    # Of the certificates only the story's own is reminded of.
    assert countdown.remind_due(at=NOW) == 1
