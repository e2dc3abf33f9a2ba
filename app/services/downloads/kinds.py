"""The formats of downloads: what each is called, and how much of it is made."""

from flask_babel import lazy_gettext as _l

from app.models import Download
from app.values import AccessKind, DownloadFormat

# Of a data file: its rows come and go. Of statements: each is drawn by itself.
MOST_ROWS = 100_000
MOST_STATEMENTS = 2_000
# One merged file is held in memory until it is whole.
MOST_MERGED = 500
# So many are made at once, while the member waits: a tenth of a second.
AT_ONCE_ROWS = 25
AT_ONCE_STATEMENTS = 3

NAMES = {
    DownloadFormat.statements_zip: _l("Statements of Results, one PDF each (ZIP)"),
    DownloadFormat.statements_pdf: _l("Statements of Results, all in one PDF"),
    DownloadFormat.csv: _l("Data file for spreadsheets (CSV)"),
    DownloadFormat.xlsx: _l("Data file for Excel and LibreOffice (XLSX)"),
    DownloadFormat.json: _l("Data file for programs (JSON)"),
    DownloadFormat.xml: _l("Data file for programs (XML)"),
}
_ENDINGS = {
    DownloadFormat.statements_zip: ("zip", "application/zip"),
    DownloadFormat.statements_pdf: ("pdf", "application/pdf"),
    DownloadFormat.csv: ("csv", "text/csv"),
    DownloadFormat.xlsx: (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    DownloadFormat.json: ("json", "application/json"),
    DownloadFormat.xml: ("xml", "application/xml"),
}
STATEMENTS = (DownloadFormat.statements_zip, DownloadFormat.statements_pdf)
FOLDER = "downloads"


def is_statements(form: DownloadFormat) -> bool:
    """Tell whether a format holds papers, and not rows."""
    return form in STATEMENTS


def most(form: DownloadFormat) -> int:
    """Return how many results one download of a format holds at most."""
    if form is DownloadFormat.statements_pdf:
        return MOST_MERGED
    return MOST_STATEMENTS if is_statements(form) else MOST_ROWS


def at_once(download: Download) -> bool:
    """Tell whether a download is so small that it is made while its member waits."""
    statements = is_statements(download.format)
    return download.rows <= (AT_ONCE_STATEMENTS if statements else AT_ONCE_ROWS)


def access_kind(form: DownloadFormat) -> AccessKind:
    """Return as what a candidate sees that a result was taken."""
    return AccessKind.statement if is_statements(form) else AccessKind.data


def stored_name(download: Download, file: str = "") -> str:
    """Return the name of a download's file in the storage."""
    return f"{FOLDER}/{file or download.file}.{_ENDINGS[download.format][0]}"


def content_type(form: DownloadFormat) -> str:
    """Return what a browser is told that a file is."""
    return _ENDINGS[form][1]


def shown_name(download: Download) -> str:
    """Return the name under which a browser keeps the file: of a day, of nobody."""
    what = "statements" if is_statements(download.format) else "results"
    return f"{what}-{download.asked_at:%Y-%m-%d}.{_ENDINGS[download.format][0]}"
