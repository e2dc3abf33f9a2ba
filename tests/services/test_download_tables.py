"""What people are called stays text in every file, and can be read back."""

import csv
import io
import json
import shutil
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook

from app.services.downloads import papers, tables
from app.values import DownloadFormat

NASTY = [
    "=1+1",
    '=HYPERLINK("https://evil.example","Click")',
    "+44 1234",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "'=1+1",
    "''=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "Anna;=1+1",
    "Anna\t=1+1",
    "Anna\n=1+1",
    "Anna,=1+1",
    '"=1+1',
    'Anna","=1+1',
    "D'Arc",
    "'t Hart",
    "O'=Brien",
    "<b>&amp;</b>",
    "{{ 7 * 7 }}",
    "{{7*7}}",
    "Иван; Łódź",
    "李小龍",
    "עברית",
    "x" * 300,
    "",
]
# Whatever a database may hold of a name.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
COLUMNS = [("first_name", "First name"), ("overall", "Overall score")]


def written(form, rows, columns=COLUMNS):
    """A data file of these rows."""
    target = io.BytesIO()
    table = tables.table(form, target, columns)
    table.write(rows)
    table.close()
    return target.getvalue()


def rows_of_csv(content, **dialect):
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), **dialect))


def is_formula(text):
    """Whether a spreadsheet would look into it, whatever blanks stand before."""
    return text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@given(st.lists(TEXT | st.sampled_from(NASTY), max_size=5))
def test_no_cell_of_a_csv_is_a_formula_and_each_can_be_read_back(names):
    content = written(DownloadFormat.csv, [[name, -5] for name in names])
    head, *rows = rows_of_csv(content)
    assert head == ["First name", "Overall score"]
    assert [tables.unguarded(row[0]) for row in rows] == names
    assert [row[1] for row in rows] == ["-5"] * len(names), "a number stays one"
    assert not any(is_formula(row[0]) for row in rows)


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("separator", ";\t")
def test_no_program_that_separates_otherwise_sees_a_formula(name, separator):
    content = written(DownloadFormat.csv, [[name, None]])
    rows = rows_of_csv(content, delimiter=separator, quoting=csv.QUOTE_NONE)
    assert not any(is_formula(cell) for row in rows for cell in row if cell)


def test_a_name_that_no_spreadsheet_runs_is_left_alone():
    for name in ("D'Arc", "'t Hart", "Anna-Maria", "O'Brien; Esq.", "李小龍"):
        assert tables.guarded(name) == name
    assert tables.guarded("=1") == "'=1"


@given(st.lists(TEXT | st.sampled_from(NASTY), max_size=3))
def test_no_cell_of_a_workbook_is_a_formula(names):
    content = written(DownloadFormat.xlsx, [[name, -5] for name in names])
    sheet = load_workbook(io.BytesIO(content)).active
    _, *rows = sheet.iter_rows()
    for name, (text, number) in zip(names, rows, strict=True):
        assert text.data_type != "f"
        assert (text.value or "") == tables.legal(name)
        assert (number.value, number.data_type) == (-5, "n")


def test_no_heading_of_a_workbook_is_cut_off():
    columns = [("first_name", "Name"), ("overall", "A heading " * 5)]
    content = written(DownloadFormat.xlsx, [["Anna", 172]], columns)
    wide = load_workbook(io.BytesIO(content)).active.column_dimensions
    assert wide["A"].width >= len("B1 Preliminary for Schools")
    assert wide["B"].width > len("A heading " * 5)


@given(st.lists(TEXT, max_size=5))
def test_a_file_for_programs_holds_each_name_as_it_is(names):
    rows = [[name, None] for name in names]
    found = json.loads(written(DownloadFormat.json, rows))
    wanted = [{"First name": name, "Overall score": None} for name in names]
    assert found == wanted
    content = written(DownloadFormat.xml, rows)
    tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    texts = [
        each.text or "" for each in tree.iterfind("result/field[@key='first_name']")
    ]
    assert texts == [tables.legal(name) for name in names]


