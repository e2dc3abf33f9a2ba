"""A lost Confirmation of Entry: asked for by anybody, found again by the centre."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, CaseMessage, CentreCase, Mail
from app.services import access, cases
from app.services.cases import lost_papers
from app.services.cases.lost_papers import LostPaper
from app.values import CaseState, ExamCode, Language
from tests.cast import NOW

DAY = timedelta(days=1)


def lost(**changed):
    told = {
        "name": "Amina Benali",
        "date_of_birth": date(2009, 3, 5),
        "email": "amina@mail.example",
        "exam": ExamCode.FCE,
        "when": "November 2026",
        "school": "Liceo Galileo",
        "words": "I sat in the front row.",
        "language": Language.it,
    }
    return LostPaper(**{**told, **changed})


def ask(cast, *, centre=None, address="192.0.2.1", at=NOW, **changed):
    return lost_papers.ask_for_paper(
        centre or cast.it024, lost(**changed), address=address, at=at
    )


def everything(model):
    return db.session.scalars(db.select(model).order_by(model.id)).all()


def mails(kind):
    return [mail for mail in everything(Mail) if mail.kind == kind]


def test_a_request_lands_in_the_queue_and_both_sides_are_told(cast):
    case = ask(cast)
    assert (case.centre, case.state) == (cast.it024, CaseState.open)
    assert [m.text for m in case.messages] == ["I sat in the front row."]
    (received,) = mails("case_received")
    assert (received.address, received.language) == ("amina@mail.example", "it")
    assert received.values["path"] == f"/candidate/lost/request/{case.reference}"
    (told,) = mails("case_for_centre")
    assert (told.address, told.values["count"]) == ("exams@it024.example", 1)


def test_the_words_of_a_stranger_reach_no_mailbox(cast):
    """Else anybody could send anything to anybody in the board's name."""
    ask(cast, name="Win at http://evil.example", words="http://evil.example")
    sent = str([(mail.values, mail.address) for mail in everything(Mail)])
    assert "evil" not in sent


def test_the_trail_says_neither_the_name_nor_where_its_page_is(cast):
    case = ask(cast)
    (row,) = everything(AuditRow)
    assert (row.action, row.actor) == ("case_opened", "system")
    for told in ("Benali", "mail.example", "front row", case.reference):
        assert told not in row.subject + row.detail


def test_the_same_request_within_a_day_is_one(cast):
    case = ask(cast)
    again = ask(
        cast, name="amina  BENALI", email="Amina@Mail.example", at=NOW + DAY / 2
    )
    assert again == case
    assert len(everything(CentreCase)) == len(everything(CaseMessage)) == 1
    assert len(mails("case_received")) == 1
    assert ask(cast, at=NOW + DAY) != case


def test_twins_on_one_address_are_two_people(cast):
    assert ask(cast) != ask(cast, name="Leila Benali")
    assert ask(cast, centre=cast.centre("IT100")).centre.number == "IT100"
    assert len(everything(CentreCase)) == 3


def test_after_the_centre_closed_it_one_may_ask_again(cast):
    case = ask(cast)
    cases.close(case, by=cast.clerk, at=NOW)
    assert ask(cast) != case


def test_a_mailbox_is_not_flooded_from_many_addresses(cast):
    for n in range(lost_papers.MOST_A_DAY):
        ask(cast, name=f"Nobody {n}", address=f"192.0.2.{n}", at=NOW + n * DAY / 24)
    with pytest.raises(Refused) as refused:
        ask(cast, name="Nobody else", address="192.0.2.99", at=NOW + DAY / 2)
    assert refused.value.status == 429
    assert len(mails("case_received")) == lost_papers.MOST_A_DAY
    assert ask(cast, name="Nobody else", address="192.0.2.99", at=NOW + 2 * DAY)


def test_a_queue_is_not_flooded_from_one_address(cast):
    for n in range(5):
        ask(cast, name=f"Nobody {n}", email=f"n{n}@mail.example")
    with pytest.raises(TooManyTries):
        ask(cast, name="Nobody 6", email="n6@mail.example")
    assert ask(cast, name="Carla", email="carla@mail.example", address="192.0.2.2")
    assert len(mails("case_for_centre")) == 1


