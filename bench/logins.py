"""Log-ins through the server beside the pure rate of the password's hash."""

import multiprocessing
import re
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from urllib.parse import urlencode

from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from app.extensions import db
from app.models import CandidateAccount, Entry
from app.services.demo.load import PASSWORD
from bench import load, server
from bench.alternating import medians_of
from bench.board import Ground, demo_board
from bench.table import Line

# One process for each core, on both sides.
PROCESSES = 2


def run(ground: Ground) -> Iterator[Line]:
    """Let different candidates log in, over and over, on both cores."""
    seconds, rounds = (5.0, 5) if not ground.quick else (0.02, 1)
    # A smoke run is content with one process on either side, and with few log-ins.
    count = ground.size(PROCESSES, 1)
    with demo_board(ground, ground.size(2000, 20)) as board:
        numbers = db.session.scalars(
            select(Entry.id_number)
            .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
            .order_by(Entry.reference)
            .limit(500)
        ).all()
        stored = db.session.scalars(
            select(CandidateAccount.password_hash).limit(1)
        ).one()
        db.session.remove()
        processes = ProcessPoolExecutor(
            count, mp_context=multiprocessing.get_context("spawn")
        )
        with processes, server.running(board.environ, workers=count) as served:
            forms = _forms(served.port, [number for number in numbers if number])

            def subject() -> tuple[float, float]:
                return served.load(
                    forms, seconds=seconds, connections=4 * count, expected=302
                ).figures

            def baseline() -> tuple[float, float]:
                each = [processes.submit(hashes, stored, seconds) for _ in range(count)]
                rates, times = zip(*(one.result() for one in each), strict=True)
                return sum(rates), sum(times) / count

            baseline(), subject()
            rate, computed = medians_of(subject, baseline, rounds)
    yield Line(
        "log-ins beside the hash alone",
        f"{rate.subject:.0f}/s",
        f"{rate.baseline:.0f}/s",
        rate.ratio,
        least=0.8,
    )
    yield Line(
        "log-ins, processor time",
        f"{computed.subject:.1f} ms",
        f"{computed.baseline:.1f} ms",
        computed.ratio,
    )


def hashes(stored: str, seconds: float) -> tuple[float, float]:
    """Check a password over and over; return how often a second, and what each took.

    That is milliseconds of processor time.
    """
    hasher = PasswordHasher.from_parameters(extract_parameters(stored))
    count, started, before = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - started < seconds:
        hasher.verify(stored, PASSWORD)
        count += 1
    computed = 1000 * (time.process_time() - before) / count
    return count / (time.perf_counter() - started), computed


def _forms(port: int, numbers: list[str]) -> list[bytes]:
    """Return log-in forms, filled in, of a browser that has opened the page."""
    status, page = load.fetch(port, load.get("/candidate/login"))
    text = page.decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    cookie = re.search(r"^set-cookie: ([^;]+)", text, re.IGNORECASE | re.MULTILINE)
    if status != 200 or token is None or cookie is None:
        raise RuntimeError(f"the log-in page answered {status}")
    return [
        load.post(
            "/candidate/login",
            urlencode(
                {"csrf_token": token[1], "id_number": number, "password": PASSWORD}
            ),
            cookie[1],
        )
        for number in numbers
    ]
