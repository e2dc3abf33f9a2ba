"""Files as they come: every one becomes rows or problems, never anything else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.models import Centre
from app.services.importing import reading
from app.services.importing.plan import LISTED
from app.values import ImportKind
from tests.services.files import (
    check,
    csv_file,
    load_bytes,
    problems_in,
    row,
    snapshot,
)

TWO = [row("centres"), row("centres", number="IT025", name="Centro Esami Lucca")]
FILE = csv_file(*TWO)
HEAD, FIRST, SECOND = FILE.decode().splitlines()


def problem(content, kind="centres"):
    """The one problem of a file."""
    (found,) = problems_in(kind, content)
    return found


def numbers():
    return sorted(db.session.scalars(db.select(Centre.number)))


@pytest.mark.parametrize(
    "content",
    [
        FILE,
        b"\xef\xbb\xbf" + FILE,
        FILE.replace(b"\n", b"\r\n"),
        FILE.replace(b"\n", b"\r"),
        FILE.rstrip(b"\n"),
        FILE.replace(b"\n", b"\n\n") + b"\r\n\n",
        f"{HEAD}\r\n{FIRST}\r{SECOND}\n".encode(),
        csv_file(*({key: f" {one[key]}\u00a0" for key in one} for one in TWO)),
        csv_file(*({key: one[key] for key in sorted(one)} for one in TWO)),
        FILE.replace(b"IT024", b'"IT024"').replace(b"number", b'"number"'),
    ],
    ids=[
        "lf",
        "bom",
        "crlf",
        "cr",
        "no-end",
        "blank",
        "mixed",
        "pad",
        "order",
        "quotes",
    ],
)
def test_the_same_rows_are_read_however_they_are_written(app, content):
    assert load_bytes("centres", content).added == 2
    assert numbers() == ["IT024", "IT025"]
    assert not load_bytes("centres", FILE).wrote


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused_by_name_or_for_its_nuls(app, encoding):
    line, column, words = problem(FILE.decode().encode(encoding))
    assert (line, column) == (1, "")
    assert "UTF-16" in words or "NUL" in words


def test_bytes_that_are_not_utf_8_are_found_in_their_line(app):
    content = FILE.replace(b"Lucca", "Forlì".encode("latin-1"))
    line, _, words = problem(content.replace(b"\n", b"\r\n"))
    assert line == 3
    assert "not UTF-8" in words


def test_a_nul_is_found_in_its_line(app):
    line, _, words = problem(FILE.replace(b"Lucca", b"Luc\0ca"))
    assert line == 3
    assert "NUL" in words


@pytest.mark.parametrize(
    ("content", "at", "words"),
    [
        (f'{HEAD}\n{FIRST}\n"IT025,{SECOND}\n', 3, "not closed"),
        (f'{HEAD}\n"{FIRST}\n' + f"{SECOND}\n" * 5000, 2, "not closed"),
        (
            f"{HEAD}\n{FIRST.replace('Via', chr(34) + 'Via' + chr(34) + 'x')}",
            2,
            "quote",
        ),
        (f"{HEAD}\n{FIRST}\n{SECOND.replace('Lucca', 'x' * 1_000_000)}", 3, "longer"),
        (f"{HEAD}\n{'x' * 1_000_001}\n", 2, "longer"),
        (f'{HEAD}\n"{"x" * 140_000}\n', 2, "longer"),
    ],
    ids=["unclosed", "far", "after", "1MB", "line", "unclosed-long"],
)
def test_what_cannot_be_read_on_is_reported_where_its_row_begins(
    app, content, at, words
):
    line, _, message = problem(content.encode())
    assert line == at
    assert words in message


def test_a_row_over_several_lines_is_reported_in_its_first(app):
    spread = FIRST.replace("Centro Esami Pisa", '"Centro\nEsami\nPisa"')
    content = f"{HEAD}\n{spread}\n{SECOND.replace('Europe/Rome', 'Rome')}\n".encode()
    found = problems_in("centres", content)
    assert [(line, column) for line, column, _ in found] == [
        (2, "name"),
        (5, "timezone"),
    ]


def test_ten_thousand_columns_are_counted_and_few_are_listed(app):
    content = ",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999 + "\n"
    plan = check("centres", content.encode())
    assert plan.problem_count == 10_000 + 9
    assert len(plan.problems) == LISTED
    assert (plan.problems[0].column, plan.problems[0].value) == ("c0", "c0")


def test_a_row_of_ten_thousand_cells_is_one_problem(app):
    line, _, words = problem(f"{HEAD}\n{FIRST}\n{',' * 9_999}\n".encode())
    assert line == 3
    assert words == "The row has 10000 cells, the first row 9."


def test_columns_are_refused_by_name(app):
    head = HEAD.replace("city", "town").replace("email", "name")
    found = problems_in("centres", f"{head}\n{FIRST}\n".encode())
    assert found == [
        (1, "town", "There is no such column in this kind of file."),
        (1, "name", "The column is there twice."),
        (1, "city", "The column is missing."),
        (1, "email", "The column is missing."),
    ]


def test_semicolons_are_named(app):
    _, _, words = problem(FILE.replace(b",", b";"))
    assert "semicolons" in words


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(app, content):
    found = problems_in("centres", content)
    assert found
    assert all(line == 1 for line, _, _ in found)


def test_column_names_alone_are_refused(app):
    assert problem(f"{HEAD}\n".encode())[2] == "There is no row below the column names."


def test_a_file_that_is_too_large_is_not_read(app, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", len(FILE) - 1)
    assert "Split it" in problem(FILE)[2]


def test_a_key_that_is_there_twice_is_refused_with_both_lines(app):
    content = csv_file(*TWO, row("centres", city="Livorno"))
    assert problem(content) == (4, "number", "Line 2 is about the same already.")


def test_one_bad_row_among_many_means_that_nothing_is_written(app):
    rows = [row("centres", number=f"IT{n:03d}") for n in range(300)]
    rows[250]["timezone"] = "Mars/Olympus"
    assert [line for line, _, _ in problems_in("centres", csv_file(*rows))] == [252]
    assert numbers() == []


def test_every_problem_is_counted_and_the_first_are_listed(app):
    rows = [row("centres", number=f"I{n:04d}") for n in range(1000)]
    plan = check("centres", csv_file(*rows))
    assert plan.problem_count == 1000
    assert len(plan.problems) == LISTED
    assert [one.line for one in plan.problems] == list(range(2, LISTED + 2))


def test_reading_ends_when_nothing_good_is_to_be_expected(app, monkeypatch):
    monkeypatch.setattr(reading, "ENOUGH", 5_000)
    rows = [row("centres", number=f"I{n:05d}") for n in range(30_000)]
    plan = check("centres", csv_file(*rows))
    assert plan.problem_count == 10_000
    assert "empty lines" in problem(f"{HEAD}\n{FIRST}\n".encode() + b"\n" * 6_000)[2]


def test_a_value_is_listed_short_and_without_what_acts_on_a_screen(app):
    value = "x\u202e\x1b" + "y" * 100
    plan = check("centres", csv_file(row("centres", country=value)))
    assert plan.problems[0].value == "x\ufffd\ufffd" + "y" * 37 + "…"
    assert str(plan.problems[0]).startswith('line 2, column country, value "x')


RELAXED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
cells = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)


@RELAXED
@given(kind=st.sampled_from(ImportKind), content=st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_else_happens(app, kind, content):
    before = snapshot()
    assert check(kind, content).problem_count
    assert snapshot() == before


@RELAXED
@given(kind=st.sampled_from(ImportKind), values=st.lists(cells, max_size=30))
def test_any_cells_become_rows_or_problems(cast, kind, values):
    assert cast.amina
    good = row(kind)
    rows = [
        {**good, **dict(zip(good, values[start:], strict=False))}
        for start in range(0, len(values) + 1, 5)
    ]
    plan = check(kind, csv_file(*rows))
    assert plan.problem_count or plan.rows == len(rows)
    assert not plan.problem_count or not (plan.inserts or plan.updates)
    for one in plan.problems:
        assert one.line >= 2
        assert str(one)


@RELAXED
@given(
    cut=st.integers(0, len(FILE)),
    put=st.binary(max_size=6),
    width=st.integers(0, 30),
)
def test_a_damaged_file_is_written_whole_or_not_at_all(app, cut, put, width):
    content = FILE[:cut] + put + FILE[cut + width :]
    found = problems_in("centres", content)
    rows = len(numbers())
    assert (rows == 0) if found else (rows in (1, 2))
    db.session.execute(db.delete(Centre))
    db.session.commit()
