"""Which lists are read, whatever program wrote them, and which are refused and why."""

import io
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.errors import Refused
from app.services.list_checks import files, reading, spreadsheets
from app.services.list_checks.columns import Claim

NUMBER = "26BIT0240001"
PLAIN = Claim(2, NUMBER, "2009-03-05", "B2", 172)


@pytest.fixture(autouse=True)
def inside(app):
    return app


def sheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def repacked(content, change):
    """A spreadsheet whose parts went through `change`: {name: content}."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts = change(parts)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return kept.getvalue()


def never_opened(monkeypatch):
    """From now on nothing may get as far as the library."""
    monkeypatch.setattr(
        spreadsheets, "load_workbook", lambda *_args, **_values: pytest.fail("opened")
    )


def refused(content):
    with pytest.raises(Refused) as problem:
        reading.read(content)
    assert problem.value.field == "file"
    return str(problem.value)


ENGLISH = "Statement of Results number,Date of birth,CEFR level,Overall score"
ITALIAN = "Numero dello Statement of Results;Data di nascita;Livello QCER;Punteggio"


@pytest.mark.parametrize(
    "text",
    [
        f"{ENGLISH}\n{NUMBER},2009-03-05,B2,172\n",
        f"{ENGLISH}\r\n{NUMBER.lower()},05/03/2009,Level B2,172\r\n",
        f"{ITALIAN}\n{NUMBER[:3]} {NUMBER[3:8]} {NUMBER[8:]};5.3.2009;livello b2;172.0",
        f"Overall\tDOB\tName\tCEFR\tStatement number\n172\t05-03-2009\tX\tb2\t{NUMBER}",
        f"sep=;\r\n{ITALIAN};a,b,c,d,e\r\n{NUMBER};05/03/2009;B2;172,0;x",
        f'"STATEMENT OF RESULTS";"date of birth";"level";"score"\n'
        f'"{NUMBER}";"05/03/2009";"B2";"172"',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_both_languages_however_it_is_written(text, encoding):
    assert reading.read(text.encode(encoding)) == [PLAIN]


@pytest.mark.parametrize(
    "born", [date(2009, 3, 5), datetime(2009, 3, 5), "05/03/2009", "2009-03-05"]
)
def test_a_spreadsheet_is_read_with_dates_as_dates_and_as_text(born):
    content = sheet(ENGLISH.split(","), [NUMBER, born, "B2", 172])
    assert reading.read(content) == [PLAIN]


@pytest.mark.parametrize("language", ["en", "it"])
def test_our_own_templates_are_read_with_every_column(language):
    with force_locale(language):
        (written,) = reading.read(files.template_csv().encode())
        assert reading.read(files.template_xlsx()) == [written]
    assert written.level
    assert written.overall


def test_a_list_without_claims_claims_nothing():
    (one,) = reading.read(f"statement number,date of birth\n{NUMBER},5/3/2009".encode())
    assert one == Claim(2, NUMBER, "2009-03-05")
    assert not one.claims


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("26BIT02400,05/03/2009,B2,172", "number"),
        (",05/03/2009,B2,172", "number"),
        (f"{NUMBER},30/02/2009,B2,172", "born"),
        (f"{NUMBER},,B2,172", "born"),
        (f"{NUMBER},03/25/2009,B2,172", "born"),
        (f"{NUMBER},05/03/1809,B2,172", "born"),
        (f"{NUMBER},05/03/2009,D1,172", "level"),
        (f"{NUMBER},05/03/2009,B2,231", "overall"),
        (f"{NUMBER},05/03/2009,B2,172.5", "overall"),
        (f"{NUMBER},05/03/2009,B2,-1", "overall"),
        (f"{NUMBER},05/03/2009,B2,²", "overall"),
    ],
)
def test_a_row_that_makes_no_sense_says_which_cell(row, wrong):
    good = f"{NUMBER[:-1]}2,05/03/2009,B2,172"
    odd, fine = reading.read(f"{ENGLISH}\n{row}\n{good}\n".encode())
    assert (odd.line, odd.wrong) == (2, wrong)
    assert (fine.line, fine.wrong) == (3, "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"name,date of birth\nx,y", "Row 1 has no column"),
        (b"statement,dob,born\nx,y,z", "twice"),
        (b"statement,dob\n", "no row below"),
        (b'statement,dob\n"26BIT0240001,05/03/2009\n', "Row 2"),
        (b"statement,dob\nx\0y,z", "neither"),
        (b"\xd0\xcf\x11\xe0 old", "older Excel"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"\xff\xfe\x00\xd8", "neither"),
        (b"statement,dob\n" + b"x" * 3000 + b",y", "Row 2, column 1"),
        (b"x" * (2 * 1024 * 1024 + 1), "2 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(content, said):
    assert said in refused(content)


def test_one_row_too_many_is_refused():
    row = f"{NUMBER},05/03/2009,,\n"
    assert len(reading.read(f"{ENGLISH}\n{row * 5000}".encode())) == 5000
    assert "5,000" in refused(f"{ENGLISH}\n{row * 5001}".encode())


def test_padding_with_empty_rows_ends():
    assert "empty rows" in refused(ENGLISH.encode() + b"\n" * 20_001 + b"x,y,,\n")


# --- Traps ----------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    content = sheet(ENGLISH.split(","), [NUMBER, "05/03/2009", "B2", 172])
    never_opened(monkeypatch)
    blown = repacked(content, lambda parts: {**parts, "xl/x.xml": b" " * 30_000_000})
    assert "cannot be read" in refused(blown)
    dense = repacked(content, lambda parts: {**parts, "xl/x.xml": b" " * 9_000_000})
    assert "cannot be read" in refused(dense)
    many = {f"xl/{n}.bin": b"" for n in range(300)}
    assert "cannot be read" in refused(repacked(content, lambda parts: parts | many))


@pytest.mark.parametrize(
    "markup",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        b"<!doctype a><a/>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="IBM037"?><a/>',
    ],
)
def test_entities_and_odd_encodings_are_refused(markup, monkeypatch):
    content = sheet(ENGLISH.split(","), [NUMBER, "05/03/2009", "B2", 172])
    never_opened(monkeypatch)
    name = "xl/sharedStrings.xml"
    assert "cannot be read" in refused(repacked(content, lambda p: {**p, name: markup}))


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("xl/worksheets/sheet1.xml", "<worksheet><row>%s</row></worksheet>"),
        ("xl/worksheets/sheet1.xml", "<worksheet><row/>%s</worksheet>"),
        ("xl/worksheets/sheet1.xml", f'<x:worksheet xmlns:x="{MAIN}">%s</x:worksheet>'),
        ("xl/styles.xml", "<styleSheet><cellXfs>%s</cellXfs></styleSheet>"),
        ("xl/workbook.xml", "<workbook><sheets>%s</sheets></workbook>"),
        ("xl/sharedStrings.xml", "<sst>%s%s%s%s%s</sst>"),
    ],
)
def test_elements_by_the_hundred_thousand_are_refused_unread(name, markup, monkeypatch):
    content = sheet(ENGLISH.split(","), [NUMBER, "05/03/2009", "B2", 172])
    never_opened(monkeypatch)
    # Small when packed and when unpacked: it is what they become that fills a machine.
    part = markup.replace("%s", "<c/>" * 100_000).encode()
    assert "cannot be read" in refused(repacked(content, lambda p: {**p, name: part}))


def test_markup_under_another_name_is_looked_through_too(monkeypatch):
    content = sheet(ENGLISH.split(","), [NUMBER, "05/03/2009", "B2", 172])
    trap = b'<!DOCTYPE x [<!ENTITY a "b">]>'

    def renamed(trap):
        def change(parts):
            name = "xl/worksheets/sheet1"
            body = trap + parts.pop(f"{name}.xml")
            moved = {n: c.replace(b"sheet1.xml", b"sheet1.b") for n, c in parts.items()}
            return {**moved, f"{name}.b": body}

        return repacked(content, change)

    assert reading.read(renamed(b"")) == [PLAIN]
    never_opened(monkeypatch)
    assert "cannot be read" in refused(renamed(trap))
    assert "cannot be read" in refused(renamed("<a/>".encode("utf-16")))


def test_a_wide_list_of_a_whole_year_is_read():
    row = [NUMBER, "05/03/2009", "B2", 172, *["more that is not read"] * 16]
    named = [*ENGLISH.split(","), *(f"Column {n}" for n in range(16))]
    assert reading.read(sheet(named, *[row] * 800))[799] == replace(PLAIN, line=801)


def test_what_a_sheet_says_of_its_size_is_not_believed():
    content = sheet(ENGLISH.split(","), [NUMBER, "05/03/2009", "B2", 172])

    def lie(parts):
        name = "xl/worksheets/sheet1.xml"
        said = parts[name].replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"')
        far = said.replace(b'<row r="2"', b'<row r="1048576"')
        return {**parts, name: far}

    assert "empty rows" in refused(repacked(content, lie))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    start=st.sampled_from([b"", b"PK\x03\x04", ENGLISH.encode() + b"\n", b"\xff\xfe"]),
    rest=st.binary(max_size=200),
)
def test_whatever_is_uploaded_is_read_or_refused(start, rest):
    with suppress(Refused):
        assert reading.read(start + rest)
