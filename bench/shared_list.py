"""The verifier's list with a thousand shares, and with a million, each in its board.

The first page as a browser gets it, and what is asked of the database when the list is
sorted or looked through.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from statistics import median
from typing import TypeAlias

from app import clock
from app.extensions import db
from app.models import Member
from app.services import inbox
from app.services.inbox import NEWEST_FIRST, Order, SortBy, Wanted
from app.values import Audience
from bench import crowd
from bench.board import Board, Ground, analyse, empty_board
from bench.cookies import signed_in
from bench.table import Line

FIRST_PAGE = "verifier's list"
# What else is asked of it: what is looked for, and in which order.
ASKED = {
    "the same, sorted by family name": (Wanted(), Order(SortBy.family_name, False)),
    "the same, one name of all": (Wanted(name="family 1000000007"), NEWEST_FIRST),
    "the same, a name that all have": (Wanted(name="maria"), NEWEST_FIRST),
}

Timed: TypeAlias = Callable[[], float]


def run(ground: Ground) -> Iterator[Line]:
    """Measure each of both lists by turns, in this process."""
    few, many = ground.size(1_000, 60), ground.size(1_000_000, 120)
    with _list_of(ground, few) as small, _list_of(ground, many) as large:
        for name in small:
            is_page = name == FIRST_PAGE
            rounds = ground.size(400 if is_page else 15, 2)
            for _ in range(ground.size(20 if is_page else 3, 1)):
                small[name](), large[name]()
            pairs = [(small[name](), large[name]()) for _ in range(rounds)]
            beside, own = (median(times) for times in zip(*pairs, strict=True))
            yield Line(
                f"{name}, {many:,} shares beside {few:,}" if is_page else name,
                f"{own * 1000:.2f} ms",
                f"{beside * 1000:.2f} ms",
                own / beside,
                most=1.5 if is_page else None,
            )


@contextmanager
def _list_of(ground: Ground, count: int) -> Iterator[dict[str, Timed]]:
    """Make a board with so many shares; give functions that time its list."""
    at = clock.now()
    with empty_board(ground) as board:
        found = crowd.enter(count, at)
        crowd.publish(found, at)
        member = crowd.share_all(found, count, at)
        analyse()
        cookie, key = signed_in(board, member, Audience.member), member.id
        db.session.remove()
        asked = {name: _asking(board, key, *what) for name, what in ASKED.items()}
        yield {FIRST_PAGE: _page(board, cookie), **asked}


def _page(board: Board, cookie: str) -> Timed:
    client = board.app.test_client(use_cookies=False)

    def page() -> float:
        # A context of its own: the request brings its app context with it.
        started = time.perf_counter()
        answer = Context().run(client.get, "/verifier/", headers={"Cookie": cookie})
        took = time.perf_counter() - started
        if answer.status_code != 200 or b"Family 1" not in answer.data:
            raise RuntimeError(f"the list answered {answer.status}")
        return took

    return page


def _asking(board: Board, key: int, wanted: Wanted, order: Order) -> Timed:
    def ask() -> float:
        with board.app.app_context():
            member = db.session.get_one(Member, key)
            started = time.perf_counter()
            page = inbox.page_for(member, 1, wanted, order=order, at=clock.now())
            took = time.perf_counter() - started
        if not page.rows:
            raise RuntimeError("nobody was found")
        return took

    return lambda: Context().run(ask)