def test_the_person_is_told_of_an_answer_and_writes_back(cast):
    case = ask(cast)
    cases.answer(case, "Which class?", by=cast.clerk, at=NOW)
    (mail,) = mails("case_answered")
    assert mail.address == "amina@mail.example"
    assert mail.values["path"] == f"/candidate/lost/request/{case.reference}"
    assert mail.values["name"] == ""
    cases.write(case, "4B", by=None, at=NOW, address="192.0.2.1")
    assert case.state is CaseState.open
    for _ in range(4):
        cases.write(case, "4B", by=None, at=NOW, address="192.0.2.1")
    with pytest.raises(TooManyTries):
        cases.write(case, "4B", by=None, at=NOW, address="192.0.2.1")


def test_who_lost_a_paper_is_no_signed_in_candidate(cast):
    case = ask(cast)
    account = cast.account(cast.amina)
    with pytest.raises(NotFound):
        access.own_case(account, case.reference)
    with pytest.raises(NotFound):
        cases.write(case, "x", by=account, at=NOW)
    lost_papers.match(case, cast.amina, by=cast.clerk, at=NOW)
    with pytest.raises(NotFound):
        access.own_case(account, case.reference)
    assert cases.of_entry(cast.amina) is None


# --- The centre looks for the entry ---------------------------------------------------


def found(case, text=""):
    rows = lost_papers.suggestions(case, text)
    return [(entry.first_name, name, birth) for entry, name, birth in rows]


def test_the_likeliest_entries_of_the_own_centre_are_suggested(cast):
    assert cast.boris
    assert cast.amina
    cast.entry("0003", "Amina", "Benali", birth=date(2001, 1, 1))
    cast.entry("0004", "Carla", "Conti", birth=date(2009, 3, 5))
    cast.entry("0005", "Amina", "Benali", centre=cast.centre("IT100"))
    assert found(ask(cast)) == [
        ("Amina", True, True),
        ("Amina", True, False),
        ("Carla", False, True),
    ]
    typo = ask(cast, name="Àmina  Benali-", email="b@mail.example")
    assert found(typo)[0] == ("Amina", True, True)


@pytest.mark.parametrize("name", ["%", "_", "' OR 1=1 --", ".", "x" * 200, "𝔛𝔵"])
def test_any_name_is_looked_for_calmly(cast, name):
    assert cast.boris
    assert found(ask(cast, name=name)) == []


def test_another_name_can_be_looked_for(cast):
    assert cast.boris
    case = ask(cast, name="Nobody")
    assert found(case) == []
    assert found(case, "ivanov") == [("Boris", False, False)]


def test_an_entry_of_another_centre_is_nobodys_business(cast):
    case = ask(cast)
    foreign = cast.entry("0009", "Zoé", "Autre", centre=cast.centre("FR001"))
    with pytest.raises(NotFound):
        lost_papers.match(case, foreign, by=cast.clerk, at=NOW)
    with pytest.raises(NotFound):
        lost_papers.entry_of(case, foreign.reference)
    assert lost_papers.entry_of(case, cast.amina.reference) == cast.amina


def test_a_found_entry_is_noted_until_the_case_is_closed(cast):
    case = ask(cast)
    assert lost_papers.waiting_for(cast.amina) is None
    lost_papers.match(case, cast.amina, by=cast.clerk, at=NOW)
    assert lost_papers.waiting_for(cast.amina) == case
    assert str(case) == "Amina Benali"
    assert everything(AuditRow)[-1].action == "record_changed"
    # A result that is out closes no case of a paper: it is needed to see the result.
    cast.result(cast.amina)
    cast.released()
    assert cases.close_over(at=NOW) == 0
    cases.close(case, by=cast.clerk, at=NOW)
    assert lost_papers.waiting_for(cast.amina) is None
    with pytest.raises(Conflict):
        lost_papers.match(case, cast.boris, by=cast.clerk, at=NOW)


def test_the_same_request_at_the_same_moment_is_one(own_app):
    from app.models import Centre
    from tests.cast import Cast

    key = Cast().it024.id
    db.session.remove()
    start, asked = threading.Barrier(4), []

    def send(n):
        with own_app.app_context():
            centre = db.session.get(Centre, key)
            db.session.commit()
            start.wait()
            case = lost_papers.ask_for_paper(
                centre, lost(), address=f"192.0.2.{n}", at=NOW
            )
            asked.append(case.reference)
            db.session.remove()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 4
    assert len(set(asked)) == 1
    assert len(mails("case_received")) == len(mails("case_for_centre")) == 1
