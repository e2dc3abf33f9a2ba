"""Who is told of a result that is out, corrected or taken back: everybody, once."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from app.extensions import db
from app.models import (
    Certificate,
    Entry,
    Mail,
    Release,
    Result,
    Share,
)
from app.services import announcing, corrections, enquiries, publication, signing
from app.services.enquiries import mails, outcomes
from app.values import (
    CertificateState,
    EnquiryKind,
    Language,
    MailState,
    OrganisationStatus,
    ResultStatus,
    new_reference,
)
from tests.cast import NOW, save
from tests.services.test_enquiries import BETTER, SAME_GRADE, changed, release

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HINTS = re.compile(r"\b1[0-9]{2}\b|\bgrade\b|Grade|unchanged|changed", re.IGNORECASE)


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out and announced."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    told(at=NOW)
    return account


def told(*, at):
    """Run the jobs, and return what was queued by then, by kind and address."""
    announcing.announce_due(at=at)
    outcomes.tell_due(at=at)
    return queued(at)


def queued(at):
    rows = db.session.scalars(
        db.select(Mail).where(Mail.queued_at == at).order_by(Mail.kind, Mail.address)
    )
    return [(row.kind, row.address) for row in rows]


def read(cast, organisation=None, *, entry=None, at=NOW, **values):
    """A share of an entry's result that was read."""
    entry = entry or cast.amina
    return save(
        Share(
            entry=entry,
            organisation=organisation or cast.acme,
            account=entry.account,
            at=at,
            first_read_at=values.pop("first_read_at", at),
            terms_version="test",
            **values,
        )
    )


def primary(cast, organisation, address, **values):
    return cast.member(organisation, address, **values)


def corrected(cast, at=NOW, **values):
    """A second version of Amina's result, out a day later."""
    result = cast.result(cast.amina, version=2, score_w=173, overall=173, **values)
    release(cast, at + DAY, at)
    return result


# --- The outcome of an enquiry --------------------------------------------------------


def test_an_answer_that_changes_nothing_is_told_at_once(cast, amina):
    enquiry = enquiries.request(cast.amina, EnquiryKind.recheck, "", by=amina, at=NOW)
    enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    at = NOW + DAY
    enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=at)
    both = [
        ("enquiry_answered", "amina@mail.example"),
        ("enquiry_closed_for_centre", "exams@it024.example"),
    ]
    assert queued(at) == both
    assert enquiry.told_at == at
    assert told(at=at + SECOND) == []


def test_a_changed_result_is_told_when_it_is_out_and_not_before(cast, amina):
    cast.verifier
    read(cast)
    enquiry = changed(cast, amina)
    release(cast, NOW + DAY, NOW)
    assert told(at=NOW + DAY - SECOND) == []
    assert told(at=NOW + DAY) == [
        ("enquiry_answered", "amina@mail.example"),
        ("enquiry_closed_for_centre", "exams@it024.example"),
        ("result_amended", "registrar@acme.example"),
    ]
    db.session.refresh(enquiry)
    assert enquiry.told_at == NOW + DAY
    assert told(at=NOW + DAY + SECOND) == []


def test_an_answer_that_fails_keeps_the_others_waiting_for_nothing(
    cast, amina, monkeypatch, caplog
):
    cast.result(cast.boris)
    boris = cast.account(cast.boris)
    cast.released()
    hers = changed(cast, amina)
    his = enquiries.request(cast.boris, EnquiryKind.recheck, "", by=boris, at=NOW)
    enquiries.accept(his, by=cast.clerk, at=NOW)
    enquiries.decide_changed(his, BETTER, "", by=cast.officer, at=NOW)
    cast.released(instant=NOW + DAY)
    does, at = mails.answered, NOW + DAY

    def failing(enquiry, *, at):
        # When it is written: nothing of that may stay.
        told = does(enquiry, at=at)
        if enquiry.id == hers.id:
            raise RuntimeError("nobody can be told")
        return told

    with monkeypatch.context() as patch:
        patch.setattr(mails, "answered", failing)
        with pytest.raises(RuntimeError):
            outcomes.tell_due(at=at)
    assert hers.reference in caplog.text
    assert [address for kind, address in queued(at) if kind == "enquiry_answered"] == [
        cast.boris.email
    ]
    assert outcomes.tell_due(at=at + SECOND) == 2
    assert outcomes.tell_due(at=at + SECOND) == 0


