"""What a list of claims is answered, and that nobody learns a mark by it."""

import csv
import io
import os
from datetime import date, timedelta

import pytest

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import AuditRow, ListCheck, Lookup, Mail
from app.services import (
    corrections,
    list_checks,
    lookups,
    publication,
    sharing,
    storage,
)
from app.services.list_checks import (
    Verdict,
    checking,
    ending,
    files,
    keeping,
    verdicts,
)
from app.values import MemberRole, OrganisationStatus, WorkState
from tests.cast import NOW
from tests.telling import tells

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
HEAD = "statement number,date of birth,level,score"


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    """A storage of each test's own."""
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def amina(cast):
    """Amina's account; her result (172, B2) and Boris's are out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    cast.released()
    return account


def row(entry, level="", score="", born=None):
    born = born or entry.date_of_birth
    return f"{entry.statement_number},{born:%d/%m/%Y},{level},{score}"


def ask(cast, *rows, member=None, at=NOW, **values):
    content = "\n".join([HEAD, *rows]).encode()
    member = member or cast.verifier
    return list_checks.ask(member, "list.csv", content, at=at, **values)


def answered(cast, *rows, at=NOW, **values):
    check = ask(cast, *rows, at=at, **values)
    checking.run_due(at=at)
    db.session.refresh(check)
    assert check.state is WorkState.ready
    member = values.get("member") or cast.verifier
    rows = list_checks.all_answers(member, check.reference, at=at)
    return [one.verdict for one in rows]


def count(table):
    return db.session.scalar(db.select(db.func.count()).select_from(table))


def strangers(number):
    return [f"26CZZ999{n:04d},01/01/2009,," for n in range(number)]


def test_each_row_is_answered_in_a_word(cast, amina):
    second = cast.entry("0003", "Carla", "Conti", birth=date(2009, 2, 2))
    cast.result(second)
    third = cast.entry("0004", "Dino", "Dini", birth=date(2009, 2, 2))
    cast.result(third)
    cast.released(instant=NOW + MINUTE)
    cast.result(second, version=2, overall=165)
    cast.released(instant=NOW + 2 * MINUTE)
    cast.result(third, version=2, overall=190)
    cast.released(instant=NOW + 9 * DAY)
    rows = [
        row(cast.amina, "B2", "172"),
        row(cast.boris, "B2", "180"),
        row(second, "", "172"),
        row(third, "b2"),
        row(cast.amina, "C1"),
        "26CZZ9990001,01/01/2009,,",
        "nonsense,01/01/2009,,",
    ]
    assert answered(cast, *rows, at=NOW + DAY) == [
        "matches",
        "differs",
        "amended",
        "matches",
        "repeated",
        "not_found",
        "invalid",
    ]


@pytest.mark.parametrize("score", ["190", "188"])
def test_a_version_that_is_not_out_changes_no_answer(cast, amina, score):
    cast.result(cast.amina, version=2, overall=190, cefr="C1", grade="A")
    cast.released(instant=NOW + DAY)
    assert answered(cast, row(cast.amina, "", score)) == ["differs"]


def test_without_claims_a_row_matches_when_its_result_is_out(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW)
    before = NOW - timedelta(milliseconds=1)
    assert answered(cast, row(cast.amina), at=before) == ["not_found"]
    assert answered(cast, row(cast.amina)) == ["matches"]
    wrong = row(cast.amina, born=date(2009, 3, 6))
    assert answered(cast, wrong) == ["not_found"]


def test_what_is_kept_and_given_back_holds_no_mark_and_no_date_of_birth(
    cast, amina, folder
):
    check = ask(cast, row(cast.amina, "B2", "172"), purpose="entry 2027")
    (kept,) = (folder / "lists").iterdir()
    assert cast.amina.statement_number.encode() not in kept.read_bytes()
    checking.run_due(at=NOW)
    assert not list((folder / "lists").iterdir())
    (kept,) = (folder / "answers").iterdir()
    assert cast.amina.statement_number.encode() not in kept.read_bytes()
    rows = list_checks.all_answers(cast.verifier, check.reference, at=NOW)
    text = "".join(files.answers_csv(rows))
    assert not tells(text, "172")
    assert not tells(text.replace(cast.amina.statement_number, ""), "2009")
    (looked,) = db.session.scalars(db.select(Lookup)).all()
    assert (looked.entry, looked.purpose) == (cast.amina, "entry 2027")
    assert looked.list_check_id == check.id
    with pytest.raises(NotFound):
        lookups.opened(cast.verifier, looked.reference, at=NOW)
    assert lookups.of_account(amina).rows == [looked]


def test_people_hear_of_it_once_a_day_and_the_asker_when_it_is_ready(cast, amina):
    sharing.share(cast.boris, cast.acme, by=cast.boris.account, at=NOW)
    db.session.execute(db.delete(Mail))
    db.session.commit()
    answered(cast, row(cast.amina), row(cast.boris))
    answered(cast, row(cast.amina))
    mails = db.session.scalars(db.select(Mail).order_by(Mail.id)).all()
    assert [(one.kind, one.address) for one in mails] == [
        ("lookup_made", amina.email),
        ("list_checked", cast.verifier.email),
        ("list_checked", cast.verifier.email),
    ]
    acts = db.session.scalars(
        db.select(AuditRow.detail).where(AuditRow.action == "list_checked")
    ).all()
    assert len(acts) == 4


def test_nobody_finds_a_score_by_guessing_it(cast, amina):
    guesses = [row(cast.amina, "", str(score)) for score in range(80, 231)]
    first, *others = answered(cast, *guesses)
    assert first == "differs"
    assert set(others) == {"repeated"}
    for n in range(1, list_checks.MOST_CLAIMS):
        guess = row(cast.amina, "", str(170 + n))
        assert answered(cast, guess, at=NOW + n * MINUTE) != ["enough"]
    right = row(cast.amina, "", "172")
    assert answered(cast, right, at=NOW + DAY) == ["enough"]
    assert answered(cast, row(cast.amina), at=NOW + DAY) == ["matches"]
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert answered(cast, right, member=rival, at=NOW + DAY) == ["matches"]
    assert answered(cast, right, at=NOW + 32 * DAY) == ["matches"]


def test_a_list_of_random_numbers_ends(cast, amina):
    most = list_checks.MOST_NOT_FOUND
    found = answered(cast, *strangers(most + 20), row(cast.amina))
    assert found == ["not_found"] * most + ["unchecked"] * 21
    assert not count(Lookup)


def test_a_list_that_has_ended_stays_so_in_its_next_part(cast, amina, monkeypatch):
    monkeypatch.setattr(checking, "MOST_NOT_FOUND", 1)
    monkeypatch.setattr(checking, "PART", 2)
    monkeypatch.setattr(keeping, "PART", 2)
    found = answered(cast, *strangers(2), row(cast.amina), row(cast.boris))
    assert found == ["not_found"] + ["unchecked"] * 3
    assert not count(Lookup)


def test_lists_of_what_is_not_out_leave_the_search_open(cast, amina):
    for minute in range(3):
        answered(cast, *strangers(list_checks.MOST_NOT_FOUND), at=NOW + minute * MINUTE)
    with pytest.raises(NotFound):
        lookups.find(cast.verifier, "26CZZ9990001", date(2009, 1, 1), at=NOW)


def test_nobody_guesses_more_by_lists_and_searches_together(cast, amina, monkeypatch):
    assert lookups.LISTS.failures + lookups.ORGANISATION.failures <= 100
    monkeypatch.setattr(lookups, "LISTS", lookups.Budget(10, lookups.DAY))
    assert answered(cast, *strangers(8)) == ["not_found"] * 8
    found = answered(cast, *strangers(4), row(cast.amina))
    assert found == ["not_found"] * 2 + ["unchecked"] * 3
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert answered(cast, row(cast.amina), member=rival) == ["matches"]


def test_whom_a_result_was_taken_back_from_does_not_find_it(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    sharing.withdraw(share, by=amina, at=NOW)
    assert answered(cast, row(cast.amina), at=NOW + MINUTE) == ["not_found"]


def test_a_list_goes_on_confirming_nothing_that_was_taken_back(cast, amina):
    for n in range(list_checks.MOST_CLAIMS):
        answered(cast, row(cast.amina, "B2"), at=NOW + n * MINUTE)
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW + DAY)
    claims = ask(cast, row(cast.amina, "B2"), row(cast.boris, "C1"), at=NOW + DAY)
    plain = ask(cast, row(cast.amina), row(cast.boris), at=NOW + DAY)
    checking.run_due(at=NOW + DAY)

    def said(check, at):
        rows = list_checks.answers(check, at=at).rows
        assert rows == list_checks.all_answers(cast.verifier, check.reference, at=at)
        found = [one.verdict for one in rows]
        counts = list_checks.counts(check, at=at)
        assert {one: found.count(one) for one in set(found)} == {
            verdict: counts[verdict] for verdict in Verdict if counts.get(verdict)
        }
        return found

    before, after = NOW + DAY, NOW + 2 * DAY
    assert said(claims, before) == ["enough", "differs"]
    assert said(plain, before) == ["matches", "matches"]
    sharing.withdraw(share, by=amina, at=after)
    assert said(claims, after) == ["not_found", "differs"]
    assert said(plain, after) == ["not_found", "matches"]
    theirs = publication.published_result(cast.boris, at=after)
    corrections.withdraw_result(theirs, by=cast.officer, why="mistake", at=after)
    assert said(claims, after) == said(plain, after) == ["not_found", "not_found"]
    sharing.share(cast.amina, cast.acme, by=amina, at=after)
    assert said(plain, after) == ["matches", "not_found"]


def test_nor_does_one_that_is_still_being_checked(cast, amina, monkeypatch):
    monkeypatch.setattr(checking, "PART", 1)
    monkeypatch.setattr(keeping, "PART", 1)
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    check = ask(cast, row(cast.amina), row(cast.boris))
    asked = iter([False, False])
    checking.run_due(at=NOW, stop=lambda: next(asked, True))
    assert (check.state, check.done) == (WorkState.running, 1)
    assert list_checks.counts(check, at=NOW)[Verdict.matches] == 1
    sharing.withdraw(share, by=amina, at=NOW + MINUTE)
    assert list_checks.counts(check, at=NOW + MINUTE) == {Verdict.not_found: 1}


def test_a_mark_that_was_taken_back_before_its_hour_is_confirmed_to_nobody(cast, amina):
    gaia = cast.entry("0077", "Gaia", "Galli")
    first = cast.result(gaia)
    cast.account(gaia)
    cast.released(instant=NOW + DAY)
    corrections.withdraw_result(first, by=cast.officer, why="mistake", at=NOW)
    cast.result(gaia, version=2, score_r=150, overall=168)
    cast.released(instant=NOW + 2 * DAY)
    assert answered(cast, row(gaia, "B2", 172), at=NOW + 3 * DAY) == ["differs"]


# --- Long work ------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


def test_a_process_that_dies_leaves_what_the_next_one_finishes(
    cast, amina, monkeypatch
):
    monkeypatch.setattr(keeping, "PART", 1)
    monkeypatch.setattr(checking, "PART", 1)
    check = ask(cast, row(cast.amina), row(cast.boris))
    write = keeping.keep_answers

    def die(check, part, answers):
        write(check, part, answers)
        if part == 1:
            raise Killed

    monkeypatch.setattr(keeping, "keep_answers", die)
    with pytest.raises(Killed):
        checking.run_due(at=NOW)
    db.session.expire_all()
    assert (check.state, check.done) == (WorkState.running, 1)
    assert count(Lookup) == 1
    monkeypatch.setattr(keeping, "keep_answers", write)
    assert checking.run_due(at=NOW + MINUTE) == 0
    assert checking.run_due(at=NOW + checking.LEASE) == 1
    assert (check.state, check.done) == (WorkState.ready, 2)
    assert count(Lookup) == 2
    assert db.session.scalar(db.select(db.func.count(Mail.id))) == 3 + told_before()
    assert checking.run_due(at=NOW + DAY) == 0


def told_before():
    """Messages that are not about the list."""
    kinds = ("lookup_made", "list_checked")
    return db.session.scalar(
        db.select(db.func.count(Mail.id)).where(Mail.kind.not_in(kinds))
    )


def test_it_stops_between_parts_when_asked_and_goes_on_at_once(
    cast, amina, monkeypatch
):
    monkeypatch.setattr(checking, "PART", 1)
    monkeypatch.setattr(keeping, "PART", 1)
    check = ask(cast, row(cast.amina), row(cast.boris))
    asked = iter([False, False, True, True])
    assert checking.run_due(at=NOW, stop=lambda: next(asked)) == 1
    assert check.state is WorkState.running
    assert checking.run_due(at=NOW) == 1
    assert check.state is WorkState.ready


def test_a_second_process_does_nothing_twice(cast, amina):
    check = ask(cast, row(cast.amina))
    first = checking._claim(NOW)
    assert checking._claim(NOW) is None
    checking._check(first, NOW, lambda: False)
    assert check.state is WorkState.ready
    assert count(Lookup) == 1


@pytest.mark.parametrize(("place", "deed"), [(keeping, "claims_of"), (verdicts, "of")])
def test_a_list_that_always_breaks_is_given_up_and_the_next_one_is_checked(
    cast, amina, monkeypatch, folder, place, deed
):
    bad, good = ask(cast, row(cast.amina)), ask(cast, row(cast.boris))
    does = getattr(place, deed)

    def breaks(check, *given, **named):
        if check.id == bad.id:
            raise ZeroDivisionError
        return does(check, *given, **named)

    monkeypatch.setattr(place, deed, breaks)
    at = NOW
    for _ in range(checking.MOST_TRIES):
        assert bad.state is not WorkState.failed
        with pytest.raises(ZeroDivisionError):
            checking.run_due(at=at)
        assert checking.run_due(at=at) == (1 if at == NOW else 0)
        at += checking.LEASE
    assert checking.run_due(at=at) == 0
    assert (bad.state, good.state) == (WorkState.failed, WorkState.ready)
    assert not list((folder / "lists").iterdir())
    (told,) = db.session.scalars(
        db.select(AuditRow.detail).where(
            AuditRow.subject == f"list_check:{bad.reference}",
            AuditRow.detail.contains("failed"),
        )
    )
    assert told
    assert checking.run_due(at=at + DAY) == 0


def test_a_list_that_is_interrupted_often_is_finished(cast, amina, monkeypatch):
    monkeypatch.setattr(checking, "PART", 1)
    monkeypatch.setattr(keeping, "PART", 1)
    rows = checking.MOST_TRIES + 3
    check = ask(cast, *strangers(rows))
    for n in range(rows):
        # It stops after one part, and once before it has done any.
        for stops in ([False, True], [False, False, True, True]):
            asked = iter(stops)
            checking.run_due(at=NOW, stop=lambda asked=asked: next(asked, True))
        assert check.done == n + 1
    assert check.state is WorkState.ready


def test_a_suspended_organisation_gets_no_answer(cast, amina):
    check = ask(cast, row(cast.amina))
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    checking.run_due(at=NOW)
    assert check.state is WorkState.failed
    assert not count(Lookup)


def test_a_list_whose_file_is_gone_fails_and_others_go_on(cast, amina):
    lost, good = ask(cast, row(cast.amina)), ask(cast, row(cast.boris))
    keeping.forget_list(lost.reference)
    checking.run_due(at=NOW)
    assert lost.state is WorkState.failed
    assert good.state is WorkState.ready


def test_a_file_that_is_refused_leaves_nothing(cast, folder):
    with pytest.raises(Refused):
        list_checks.ask(cast.verifier, "x.csv", b"a,b\n1,2", at=NOW)
    assert not count(ListCheck)
    assert not list(folder.iterdir())


def test_a_few_lists_wait_and_a_day_has_so_many_rows(cast, amina, monkeypatch):
    for _ in range(list_checks.MOST_WAITING):
        ask(cast, row(cast.amina))
    with pytest.raises(Refused) as waiting:
        ask(cast, row(cast.amina))
    assert waiting.value.field == "file"
    checking.run_due(at=NOW)
    monkeypatch.setattr(list_checks, "ROWS_A_DAY", 4)
    with pytest.raises(Refused):
        ask(cast, row(cast.amina), row(cast.boris))
    assert ask(cast, row(cast.amina), row(cast.boris), at=NOW + DAY)
    assert count(ListCheck) == 4


def test_nobody_else_sees_a_list(cast, amina):
    check = ask(cast, row(cast.amina))
    checking.run_due(at=NOW)
    rival = cast.organisation("Rival", "rival.example")
    for other in (
        cast.member(rival, "a@rival.example"),
        cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin),
    ):
        assert list_checks.sent_by(other).rows == []
        with pytest.raises(NotFound):
            list_checks.own(other, check.reference)
        with pytest.raises(NotFound):
            list_checks.all_answers(other, check.reference, at=NOW)
    assert list_checks.sent_by(cast.verifier).rows == [check]


def test_answers_go_after_thirty_days_and_look_ups_after_three_years(
    cast, amina, folder
):
    check = ask(cast, row(cast.amina))
    checking.run_due(at=NOW)
    assert ending.erase_answers(at=NOW + 29 * DAY) == 0
    assert list_checks.answers(check, at=NOW).rows
    assert ending.erase_answers(at=NOW + 31 * DAY) == 1
    db.session.refresh(check)
    assert (check.state, check.name) == (WorkState.expired, "")
    assert not list((folder / "answers").iterdir())
    assert list_checks.answers(check, at=NOW).rows == []
    assert ending.erase_lookups(at=NOW + 1000 * DAY) == 0
    assert ending.erase_lookups(at=NOW + 1100 * DAY) == 2
    assert not count(Lookup)
    assert not count(ListCheck)


def test_files_of_no_list_are_swept_and_those_of_others_stay(cast, amina, folder):
    check = ask(cast, row(cast.amina))
    storage.write(f"lists/{'x' * 22}.json", b"left by a process that died")
    for kept in (folder / "lists").iterdir():
        os.utime(kept, (NOW.timestamp(), NOW.timestamp()))
    assert ending.erase_answers(at=NOW + DAY / 2) == 0
    assert ending.erase_answers(at=NOW + 2 * DAY) == 1
    (kept,) = (folder / "lists").iterdir()
    assert kept.name == f"{check.reference}.json"


def test_no_answer_is_a_formula(cast, amina):
    check = ask(cast, "=cmd|' /C calc'!A0,01/01/2009,,")
    checking.run_due(at=NOW)
    rows = list_checks.all_answers(cast.verifier, check.reference, at=NOW)
    text = "".join(files.answers_csv(rows)).removeprefix(files.BOM)
    head, line = csv.reader(io.StringIO(text))
    assert head == [
        "Row in your list",
        "Statement of Results number",
        "Answer",
        "Check this cell",
    ]
    assert line[0] == "2"
    assert line[1].startswith("'=")
    assert line[2:] == ["Invalid row", "Statement of Results number"]


def test_every_answer_has_words(app):
    assert set(files.WORDS) == set(Verdict)
