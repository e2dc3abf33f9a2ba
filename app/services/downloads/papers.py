"""Statements of Results by the hundred: a PDF each in a ZIP, or all in one PDF."""

import io
import re
import unicodedata
import zipfile
from datetime import datetime
from typing import BinaryIO, Protocol

from flask_babel import format_datetime
from flask_babel import gettext as _
from pypdf import PdfWriter

from app.services import documents
from app.services.downloads.fields import Given
from app.values import DownloadFormat

# What Windows, or anybody's disk, has no place for in a name.
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# Bytes of a name: a disk takes 255, and its ending has to fit.
LONGEST_NAME = 120
# One that stands first, with what is different from the last time.
NOTES = "00-read-me.txt"


class Papers(Protocol):
    """A file of statements in the making."""

    def add(self, given: Given, content: bytes) -> None:
        """Add one statement."""

    def close(self) -> None:
        """Write what comes last."""


def papers(form: DownloadFormat, target: BinaryIO) -> Papers:
    """Begin a file of statements."""
    return Zip(target) if form is DownloadFormat.statements_zip else Merged(target)


def drawn(given: Given, *, at: datetime) -> bytes:
    """Return the statement of what may be given."""
    entry, result = given.entry, given.result
    return documents.statement_of_results(entry, result, at=at, scope=given.scope)


class Zip:
    """One PDF each, under the name of its person, written as they are drawn."""

    def __init__(self, target: BinaryIO) -> None:
        self.names: set[str] = set()
        self.amended: list[str] = []
        # A PDF is compressed already.
        self.archive = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)

    def add(self, given: Given, content: bytes) -> None:
        """Write one statement under a name that no other has."""
        entry = given.entry
        person = f"{entry.family_name} {entry.first_name}"
        name = unique(file_name(person, entry.statement_number), self.names)
        if given.amended_since is not None:
            day = format_datetime(given.amended_since, "d MMMM y")
            self.amended.append(f"{name}: {day}")
        self.archive.writestr(name, content)

    def close(self) -> None:
        """Say which were amended since they were first asked for, and end the list."""
        if self.amended:
            lines = [_("Amended since you first asked for them:"), *self.amended]
            text = "\r\n".join(lines) + "\r\n"
            self.archive.writestr(NOTES, text.encode("utf-8-sig", "replace"))
        self.archive.close()


class Merged:
    """All statements in one PDF, one after the other, with their names as bookmarks."""

    def __init__(self, target: BinaryIO) -> None:
        self.target = target
        self.whole = PdfWriter()

    def add(self, given: Given, content: bytes) -> None:
        """Add one statement; the bookmark says if it was amended since."""
        words = f"{given.entry.family_name} {given.entry.first_name}".strip()
        if given.amended_since is not None:
            day = format_datetime(given.amended_since, "d MMMM y")
            words = _("%(name)s – amended since, %(day)s", name=words, day=day)
        self.whole.append(io.BytesIO(content), outline_item=words)

    def close(self) -> None:
        """Write it: it takes shape in memory, which is why it holds fewer."""
        self.whole.write(self.target)


def file_name(person: str, number: str) -> str:
    """Return a name for somebody's statement that every disk takes."""
    text = _UNSAFE.sub(" ", unicodedata.normalize("NFC", person))
    text = "".join(one for one in text if unicodedata.category(one)[0] != "C")
    text = "-".join(text.replace(".", " ").split()).strip("-")
    while len(text.encode()) > LONGEST_NAME:
        text = text[:-1]
    number = re.sub(r"[^A-Za-z0-9]", "", number)
    return "_".join(part for part in (text, number) if part) + ".pdf"


def unique(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, whatever its case, and take it."""
    stem, number, found = name.removesuffix(".pdf"), 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{stem}-{number}.pdf"
    taken.add(found.casefold())
    return found