@pytest.mark.parametrize("first", ["announcing", "outcomes"])
def test_the_candidate_gets_one_message_whichever_job_runs_first(cast, amina, first):
    changed(cast, amina)
    release(cast, NOW + DAY, NOW)
    late = NOW + 9 * DAY
    jobs = [announcing.announce_due, outcomes.tell_due]
    for job in jobs if first == "announcing" else reversed(jobs):
        job(at=late)
    to_amina = [kind for kind, address in queued(late) if "amina" in address]
    assert to_amina == ["enquiry_answered"]


def test_a_version_that_overtakes_the_answer_is_told_once_too(cast, amina):
    changed(cast, amina)
    cast.result(cast.amina, version=3, score_w=174, overall=173, grade="B")
    release(cast, NOW + DAY, NOW)
    assert [kind for kind, _ in told(at=NOW + DAY)] == [
        "enquiry_answered",
        "enquiry_closed_for_centre",
    ]
    cast.result(cast.amina, version=4, score_w=175, overall=173, grade="B")
    release(cast, NOW + 3 * DAY, NOW + 2 * DAY)
    assert told(at=NOW + 3 * DAY) == [("result_corrected", "amina@mail.example")]


def test_a_release_that_is_taken_back_tells_nobody(cast, amina):
    cast.verifier
    read(cast)
    enquiry = changed(cast, amina)
    made = release(cast, NOW + 2 * DAY, NOW)
    publication.withdraw(made, by=cast.officer, why="too early", at=NOW + DAY)
    assert told(at=NOW + 3 * DAY) == []
    db.session.refresh(enquiry)
    assert enquiry.told_at is None


def test_a_child_and_their_guardian_hear_of_the_answer(cast, amina):
    cast.amina.date_of_birth = date(2014, 1, 1)
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    changed(cast, amina)
    release(cast, NOW + DAY, NOW)
    addresses = [a for kind, a in told(at=NOW + DAY) if kind == "enquiry_answered"]
    assert addresses == ["amina@mail.example", "mother@mail.example"]


def test_messages_hold_no_mark_and_no_hint(cast, amina):
    cast.verifier
    read(cast)
    changed(cast, amina)
    release(cast, NOW + DAY, NOW)
    told(at=NOW + DAY)
    for row in db.session.scalars(db.select(Mail)):
        assert not HINTS.search(str(row.values).replace("Centre IT024", "")), row.kind


# --- A correction without an enquiry --------------------------------------------------


def test_a_corrected_result_is_announced_as_corrected(cast, amina):
    corrected(cast, grade="B")
    assert told(at=NOW + DAY) == [("result_corrected", "amina@mail.example")]


def test_what_was_corrected_before_anybody_saw_it_is_simply_out(cast):
    cast.verifier
    cast.account(cast.amina)
    read(cast)
    cast.result(cast.amina)
    cast.result(cast.amina, version=2, overall=173, grade="B")
    cast.released()
    assert told(at=NOW) == [("result_out", "amina@mail.example")]


def test_a_result_that_comes_out_again_is_told_again(cast, amina):
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="wrong hour", at=NOW + SECOND)
    release(cast, NOW + DAY, NOW + 2 * SECOND)
    assert told(at=NOW + DAY) == [("result_out", "amina@mail.example")]


def test_only_who_read_it_and_may_still_look_is_told_of_a_correction(cast, amina):
    def organisation(name, **values):
        made = cast.organisation(name, f"{name}.example", **values)
        primary(cast, made, f"a@{name}.example")
        return made

    read(cast, organisation("reader"))
    read(cast, organisation("unread"), first_read_at=None)
    read(cast, organisation("withdrawn"), withdrawn_at=NOW)
    read(cast, organisation("suspended-share"), suspended_at=NOW)
    read(cast, organisation("expired"), expires_at=NOW + SECOND)
    shut_out = organisation("shut-out", status=OrganisationStatus.suspended)
    read(cast, shut_out)
    left = cast.organisation("left", "left.example")
    primary(cast, left, "a@left.example", active=False)
    read(cast, left)
    # Read after the correction was out, while the job was late.
    read(cast, organisation("late"), first_read_at=NOW + DAY)
    corrected(cast, grade="B")
    others = told(at=NOW + DAY)
    assert others == [
        ("result_amended", "a@reader.example"),
        ("result_corrected", "amina@mail.example"),
    ]
    row = db.session.scalars(db.select(Mail).where(Mail.kind == "result_amended")).one()
    assert row.values["candidate"] == "Amina Benali"
    assert row.values["name"] == "Rita Registrar"
    assert row.release_id is not None


