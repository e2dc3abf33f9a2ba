"""Taking shared results along: a large CSV, its memory, and statements beside pages.

The CSV is made in a process of its own, and beside it a plain csv.writer writes the
same rows, which one query has read. Pages are loaded with and without a job process
that draws statements on the same machine.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

import config
from app import clock, create_app
from app.extensions import db
from app.models import Download, Entry, Member, Result, Share
from app.services import downloads, publication, storage
from app.services.downloads import kinds, templates
from app.services.downloads.fields import FIELDS, Given
from app.services.downloads.gently import gently
from app.services.inbox import Selection, Wanted
from app.values import Audience, DownloadFormat, Language
from bench import crowd, load, server
from bench.board import Board, Ground, analyse, empty_board
from bench.cookies import signed_in
from bench.memory import peak_megabytes
from bench.table import Line

MOST_MEMORY = 256


def run(ground: Ground) -> Iterator[Line]:
    """Make the file and the statements, each beside its baseline."""
    count = ground.size(100_000, 60)
    with empty_board(ground) as board:
        at = clock.now()
        found = crowd.enter(count, at)
        crowd.publish(found, at)
        member = crowd.share_all(found, count, at)
        analyse()
        cookie = signed_in(board, member, Audience.member)
        db.session.remove()
        yield from _csv(board, count)
        yield _pages(ground, board, cookie)


def _csv(board: Board, count: int) -> Iterator[Line]:
    plain, own = _in_a_process(board, "plain"), _in_a_process(board, "csv")
    yield Line(
        f"a CSV of {count:,} results",
        f"{own['seconds']:.1f} s",
        f"{plain['seconds']:.1f} s",
        own["seconds"] / plain["seconds"],
    )
    yield Line(
        "the same, peak memory",
        f"{own['megabytes']:.0f} MB",
        f"{MOST_MEMORY} MB",
        own["megabytes"] / MOST_MEMORY,
        most=1,
    )


def _pages(ground: Ground, board: Board, cookie: str) -> Line:
    """Load the list while statements are drawn, and while they are not, by turns."""
    seconds, rounds = (4.0, 3) if not ground.quick else (0.05, 1)
    page = [load.get("/verifier/", cookie)]
    with server.running(board.environ) as served:
        pairs = []
        served.load(page, seconds=seconds / 2)
        for _ in range(rounds):
            alone = served.load(page, seconds=seconds).figures[0]
            job = _started(board, "statements")
            try:
                job.stdout.readline()  # type: ignore[union-attr]
                pairs.append((served.load(page, seconds=seconds).figures[0], alone))
            finally:
                job.kill()
                job.wait()
    return Line(
        "pages while statements are drawn",
        f"{median(own for own, _ in pairs):.0f}/s",
        f"{median(alone for _, alone in pairs):.0f}/s",
        median(own / alone for own, alone in pairs),
        least=0.75,
    )


def _started(board: Board, what: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench.downloads", what],
        cwd=config.ROOT,
        env=board.environ,
        stdout=subprocess.PIPE,
        text=True,
    )


def _in_a_process(board: Board, what: str) -> dict[str, float]:
    told, _ = _started(board, what).communicate()
    return json.loads(told.splitlines()[-1])  # type: ignore[no-any-return]


# --- In a process of its own ----------------------------------------------------------


def _ask(form: DownloadFormat, most: int) -> Download:
    member = db.session.scalars(select(Member).join(Member.organisation)).first()
    assert member is not None
    some = select(Share.reference).where(
        Share.organisation_id == member.organisation_id
    )
    chosen = tuple(db.session.scalars(some.limit(most))) if most else None
    return downloads.ask(
        member,
        Selection(chosen, Wanted()),
        form,
        language=Language.en,
        at=clock.now(),
    )


def _make_csv() -> float:
    download = _ask(DownloadFormat.csv, 0)
    started = time.perf_counter()
    if downloads.make_due(at=clock.now()) != 1:
        raise RuntimeError("the file was not made")
    took = time.perf_counter() - started
    db.session.refresh(download)
    if download.left_out or not storage.exists(kinds.stored_name(download)):
        raise RuntimeError("the file is not whole")
    return took


def _write_plainly() -> float:
    """Read every row with one query and write it with the csv module, asking nobody."""
    started = time.perf_counter()
    rows = db.session.execute(
        select(Share, Result)
        .join(Share.entry)
        .join(Result, Result.entry_id == Entry.id)
        .options(
            joinedload(Share.entry).joinedload(Entry.session),
            joinedload(Share.entry).joinedload(Entry.centre),
        )
        .where(publication.visible(clock.now()))
        .execution_options(yield_per=500)
    )
    layout = templates.ALL_DETAILS
    with open("/dev/null", "w", newline="") as target:
        writer, style = csv.writer(target), None
        for share, result in rows:
            style = style or templates.style(layout, share.organisation)
            given = Given(share, share.entry, result, share.scope, "Valid")
            writer.writerow(FIELDS[key].read(given, style) for key, _ in layout.columns)
    return time.perf_counter() - started


def _draw() -> float:
    """Draw statements until somebody ends it, and say when it begins."""
    _ask(DownloadFormat.statements_zip, 500)
    print("begun", flush=True)
    gently(lambda: downloads.make_due(at=clock.now()))
    return 0.0


def main(what: str) -> None:
    """Do one of them and tell how it went."""
    work: dict[str, Any] = {
        "csv": _make_csv,
        "plain": _write_plainly,
        "statements": _draw,
    }
    with create_app().app_context():
        seconds = work[what]()
        peak = peak_megabytes()
    print(json.dumps({"seconds": seconds, "megabytes": peak}))


if __name__ == "__main__":
    main(sys.argv[1])
