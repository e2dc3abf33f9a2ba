"""CSV files, read without trust: whatever they hold becomes rows or problems."""

import csv
import io
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from flask_babel import lazy_gettext as _l

from app.services.importing.plan import Plan

# More than 500,000 results; keeps one file from filling the memory.
LARGEST_FILE = 64 * 1024 * 1024
# The csv module refuses a larger cell; no value here is longer than a line of text.
LARGEST_CELL = 131_072
LONGEST_LINE = 1_000_000
# A row over more lines than this began with a quote that nobody closed.
MOST_LINES = 200
# So many problems, or empty lines in a row, and the rest is not worth the time.
ENOUGH = 500_000
# How often a long import tells how far it is.
STEP = 5_000

Row = tuple[int, tuple[str, ...]]


class _Unreadable(Exception):
    """The rest of the file cannot be read; the message says why."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


def rows(plan: Plan, columns: tuple[str, ...]) -> Iterator[Row]:
    """Return each row's line and cells, in the order of `columns`, blanks cut off.

    What cannot be read becomes a problem of the plan: then the row, or the rest of the
    file, is left out. A row's line is the physical line it begins in.
    """
    if not _is_text(plan):
        return
    reader = _Rows(plan.content)
    try:
        pick, width = _header(plan, reader, columns)
        if pick is None:
            return
        yield from _body(plan, reader, pick, width)
    except (csv.Error, _Unreadable) as error:
        plan.problem(reader.line, "", "", _reason(error))


def _body(
    plan: Plan, reader: "_Rows", pick: Callable[[Any], Any], width: int
) -> Iterator[Row]:
    count = 0
    for line, cells in reader:
        count += 1
        if count % STEP == 0:
            _go_on(plan, count)
        if len(cells) != width:
            message = _l(
                "The row has %(n)s cells, the first row %(width)s.",
                n=len(cells),
                width=width,
            )
            plan.problem(line, "", ",".join(cells[:10]), message)
            continue
        yield line, pick([cell.strip(BLANKS) for cell in cells])
    if not count:
        plan.problem(1, "", "", _l("There is no row below the column names."))


def _go_on(plan: Plan, count: int) -> None:
    if plan.problem_count >= ENOUGH:
        raise _Unreadable(_l("There is too much wrong; reading stopped here."))
    if plan.progress is not None:
        plan.progress(count)


# What people leave around a value without seeing it.
BLANKS = " \t\u00a0"


class _Rows:
    """Rows of a file with the line that each begins in; empty lines are left out."""

    def __init__(self, content: bytes) -> None:
        # Lines end as they do: with LF, CR LF or CR alone.
        self._stream = io.TextIOWrapper(
            io.BytesIO(content), encoding="utf-8-sig", newline=""
        )
        self._reader = csv.reader(self._lines(), strict=True)
        self._read = 0
        self.line = 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        empty = 0
        while True:
            self.line = self._read + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            if cells:
                empty = 0
                yield self.line, cells
                continue
            empty += 1
            if empty > ENOUGH:
                raise _Unreadable(_l("There are too many empty lines."))

    def _lines(self) -> Iterator[str]:
        for text in self._stream:
            self._read += 1
            if len(text) > LONGEST_LINE:
                raise _Unreadable(
                    _l(
                        "The line is longer than %(n)s characters.",
                        n=f"{LONGEST_LINE:,}",
                    )
                )
            if self._read - self.line >= MOST_LINES:
                raise _Unreadable(_UNCLOSED)
            yield text


_UNCLOSED = _l("A quote opens in this row and is not closed.")


def _reason(error: Exception) -> Any:
    if isinstance(error, _Unreadable):
        return error.message
    said = str(error)
    if "field larger" in said:
        return _l(
            "A cell is longer than %(n)s characters, or a quote is not closed.",
            n=f"{LARGEST_CELL:,}",
        )
    if "unexpected end" in said:
        return _UNCLOSED
    return _l(
        "A quote in this row is not closed, or stands in the wrong place. A cell that"
        " holds a quote is put in quotes, and the quote is written twice."
    )


def _is_text(plan: Plan) -> bool:
    content = plan.content
    if not content.strip():
        plan.problem(1, "", "", _l("The file is empty."))
    elif len(content) > LARGEST_FILE:
        message = _l(
            "The file is larger than %(n)s MB. Split it.", n=LARGEST_FILE // 2**20
        )
        plan.problem(1, "", "", message)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        message = _l("The file is in UTF-16 or UTF-32. Save it as CSV in UTF-8.")
        plan.problem(1, "", "", message)
    elif b"\0" in content:
        message = _l(
            "The file holds a NUL character: it is no text in UTF-8, or it is damaged."
        )
        plan.problem(_line_of(content, content.index(b"\0")), "", "", message)
    else:
        return _is_utf8(plan)
    return False


def _is_utf8(plan: Plan) -> bool:
    try:
        plan.content.decode()
    except UnicodeDecodeError as error:
        wrong = plan.content[error.start : error.start + 4].hex(" ")
        message = _l("These bytes are not UTF-8. Save the file as CSV in UTF-8.")
        plan.problem(_line_of(plan.content, error.start), "", wrong, message)
        return False
    return True


def _line_of(content: bytes, place: int) -> int:
    head = content[:place]
    return 1 + head.count(b"\n") + head.count(b"\r") - head.count(b"\r\n")


def _header(
    plan: Plan, reader: _Rows, columns: tuple[str, ...]
) -> tuple[Callable[[Any], Any] | None, int]:
    line, cells = next(iter(reader), (1, []))
    found = [cell.strip(BLANKS) for cell in cells]
    if len(found) == 1 and found[0].count(";") >= len(columns) - 1:
        message = _l("The columns are separated by semicolons. Use commas.")
        plan.problem(line, "", found[0], message)
        return None, 0
    before = plan.problem_count
    known, seen = set(columns), set()
    for name in found:
        if name in seen:
            plan.problem(line, name, name, _l("The column is there twice."))
        elif name not in known:
            message = _l("There is no such column in this kind of file.")
            plan.problem(line, name[:40] or "?", name, message)
        seen.add(name)
    for name in columns:
        if name not in seen:
            plan.problem(line, name, "", _l("The column is missing."))
    if plan.problem_count > before:
        return None, 0
    return itemgetter(*map(found.index, columns)), len(found)