def test_organisations_hear_that_a_result_was_taken_back(cast, amina):
    cast.verifier
    read(cast)
    result = db.session.scalars(db.select(Result)).one()
    at = NOW + DAY
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=at)
    assert queued(at) == [("result_withdrawn_notice", "registrar@acme.example")]
    assert told(at=at + SECOND) == []


def test_taking_back_is_told_of_what_was_read_and_not_of_what_nobody_saw(cast, amina):
    cast.verifier
    read(cast)
    second = corrected(cast, grade="B")
    first = db.session.scalars(db.select(Result).where(Result.version == 1)).one()
    at = NOW + SECOND
    corrections.withdraw_result(second, by=cast.officer, why="malpractice", at=at)
    # Both versions went, and the first one had been read.
    assert queued(at) == [("result_withdrawn_notice", "registrar@acme.example")]
    db.session.refresh(first)
    assert first.withdrawn_at == at
    again = cast.result(cast.amina, version=3)
    corrections.withdraw_result(again, by=cast.officer, why="again", at=at + DAY)
    assert queued(at + DAY) == []


def test_organisations_hear_that_a_release_was_taken_back(cast, amina):
    cast.verifier
    read(cast)
    made = db.session.scalars(db.select(Release)).one()
    at = NOW + DAY
    publication.withdraw(made, by=cast.officer, why="wrong papers", at=at)
    late = at + 5 * DAY
    assert told(at=late) == [("result_withdrawn_notice", "registrar@acme.example")]
    assert told(at=late + SECOND) == []


def test_organisations_hear_of_it_also_when_it_is_proposed_again_at_once(cast, amina):
    cast.verifier
    read(cast)
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="wrong papers", at=NOW + SECOND)
    # Before any job has run.
    again = release(cast, NOW + 2 * DAY, NOW + 2 * SECOND)
    notice = ("result_withdrawn_notice", "registrar@acme.example")
    assert told(at=NOW + DAY) == [notice]
    assert told(at=NOW + DAY + SECOND) == []
    assert told(at=NOW + 2 * DAY) == [("result_out", "amina@mail.example")]
    at = NOW + 3 * DAY
    publication.withdraw(again, by=cast.officer, why="still wrong", at=at)
    assert told(at=at) == [notice]


def test_nobody_hears_that_a_result_is_gone_which_is_there_again(cast, amina):
    cast.verifier
    read(cast)
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="wrong papers", at=NOW + SECOND)
    release(cast, NOW + DAY, NOW + 2 * SECOND)
    # The jobs had stopped over night.
    assert told(at=NOW + 2 * DAY) == [("result_out", "amina@mail.example")]


def test_a_release_taken_back_before_it_was_out_is_no_news(cast):
    cast.verifier
    cast.account(cast.amina)
    cast.result(cast.amina)
    read(cast)
    made = cast.released(instant=NOW)
    publication.withdraw(made, by=cast.officer, why="no", at=NOW - SECOND)
    assert told(at=NOW + DAY) == []


def test_a_notice_still_queued_is_dropped_when_the_correction_is_taken_back(
    cast, amina
):
    second = corrected(cast, grade="B")
    told(at=NOW + DAY)
    at = NOW + DAY + SECOND
    corrections.withdraw_result(second, by=cast.officer, why="malpractice", at=at)
    row = db.session.scalars(
        db.select(Mail).where(Mail.kind == "result_corrected")
    ).one()
    assert row.state is MailState.dropped


def test_a_job_that_dies_half_way_leaves_nothing_and_tells_everybody_later(
    cast, amina, monkeypatch
):
    cast.verifier
    read(cast)
    enquiry = changed(cast, amina)
    release(cast, NOW + DAY, NOW)

    def dies(*_args, **_values):
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(announcing.readers, "tell_amended", dies)
        broken.setattr(outcomes.mails, "_to_centre", dies)
        for job in (announcing.announce_due, outcomes.tell_due):
            with pytest.raises(RuntimeError):
                job(at=NOW + DAY)
    assert queued(NOW + DAY) == []
    db.session.refresh(enquiry)
    assert enquiry.told_at is None
    both = [
        ("enquiry_answered", "amina@mail.example"),
        ("enquiry_closed_for_centre", "exams@it024.example"),
        ("result_amended", "registrar@acme.example"),
    ]
    assert told(at=NOW + 3 * DAY) == both
    assert told(at=NOW + 4 * DAY) == []


