"""The board asks an applicant something, and reads the answer."""

from datetime import date, timedelta

import pytest

from app import jobs
from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import ApplicantMessage, AuditRow, Mail
from app.services import applicant, organisations, tokens
from app.services.tokens import Purpose
from app.values import OrganisationStatus
from tests.cast import NOW
from tests.telling import tells

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def nova(cast):
    """An organisation that waits for its answer."""
    organisation = cast.organisation(
        "Nova College",
        "nova.example",
        status=OrganisationStatus.applied,
        decided_at=None,
        applied_at=NOW,
        due_on=date(2026, 12, 21),
    )
    cast.member(organisation, "nina@nova.example", password_hash=None)
    return organisation


@pytest.fixture
def nina(nova):
    return organisations.primary_of(nova)


def link(member, at=NOW):
    return tokens.make(Purpose.answer_board, member, at=at)


def answer(token, text="We are.", at=NOW, address="192.0.2.1"):
    applicant.answer(token, text, address=address, at=at)


def said(organisation):
    return [(one.user_id, one.text) for one in applicant.messages(organisation)]


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def test_a_question_leads_the_applicant_to_a_page_of_their_own(cast, nova, nina):
    by = cast.partnerships
    applicant.ask(nova, " Are you accredited? ", by=by, at=NOW)
    assert said(nova) == [(by.id, "Are you accredited?")]
    (told,) = mails("applicant_asked")
    assert told.address == nina.email
    assert told.values["link"] == ["answer_board", "Member", nina.id]
    assert "accredited" not in str(told.values)
    assert applicant.link_holder(link(nina), at=NOW) == nina
    (row,) = db.session.scalars(db.select(AuditRow))
    assert (row.action, "accredited" in row.detail) == ("applicant_asked", False)


def test_the_answer_is_read_by_whoever_asked_last(cast, nova, nina):
    second = cast.staff("second@board.example", "Partnerships officer")
    applicant.ask(nova, "Who are you?", by=cast.partnerships, at=NOW)
    applicant.ask(nova, "Since when?", by=second, at=NOW)
    answer(link(nina), "Since 1901.")
    assert said(nova)[-1] == (None, "Since 1901.")
    (told,) = mails("applicant_answered")
    assert told.address == second.email
    assert told.values["path"] == f"/admin/organisations/show/{nova.id}"
    assert not tells(str(told.values), "1901")


def test_the_link_is_worth_nothing_once_the_application_is_decided(cast, nova, nina):
    token = link(nina)
    applicant.ask(nova, "Who are you?", by=cast.partnerships, at=NOW)
    organisations.approve(nova, by=cast.partnerships, at=NOW)
    for at in (NOW, NOW + DAY):
        with pytest.raises(NotFound):
            applicant.link_holder(token, at=at)
    with pytest.raises(NotFound):
        answer(token)
    with pytest.raises(Conflict):
        applicant.ask(nova, "One more thing", by=cast.partnerships, at=NOW)


def test_a_link_for_anything_else_opens_nothing(cast, nova, nina):
    for token in (
        tokens.make(Purpose.set_password, nina, at=NOW),
        link(cast.verifier),
        link(nina, at=NOW - 31 * DAY),
        link(nina) + "x",
        "",
    ):
        with pytest.raises(NotFound):
            applicant.link_holder(token, at=NOW)


def test_the_link_of_a_question_sets_no_password(nova, nina):
    from app.services import members

    with pytest.raises(NotFound):
        members.link_holder(link(nina), at=NOW)


def test_refusing_forgets_what_was_said(cast, nova, nina):
    token = link(nina)
    applicant.ask(nova, "Who are you?", by=cast.partnerships, at=NOW)
    organisations.refuse(nova, by=cast.partnerships, why="No answer.", at=NOW)
    assert said(nova) == []
    with pytest.raises(NotFound):
        applicant.link_holder(token, at=NOW)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_words_that_cannot_be_kept_are_refused(cast, nova, nina, text):
    for write in (
        lambda: applicant.ask(nova, text, by=cast.partnerships, at=NOW),
        lambda: answer(link(nina), text),
    ):
        with pytest.raises(Refused) as refusal:
            write()
        assert refusal.value.field == "words"
    assert said(nova) == []


def test_an_applicant_writes_so_much_and_no_more(cast, nova, nina, monkeypatch):
    for n in range(5):
        answer(link(nina), f"Message {n}")
    with pytest.raises(TooManyTries):
        answer(link(nina))
    monkeypatch.setattr(applicant, "MOST_WRITTEN", 5)
    with pytest.raises(Refused) as refusal:
        answer(link(nina), at=NOW + DAY)
    assert refusal.value.status == 429
    assert len(said(nova)) == 5


def test_a_form_that_is_sent_twice_says_it_once(cast, nova, nina, monkeypatch):
    # The last one that may be written, too.
    monkeypatch.setattr(applicant, "MOST_WRITTEN", 1)
    for later in (NOW, NOW + timedelta(seconds=2)):
        applicant.ask(nova, "Who are you?", by=cast.partnerships, at=later)
    for later in (NOW + HOUR, NOW + HOUR + timedelta(seconds=2)):
        answer(link(nina), "A college.", at=later)
    assert [text for _, text in said(nova)] == ["Who are you?", "A college."]
    assert len(mails("applicant_asked")) == len(mails("applicant_answered")) == 1
    applicant.ask(nova, "Who are you?", by=cast.partnerships, at=NOW + DAY)
    assert len(said(nova)) == 3


def test_what_was_said_is_deleted_a_year_afterwards(cast, nova, nina):
    applicant.ask(nova, "Who are you?", by=cast.partnerships, at=NOW)
    answer(link(nina), at=NOW + 2 * DAY)
    year = timedelta(days=366)
    assert jobs.run_job("erase-applicant-messages", at=NOW + year) == 1
    assert said(nova) == [(None, "We are.")]
    assert db.session.scalar(db.select(db.func.count(ApplicantMessage.id))) == 1
