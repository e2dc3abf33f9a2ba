"""What people get who ask what is held about them: all of it, and no more."""

import io
import json
import zipfile
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, true

from app import models
from app.errors import TooManyTries
from app.extensions import db
from app.models import (
    AuditRow,
    CaseMessage,
    CentreCase,
    Certificate,
    Download,
    DownloadRow,
    Enquiry,
    Invitation,
    Lookup,
    Mail,
    Model,
    Photo,
    RecoveryCode,
    SecondFactor,
    SeenVersion,
    Share,
    ShareAccess,
    ShareLink,
    ShareLinkLook,
    TimetableSlot,
)
from app.services import (
    accounts,
    audit,
    notices,
    own_copy,
    own_record,
    own_rows,
    photos,
    publication,
    sharing,
    signins,
    storage,
)
from app.values import (
    AccessKind,
    AuditAction,
    CaseKind,
    CertificateState,
    ComponentCode,
    DownloadFormat,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    Language,
    MailState,
)
from tests.cast import NOW, save
from tests.services.archives import picture
from tests.telling import tells

OUT = NOW - timedelta(days=9)
MARKS = ("172", "170", "168", "175")


@pytest.fixture
def life(app, cast, tmp_path, monkeypatch):
    """Somebody about whom every table holds something."""
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    entry = cast.amina
    account = cast.account(entry)
    cast.account(cast.boris)
    result = cast.result(entry)
    cast.result(cast.boris)
    cast.released(instant=OUT)
    consent = {"entry": entry, "account": account, "terms_version": "2026-11"}
    share = save(Share(organisation=cast.acme, at=NOW, purpose="Master", **consent))
    save(
        ShareAccess(
            share=share, member_name="Rita Registrar", kind=AccessKind.viewed, at=NOW
        )
    )
    taken = save(
        Download(
            organisation=cast.acme,
            member_name="Rita Registrar",
            format=DownloadFormat.csv,
            template={},
            language=Language.en,
            rows=1,
            asked_at=NOW,
        )
    )
    save(DownloadRow(download_id=taken.id, share_id=share.id, result_id=result.id))
    save(SeenVersion(share=share, result=result))
    save(
        Lookup(
            organisation=cast.acme, member_name="Rita Registrar", entry=entry, at=NOW
        )
    )
    factor = save(SecondFactor(account_id=account.id, secret="sealed", made_at=NOW))
    save(RecoveryCode(factor_id=factor.id, code_hash="c" * 64))
    ends = NOW + timedelta(days=9)
    link = save(ShareLink(at=NOW, expires_at=ends, purpose="For Nonna", **consent))
    save(ShareLinkLook(link=link, at=NOW, browser="Firefox/140"))
    save(
        Invitation(
            name="Other College",
            email="office@other.example",
            website="https://other.example",
            host="other.example",
            at=NOW,
            **consent,
        )
    )
    case = save(
        CentreCase(
            kind=CaseKind.missing_result,
            centre=cast.it024,
            entry=entry,
            account=account,
            opened_at=NOW,
        )
    )
    save(CaseMessage(case=case, at=NOW, text="Where is my result?"))
    save(CaseMessage(case=case, at=NOW, user=cast.clerk, text="On its way."))
    save(
        Enquiry(
            entry=entry,
            account=account,
            kind=EnquiryKind.recheck,
            result=result,
            words="Please look again.",
            requested_at=NOW,
        )
    )
    save(
        Certificate(
            entry=entry,
            result=result,
            state=CertificateState.arrived,
            sent_on=date(2026, 12, 1),
            arrived_on=date(2026, 12, 9),
            keep_until=date(2027, 12, 9),
            collector="Nonna Benali",
        )
    )
    save(
        TimetableSlot(
            session=cast.session,
            centre=cast.it024,
            component=ComponentCode.W,
            day=date(2026, 11, 14),
            start=time(9),
            venue="Aula Magna",
        )
    )
    reference = "r" * 22
    save(
        Photo(
            entry=entry,
            reference=reference,
            source_hash="0" * 64,
            width=480,
            height=600,
            imported_at=NOW,
        )
    )
    storage.write(photos.file_name(reference), picture())
    signins.begin(account, address="192.0.2.7", browser="Firefox/140", at=NOW)
    notices.confirm_email(account, at=NOW)
    mail = db.session.scalars(select(Mail)).one()
    mail.state, mail.sent_at = MailState.sent, NOW
    db.session.commit()
    accounts.update_preferences(
        account, language=Language.en, wants_updates=True, at=NOW
    )
    db.session.commit()
    return account


