"""The verifier's list with a thousand shares, and with a million, each in its board."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from statistics import median

from app import clock
from app.extensions import db
from app.values import Audience
from bench import crowd
from bench.board import Ground, analyse, empty_board
from bench.cookies import signed_in
from bench.table import Line

FEW = 1_000


def run(ground: Ground) -> Iterator[Line]:
    """Measure one page of each by turns, in this process."""
    many = ground.size(1_000_000, 3_000)
    with _list_of(ground, FEW) as few_page, _list_of(ground, many) as many_page:
        for _ in range(20):
            few_page(), many_page()
        rounds = ground.size(400, 5)
        pairs = [(few_page(), many_page()) for _ in range(rounds)]
    few, large = (median(times) for times in zip(*pairs, strict=True))
    yield Line(
        f"verifier's list, {many:,} shares beside {FEW:,}",
        f"{large * 1000:.2f} ms",
        f"{few * 1000:.2f} ms",
        large / few,
        most=1.5,
    )


@contextmanager
def _list_of(ground: Ground, count: int) -> Iterator[Callable[[], float]]:
    """Make a board with so many shares; give a function that times its list."""
    at = clock.now()
    with empty_board(ground) as board:
        found = crowd.enter(count, at)
        crowd.publish(found, at)
        member = crowd.share_all(found, count, at)
        analyse()
        cookie = signed_in(board, member, Audience.member)
        db.session.remove()
        client = board.app.test_client(use_cookies=False)

        def page() -> float:
            # A context of its own: the request brings its app context with it.
            started = time.perf_counter()
            answer = Context().run(client.get, "/verifier/", headers={"Cookie": cookie})
            took = time.perf_counter() - started
            if answer.status_code != 200 or b"Family 1" not in answer.data:
                raise RuntimeError(f"the list answered {answer.status}")
            return took

        yield page