@given(TEXT)
def test_a_heading_is_text_in_every_format(heading):
    columns = [("first_name", heading)]
    (head, _) = rows_of_csv(written(DownloadFormat.csv, [["Anna"]], columns))
    assert tables.unguarded(head[0]) == heading
    content = written(DownloadFormat.xml, [["Anna"]], columns)
    (field,) = etree.fromstring(content).iterfind("result/field")
    assert field.get("heading") == tables.legal(heading)
    assert field.text == "Anna"


@given(TEXT | st.sampled_from([*NASTY, "CON", "..", "../../etc/passwd", "a/b\\c:d*?"]))
def test_a_statement_has_a_name_that_every_disk_takes(person):
    name = papers.file_name(person, "261IT0240001")
    assert name.endswith("261IT0240001.pdf")
    assert ".." not in name
    assert not set(name) & set('<>:"/\\|?*\r\n\t')
    assert name.isprintable()
    assert not name.startswith((".", " ", "-"))
    assert len(name.encode()) <= 200


def test_no_two_statements_have_the_same_name_whatever_their_case():
    taken = set()
    names = [papers.unique(name, taken) for name in ("A.pdf", "a.pdf", "A.pdf")]
    assert names == ["A.pdf", "a-2.pdf", "A-3.pdf"]


def test_libreoffice_opens_both_and_runs_nothing(tmp_path):
    """One start of a real spreadsheet program for all of it: it takes some seconds."""
    office = shutil.which("soffice")
    if office is None:
        pytest.fail("install LibreOffice: apt-get install libreoffice-calc-nogui")
    names = [name for name in NASTY if name and "\n" not in name and "\r" not in name]
    rows = [[name, -5] for name in names]
    folder = tmp_path / "read"
    for form in (DownloadFormat.csv, DownloadFormat.xlsx):
        (tmp_path / f"of_{form}.{form}").write_bytes(written(form, rows))
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", "fods", "--outdir", str(folder)),
            *("--infilter=CSV:44,34,76,1", str(tmp_path / "of_csv.csv")),
            str(tmp_path / "of_xlsx.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for form in (DownloadFormat.csv, DownloadFormat.xlsx):
        cells = cells_of(folder / f"of_{form}.fods")
        assert not [cell for cell in cells if cell.get(f"{TABLE}formula")], form
        numbers = [c.get(f"{OFFICE}value") for c in cells[3::2]]
        assert numbers == ["-5"] * len(names), form
        texts = [text_of(cell) for cell in cells[2::2]]
        if form is DownloadFormat.csv:
            texts = [tables.unguarded(text) for text in texts]
        assert [squeezed(text) for text in texts] == [squeezed(n) for n in names], form


OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT_NAME = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def cells_of(path):
    """The cells of a sheet, row by row, without the empty ones at its edges."""
    tree = etree.parse(path, etree.XMLParser(huge_tree=True))
    found = tree.iter(f"{TABLE}table-cell")
    return [cell for cell in found if cell.get(f"{OFFICE}value-type")]


def text_of(cell):
    """The text of a cell, its tabs and blanks as they were."""
    for mark, blank in (("tab", "\t"), ("s", " ")):
        for each in cell.iter(f"{TEXT_NAME}{mark}"):
            each.text = blank
    return "\n".join("".join(each.itertext()) for each in cell.iter(f"{TEXT_NAME}p"))


def squeezed(text):
    """A text without blanks: a document has marks of its own for several."""
    return "".join(text.split())


def test_an_archive_holds_no_path(tmp_path):
    target = io.BytesIO()
    file = papers.Zip(target)
    file.archive.writestr(papers.file_name("../../etc/passwd", "1"), b"x")
    file.close()
    assert zipfile.ZipFile(target).namelist() == ["etc-passwd_1.pdf"]
