"""Signed-in pages beside a bare Flask page on the same server, in pages a second."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import CandidateAccount, Entry, Member, Result, Share
from app.services import publication
from app.values import Audience, MemberRole, ResultStatus
from bench import load, server
from bench.alternating import medians_of
from bench.board import Board, Ground, demo_board
from bench.cookies import signed_in
from bench.server import Server
from bench.table import Line


def run(ground: Ground) -> Iterator[Line]:
    """Measure a candidate's result page and a verifier's list."""
    with demo_board(ground, ground.size(8000, 20)) as board:
        candidates = _result_pages(ground, board)
        organisation, shared = _list_page(board)
        db.session.remove()
        one = [f"/bare/one/{reference}" for reference, _ in candidates]
        rows = [f"/bare/list/{organisation}"]
        with server.running(board.environ) as served:
            for what, pages, bare in (
                ("result page", [page for _, page in candidates], one),
                ("verifier's list", [shared], rows),
                ("verifier's list, beside one row", [shared], one),
            ):
                yield from _compare(ground, served, what, pages, bare)


def _compare(
    ground: Ground, served: Server, what: str, pages: list[bytes], bare: list[str]
) -> Iterator[Line]:
    seconds, rounds = (3.0, 5) if not ground.quick else (0.05, 1)
    length = served.load(pages, seconds=seconds / 2).length
    short = served.load([load.get(f"{bare[0]}/0")], seconds=0.1).length
    plain = [load.get(f"{path}/{length - short}") for path in bare]
    served.load(plain, seconds=seconds / 2)
    rate, time = medians_of(
        lambda: served.load(pages, seconds=seconds).figures,
        lambda: served.load(plain, seconds=seconds).figures,
        rounds,
    )
    yield Line(
        what, f"{rate.subject:.0f}/s", f"{rate.baseline:.0f}/s", rate.ratio, least=0.5
    )
    yield Line(
        f"{what}, processor time",
        f"{time.subject:.2f} ms",
        f"{time.baseline:.2f} ms",
        time.ratio,
    )


def _result_pages(ground: Ground, board: Board) -> list[tuple[str, bytes]]:
    """Sign candidates in whose result is out; return their entries and requests."""
    at = clock.now()
    rows = db.session.execute(
        select(Entry.reference, CandidateAccount)
        .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
        .join(Result, Result.entry_id == Entry.id)
        .where(Result.status == ResultStatus.graded, publication.visible(at))
        # Any number of people, of all exams and centres alike.
        .order_by(Entry.reference)
        .limit(ground.size(1000, 5))
    ).all()
    pages = []
    for reference, account in rows:
        cookie = signed_in(board, account, Audience.candidate)
        pages.append((reference, load.get(f"/candidate/results/{reference}", cookie)))
    return pages


def _list_page(board: Board) -> tuple[int, bytes]:
    """Sign in a member of the organisation that most was shared with."""
    member = db.session.scalars(
        select(Member)
        .join(Share, Share.organisation_id == Member.organisation_id)
        .where(Member.active, Member.role == MemberRole.primary)
        .group_by(Member.id)
        .order_by(func.count().desc(), Member.id)
        .limit(1)
    ).one()
    request = load.get("/verifier/", signed_in(board, member, Audience.member))
    return int(member.organisation_id), request
