"""Load the demonstration board into an empty database."""

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, select, text, update

from app.errors import Refused
from app.extensions import db
from app.models import Centre, Entry, ExamSession, Release, User
from app.services import audit, passwords, publication
from app.services.demo import (
    board,
    candidates,
    cards,
    chapters,
    organisations,
    portraits,
    staff,
    story,
)
from app.services.demo.board import Board, Plan, State
from app.services.demo.cards import PASSWORD as PASSWORD
from app.services.demo.cards import SignInCard
from app.services.demo.cast import Cast
from app.transactions import atomic
from app.values import AuditAction, Mode

# Candidate numbers have four digits, per centre and session.
MOST_CANDIDATES = 150_000


@dataclass(frozen=True)
class Summary:
    """What was loaded, and who can sign in."""

    candidates: int
    shares: int
    sign_ins: list[SignInCard]


def is_loaded() -> bool:
    """Tell whether the database holds a board already."""
    return db.session.scalar(select(Centre.id).limit(1)) is not None


def load(
    *, count: int, seed: int, at: datetime, progress: Callable[[int], None]
) -> Summary:
    """Write a synthetic board of `count` candidates, the same for the same seed.

    Raises Refused in production, on a database that holds a board, or for a size that
    candidate numbers cannot hold.
    """
    _refuse_wrong_place(count)
    draw = random.Random(seed)  # noqa: S311 - invented people, not secrets
    password_hash = passwords.hashed(PASSWORD)
    with atomic():
        made = board.make(at)
        team = staff.make(made, password_hash)
        candidates.make(made, count, draw, password_hash, at=at, progress=progress)
        people = story.make(made, password_hash, at=at)
        for plan, session in made.sessions:
            _release(plan, session, made, team["officer"], team["approver"], at)
        members = organisations.make(password_hash, team["partnerships"].id, at=at)
        told = [entry for entries in people.values() for entry in entries]
        portraits.make(told, draw, at=at)
        shares = organisations.share(members, told, draw, at=at)
        cast = Cast(made, people, team, members, password_hash, at)
        chapters.tell(cast)
        audit.append(
            AuditAction.demo_loaded,
            "board",
            by=None,
            at=at,
            candidates=count,
            seed=seed,
        )
        # Without statistics PostgreSQL's first pages would take seconds.
        db.session.execute(text("ANALYZE"))
        sign_ins = cards.of(people)
    chapters.tell_of_files(cast)
    _keep(sign_ins)
    entered = db.session.scalar(select(func.count(Entry.id))) or 0
    return Summary(entered, shares, sign_ins)


def _refuse_wrong_place(count: int) -> None:
    if current_app.config["ESITO_ENV"] == "production":
        raise Refused("The demonstration is never loaded in production.")
    if is_loaded():
        raise Refused(
            "This database holds a board already; the demonstration needs an empty one."
        )
    if not 1 <= count <= MOST_CANDIDATES:
        raise Refused(f"--candidates takes a number from 1 to {MOST_CANDIDATES}.")


def _release(
    plan: Plan,
    session: ExamSession,
    made: Board,
    officer: User,
    approver: User,
    at: datetime,
) -> None:
    """Sign and date a session's release as its state in the demonstration asks for."""
    zone = ZoneInfo(str(current_app.config["ESITO_TIMEZONE"]))
    match plan.state:
        case State.proposed:
            tomorrow = (at + timedelta(days=1)).astimezone(zone).date()
            instant = datetime.combine(tomorrow, time(9), zone)
        case State.signed:
            hour = (at + timedelta(hours=2)).astimezone(zone)
            instant = hour.replace(minute=0, second=0, microsecond=0)
        case State.released | State.somebody_missing | State.historical:
            days = 30 if plan.mode is Mode.paper else 13
            day = session.exam_date + timedelta(days=days)
            instant = datetime.combine(day, time(9), zone)
        case _:
            return
    proposed = min(instant, at) - timedelta(days=1)
    release = publication.propose(session, None, instant, by=officer, at=proposed)
    if plan.state is not State.proposed:
        publication.approve(release, by=approver, at=proposed + timedelta(hours=2))
    if instant <= at:
        # These people were told long ago.
        db.session.execute(
            update(Release).where(Release.id == release.id).values(announced_at=instant)
        )


def _keep(sign_ins: list[SignInCard]) -> None:
    path = Path(current_app.config["ESITO_DATA_DIR"]) / "demo-sign-ins.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(card) for card in sign_ins], indent=1))
