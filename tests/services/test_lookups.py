"""Who finds a result by its statement number and date of birth, and who is told."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.errors import NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Lookup, Mail, Share
from app.services import corrections, endings, lookups, publication, sharing
from app.values import MemberRole, ResultStatus
from tests.cast import NOW, save
from tests.telling import tells

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BORN = date(2009, 3, 5)


@pytest.fixture
def amina(cast):
    """Amina's account; her result and Boris's are out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    account = cast.account(cast.amina)
    cast.released()
    return account


def find(cast, number=None, born=BORN, *, member=None, at=NOW, **values):
    number = number or cast.amina.statement_number
    return lookups.find(member or cast.verifier, number, born, at=at, **values)


def refusal(cast, *args, **values):
    with pytest.raises(Refused) as problem:
        find(cast, *args, **values)
    return problem.value


def rows(table):
    return db.session.scalars(db.select(table)).all()


def told():
    query = db.select(Mail).where(Mail.kind == "lookup_made")
    return db.session.scalars(query).all()


def test_number_and_date_of_birth_find_one_result_and_are_written_down(cast, amina):
    found = find(cast, purpose="  entry   2027 ")
    assert isinstance(found, Lookup)
    assert (found.entry, found.organisation) == (cast.amina, cast.acme)
    assert found.purpose == "entry 2027"
    act = rows(AuditRow)[-1]
    assert act.action == "result_looked_up"
    assert act.subject == f"entry:{cast.amina.reference}"
    assert cast.acme.reference in act.detail
    lookup, result = lookups.opened(cast.verifier, found.reference, at=NOW)
    assert (lookup, result.overall) == (found, 172)
    assert lookup.seen_result_id == result.id


def test_spaces_dashes_and_case_do_not_matter(cast, amina):
    number = cast.amina.statement_number.lower()
    assert find(cast, f" {number[:3]}-{number[3:8]} {number[8:]} ").entry == cast.amina


def test_whatever_is_wrong_is_answered_in_one_sentence(cast, amina):
    withheld = cast.entry("0004", "Dino", "Dini", birth=BORN)
    cast.result(withheld, status=ResultStatus.withheld)
    absent = cast.entry("0005", "Elsa", "Eco", birth=BORN)
    taken = cast.entry("0006", "Fabio", "Fo", birth=BORN)
    withdrawn = cast.result(taken)
    cast.released(instant=NOW + HOUR)
    at = NOW + 2 * HOUR
    corrections.withdraw_result(withdrawn, by=cast.officer, why="malpractice", at=at)
    hidden = cast.entry("0007", "Gaia", "Gallo", birth=BORN)
    cast.result(hidden)
    cast.released(instant=NOW + 4 * HOUR)
    answers = [
        refusal(cast, born=date(2009, 3, 6), at=at),
        refusal(cast, "26CZZ9990001", at=at),
        refusal(cast, cast.boris.statement_number, at=at),
        *(
            refusal(cast, one.statement_number, at=at)
            for one in (withheld, absent, taken, hidden)
        ),
    ]
    assert all(isinstance(one, NotFound) for one in answers)
    assert len({(str(one), one.status, one.field) for one in answers}) == 1
    assert not rows(Lookup)
    assert not told()


def test_before_the_instant_and_after_a_release_is_taken_back_nothing_is_found(cast):
    cast.result(cast.amina)
    release = cast.released(instant=NOW)
    refusal(cast, at=NOW - timedelta(milliseconds=1))
    found = find(cast)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW)
    with pytest.raises(Refused) as over:
        lookups.opened(cast.verifier, found.reference, at=NOW)
    assert over.value.status == 410
    refusal(cast)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    typed=st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            ["%", "_" * 12, "26%", "\0", "２６BIT０２４０００１", "' OR 1=1"]
        ),
    )
)
def test_odd_numbers_find_nobody(cast, amina, typed):
    with pytest.raises(Refused):
        find(cast, typed or "-")


def test_a_look_up_is_shown_to_its_member_for_an_hour_and_to_nobody_else(cast, amina):
    found = find(cast)
    colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    for other in (colleague, rival):
        with pytest.raises(NotFound):
            lookups.opened(other, found.reference, at=NOW)
    lookups.opened(cast.verifier, found.reference, at=NOW + HOUR - timedelta(seconds=1))
    with pytest.raises(Refused) as over:
        lookups.opened(cast.verifier, found.reference, at=NOW + HOUR)
    assert over.value.status == 410


def test_a_version_that_comes_out_meanwhile_is_shown_and_stays_a_change(cast, amina):
    found = find(cast)
    second = cast.result(cast.amina, version=2, overall=180, grade="A", cefr="C1")
    cast.released(instant=NOW + HOUR / 2)
    _lookup, first = lookups.opened(cast.verifier, found.reference, at=NOW)
    assert first.version == 1
    at = NOW + HOUR / 2
    lookup, result = lookups.opened(cast.verifier, found.reference, at=at)
    assert result == second
    assert lookup.seen_result_id == first.id


