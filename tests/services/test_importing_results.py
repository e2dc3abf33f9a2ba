"""Results: versions, never overwritten; what contradicts the rule is held."""

from datetime import timedelta

import pytest

from app.errors import Conflict
from app.extensions import db
from app.models import ExamSession, Result
from app.services import corrections, importing, publication
from app.services.importing import running
from app.transactions import atomic
from app.values import ExamCode, ResultStatus
from tests.cast import NOW
from tests.services.files import (
    check,
    csv_file,
    load,
    load_bytes,
    problems,
    row,
    snapshot,
)

DAY = timedelta(days=1)
NONE = dict.fromkeys(["overall", "grade", "cefr", "R", "U", "W", "L", "S"], "")
BORIS = {"candidate_number": "0002"}


@pytest.fixture
def board(cast):
    """Amina (0001) and Boris (0002) sat B2 First at IT024."""
    assert cast.amina
    assert cast.boris
    return cast


def versions(entry):
    query = db.select(Result).where(Result.entry_id == entry.id)
    return list(db.session.scalars(query.order_by(Result.version)))


def test_a_result_is_imported_as_it_came_and_the_same_file_changes_nothing(board):
    assert load("results", row("results")).added == 1
    (result,) = versions(board.amina)
    assert (result.version, result.status) == (1, ResultStatus.graded)
    assert (result.overall, result.grade, result.cefr) == (172, "C", "B2")
    assert result.scores == {"R": 172, "U": 170, "W": 168, "L": 175, "S": 175}
    assert (result.held_why, result.release_id, result.imported_at) == ("", None, NOW)
    before = snapshot()
    assert not load("results", row("results")).wrote
    assert snapshot() == before


def test_a_large_import_lets_the_database_count_anew(board, monkeypatch):
    counted = []
    monkeypatch.setattr(running, "MANY", 2)
    monkeypatch.setattr(running, "count_anew", lambda _, model: counted.append(model))
    load("results", row("results"), row("results", **BORIS))
    assert counted == [Result]
    load("results", row("results", overall="173", grade="B", R="177"))
    assert counted == [Result]


def test_a_database_that_has_counted_knows_how_large_a_table_is(own_app, database):
    with atomic() as tx:
        running.count_anew(tx, ExamSession)
    if database == "postgresql":
        counted = "SELECT reltuples FROM pg_class WHERE relname = 'exam_session'"
        assert db.session.scalar(db.text(counted)) == 0


def test_a_changed_result_is_a_new_version_and_the_old_one_stays(board):
    load("results", row("results"), row("results", **BORIS))
    changed = row("results", overall="173", grade="B", R="177")
    plan = check("results", csv_file(changed, row("results", **BORIS)))
    assert (plan.added, plan.changed, plan.unchanged) == (0, 1, 1)
    assert [(one.column, one.before, one.after) for one in plan.changes] == [
        ("overall", "172", "173"),
        ("grade", "C", "B"),
        ("R", "172", "177"),
    ]
    load("results", changed)
    first, second = versions(board.amina)
    assert (first.overall, second.overall, second.version) == (172, 173, 2)
    assert len(versions(board.boris)) == 1


def test_a_result_compares_with_its_latest_version(board):
    load("results", row("results"))
    load("results", row("results", overall="173", grade="B", R="177"))
    assert load("results", row("results")).changed == 1
    assert [one.overall for one in versions(board.amina)] == [172, 173, 172]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"overall": "171"}, "overall 171, by the rule 172"),
        ({"grade": "B"}, "grade B, by the rule C"),
        ({"cefr": "B1"}, "cefr B1, by the rule B2"),
        ({"grade": "", "cefr": ""}, "grade none, by the rule C; cefr none"),
        ({"S": "180"}, "overall 172, by the rule 173; grade C, by the rule B"),
        ({"grade": "Pass with Merit"}, "grade Pass with Merit, by the rule C"),
    ],
)
def test_a_difference_is_reported_held_and_never_corrected(board, values, why):
    rows = [row("results", **values), row("results", **BORIS)]
    (note,) = check("results", csv_file(*rows)).notes
    assert str(note).startswith(f"line 2, 2611-FCE-P IT024 0001: {why}")
    summary = load("results", *rows)
    assert (summary.added, summary.held) == (2, 1)
    (held,) = versions(board.amina)
    assert held.held_why.startswith(why)
    assert str(held.overall) == values.get("overall", "172")
    assert (held.grade or "") == values.get("grade", "C")
    release = publication.propose(
        board.session, None, NOW + DAY, by=board.officer, at=NOW
    )
    assert release.result_count == 1


