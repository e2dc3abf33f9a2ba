"""Statements of Results as PDF beside the same page drawn by reportlab directly.

The direct page has the same texts in the same places and fonts, the same picture and
the same QR code; it has no layout to find, which is what the difference pays for.
"""

import io
import multiprocessing
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import cycle
from typing import Any, NamedTuple

from flask import Flask
from flask_babel import force_locale
from pypdf import PdfReader
from reportlab.graphics import renderPDF
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock, create_app
from app.extensions import db
from app.models import Entry, Result
from app.services import documents, grading, paper, publication, scale
from app.services.scale import layout as layout
from app.services.scale import on_paper
from app.values import ResultStatus
from bench.alternating import medians
from bench.board import Ground, demo_board
from bench.table import Line


class Words(NamedTuple):
    """A text and where it stands on the page."""

    x: float
    y: float
    size: float
    font: str
    text: str


def run(ground: Ground) -> Iterator[Line]:
    """Draw with one process, then with two at once."""
    seconds, rounds = (4.0, 3) if not ground.quick else (0.05, 1)
    # So many different people, by turns.
    people = ground.size(40, 1)
    with demo_board(ground, ground.size(500, 20)):
        db.session.remove()
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=spawn) as pool:
            yield from _rates(pool, people, seconds, rounds)


def _rates(
    pool: ProcessPoolExecutor, people: int, seconds: float, rounds: int
) -> Iterator[Line]:
    for processes in (1, 2):

        def rate(how: str, count: int = processes) -> float:
            each = [pool.submit(drawn, how, people, seconds) for _ in range(count)]
            return sum(one.result() for one in each)

        own, beside, ratio = medians(
            lambda rate=rate: rate("subject"),
            lambda rate=rate: rate("baseline"),
            rounds,
        )
        yield Line(
            f"statements, {'one process' if processes == 1 else 'two processes'}",
            f"{own:.0f}/s",
            f"{beside:.0f}/s",
            ratio,
        )


def drawn(how: str, people: int, seconds: float) -> float:
    """Draw statements for a while in this process; return how many a second."""
    with _app().app_context():
        makers = cycle([_maker(how, *pair) for pair in _people(people)])
        next(makers)()
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            if not next(makers)().startswith(b"%PDF"):
                raise RuntimeError("this is no PDF")
            count += 1
        rate = count / (time.perf_counter() - started)
        db.session.remove()
        db.engine.dispose()
    return rate


@cache
def _app() -> Flask:
    """Return the app of this process, made when it is asked for first."""
    return create_app()


def _people(count: int) -> list[tuple[Entry, Result]]:
    rows = db.session.execute(
        select(Entry, Result)
        .join(Result, Result.entry_id == Entry.id)
        .options(joinedload(Entry.session), joinedload(Entry.centre))
        .where(
            Result.status == ResultStatus.graded,
            Result.overall.is_not(None),
            publication.visible(clock.now()),
        )
        .order_by(Entry.reference)
        .limit(count)
    )
    return [(entry, result) for entry, result in rows]


def _maker(how: str, entry: Entry, result: Result) -> Callable[[], bytes]:
    """Return a function that makes one person's statement, in either way."""
    at = clock.now()
    if how == "subject":
        return lambda: documents.statement_of_results(entry, result, at=at)
    ready = documents.statement_of_results(entry, result, at=at)
    words = _words(ready)
    return lambda: _directly(words, entry, result)


def _words(content: bytes) -> list[Words]:
    """Return every text of a page with its place, as it was laid out."""
    found: list[Words] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text.strip():
            bold = "Bold" in str((font or {}).get("/BaseFont", ""))
            face = "NotoSans-Bold" if bold else "NotoSans-Regular"
            x, y = tm[4] + cm[4], tm[5] + cm[5]
            found.append(Words(x, y, size or 10, face, text.strip()))

    PdfReader(io.BytesIO(content)).pages[0].extract_text(visitor_text=visit)
    return found


def _directly(words: list[Words], entry: Entry, result: Result) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    for one in words:
        canvas.setFont(one.font, one.size)
        canvas.drawString(one.x, one.y, one.text)
    with force_locale(entry.language.value):
        exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
        laid = scale.laid_out(layout.WIDE, exam, result.overall, result.scores)
    if laid is not None:
        drawing = on_paper.drawn(laid)
        drawing.scale(0.69, 0.69)
        renderPDF.draw(drawing, canvas, 48, 330)
    picture = paper.qr_code("http://127.0.0.1:8000/verify").partition(",")[2]
    canvas.drawImage(ImageReader(io.BytesIO(b64decode(picture))), 480, 50, 64, 64)
    canvas.save()
    return file.getvalue()