def copy(account, at=NOW):
    content = own_copy.take(account, Language.en, at=at)
    return zipfile.ZipFile(io.BytesIO(content))


def test_a_copy_has_the_record_a_page_and_the_photo(life):
    archive = copy(life)
    assert sorted(archive.namelist()) == ["data.json", "index.html", "photo-1.jpg"]
    record = json.loads(archive.read("data.json"))
    (exam,) = record["exams"]
    assert archive.read(exam["photo"]["file"]).startswith(b"\xff\xd8\xff")
    page = archive.read("index.html").decode()
    assert '<html lang="en">' in page
    assert "photo-1.jpg" in page
    for left_over in ("{{", "None", "%("):
        assert left_over not in page


def test_the_page_is_in_the_language_of_its_reader(life):
    content = own_copy.take(life, Language.it, at=NOW)
    page = zipfile.ZipFile(io.BytesIO(content)).read("index.html").decode()
    assert '<html lang="it">' in page


def test_the_record_says_what_is_held_in_values_that_people_read(life):
    record = own_record.held(life, at=NOW)
    assert record["account"]["email"] == "amina@mail.example"
    (exam,) = record["exams"]
    assert (exam["first_name"], exam["family_name"]) == ("Amina", "Benali")
    assert exam["date_of_birth"] == "2009-03-05"
    assert exam["exam"] == "B2 First"
    assert exam["id_number"]
    assert exam["result"]["overall"] == 172
    assert exam["result"]["released_at"].startswith("2026-12-05T08:00:00+00:00")
    assert exam["timetable"][0]["venue"] == "Aula Magna"
    (share,) = exam["shares"]
    assert share["organisation"] == "Acme University (Pisa, IT)"
    assert share["looks"][0]["member_name"] == "Rita Registrar"
    (link,) = exam["links"]
    assert link["looks"][0]["browser"] == "Firefox/140"
    assert exam["invitations"][0]["email"] == "office@other.example"
    (question,) = exam["questions_to_the_centre"]
    assert [(m["by"], m["text"]) for m in question["messages"]] == [
        ("you", "Where is my result?"),
        ("the centre", "On its way."),
    ]
    assert exam["enquiries"][0]["words"] == "Please look again."
    assert exam["certificates"][0]["collector"] == "Nonna Benali"
    assert record["sign_ins"][0]["address"] == "192.0.2.7"
    assert record["emails"][0]["kind"] == "confirm_email"
    assert {"act": "account changed", "by": "you"}.items() <= record["acts"][-1].items()


# --- Nothing is forgotten -------------------------------------------------------------


def personal_tables():
    """The tables that lead to a candidate, over however many others."""
    known = {"entry", "candidate_account"}
    mappers = {m.local_table.name: m for m in Model.registry.mappers}
    ours = {n: m for n, m in mappers.items() if m.class_.__module__ == models.__name__}
    while True:
        found = {
            name
            for name, mapper in ours.items()
            for key in mapper.local_table.foreign_keys
            if key.column.table.name in known
        }
        if found <= known:
            return {name: ours[name] for name in known}
        known |= found