@pytest.mark.parametrize(
    ("written", "stored"),
    [("Pass at Grade C", "C"), ("grade c", "C"), ("Council of Europe Level B1", None)],
)
def test_other_spellings_of_a_grade_are_stored_as_ours(board, written, stored):
    load("results", row("results", grade=written))
    (result,) = versions(board.amina)
    assert result.grade == (stored or "Level B1")
    assert bool(result.held_why) == (stored is None)
    assert load("results", row("results", grade=result.grade)).unchanged == 1


def test_scores_below_what_is_reported_are_kept_as_they_came(board):
    low = {"R": "80", "U": "100", "W": "121", "L": "122", "S": "130"}
    load("results", row("results", overall="111", grade="", cefr="", **low))
    (result,) = versions(board.amina)
    assert (result.overall, result.grade, result.cefr) == (111, None, None)
    assert (result.scores["R"], result.held_why) == (80, "")


@pytest.mark.parametrize("status", ["pending", "withheld", "absent_part", "absent_all"])
def test_only_a_graded_result_carries_scores(board, status):
    assert load("results", row("results", status=status, **NONE)).added == 1
    (result,) = versions(board.amina)
    assert (result.status, result.scores) == (status, {})
    found = problems("results", row("results", status=status))
    assert [column for _, column, _ in found] == list(NONE)


WRONG = [
    ("session", ["x", "", "2611-fce-p"]),
    ("centre", ["IT025", "", "it024"]),
    ("candidate_number", ["9999", "1", "", "=0001"]),
    ("status", ["GRADED", "X", "", "absent"]),
    (
        "overall",
        ["", "17,2", "172.0", "191", "79", "+172", "0172", "1e2", "١٧٢", "=172"],
    ),
    ("grade", ["D", "c+", "Pass at", "=C", "Excellent"]),
    ("cefr", ["b2", "B3", "B2+", "=B2", "Pre A1"]),
    ("R", ["", "17,2", "191", "79", "-1", "172 ", "one", "1" * 5000]),
    ("RW", ["172", "0", "-", "x"]),
]


@pytest.mark.parametrize(
    ("column", "value"),
    [(column, value) for column, values in WRONG for value in values],
)
def test_a_wrong_cell_is_refused_in_its_column(board, column, value):
    found = problems("results", row("results", **{column: value}))
    if value == "172 ":
        assert found == []
        return
    assert [(line, at) for line, at, _ in found] == [(2, column)]


@pytest.mark.parametrize("column", ["R", "U", "W", "L", "S"])
def test_a_graded_result_has_every_component(board, column):
    (found,) = problems("results", row("results", **{column: ""}))
    assert found == (2, column, "The value is missing.")


def test_the_same_candidate_twice_in_a_file_is_refused(board):
    found = problems("results", row("results"), row("results", overall="171"))
    assert found == [(3, "candidate_number", "Line 2 is about the same already.")]


def sat(cast, exam):
    """Somebody who sat another exam; returns how their row begins."""
    session = cast.exam_session(f"S-{exam}", ExamCode(exam))
    cast.entry("0007", "Chiara", "Rossi", session=session)
    return {"session": session.code, "candidate_number": "0007", **NONE}


