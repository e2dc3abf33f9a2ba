"""A list as it was uploaded, read without trust: rows of claims, or what is wrong."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services.list_checks import spreadsheets
from app.services.list_checks.columns import Claim, claim, places

# A year's intake of a large university; more goes in several lists.
MOST_ROWS = 5_000
LARGEST = 2 * 1024 * 1024
# No cell that is read here is longer; a row of more cells is no list of this kind.
LONGEST_CELL = 2_000
MOST_CELLS = 100
# Empty rows between others; beyond that a file is padding.
MOST_LINES = 20_000
DELIMITERS = ",;\t"
# With which Excel says in the first line, that it does not show, what parts the cells.
_SAID = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Line = tuple[int, Sequence[Any]]


def read(content: bytes) -> list[Claim]:
    """Return the claims of a list in its order; the first row names the columns.

    Raises Refused, naming row and column, for a file that cannot be read as a whole. A
    row whose cells make no sense is a claim that says so.
    """
    _refuse_size(content)
    lines = (
        spreadsheets.rows(content, MOST_LINES, MOST_CELLS)
        if content.startswith(spreadsheets.MAGIC)
        else _csv_rows(_text(content))
    )
    return _claims(lines)


def _claims(lines: Iterator[Line]) -> list[Claim]:
    _line, headings = next(lines, (1, []))
    where = places(headings)
    found: list[Claim] = []
    for line, cells in lines:
        one = claim(line, cells, where)
        if one is None:
            continue
        if len(found) == MOST_ROWS:
            raise _refused(
                _l(
                    "This list has more than %(most)s rows. Send it in several lists.",
                    most=f"{MOST_ROWS:,}",
                )
            )
        found.append(one)
    if not found:
        raise _refused(_l("There is no row below the column names."))
    return found


def _refuse_size(content: bytes) -> None:
    if not content.strip():
        raise _refused(_l("This file is empty. Choose another one."))
    if len(content) > LARGEST:
        raise _refused(_l("This file is larger than 2 MB. Send it in several lists."))
    if content.startswith(OLD_EXCEL):
        raise _refused(
            _l(
                "This is an older Excel file, or one with a password. Save it as XLSX"
                " or CSV, without a password, and send that."
            )
        )


def _text(content: bytes) -> str:
    """Return a CSV file as text: UTF-8, UTF-16, or what Windows writes by itself."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif content[1:2] == b"\0":
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _refused(
        _l("This file is neither a spreadsheet nor text. Save it as XLSX or CSV.")
    )


def _csv_rows(text: str) -> Iterator[Line]:
    said = _SAID.match(text)
    text = text[said.end() :] if said else text
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = said[1] if said else max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    ended = 0
    try:
        for cells in reader:
            line, ended = ended + 1, reader.line_num
            _refuse_odd(line, cells)
            if any(cell.strip() for cell in cells):
                yield line, cells
    except csv.Error:
        raise _refused(
            _l(
                "Row %(row)s: a quote is not closed, or stands in the wrong place.",
                row=ended + 1,
            )
        ) from None


def _refuse_odd(line: int, cells: Iterable[str]) -> None:
    if line > MOST_LINES:
        raise _refused(_l("This file has too many empty rows."))
    for place, cell in enumerate(cells, 1):
        if place > MOST_CELLS or len(cell) > LONGEST_CELL:
            raise _refused(
                _l(
                    "Row %(row)s, column %(column)s: there is too much here for a list"
                    " of this kind.",
                    row=line,
                    column=place,
                )
            )


def _refused(words: Any) -> Refused:
    return Refused(words, field="file")
