"""A spreadsheet (XLSX), opened without trust: its size is known before it is read."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from openpyxl import load_workbook

from app.errors import Refused

MAGIC = b"PK\x03\x04"
# What a list of 5,000 rows needs many times over; a bomb wants more.
MOST_PARTS = 200
UNPACKED = 24 * 1024 * 1024
# Rows of one shape pack to a fiftieth; a bomb to a thousandth.
RATIO = 300
# Tags, each of which becomes some hundred bytes: of 5,000 rows of 20 columns, of their
# texts, of one row, and of all that says how a spreadsheet looks.
MOST_TAGS, OF_TEXTS, OF_A_ROW, OF_THE_REST = 500_000, 200_000, 1_000, 20_000
SHEETS, STRINGS = "xl/worksheets/", "xl/sharedStrings.xml"
_ROW = re.compile(rb"<(?:[^\s<>/:]+:)?row[\s/>]")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9_\-]+)[\"']")
UTF8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
# What makes a document say other than it holds.
_FORBIDDEN = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)

# What a ZIP file that is none, or is damaged or locked, ends in.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)

UNREADABLE = _l(
    "This spreadsheet cannot be read. Open it, save it as XLSX or CSV once more, and"
    " send that."
)


def rows(
    content: bytes, most_lines: int, most_cells: int
) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows of the first sheet with their numbers; empty ones are left out.

    Formulas count as what they showed when the file was saved. Raises Refused for what
    is no spreadsheet, or would be too large unpacked.
    """
    _refuse_traps(content)
    try:
        book = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
    except Exception as problem:
        # Whatever the library stumbles over in a stranger's file.
        current_app.logger.info("list: unreadable: %s", type(problem).__name__)
        raise Refused(UNREADABLE, field="file") from None
    try:
        yield from _rows(book, most_lines, most_cells)
    finally:
        book.close()


def _rows(
    book: Any, most_lines: int, most_cells: int
) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        sheet = book.worksheets[0]
        # What a file says of its own size is not believed.
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_col=most_cells, values_only=True)
        for line, cells in enumerate(found, 1):
            if line > most_lines:
                raise Refused(_l("This file has too many empty rows."), field="file")
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield line, cells
    except (Refused, GeneratorExit):
        raise
    except Exception as problem:
        current_app.logger.info("list: unreadable: %s", type(problem).__name__)
        raise Refused(UNREADABLE, field="file") from None


def _refuse_traps(content: bytes) -> None:
    """Refuse what unpacks to too much, or holds anything but plain XML."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            whole = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or whole > UNPACKED:
                raise Refused(UNREADABLE, field="file")
            tags = 0
            for part in parts:
                if part.file_size > RATIO * max(part.compress_size, 1000):
                    raise Refused(UNREADABLE, field="file")
                tags += _tags(part.filename, packed.read(part))
                if tags > MOST_TAGS:
                    raise Refused(UNREADABLE, field="file")
    except _BROKEN:
        raise Refused(UNREADABLE, field="file") from None


def _tags(name: str, content: bytes) -> int:
    """Return how many tags a part has; refuse too many, and more than plain markup.

    What a part is called does not say what it holds: pictures and the like are told by
    their first letter, in whatever encoding.
    """
    first = content[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1]
    if first != b"<" and not name.lower().endswith((".xml", ".rels", ".vml")):
        return 0
    _refuse_markup(content)
    if name == STRINGS:
        if content.count(b"<") > OF_TEXTS:
            raise Refused(UNREADABLE, field="file")
        return 0
    rows = _ROW.split(content) if name.startswith(SHEETS) else [content]
    counts = [row.count(b"<") for row in rows]
    # What stands before the first row, and in the last one and behind it.
    if max(counts[0], counts[-1]) > OF_THE_REST or any(
        count > OF_A_ROW for count in counts[1:-1]
    ):
        raise Refused(UNREADABLE, field="file")
    return sum(counts) + len(rows)


def _refuse_markup(markup: bytes) -> None:
    start = markup.removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = _DECLARED.match(start)
    other = declared is not None and declared[1].lower() not in UTF8
    if not start.startswith(b"<") or b"\0" in markup[:200] or other:
        raise Refused(UNREADABLE, field="file")
    if _FORBIDDEN.search(markup):
        raise Refused(UNREADABLE, field="file")
