"""Data files, written part by part: CSV, XLSX, JSON and XML.

What people are called is text, whatever it looks like: no cell becomes a formula, and
every value can be read back.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Protocol, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.services.downloads.fields import Cell
from app.values import DownloadFormat

Rows: TypeAlias = Iterable[Sequence[Cell]]


class Table(Protocol):
    """A data file in the making."""

    def write(self, rows: Rows) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Write what comes last."""


def table(
    form: DownloadFormat, target: BinaryIO, columns: Sequence[tuple[str, str]]
) -> Table:
    """Begin a data file with these (field, heading) pairs, each heading once."""
    return _TABLES[form](target, columns)


# --- CSV ------------------------------------------------------------------------------

# With these a spreadsheet begins a formula (OWASP), the wide ones of Japanese and
# Chinese keyboards among them; at the start of a cell, after blanks that it skips, or
# where a program that takes another separator than ours would see a start.
_STARTS = r"=+\-@\t\r\n＝＋－＠"
_FORMULA = re.compile(rf"(^|[;\t\r\n])(?=[\s']*[{_STARTS}])")
_GUARDED = re.compile(rf"(^|[;\t\r\n])'(?=[\s']*[{_STARTS}])")


def guarded(text: str) -> str:
    """Return a text with an apostrophe wherever it could begin a formula."""
    return _FORMULA.sub(r"\1'", text)


def unguarded(text: str) -> str:
    """Return what a guarded text was."""
    return _GUARDED.sub(r"\1", text)


class Csv:
    """UTF-8 with a mark at its beginning, which Excel wants; otherwise RFC 4180."""

    def __init__(self, target: BinaryIO, columns: Sequence[tuple[str, str]]) -> None:
        self.target = target
        target.write(b"\xef\xbb\xbf")
        self.write([[heading for _, heading in columns]])

    def write(self, rows: Rows) -> None:
        """Write some rows; whole numbers stay numbers."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(
            [guarded(one) if isinstance(one, str) else one for one in row]
            for row in rows
        )
        self.target.write(text.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        """Leave it as it is."""


# --- XLSX -----------------------------------------------------------------------------

# What XML 1.0 has no place for, and so neither has a spreadsheet.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The longest name of an exam, and the widest of a heading of an organisation's own.
WIDTH, WIDEST = 27, 60


def legal(text: str) -> str:
    """Return a text without the characters that XML has no place for."""
    return _ILLEGAL.sub("", text)


class Xlsx:
    """One sheet, streamed to a file beside it; every text is a text."""

    def __init__(self, target: BinaryIO, columns: Sequence[tuple[str, str]]) -> None:
        self.target = target
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet("Esito")
        self.sheet.freeze_panes = "A2"
        for place, (_, heading) in enumerate(columns, start=1):
            width = min(max(WIDTH, len(heading) + 2), WIDEST)
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        head = [self._text(heading) for _, heading in columns]
        for cell in head:
            cell.font = Font(bold=True)
        self.sheet.append(head)

    def write(self, rows: Rows) -> None:
        """Write some rows; whole numbers stay numbers."""
        for row in rows:
            self.sheet.append(
                [self._text(one) if isinstance(one, str) else one for one in row]
            )

    def close(self) -> None:
        """Pack the sheet into the file."""
        self.book.save(self.target)

    def _text(self, text: str) -> Any:
        cell = WriteOnlyCell(self.sheet, legal(text))
        # Said outright: what begins with "=" would be taken for a formula.
        cell.data_type = "s"
        return cell


# --- JSON and XML ---------------------------------------------------------------------


class Json:
    """A list of objects, whose keys are the headings."""

    def __init__(self, target: BinaryIO, columns: Sequence[tuple[str, str]]) -> None:
        self.target, self.columns, self.first = target, columns, True
        target.write(b"[")

    def write(self, rows: Rows) -> None:
        """Write some rows, each on a line of its own."""
        for row in rows:
            values = {
                heading: value
                for (_, heading), value in zip(self.columns, row, strict=True)
            }
            line = json.dumps(values, ensure_ascii=False)
            start = "\n" if self.first else ",\n"
            self.target.write((start + line).encode("utf-8", "replace"))
            self.first = False

    def close(self) -> None:
        """End the list."""
        self.target.write(b"\n]\n")


class Xml:
    """<results>, in it a <result> for each row, in it a <field> for each cell.

    A field carries its key, which never changes, and its heading.
    """

    def __init__(self, target: BinaryIO, columns: Sequence[tuple[str, str]]) -> None:
        self.target = target
        self.starts = [
            f"<field key={quoteattr(key)} heading={quoteattr(legal(heading))}>"
            for key, heading in columns
        ]
        target.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<results>\n')

    def write(self, rows: Rows) -> None:
        """Write some rows."""
        for row in rows:
            cells = "".join(
                f"{start}{_in_xml(value)}</field>"
                for start, value in zip(self.starts, row, strict=True)
            )
            self.target.write(f"<result>{cells}</result>\n".encode())

    def close(self) -> None:
        """End the list."""
        self.target.write(b"</results>\n")


def _in_xml(value: Cell) -> str:
    # A bare carriage return would be read back as a new line.
    text = legal(str("" if value is None else value))
    return escape(text, {"\r": "&#13;"})


_TABLES: dict[DownloadFormat, Any] = {
    DownloadFormat.csv: Csv,
    DownloadFormat.xlsx: Xlsx,
    DownloadFormat.json: Json,
    DownloadFormat.xml: Xml,
}
