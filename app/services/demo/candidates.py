"""Entries, accounts and results of the demonstration, in bulk and in flat memory."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.extensions import db
from app.models import CandidateAccount, Centre, Entry, ExamSession, Result
from app.services import credentials, grading, names
from app.services.demo import papers, people
from app.services.demo.board import CENTRE_WEIGHTS, Board, Plan, State
from app.services.demo.scores import Drawn, draw_outcome
from app.services.identifiers import StatementNumbers
from app.values import TERMS_VERSION, ComponentCode, Language

CHUNK = 1000
WITH_RESULTS = frozenset(
    {
        State.proposed,
        State.signed,
        State.released,
        State.somebody_missing,
        State.historical,
    }
)
# Of those whose results are out, so many in a hundred have opened an account.
REGISTERED = {State.entries_open: 0, State.confirmed: 35, State.sat: 50}


@dataclass
class Numbers:
    """Numbers handed out so far, so that none is given twice."""

    candidate: dict[tuple[int, int], int]
    statement: StatementNumbers
    serial: int = 0


def make(
    board: Board,
    count: int,
    draw: random.Random,
    password_hash: str,
    *,
    at: datetime,
    progress: Callable[[int], None],
) -> None:
    """Write so many candidates, spread over the sessions, inside the transaction."""
    numbers = Numbers({}, StatementNumbers([]))
    total = sum(plan.weight for plan, _ in board.sessions)
    for plan, session in board.sessions:
        share = max(4, round(count * plan.weight / total))
        for size in _chunks(share):
            _write(board, plan, session, size, draw, numbers, password_hash, at)
            progress(size)


def _chunks(count: int) -> Iterator[int]:
    for start in range(0, count, CHUNK):
        yield min(CHUNK, count - start)


def _write(
    board: Board,
    plan: Plan,
    session: ExamSession,
    size: int,
    draw: random.Random,
    numbers: Numbers,
    password_hash: str,
    at: datetime,
) -> None:
    rows = [_entry(board, plan, session, draw, numbers, at) for _ in range(size)]
    entry_ids = _inserted(Entry, rows)
    _open_accounts(plan, rows, entry_ids, draw, password_hash, at)
    if plan.state in WITH_RESULTS:
        exam = grading.exam_on(session.exam, session.exam_date)
        outcomes = (draw_outcome(draw, exam) for _ in entry_ids)
        results = [
            _result(entry_id, outcome, draw, plan, at)
            for entry_id, outcome in zip(entry_ids, outcomes, strict=True)
        ]
        if plan.state is State.somebody_missing:
            results = results[max(2, size // 50) :]
        result_ids = _inserted(Result, results)
        if plan.state is State.historical:
            given = (rows, results, result_ids)
            papers.write(session, board.centres, *given, draw, at=at)


def _inserted(table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their keys, in the order of the rows."""
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _entry(
    board: Board,
    plan: Plan,
    session: ExamSession,
    draw: random.Random,
    numbers: Numbers,
    at: datetime,
) -> dict[str, Any]:
    numbers.serial += 1
    centre = draw.choices(board.centres, CENTRE_WEIGHTS)[0]
    person = people.person(draw, numbers.serial, session.exam_date)
    candidate_number = _candidate_number(numbers, session, centre)
    schools = board.schools[centre.number]
    at_school = bool(schools) and draw.random() < 0.6
    issued = plan.state is not State.entries_open or draw.random() < 0.3
    entered_at = min(at, _noon(session) - timedelta(days=60))
    id_number = f"{numbers.serial:06d}{draw.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}EX"
    secret = f"{draw.randrange(10**8):08d}"
    return {
        "reference": f"{draw.getrandbits(128):032x}"[:22],
        "session_id": session.id,
        "centre_id": centre.id,
        "candidate_number": candidate_number,
        "family_name": person.family_name,
        "first_name": person.first_name,
        "folded_name": names.folded(f"{person.first_name} {person.family_name}"),
        "date_of_birth": person.date_of_birth,
        "email": person.email,
        "school_id": draw.choice(schools).id if at_school else None,
        "group": draw.choice(("4A", "4B", "5A", "5C")) if at_school else "",
        "language": Language.it if centre.country == "IT" else Language.en,
        "statement_number": numbers.statement.allot(
            session.exam_date, centre.number, candidate_number
        ),
        "id_number": id_number if issued else None,
        "secret": credentials.sealed(id_number, secret) if issued else None,
        "secret_issued_at": entered_at + timedelta(days=20) if issued else None,
        "created_at": entered_at,
    }


def _candidate_number(numbers: Numbers, session: ExamSession, centre: Centre) -> str:
    key = (session.id, centre.id)
    numbers.candidate[key] = numbers.candidate.get(key, 0) + 1
    return f"{numbers.candidate[key]:04d}"


def _open_accounts(
    plan: Plan,
    entries: list[dict[str, Any]],
    entry_ids: list[int],
    draw: random.Random,
    password_hash: str,
    at: datetime,
) -> None:
    likely = REGISTERED.get(plan.state, 65)
    chosen = [
        (key, row)
        for key, row in zip(entry_ids, entries, strict=True)
        if row["id_number"] and draw.randrange(100) < likely
    ]
    if not chosen:
        return
    accounts = [_account(row, draw, password_hash) for _, row in chosen]
    account_ids = _inserted(CandidateAccount, accounts)
    table = Entry.__table__
    db.session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("entry"))
        .values(account_id=bindparam("account"), registered_at=bindparam("registered")),
        [
            {"entry": key, "account": account, "registered": _registered(row)}
            for (key, row), account in zip(chosen, account_ids, strict=True)
        ],
    )


def _account(
    entry: dict[str, Any], draw: random.Random, password_hash: str
) -> dict[str, Any]:
    return {
        "reference": f"{draw.getrandbits(128):032x}"[:22],
        "email": entry["email"],
        "email_confirmed_at": _registered(entry),
        "password_hash": password_hash,
        "language": entry["language"],
        "wants_updates": draw.random() < 0.3,
        "terms_version": TERMS_VERSION,
        "terms_accepted_at": _registered(entry),
        "created_at": _registered(entry),
    }


def _registered(entry: dict[str, Any]) -> datetime:
    issued: datetime = entry["secret_issued_at"]
    return issued + timedelta(days=1)


def _result(
    entry_id: int, outcome: Drawn, draw: random.Random, plan: Plan, at: datetime
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "entry_id": entry_id,
        "version": 1,
        "status": outcome.status,
        "overall": outcome.overall,
        "grade": outcome.grade,
        "cefr": outcome.cefr,
        "imported_at": at - timedelta(days=3),
        "held_why": "",
    }
    for code in ("R", "U", "W", "L", "S", "RW"):
        row[f"score_{code.lower()}"] = (outcome.scores or {}).get(ComponentCode(code))
    if plan.state is State.proposed and outcome.overall and draw.random() < 0.03:
        row["overall"] = outcome.overall - 1
        row["held_why"] = (
            f"overall {outcome.overall - 1}, by the rule {outcome.overall}"
        )
    return row


def _noon(session: ExamSession) -> datetime:
    return datetime.combine(session.exam_date, time(12), UTC)
