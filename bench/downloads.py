"""Taking shared results along: a large CSV, its memory, and statements beside pages.

The CSV is made as the job process makes it, after one of a tenth; beside it a plain
csv.writer writes the same rows, which one query has read. Pages are loaded by turns
while a thousand statements are drawn on the same machine, and while whoever draws them
is stopped.
"""

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

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
# What ten times as many rows may hold more than a tenth.
MOST_GROWTH = 1.25
# Of the crowd's names, which end in a number: the first 10,000, and the first 1,000.
A_TENTH, A_THOUSAND = Wanted(name="100000"), Wanted(name="1000000")


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
        for workers in range(1, 1 + ground.size(2, 1)):
            yield from _pages(ground, board, cookie, workers)


def _csv(board: Board, count: int) -> Iterator[Line]:
    plain, own = _in_a_process(board, "plain"), _in_a_process(board, "csv")
    yield Line(
        f"a CSV of {count:,} results, processor time",
        f"{own['seconds']:.1f} s",
        f"{plain['seconds']:.1f} s",
        own["seconds"] / plain["seconds"],
    )
    for what, most, beside in (
        ("the same, peak memory", 1.0, float(MOST_MEMORY)),
        ("the same, beside a tenth of it", MOST_GROWTH, own["after a tenth"]),
    ):
        yield Line(
            what,
            f"{own['megabytes']:.0f} MB",
            f"{beside:.0f} MB",
            own["megabytes"] / beside,
            most=most,
        )


def _pages(ground: Ground, board: Board, cookie: str, workers: int) -> Iterator[Line]:
    """Load the list while statements are drawn, and while that is stopped, by turns."""
    seconds, turns = (1.0, 30) if not ground.quick else (0.05, 1)
    page = [load.get("/verifier/", cookie)]
    pairs: list[tuple[float, float]] = []
    with server.running(board.environ, workers=workers) as served:
        served.load(page, seconds=2 * seconds)
        job = _started(board, "statements")
        try:
            job.stdout.readline()  # type: ignore[union-attr]
            while len(pairs) < turns:
                job.send_signal(signal.SIGSTOP)
                alone = served.load(page, seconds=seconds).figures[0]
                job.send_signal(signal.SIGCONT)
                pairs.append((served.load(page, seconds=seconds).figures[0], alone))
        finally:
            job.kill()
            job.wait()
    yield Line(
        f"pages while statements are drawn, workers: {workers}",
        f"{median(own for own, _ in pairs):.0f}/s",
        f"{median(alone for _, alone in pairs):.0f}/s",
        median(own / alone for own, alone in pairs),
        least=0.75,
    )
    asked = select(Download.done, Download.rows).order_by(Download.id.desc()).limit(1)
    drawn, rows = db.session.execute(asked).one()
    db.session.remove()
    # Where none were, the other processes of the machine have left it no time.
    yield Line("statements drawn meanwhile", f"{drawn}", f"{rows}", drawn / rows)


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


def _ask(form: DownloadFormat, wanted: Wanted) -> Download:
    member = db.session.scalars(select(Member).join(Member.organisation)).first()
    assert member is not None
    return downloads.ask(
        member,
        Selection(None, wanted),
        form,
        language=Language.en,
        at=clock.now(),
    )


def _make_csv() -> dict[str, float]:
    """Make a tenth first, so that what the process held by then can be told apart."""
    told = {}
    for what, wanted in (("after a tenth", A_TENTH), ("megabytes", Wanted())):
        download = _ask(DownloadFormat.csv, wanted)
        started = time.process_time()
        if downloads.make_due(at=clock.now()) != 1:
            raise RuntimeError("the file was not made")
        told |= {"seconds": time.process_time() - started, what: peak_megabytes()}
        db.session.refresh(download)
        if download.left_out or not storage.exists(kinds.stored_name(download)):
            raise RuntimeError("the file is not whole")
    return told


def _write_plainly() -> dict[str, float]:
    """Read every row with one query and write it with the csv module, asking nobody."""
    started = time.process_time()
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
    return {"seconds": time.process_time() - started}


def _draw() -> dict[str, float]:
    """Draw statements until somebody ends it, and say when it begins."""
    _ask(DownloadFormat.statements_zip, A_THOUSAND)
    print("begun", flush=True)
    gently(lambda: downloads.make_due(at=clock.now()))
    return {}


def main(what: str) -> None:
    """Do one of them and tell how it went."""
    work: dict[str, Callable[[], dict[str, float]]] = {
        "csv": _make_csv,
        "plain": _write_plainly,
        "statements": _draw,
    }
    with create_app().app_context():
        print(json.dumps(work[what]()))


if __name__ == "__main__":
    main(sys.argv[1])