def test_the_candidate_is_told_once_a_day_for_each_organisation(cast, amina):
    find(cast)
    find(cast, at=NOW + timedelta(minutes=1))
    (message,) = told()
    assert message.address == amina.email
    assert message.values["organisation"] == cast.acme.name
    assert not tells(str(message.values), "172")
    find(cast, at=NOW + DAY)
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    find(cast, member=rival, at=NOW + DAY)
    assert len(told()) == 3


def test_a_candidate_sees_who_looked_and_no_other_candidate_does(cast, amina):
    boris = cast.account(cast.boris)
    first = find(cast)
    second = find(cast, at=NOW + HOUR)
    assert lookups.of_account(amina).rows == [second, first]
    assert lookups.of_account(amina, 2, rows=1).rows == [first]
    assert lookups.of_account(boris).rows == []


def test_a_shared_result_leads_to_the_share_and_is_no_look_up(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    assert find(cast) == share
    assert not rows(Lookup)
    assert not told()


def test_whom_it_was_taken_back_from_finds_it_no_more(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    sharing.withdraw(share, by=amina, at=NOW + HOUR)
    at = NOW + 2 * HOUR
    assert str(refusal(cast, at=at)) == str(lookups.NOT_FOUND)
    assert find(cast, member=rival, at=at)
    again = sharing.share(cast.amina, cast.acme, by=amina, at=at)
    assert find(cast, at=at) == again


def test_a_share_that_ran_out_does_not_hide_the_paper_in_the_hand(cast, amina):
    save(
        Share(
            entry=cast.amina,
            organisation=cast.acme,
            account=amina,
            at=NOW - 9 * DAY,
            expires_at=NOW - DAY,
            terms_version="test",
        )
    )
    assert isinstance(find(cast), Lookup)


def test_a_result_stays_to_be_found_when_its_account_is_gone(cast, amina):
    endings.delete(amina, at=NOW)
    assert find(cast, at=NOW + HOUR).entry == cast.amina


def test_an_organisation_may_ask_what_for(cast, amina):
    cast.acme.asks_purpose = True
    db.session.commit()
    assert refusal(cast, purpose="  ").field == "purpose"
    assert find(cast, purpose="entry").purpose == "entry"


# --- Limits ---------------------------------------------------------------------------


def test_wrong_dates_for_one_number_end_after_a_few_for_the_day(cast, amina):
    for n in range(lookups.NUMBER.failures):
        assert isinstance(refusal(cast, born=date(2008, 1, 1 + n)), NotFound)
    assert isinstance(refusal(cast), TooManyTries)
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert find(cast, member=rival)
    assert find(cast, at=NOW + DAY + HOUR)


def test_right_searches_cost_no_wrong_tries(cast, amina):
    for _ in range(lookups.USER.failures + 2):
        assert find(cast)


def wrong(cast, member, n):
    with pytest.raises(Refused) as problem:
        lookups.find(member, f"26CZZ999{n:04d}", BORN, at=NOW)
    return problem.value


def test_a_user_and_then_the_whole_organisation_run_out_of_wrong_tries(
    cast, amina, monkeypatch
):
    monkeypatch.setattr(lookups, "ORGANISATION", lookups.Budget(20, lookups.DAY))
    for n in range(lookups.USER.failures):
        assert isinstance(wrong(cast, cast.verifier, n), NotFound)
    assert isinstance(wrong(cast, cast.verifier, 99), TooManyTries)
    colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    for n in range(20 - lookups.USER.failures):
        assert isinstance(wrong(cast, colleague, 100 + n), NotFound)
    assert isinstance(wrong(cast, colleague, 200), TooManyTries)
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert find(cast, member=rival)


def test_everybody_together_runs_out_too(cast, amina, monkeypatch):
    monkeypatch.setattr(lookups, "ALL", lookups.Budget(1, 60))
    rival = cast.member(cast.organisation("Rival", "rival.example"), "a@rival.example")
    assert isinstance(wrong(cast, rival, 1), NotFound)
    assert isinstance(wrong(cast, cast.verifier, 2), TooManyTries)


def test_what_is_asked_in_a_day_has_an_end_even_when_all_is_right(
    cast, amina, monkeypatch
):
    monkeypatch.setattr(lookups, "ANSWERS", lookups.Budget(2, lookups.DAY))
    assert find(cast)
    assert find(cast)
    assert isinstance(refusal(cast), TooManyTries)


def test_of_a_million_shares_only_those_of_the_entry_are_looked_at(cast, amina):
    asked = []

    def listen(_connection, _cursor, statement, values, _context, _many):
        if " FROM share" in statement.replace("\n", " "):
            asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        find(cast)
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    db.session.rollback()
    sqlite = db.engine.dialect.name == "sqlite"
    connection = db.session.connection()
    if not sqlite:
        # A small table is walked through whatever its indexes are.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    assert asked
    for statement, values in asked:
        how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        plan = connection.exec_driver_sql(how + statement, values).all()
        walked = re.search(r"(scan|seq scan on) share\b", str(plan).lower())
        assert not walked, plan
