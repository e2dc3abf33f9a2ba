"""What is erased when its time is over: just that, at its time, and with a trace."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import jobs
from app.extensions import db
from app.models import (
    AuditRow,
    CaseMessage,
    CentreCase,
    Certificate,
    Enquiry,
    Invitation,
    Photo,
    Share,
    ShareLink,
    ShareLinkLook,
)
from app.services import photos, retention, storage
from app.values import (
    CaseKind,
    CaseState,
    CertificateState,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    InvitationState,
    new_reference,
)
from tests.cast import NOW, save

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def traced(subject):
    rows = select(AuditRow).where(AuditRow.subject == f"retention:{subject}")
    return [row.detail for row in db.session.scalars(rows)]


@pytest.fixture
def consent(cast):
    account = cast.account(cast.amina)
    return {"entry": cast.amina, "account": account, "terms_version": "2026-11"}


def link(consent, **values):
    row = save(ShareLink(at=NOW, **{"expires_at": NOW + 30 * DAY, **values}, **consent))
    save(ShareLinkLook(link=row, at=NOW))
    return row


def test_a_link_and_its_looks_go_a_year_after_it_ended(consent):
    link(consent, revoked_at=NOW + DAY)
    lasting = link(consent)
    assert jobs.run_job("erase-links", at=NOW + DAY + YEAR) == 0
    assert jobs.run_job("erase-links", at=NOW + 2 * DAY + YEAR) == 1
    assert db.session.scalars(select(ShareLink)).all() == [lasting]
    assert count(ShareLinkLook) == 1
    assert jobs.run_job("erase-links", at=NOW + 31 * DAY + YEAR) == 1
    assert traced("links") == ['{"rows": 1}', '{"rows": 1}']


def test_an_invitation_goes_a_year_after_it_was_made(consent, cast):
    share = save(Share(organisation=cast.acme, at=NOW, **consent))
    for n, state in enumerate(InvitationState):
        ended = None if state is InvitationState.sent else NOW
        save(
            Invitation(
                name="Other College",
                email="office@other.example",
                website="https://other.example",
                host=f"other{n}.example",
                at=NOW,
                state=state,
                ended_at=ended,
                share=share if state is InvitationState.answered else None,
                **consent,
            )
        )
    assert jobs.run_job("erase-invitations", at=NOW + YEAR) == 0
    assert jobs.run_job("erase-invitations", at=NOW + YEAR + DAY) == 3
    assert count(Invitation) == 0
    assert count(Share) == 1


def test_a_case_and_its_words_go_a_year_after_it_was_closed(cast):
    def case(state, closed_at):
        row = save(
            CentreCase(
                kind=CaseKind.lost_confirmation,
                state=state,
                centre=cast.it024,
                name="Amina Benali",
                opened_at=NOW - YEAR,
                closed_at=closed_at,
            )
        )
        save(CaseMessage(case=row, at=NOW, text="I have lost it."))

    case(CaseState.closed, NOW)
    case(CaseState.open, None)
    assert jobs.run_job("erase-cases", at=NOW + YEAR) == 0
    assert jobs.run_job("erase-cases", at=NOW + YEAR + DAY) == 1
    assert count(CentreCase) == count(CaseMessage) == 1


def test_the_words_of_an_enquiry_go_two_years_after_its_end(cast, consent):
    result = cast.result(cast.amina)

    def enquiry(state, **values):
        return save(
            Enquiry(
                entry=consent["entry"],
                account=consent["account"],
                kind=EnquiryKind.recheck,
                result=result,
                words="Please look again.",
                requested_at=NOW - DAY,
                state=state,
                **values,
            )
        )

    accepted = {"accepted_at": NOW, "answer_due_on": date(2027, 1, 9)}
    decided = enquiry(
        EnquiryState.decided,
        decided_at=NOW,
        outcome=EnquiryOutcome.unchanged,
        **accepted,
    )
    refused = enquiry(EnquiryState.refused, decided_at=NOW, answer="Too late.")
    cancelled = enquiry(EnquiryState.cancelled)
    waiting = enquiry(EnquiryState.accepted, **accepted)
    assert jobs.run_job("erase-enquiry-words", at=NOW + 729 * DAY) == 0
    assert jobs.run_job("erase-enquiry-words", at=NOW + 731 * DAY) == 3
    db.session.expire_all()
    assert (decided.words, refused.words, cancelled.words) == ("", "", "")
    assert decided.outcome is EnquiryOutcome.unchanged
    assert waiting.words
    assert jobs.run_job("erase-enquiry-words", at=NOW + 731 * DAY) == 0


def test_names_and_addresses_of_a_certificate_go_two_years_after_it_went(cast):
    def certificate(entry, state, ended_on):
        return save(
            Certificate(
                entry=entry,
                result=cast.result(entry),
                state=state,
                sent_on=date(2026, 12, 1),
                arrived_on=date(2026, 12, 2),
                keep_until=date(2027, 12, 2),
                ended_on=ended_on,
                collector="Nonna Benali",
                post_to="Via Roma 2, Pisa",
                handed_to="Nonna Benali",
            )
        )

    gone = certificate(cast.amina, CertificateState.collected, date(2026, 12, 14))
    there = certificate(cast.boris, CertificateState.arrived, None)
    assert jobs.run_job("erase-certificate-names", at=NOW + 730 * DAY) == 0
    assert jobs.run_job("erase-certificate-names", at=NOW + 731 * DAY) == 1
    db.session.expire_all()
    assert (gone.collector, gone.post_to, gone.handed_to) == ("", "", "")
    assert gone.state is CertificateState.collected
    assert there.collector == "Nonna Benali"


def test_much_goes_in_parts_and_stops_when_it_is_told_to(consent, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        link(consent, revoked_at=NOW)
    at = NOW + YEAR + DAY
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 2

    assert jobs.run_job("erase-links", at=at, stop=stop) == 4
    assert jobs.run_job("erase-links", at=at) == 1
    assert traced("links") == ['{"rows": 2}', '{"rows": 2}', '{"rows": 1}']


# --- Photos ---------------------------------------------------------------------------


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    return tmp_path


def photo(entry):
    row = save(
        Photo(
            entry=entry,
            reference=new_reference(),
            source_hash="0" * 64,
            width=480,
            height=600,
            imported_at=NOW,
        )
    )
    storage.write(photos.file_name(row.reference), b"a face")
    return row


def files():
    return {name for name, _ in storage.kept(photos.FOLDER)}


def test_a_photo_goes_with_its_file_three_years_after_the_exam(cast, folder):
    photo(cast.amina)
    photo(cast.boris)
    assert cast.session.exam_date == date(2026, 11, 14)
    three_years = datetime(2029, 11, 14, 8, tzinfo=UTC)
    assert jobs.run_job("erase-photos", at=three_years) == 0
    assert jobs.run_job("erase-photos", at=three_years + DAY) == 2
    assert count(Photo) == 0
    assert files() == set()
    assert traced("photos") == ['{"rows": 2}']
    assert jobs.run_job("erase-photos", at=three_years + DAY) == 0


def test_a_file_that_resists_goes_with_the_next_sweep(cast, folder, monkeypatch):
    photo(cast.amina)

    def refuse(_name):
        raise OSError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "sweep", refuse)
        at = datetime(2030, 1, 1, tzinfo=UTC)
        assert jobs.run_job("erase-photos", at=at) == 1
    assert count(Photo) == 0
    assert len(files()) == 1
    assert jobs.run_job("sweep-photos", at=at) == 1
    assert files() == set()


def test_only_old_files_that_no_photo_names_are_swept(cast, folder):
    kept = photos.file_name(photo(cast.amina).reference)
    orphan = photos.file_name(new_reference())
    storage.write(orphan, b"nobody")
    half = Path(folder / f"{kept}.0123456789abcdef.part")
    half.write_bytes(b"ha")
    now = datetime.now(UTC)
    # An import may be about to write the row of a young file.
    assert jobs.run_job("sweep-photos", at=now) == 0
    assert len(files()) == 3
    assert jobs.run_job("sweep-photos", at=now + 2 * DAY) == 2
    assert files() == {kept}


def test_photos_that_were_not_erased_are_still_shown(cast, folder):
    row = photo(cast.amina)
    jobs.run_job("erase-photos", at=NOW)
    jobs.run_job("sweep-photos", at=datetime.now(UTC) + 2 * DAY)
    assert photos.content(row) == b"a face"
