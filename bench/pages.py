"""Signed-in pages beside a bare Flask page on the same server, in pages a second."""

from collections.abc import Iterator

from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.models import CandidateAccount, Entry, Member, Result, Share
from app.services import publication
from app.values import Audience, ResultStatus
from bench import load, server
from bench.alternating import medians
from bench.board import Board, Ground, demo_board
from bench.cookies import signed_in
from bench.table import Line


def run(ground: Ground) -> Iterator[Line]:
    """Measure a candidate's result page and a verifier's list."""
    with demo_board(ground, ground.size(8000, 300)) as board:
        candidates = _result_pages(board)
        organisation, shared = _list_page(board)
        db.session.remove()
        with server.running(board.environ) as served:
            yield _compare(
                ground,
                served.port,
                f"result page, {len(candidates)} candidates",
                [page for _, page in candidates],
                [f"/bare/one/{reference}" for reference, _ in candidates],
            )
            yield _compare(
                ground,
                served.port,
                "verifier's list, 25 rows",
                [shared],
                [f"/bare/list/{organisation}"],
            )
            yield _compare(
                ground,
                served.port,
                "verifier's list, beside one row",
                [shared],
                [f"/bare/one/{reference}" for reference, _ in candidates],
            )


def _compare(
    ground: Ground, port: int, what: str, pages: list[bytes], bare: list[str]
) -> Line:
    seconds, rounds = (3.0, 5) if not ground.quick else (0.2, 1)

    def subject() -> float:
        return load.measure(port, pages, seconds=seconds).rate

    length = load.measure(port, pages, seconds=seconds / 2).length
    short = load.measure(port, [load.get(f"{bare[0]}/0")], seconds=0.1).length
    plain = [load.get(f"{path}/{length - short}") for path in bare]

    def baseline() -> float:
        return load.measure(port, plain, seconds=seconds).rate

    baseline()
    own, beside, ratio = medians(subject, baseline, rounds)
    return Line(what, f"{own:.0f}/s", f"{beside:.0f}/s", ratio, least=0.5)


def _result_pages(board: Board) -> list[tuple[str, bytes]]:
    """Sign candidates in whose result is out; return their entries and requests."""
    at = clock.now()
    rows = db.session.execute(
        select(Entry.reference, CandidateAccount)
        .join(CandidateAccount, CandidateAccount.id == Entry.account_id)
        .join(Result, Result.entry_id == Entry.id)
        .where(Result.status == ResultStatus.graded, publication.visible(at))
        # Any number of people, of all exams and centres alike.
        .order_by(Entry.reference)
        .limit(1000)
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
        .group_by(Member.id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()
    request = load.get("/verifier/", signed_in(board, member, Audience.member))
    return int(member.organisation_id), request