# Where in the record the rows of each table stand. A new table that leads to a
# candidate needs a place here, and in the record.
PLACES = {
    "candidate_account": ("account",),
    "entry": ("exams", 0),
    "photo": ("exams", 0, "photo"),
    "result": ("exams", 0, "result"),
    "certificate": ("exams", 0, "certificates", 0),
    "enquiry": ("exams", 0, "enquiries", 0),
    "share": ("exams", 0, "shares", 0),
    "share_access": ("exams", 0, "shares", 0, "looks", 0),
    "download_row": ("exams", 0, "shares", 0, "downloads", 0),
    "lookup": ("exams", 0, "found_without_a_share", 0),
    "second_factor": ("authenticator_app",),
    "recovery_code": ("authenticator_app", "recovery_codes", 0),
    "seen_version": ("exams", 0, "shares", 0),
    "share_link": ("exams", 0, "links", 0),
    "share_link_look": ("exams", 0, "links", 0, "looks", 0),
    "invitation": ("exams", 0, "invitations", 0),
    "centre_case": ("exams", 0, "questions_to_the_centre", 0),
    "case_message": ("exams", 0, "questions_to_the_centre", 0, "messages", 0),
    "sign_in": ("sign_ins", 0),
}
# Told as its candidate may know it, and not as the board does: see enquiries.py.
AS_KNOWN = {"enquiry"}
# Written to people or about them, and found by address, reference or row.
FOUND_BY_WORDS = {
    "mail": ("emails", 0),
    "download": ("exams", 0, "shares", 0, "downloads", 0),
}


def at_place(record, place):
    for step in place:
        record = record[step]
    return record


def test_every_table_that_leads_to_a_candidate_has_its_place(life):
    assert set(personal_tables()) == set(PLACES)


def test_every_column_about_a_person_is_told_or_left_out_for_a_reason(life):
    record = own_record.held(life, at=NOW)
    mappers = {m.local_table.name: m for m in Model.registry.mappers}
    for name, place in {**PLACES, **FOUND_BY_WORDS}.items():
        if name in AS_KNOWN:
            assert at_place(record, place)
            continue
        columns = {
            each.key
            for each in mappers[name].column_attrs
            if not each.columns[0].primary_key and not each.columns[0].foreign_keys
        }
        told = set(at_place(record, place))
        assert columns - told == own_rows.LEFT_OUT.get(name, set()), name


def test_every_act_is_told_or_kept_from_the_person_on_purpose():
    told = {each for each in AuditAction if own_record.is_told(each.value)}
    told |= {each for each in AuditAction if each.value.startswith("certificate_")}
    kept = {
        "imported",
        "result_accepted",
        "result_withdrawn",
        "result_amended",
        "confirmations_issued",
        "enquiry_decided",
        "erased",
        "demo_loaded",
        "mail_retried",
    }
    others = (
        *("release_", "organisation_", "member_", "staff_", "record_", "primary_"),
        *("join_", "applicant_", "question_", "requirement_", "template_"),
        # Of a selection or a list; whose results are in it stands with the share.
        *("download_", "list_", "change_"),
    )
    for action in set(AuditAction) - told:
        assert action.value in kept or action.value.startswith(others), action


# --- And no more ----------------------------------------------------------------------


def test_no_secret_is_told(life, cast):
    text = b"".join(copy(life).read(n) for n in ("data.json", "index.html")).decode()
    for secret in (
        life.password_hash,
        cast.amina.secret,
        "00482913",
        *db.session.scalars(select(ShareLink.reference)),
        *db.session.scalars(select(models.SignIn.token_hash)),
    ):
        assert secret not in text


def test_nothing_of_anybody_else_is_told(life, cast):
    boris = cast.boris.account
    sharing.share(cast.boris, cast.acme, by=boris, at=NOW)
    mail = save(
        Mail(
            kind="set_password",
            dedupe_key=f"set_password:{boris.reference}:1",
            # A sibling at the same address.
            address=life.email.upper(),
            language=Language.en,
            values={"name": "Boris"},
            state=MailState.sent,
            sent_at=NOW,
            queued_at=NOW,
            due_at=NOW,
        )
    )
    record = own_record.held(life, at=NOW)
    text = json.dumps(record)
    for other in ("Boris", "Ivanov", "boris@mail.example", mail.reference):
        assert other not in text
    (exam,) = own_record.held(boris, at=NOW)["exams"]
    assert (exam["links"], exam["invitations"], exam["enquiries"]) == ([], [], [])
    assert exam["photo"] is None
    assert "Amina" not in json.dumps(own_record.held(boris, at=NOW))


def test_what_a_stranger_told_about_a_lost_paper_is_theirs(life, cast):
    save(
        CentreCase(
            kind=CaseKind.lost_confirmation,
            centre=cast.it024,
            entry=cast.amina,
            name="A Stranger",
            email="stranger@mail.example",
            opened_at=NOW,
        )
    )
    assert "stranger@mail.example" not in json.dumps(own_record.held(life, at=NOW))


