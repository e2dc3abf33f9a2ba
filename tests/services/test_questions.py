"""Members ask the board, officers answer: once, to the right person, without names."""

from datetime import timedelta

import pytest

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import AuditRow, Mail, MemberQuestion
from app.services import letters, questions, retention
from app.values import Language, MemberRole
from tests.cast import NOW, Cast
from tests.services.test_enquiries import at_once

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def ask(member, text="Where do I find templates?", *, about="/verifier/", at=NOW):
    return questions.ask(member, text, about=about, address="192.0.2.1", at=at)


def mails(kind):
    query = db.select(Mail).where(Mail.kind == kind).order_by(Mail.id)
    return db.session.scalars(query).all()


def body(row):
    return " ".join(letters.message(row, at=NOW).body.split())


def texts(member):
    rows, _ = questions.asked_by(member)
    return [row.text for row in rows]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/verifier/", "/verifier/"),
        ("/verifier/organisation/users", "/verifier/organisation/users"),
        ("/verifier/results/Zk3-_9aQ", "/verifier/results/*"),
        ("/verifier/results/abcdefghijklmnopqrstuv", "/verifier/results/*"),
        ("/verifier/results/<reference>", "/verifier/results/*"),
        ("/verifier/search?number=26IT0240001", "/verifier/*"),
        ("/verifier/contact", ""),
        ("/candidate/results/abc", ""),
        ("https://evil.example/", ""),
        ("verifier/search", ""),
        ("", ""),
    ],
)
def test_a_question_carries_its_page_and_no_reference(path, known):
    assert questions.place(path) == known


def test_a_question_reaches_the_officers_and_its_words_no_mail(cast):
    waits = cast.partnerships
    question = ask(cast.verifier, "My candidate Boris is missing.")
    assert question.organisation_id == cast.acme.id
    assert question.about == "/verifier/"
    (row,) = mails("member_question")
    assert row.address == waits.email
    told = body(row)
    assert "1 question" in told
    assert "/admin/questions/list/" in told
    assert "Boris" not in told
    trail = db.session.scalars(db.select(AuditRow)).all()
    assert not any("Boris" in row.detail for row in trail)
    assert any(row.action == "question_asked" for row in trail)


def test_officers_are_told_once_an_hour(cast):
    assert cast.partnerships
    for minutes in (0, 20, 40):
        ask(cast.verifier, at=NOW + minutes * timedelta(minutes=1))
    assert len(mails("member_question")) == 1
    ask(cast.verifier, at=NOW + HOUR)
    assert len(mails("member_question")) == 2


@pytest.mark.parametrize("text", ["", "  \n ", "y" * 2001])
def test_nothing_and_too_much_are_refused_beside_the_field(cast, text):
    with pytest.raises(Refused) as refused:
        ask(cast.verifier, text)
    assert refused.value.field == "words"
    assert not db.session.scalars(db.select(MemberQuestion)).all()


def test_whoever_asks_very_often_waits(cast):
    for _ in range(5):
        ask(cast.verifier)
    with pytest.raises(Refused) as refused:
        ask(cast.verifier)
    assert refused.value.status == 429


def test_a_form_that_is_sent_twice_asks_once(cast):
    first, again = ask(cast.verifier), ask(cast.verifier, at=NOW + SECOND)
    assert first.id == again.id
    assert len(texts(cast.verifier)) == 1
    assert ask(cast.verifier, at=NOW + HOUR).id != first.id


def test_whoever_has_ten_open_questions_waits_for_the_answers(cast):
    for n in range(questions.MOST_WAITING):
        ask(cast.verifier, at=NOW + n * HOUR)
    with pytest.raises(Refused, match="not been answered yet"):
        ask(cast.verifier, at=NOW + DAY)


def test_an_answer_is_told_in_the_language_of_the_one_who_asked(cast):
    cast.verifier.language = Language.it
    db.session.commit()
    question = ask(cast.verifier)
    questions.answer(question, " Under Downloads. ", by=cast.partnerships, at=NOW + DAY)
    assert question.answer == "Under Downloads."
    assert question.answered_by_id == cast.partnerships.id
    (row,) = mails("member_answered")
    assert (row.address, row.language) == (cast.verifier.email, Language.it)
    assert "/verifier/contact" in body(row)
    assert "Downloads" not in body(row)


def test_a_question_is_answered_once(cast):
    question = ask(cast.verifier)
    questions.answer(question, "Yes.", by=cast.partnerships, at=NOW)
    with pytest.raises(Conflict):
        questions.answer(question, "No.", by=cast.partnerships, at=NOW)
    assert question.answer == "Yes."
    assert len(mails("member_answered")) == 1


def test_an_empty_answer_is_refused(cast):
    question = ask(cast.verifier)
    with pytest.raises(Refused) as refused:
        questions.answer(question, "  ", by=cast.partnerships, at=NOW)
    assert refused.value.field == "words"


def test_whoever_left_is_not_written_to(cast):
    carlo = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    question = ask(carlo)
    carlo.active = False
    db.session.commit()
    questions.answer(question, "Yes.", by=cast.partnerships, at=NOW)
    assert not mails("member_answered")


def test_nobody_reads_what_somebody_else_asked(cast):
    carlo = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    rival = cast.organisation("Rival College", "rival.example")
    spy = cast.member(rival, "spy@rival.example")
    ask(cast.verifier, "First")
    ask(cast.verifier, "Second")
    assert texts(cast.verifier) == ["Second", "First"]
    assert texts(carlo) == texts(spy) == []


def test_what_was_asked_is_shown_in_pages(cast, monkeypatch):
    monkeypatch.setattr(questions, "ROWS", 2)
    for n in range(3):
        ask(cast.verifier, f"Question {n}")
    rows, more = questions.asked_by(cast.verifier)
    assert ([row.text for row in rows], more) == (["Question 2", "Question 1"], True)
    rows, more = questions.asked_by(cast.verifier, 2)
    assert ([row.text for row in rows], more) == (["Question 0"], False)
    assert questions.asked_by(cast.verifier, 10**30) == ([], False)


def test_questions_are_erased_two_years_after_they_were_asked(cast):
    ask(cast.verifier, "Old")
    ask(cast.verifier, "New", at=NOW + DAY)
    assert retention.erase_questions(at=NOW + timedelta(days=730)) == 0
    assert retention.erase_questions(at=NOW + timedelta(days=730) + HOUR) == 1
    assert texts(cast.verifier) == ["New"]


def test_two_officers_who_answer_at_once_give_one_answer(own_app):
    cast = Cast()
    key, officer = ask(cast.verifier).id, cast.partnerships.id

    def answer():
        from app.models import User

        row = db.session.get(MemberQuestion, key)
        by = db.session.get(User, officer)
        questions.answer(row, "Yes.", by=by, at=NOW)

    assert at_once(own_app, answer, answer) == ["Conflict", "done"]
    assert len(mails("member_answered")) == 1
