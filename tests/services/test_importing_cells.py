"""Every column of every file, wrong in every way that somebody could think of."""

import pytest

from app.services import importing
from app.values import ImportKind
from tests.services.files import GOOD, check, csv_file, load, problems, row

FORMULA = "A value may not begin with = + - or @."
MISSING = "The value is missing."
TEXTS = [
    ("centres", "name"),
    ("centres", "city"),
    ("centres", "address"),
    ("schools", "name"),
    ("schools", "city"),
    ("sessions", "label"),
    ("timetable", "venue"),
    ("timetable", "room"),
    ("entries", "family_name"),
    ("entries", "first_name"),
    ("entries", "group"),
]
NOT_A_TEXT = [
    ('=HYPERLINK("http://evil.example","Benali")', FORMULA),
    ("+cmd|' /C calc'!A0", FORMULA),
    ("-1", FORMULA),
    ("@SUM(A1)", FORMULA),
    ("x" * 241, "longer than"),
    ("Ami\u202ena", "invisible character, U+202E"),
    ("Ami\tna", "invisible character, U+0009"),
    ("Ami\x07na", "invisible character, U+0007"),
    ("Ami\x1b[31mna", "invisible character, U+001B"),
    ("Ami\u200bna", "invisible character, U+200B"),
    ("Ami\nna", "invisible character, U+000A"),
    ("สมชาย", "cannot print ส ม ช า ย"),
    ("Ami\U000e0041na", "invisible character, U+E0041"),
]
MAY_BE_EMPTY = {
    "centres": {"website"},
    "schools": set(),
    "sessions": {"final_date"},
    "timetable": {"room", "candidate_number"},
    "entries": {"first_name", "school", "group", "guardian_email", "language"},
}
NOT_AN_EMAIL = [
    "x",
    "a@b",
    "a@b@c.example",
    "a b@c.example",
    "a@c..example",
    "a@-c.example",
    "a,b@c.example",
    "<a@c.example>",
    "a@c.example\nBcc: x@y.example",
    "a@c.example,b@c.example",
    "à@c.example",
    "=a@c.example\n",
    "a@" + "c" * 250 + ".example",
]
WRONG = [
    ("centres", "number", ["it024", "IT24", "IT0245", "024IT", "IT٠٢٤", "ITO24"]),
    ("centres", "country", ["it", "ITA", "XX", "12"]),
    ("centres", "phone", ["call us", "=1+1", "+", "1" * 41, "050;123"]),
    (
        "centres",
        "website",
        ["www.x.example", "javascript:alert(1)", "https://x", 'https://x.example/"'],
    ),
    ("centres", "timezone", ["Rome", "europe/rome", "../etc/passwd", "UTC+1"]),
    ("centres", "email", NOT_AN_EMAIL),
    ("schools", "number", ["S 1", "=S1", "S" * 21, "ß1"]),
    ("schools", "centre", ["IT999", "it024", "1"]),
    ("schools", "email", NOT_AN_EMAIL),
    ("sessions", "code", ["26 11", "-x", "x" * 25, "a/b", "é"]),
    ("sessions", "exam", ["B2 First", "fce", "IELTS"]),
    ("sessions", "mode", ["Paper", "online"]),
    (
        "sessions",
        "exam_date",
        [
            "2026-02-29",
            "14/11/2026",
            "20261114",
            "2026-W46-6",
            "2026-1-5",
            "1999-12-31",
        ],
    ),
    ("sessions", "final_date", ["2026-11-20", "2028-01-01", "soon", "2026-13-01"]),
    ("timetable", "session", ["2611-fce-p", "x"]),
    ("timetable", "centre", ["IT025", ""]),
    ("timetable", "component", ["U", "RW", "r", "Reading", "0"]),
    ("timetable", "date", ["2026-11-31", "2027-11-14", "2025-11-14", "14.11.2026"]),
    ("timetable", "start", ["9:00", "24:00", "09:60", "09.00", "09:00:00", "9am", ""]),
    ("timetable", "candidate_number", ["9999", "1", "001", "=0001"]),
    ("entries", "session", ["2611-fce-p", "x"]),
    ("entries", "centre", ["IT025", "024"]),
    ("entries", "candidate_number", ["1", "001", "00001", "12a4", "١٢٣٤", "-001"]),
    (
        "entries",
        "date_of_birth",
        ["2026-11-14", "2025-01-01", "1899-12-31", "05/03/2008", "2007-02-29", "39512"],
    ),
    ("entries", "email", [*NOT_AN_EMAIL, ""]),
    ("entries", "guardian_email", NOT_AN_EMAIL),
    ("entries", "school", ["S-999", "s-100"]),
    ("entries", "language", ["fr", "IT", "Italian"]),
]


@pytest.fixture
def board(cast):
    """Centre IT024, its school S-100, a B2 First session with Amina in it."""
    assert cast.amina
    assert cast.liceo
    return cast


@pytest.mark.parametrize("kind", MAY_BE_EMPTY)
def test_a_good_row_is_good(board, kind):
    assert check(kind, csv_file(row(kind))).problems == []


@pytest.mark.parametrize(("value", "words"), NOT_A_TEXT)
@pytest.mark.parametrize(("kind", "column"), TEXTS)
def test_a_text_is_one_that_documents_can_print(board, kind, column, value, words):
    ((line, at, message),) = problems(kind, row(kind, **{column: value}))
    assert (line, at) == (2, column)
    assert words in message


@pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, column) for kind in MAY_BE_EMPTY for column in GOOD[kind]],
)
def test_a_value_may_be_missing_only_where_that_is_promised(board, kind, column):
    found = problems(kind, row(kind, **{column: ""}))
    assert (found == []) == (column in MAY_BE_EMPTY[kind])
    assert {at for _, at, _ in found} <= {column}


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [(kind, column, value) for kind, column, values in WRONG for value in values],
)
def test_a_wrong_value_is_refused_in_its_column(board, kind, column, value):
    ((line, at, message),) = problems(kind, row(kind, **{column: value}))
    assert (line, at) == (2, column)
    assert message


def test_all_that_is_wrong_with_a_row_is_said_at_once(board):
    bad = row("entries", session="x", centre="y", candidate_number="z", email="")
    assert [at for _, at, _ in problems("entries", bad)] == [
        "session",
        "centre",
        "candidate_number",
        "email",
    ]


def test_a_decomposed_name_is_the_same_as_a_composed_one(board):
    load("entries", row("entries", first_name="José"))
    again = load("entries", row("entries", first_name="Jose\u0301"))
    assert (again.changed, again.unchanged) == (0, 1)


@pytest.mark.parametrize("kind", ImportKind)
def test_the_columns_of_a_file_are_told(kind):
    assert importing.columns(kind) == tuple(GOOD[kind])
