"""Importing results beside inserting the same rows with executemany, and its memory.

Each runs in a process of its own on a database that holds the entries and no results.
"""

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import delete, select

import config
from app import clock, create_app
from app.extensions import db
from app.models import Entry, Result
from app.services import grading, importing
from app.services.demo.scores import draw_outcome
from app.services.importing import results
from app.transactions import atomic
from app.values import ComponentCode, ExamCode, ImportKind, ResultStatus
from bench import crowd
from bench.board import Board, Ground, analyse, empty_board
from bench.memory import peak_megabytes
from bench.table import Line

MOST_MEMORY = 512


@dataclass(frozen=True)
class Run:
    """How long one process took, and how much memory it held at most."""

    seconds: float
    megabytes: float


def run(ground: Ground) -> Iterator[Line]:
    """Import and insert by turns."""
    count = ground.size(100_000, 100)
    with empty_board(ground) as board:
        at = clock.now()
        crowd.enter(count, at)
        analyse()
        file = Path(board.environ["ESITO_DATA_DIR"]) / "results.csv"
        file.write_bytes(_file(count))
        db.session.remove()
        pairs = [
            (_in_a_process(board, "baseline"), _in_a_process(board, "subject"))
            for _ in range(ground.size(3, 1))
        ]
    beside = median(plain.seconds for plain, _ in pairs)
    own = median(imported.seconds for _, imported in pairs)
    ratio = median(imported.seconds / plain.seconds for plain, imported in pairs)
    yield Line(
        f"importing {count:,} results",
        f"{own:.2f} s",
        f"{beside:.2f} s",
        ratio,
        most=4,
    )
    memory = max(imported.megabytes for _, imported in pairs)
    yield Line(
        "importing, peak memory",
        f"{memory:.0f} MB",
        f"{MOST_MEMORY} MB",
        memory / MOST_MEMORY,
        most=1,
    )


def _file(count: int) -> bytes:
    """Return a results file about everybody, as the board's marking sends it."""
    draw, first = Random(1), grading.exam(ExamCode.FCE)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(results.COLUMNS)
    for place in range(count):
        centre, number = divmod(place, crowd.GROUP)
        drawn = draw_outcome(draw, first)
        scores = drawn.scores or {}
        writer.writerow(
            (
                "2606-FCE-P",
                f"IT{centre:03d}",
                f"{number:04d}",
                drawn.status.value,
                drawn.overall or "",
                drawn.grade or "",
                drawn.cefr or "",
                *(scores.get(code, "") for code in ComponentCode),
            )
        )
    return text.getvalue().encode()


def _in_a_process(board: Board, what: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", what],
        cwd=config.ROOT,
        env=board.environ,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _import(content: bytes) -> float:
    started = time.perf_counter()
    plan, summary = importing.load(
        ImportKind.results, content, by=None, at=clock.now(), file_name="results.csv"
    )
    took = time.perf_counter() - started
    if summary is None:
        raise RuntimeError(f"the file has problems: {plan.problems[:3]}")
    return took


def _insert(rows: list[dict[str, object]]) -> float:
    """Insert rows through the driver, with one executemany in one transaction."""
    names = list(rows[0])
    compiled = Result.__table__.insert().compile(
        dialect=db.engine.dialect, column_keys=names
    )
    order = compiled.positiontup
    values = [tuple(row[name] for name in order) if order else row for row in rows]
    started = time.perf_counter()
    with atomic() as tx:
        driver = tx.connection().connection.cursor()
        driver.executemany(str(compiled), values)
        driver.close()
    return time.perf_counter() - started


def _rows(content: bytes) -> list[dict[str, object]]:
    """Return what the import writes of a file, ready for the driver."""
    keys = db.session.scalars(select(Entry.id).order_by(Entry.reference)).all()
    at = clock.now()
    stored = at.replace(tzinfo=None).isoformat(" ")
    instant = stored if db.engine.dialect.name == "sqlite" else at
    rows = []
    for key, cells in zip(
        keys, csv.DictReader(io.StringIO(content.decode())), strict=True
    ):
        whole = {name: int(cells[name]) if cells[name] else None for name in _NUMBERS}
        rows.append(
            {
                "entry_id": key,
                "version": 1,
                "status": ResultStatus(cells["status"]).value,
                "overall": whole.pop("overall"),
                "grade": cells["grade"] or None,
                "cefr": cells["cefr"] or None,
                **{f"score_{code.lower()}": value for code, value in whole.items()},
                "imported_at": instant,
                "held_why": "",
                "withdrawn_why": "",
            }
        )
    return rows


_NUMBERS = ("overall", *ComponentCode)


def main(what: str) -> None:
    """Do one of the two and tell how it went; the results are taken away again."""
    app = create_app()
    file = Path(app.config["ESITO_DATA_DIR"]) / "results.csv"
    with app.app_context():
        content = file.read_bytes()
        if what == "subject":
            seconds = _import(content)
        else:
            rows = _rows(content)
            db.session.remove()
            seconds = _insert(rows)
        peak = peak_megabytes()
        with atomic() as tx:
            tx.execute(delete(Result))
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main(sys.argv[1])
