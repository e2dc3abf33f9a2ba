"""The files that go out: the answers as CSV, and a list to fill in."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from openpyxl import Workbook
from openpyxl.styles import Font

from app.services.downloads.tables import guarded
from app.services.list_checks.columns import HEADINGS, Column
from app.services.list_checks.keeping import Answer
from app.services.list_checks.verdicts import Verdict

WORDS: dict[Verdict, Any] = {
    Verdict.matches: _l("Matches"),
    Verdict.differs: _l("Differs"),
    Verdict.amended: _l("Amended since"),
    Verdict.not_found: _l("Not found"),
    Verdict.invalid: _l("Invalid row"),
    Verdict.repeated: _l("Stands in the list twice"),
    Verdict.enough: _l("Checked often enough"),
    Verdict.unchecked: _l("Not checked"),
}
# Somebody who does not exist, to show what a row looks like.
EXAMPLE = ("26CZZ9990001", date(2009, 12, 31), "B2", 172)
# So that a spreadsheet opens it as UTF-8.
BOM = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answers_csv(answers: Iterable[Answer]) -> Iterator[str]:
    """Yield a CSV file of answers, a row at a time, in the reader's language."""
    headings = (
        _("Row in your list"),
        HEADINGS[Column.number],
        _("Answer"),
        _("Check this cell"),
    )
    yield BOM + _line(str(heading) for heading in headings)
    for answer in answers:
        verdict = Verdict(answer.verdict)
        wrong = HEADINGS[Column(answer.wrong)] if verdict is Verdict.invalid else ""
        cells = (answer.line, answer.number, WORDS[verdict], wrong)
        yield _line(str(cell) for cell in cells)


def template_csv() -> str:
    """Return a list with its headings and one row to write over."""
    number, born, level, overall = EXAMPLE
    example = (number, f"{born:%d/%m/%Y}", level, str(overall))
    return BOM + _line(str(words) for words in HEADINGS.values()) + _line(example)


def template_xlsx() -> bytes:
    """Return the same as a spreadsheet, whose cells are texts and dates."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(words) for words in HEADINGS.values()])
    sheet.append(list(EXAMPLE))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter in "ABCD":
        sheet.column_dimensions[letter].width = 28
    sheet["B2"].number_format = "DD/MM/YYYY"
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([guarded(cell) for cell in cells])
    return written.getvalue()