# --- Certificates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "state"),
    [(BETTER, CertificateState.recalled), (SAME_GRADE, CertificateState.sent)],
)
def test_a_certificate_is_called_back_if_the_grade_changes(cast, amina, scores, state):
    first = db.session.scalars(db.select(Result)).one()
    paper = save(
        Certificate(entry=cast.amina, result=first, sent_on=date(2026, 12, 15))
    )
    changed(cast, amina, scores)
    release(cast, NOW + DAY, NOW)
    told(at=NOW + DAY - SECOND)
    db.session.refresh(paper)
    assert paper.state is CertificateState.sent
    told(at=NOW + DAY)
    db.session.refresh(paper)
    assert paper.state is state


# --- Guardians, and very many ---------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "hears"),
    [
        (date(2012, 12, 14), False),
        (date(2012, 12, 15), True),
        (date(2009, 3, 5), False),
    ],
)
def test_the_guardian_of_somebody_under_fourteen_hears_of_a_result(cast, birth, hears):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.amina.date_of_birth = birth
    cast.amina.guardian_email = "mother@mail.example"
    cast.amina.language = Language.it
    db.session.commit()
    cast.released()
    mails = told(at=NOW)
    assert mails.count(("result_out", "amina@mail.example")) == 1
    assert (("result_out", "mother@mail.example") in mails) == hears
    if hears:
        copy = db.session.scalars(
            db.select(Mail).where(Mail.address == "mother@mail.example")
        ).one()
        assert copy.language is Language.it


def test_a_guardian_with_the_same_address_is_written_to_once(cast):
    cast.result(cast.amina)
    cast.account(cast.amina)
    cast.amina.date_of_birth = date(2015, 1, 1)
    cast.amina.guardian_email = "AMINA@mail.example"
    db.session.commit()
    cast.released()
    assert told(at=NOW) == [("result_out", "amina@mail.example")]


def test_a_large_release_is_announced_in_few_statements(cast, app):
    entries = [
        cast.entry(f"{n:04d}", "Candidate", f"No {n}", email=f"c{n}@mail.example")
        for n in range(1, 4)
    ]
    account = cast.account(entries[0])
    for entry in entries[1:]:
        entry.account, entry.registered_at = account, NOW
    db.session.commit()
    many(cast, account, 3000)
    cast.released()
    asked = []

    def count(_c, _cursor, statement, *_rest):
        asked.append(statement)

    engine = db.engine
    db.event.listen(engine, "before_cursor_execute", count)
    try:
        assert announcing.announce_due(at=NOW) == 3000
    finally:
        db.event.remove(engine, "before_cursor_execute", count)
    assert len(asked) < 60


def many(cast, account, count):
    """So many entries of one account, each with a result."""
    template = cast.entry("9999", "Last", "One")
    shared = {
        name: getattr(template, name)
        for name in ("session_id", "centre_id", "date_of_birth", "created_at")
    }
    db.session.execute(
        insert(Entry),
        [
            {
                **shared,
                "reference": new_reference(),
                "candidate_number": f"{n:04d}",
                "family_name": "Many",
                "folded_name": "many",
                "statement_number": f"M{n:08d}",
                "id_number": f"M{n:08d}",
                "secret": "sealed",
                "secret_issued_at": NOW - DAY,
                "account_id": account.id,
                "registered_at": NOW - DAY,
            }
            for n in range(1000, 1000 + count)
        ],
    )
    keys = db.session.scalars(
        db.select(Entry.id).where(Entry.family_name == "Many")
    ).all()
    withheld = ResultStatus.withheld
    rows = [
        {"entry_id": key, "version": 1, "status": withheld, "imported_at": NOW - DAY}
        for key in keys
    ]
    db.session.execute(insert(Result), rows)
    db.session.commit()


def test_the_names_that_others_use_are_those_of_the_signatures():
    assert publication.propose is signing.propose
    assert publication.approve is signing.approve
