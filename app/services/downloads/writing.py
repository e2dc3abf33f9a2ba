"""What is written into the file of a download, part by part, and nothing kept of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic, sleep
from typing import Any, BinaryIO

from flask_babel import gettext as _

from app.services.downloads import giving, kinds, papers, tables, templates
from app.services.downloads.fields import FIELDS, Given, Style
from app.services.downloads.giving import Part
from app.services.downloads.leases import LEASE, Work, settle
from app.services.downloads.templates import Layout
from app.transactions import atomic
from app.values import RowPer

# Rows in one transaction, which a withdrawal may have to wait for.
ROWS, STATEMENTS = 500, 10
# Of the time that a statement took, so much is left to others.
REST = 0.5


class Stopped(Exception):
    """The process ends; the next one begins anew."""


class Nothing(Exception):
    """Nothing of what was asked for may be given any more."""


def write(work: Work, target: BinaryIO) -> None:
    """Write the whole file of a download, of what may be given at each moment."""
    if kinds.is_statements(work.download.format):
        _write_papers(work, target)
    else:
        _write_table(work, target)
    # Shares that were erased in the meantime leave no row behind.
    work.left_out += work.download.rows - work.done
    if work.left_out == work.download.rows:
        raise Nothing


def _write_papers(work: Work, target: BinaryIO) -> None:
    file = papers.papers(work.download.format, target)
    for part in _parts(work, STATEMENTS):
        for given in part.given:
            began = monotonic()
            file.add(given, papers.drawn(given, at=work.now))
            if work.gently:
                sleep((monotonic() - began) * REST)
    file.close()


def _write_table(work: Work, target: BinaryIO) -> None:
    download = work.download
    layout = templates.read_layout(download.template)
    columns = list(
        zip([key for key, _ in layout.columns], layout.headings(), strict=True)
    )
    # Whoever has the file of the first time sees what is another one by now.
    again = download.finished_at is not None
    if again:
        columns.append(("amended_since", _amended_since(layout.headings())))
    style = templates.style(layout, download.organisation)
    file = tables.table(download.format, target, columns)
    for part in _parts(work, ROWS):
        file.write(
            row
            for given in part.given
            for row in _rows(given, layout, style, again=again)
        )
    file.close()


def _amended_since(taken: Sequence[str]) -> str:
    """Return a heading that no column of theirs has: a program reads by it."""
    heading = first = _("Amended since")
    number = 1
    while heading in taken:
        number += 1
        heading = f"{first} ({number})"
    return heading


def _rows(
    given: Given, layout: Layout, style: Style, *, again: bool
) -> Iterator[list[Any]]:
    """Yield the rows of one result: one, or one for each part that may be given."""
    for one in _by_part(given, layout.row_per):
        row = [FIELDS[key].read(one, style) for key, _ in layout.columns]
        if again:
            row.append(style.instant(given.amended_since))
        yield row


def _by_part(given: Given, row_per: RowPer) -> list[Given]:
    if row_per is RowPer.result:
        return [given]
    parts = [
        replace(given, part=part)
        for part in given.exam.components
        if part.code in given.scores
    ]
    return parts or [given]


def _parts(work: Work, size: int) -> Iterator[Part]:
    """Yield what may be given, part by part; each is noted, with how far it is."""
    after = 0
    while True:
        if work.stop():
            raise Stopped
        with atomic():
            now = work.now
            part = giving.part(work.download, after, size, by=work.by, at=now)
            if part is None:
                return
            after = part.last
            work.done += part.asked
            work.left_out += part.asked - len(part.given)
            settle(
                work.lease,
                done=work.done,
                left_out=work.left_out,
                leased_until=now + LEASE,
            )
        yield part