def test_young_learners_have_shields_and_their_total(cast):
    movers = {**sat(cast, "YLEM"), "L": "5", "RW": "4", "S": "3"}
    assert load("results", row("results", **{**movers, "overall": "12"})).held == 0
    plan = check("results", csv_file(row("results", **{**movers, "overall": "11"})))
    assert [str(one.message) for one in plan.notes] == ["overall 11, by the rule 12"]
    for wrong in ({"L": "6"}, {"L": "0"}, {"overall": "16"}, {"overall": "2"}):
        ((_, column, _),) = problems(
            "results", row("results", **{**movers, "overall": "12", **wrong})
        )
        assert column in wrong


def test_delta_has_a_word_and_nothing_else(cast):
    delta = sat(cast, "DELTA1")
    assert load("results", row("results", **{**delta, "grade": "Fail"})).held == 0
    for wrong in ({"grade": ""}, {"grade": "A"}, {"overall": "172"}, {"S": "172"}):
        cells = {**delta, "grade": "Pass", **wrong}
        ((_, column, _),) = problems("results", row("results", **cells))
        assert column in wrong


def test_the_maximum_is_that_of_the_exam(cast):
    key = sat(cast, "KET")
    best = {**key, "overall": "150", "RW": "150", "L": "150", "S": "150"}
    assert load("results", row("results", **{**best, "grade": "A", "cefr": "B1"})).added
    ((_, column, words),) = problems("results", row("results", **{**best, "L": "151"}))
    assert (column, words) == ("L", "Write a whole number from 80 to 150.")


def test_a_correction_leaves_the_release_that_is_not_out_yet(board):
    load("results", row("results"), row("results", **BORIS))
    release = publication.propose(
        board.session, None, NOW + DAY, by=board.officer, at=NOW
    )
    publication.approve(release, by=board.approver, at=NOW)
    done = load("results", row("results", overall="173", grade="B", R="177"))
    assert done.left_releases == 1
    assert publication.published_result(board.amina, at=NOW + DAY) is None
    assert publication.published_result(board.boris, at=NOW + DAY).overall == 172


def test_a_correction_of_what_is_out_shows_only_once_it_is_released(board):
    load("results", row("results"))
    released = board.released(instant=NOW - DAY)
    done = load("results", row("results", overall="173", grade="B", R="177"))
    assert done.left_releases == 0
    first, second = versions(board.amina)
    assert (first.release_id, second.release_id) == (released.id, None)
    assert publication.published_result(board.amina, at=NOW) == first


def test_an_accepted_difference_stays_accepted_when_the_file_comes_again(board):
    differs = row("results", overall="171")
    load("results", differs)
    (held,) = versions(board.amina)
    corrections.accept_difference(held, by=board.officer, at=NOW)
    assert load("results", differs).unchanged == 1
    assert versions(board.amina)[0].held_why == ""


def test_what_was_checked_before_somebody_elses_version_is_not_written(board):
    load("results", row("results"))
    plan = check("results", csv_file(row("results", overall="173", grade="B", R="177")))
    load("results", row("results", overall="171"))
    with pytest.raises(Conflict):
        importing.apply(plan, by=board.officer, at=NOW, file_name="results.csv")
    assert [one.overall for one in versions(board.amina)] == [172, 171]


def test_one_bad_row_among_thousands_means_that_nothing_is_written(board):
    rows = [row("results"), *(row("results", status="?") for _ in range(3))]
    assert [line for line, _, _ in problems("results", *rows)] == [3, 4, 5]
    assert versions(board.amina) == []


def test_progress_is_told_on_long_files(board):
    told = []
    content = csv_file(*[row("results")] * 12_000)
    plan = importing.check("results", content, at=NOW, progress=told.append)
    assert told == [5_000, 10_000]
    assert plan.problem_count == 11_999


def test_line_ends_and_marks_do_not_matter(board):
    content = b"\xef\xbb\xbf" + csv_file(row("results")).replace(b"\n", b"\r\n")
    load_bytes("results", content)
    assert load("results", row("results")).unchanged == 1