# --- Before the instant ---------------------------------------------------------------


def story(cast, account, with_result):
    before = json.dumps(own_record.held(account, at=NOW))
    if not with_result:
        return before, before
    result = cast.result(cast.amina)
    cast.released(instant=NOW + timedelta(milliseconds=1))
    audit.append(
        AuditAction.result_accepted, f"entry:{cast.amina.reference}", by=None, at=NOW
    )
    save(
        Certificate(
            entry=cast.amina,
            result=result,
            sent_on=date(2026, 12, 1),
        )
    )
    audit.append(
        AuditAction.certificate_sent, f"entry:{cast.amina.reference}", by=None, at=NOW
    )
    db.session.commit()
    return before, json.dumps(own_record.held(account, at=NOW))


def test_before_its_instant_a_result_changes_no_letter_of_the_record(cast):
    account = cast.account(cast.amina)
    before, after = story(cast, account, with_result=True)
    assert before == after
    later = own_record.held(account, at=NOW + timedelta(milliseconds=1))
    (exam,) = later["exams"]
    assert exam["result"]["overall"] == 172
    assert len(exam["certificates"]) == 1


def test_without_the_gate_it_would_be_told_early(cast, monkeypatch):
    account = cast.account(cast.amina)
    monkeypatch.setattr(publication, "visible", lambda at: true())
    before, after = story(cast, account, with_result=True)
    assert before != after


def test_a_result_that_was_taken_back_is_not_told(life, cast):
    release = db.session.scalars(select(models.Release)).one()
    publication.withdraw(release, by=cast.officer, why="wrong", at=NOW)
    record = own_record.held(life, at=NOW)
    (exam,) = record["exams"]
    assert exam["result"] is None
    assert exam["certificates"] == []


def test_a_changed_outcome_is_not_told_before_the_amended_result_is_out(life, cast):
    before = own_record.held(life, at=NOW)["exams"][0]["enquiries"]
    enquiry = db.session.scalars(select(Enquiry)).one()
    enquiry.state, enquiry.accepted_at = EnquiryState.accepted, NOW
    enquiry.answer_due_on = date(2027, 1, 15)
    db.session.commit()
    with_board = own_record.held(life, at=NOW)["exams"][0]["enquiries"]
    assert with_board != before
    amended = cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    enquiry.state, enquiry.outcome = EnquiryState.decided, EnquiryOutcome.changed
    enquiry.decided_at, enquiry.new_result = NOW, amended
    db.session.commit()
    assert own_record.held(life, at=NOW)["exams"][0]["enquiries"] == with_board
    assert not tells(
        json.dumps(own_record.held(life, at=NOW)["exams"][0]["result"]), "181"
    )


# --- Taking it ------------------------------------------------------------------------


def test_the_trail_says_that_a_copy_was_taken(life):
    copy(life)
    row = db.session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first()
    assert row.action == "account_data_taken"
    assert row.actor == row.subject == f"candidate:{life.reference}"


def test_a_few_copies_a_day_are_enough(life, cast):
    for n in range(own_copy.COPIES):
        copy(life, at=NOW + timedelta(minutes=n))
    with pytest.raises(TooManyTries) as refused:
        copy(life, at=NOW + timedelta(hours=1))
    assert refused.value.retry_after == 23 * 3600 + 1
    copy(cast.boris.account, at=NOW + timedelta(hours=1))
    copy(life, at=NOW + timedelta(days=1, seconds=1))


def test_a_photo_whose_file_is_lost_does_not_spoil_the_copy(life):
    storage.delete(photos.file_name("r" * 22))
    assert sorted(copy(life).namelist()) == ["data.json", "index.html"]


def test_the_names_in_a_copy_are_plain_and_of_nobody(life, cast):
    cast.amina.first_name, cast.amina.family_name = "..\\..\\evil", "\r\nName/CON"
    db.session.commit()
    for name in copy(life).namelist():
        assert name in ("data.json", "index.html", "photo-1.jpg")


def test_somebody_without_an_exam_has_a_copy_too(cast):
    account = cast.account(cast.amina)
    cast.amina.account = None
    db.session.commit()
    assert json.loads(copy(account).read("data.json"))["exams"] == []
