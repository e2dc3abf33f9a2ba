"""The certificates of everybody whose exam was long ago, in every state there is."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from app.extensions import db
from app.models import Centre, Certificate, ExamSession, Result
from app.services import certificates, grading, localtime, rules
from app.services.certificates.collection import months_after
from app.services.demo.board import RULES
from app.values import CertificateState, Mode

# Days from the exam until the board sends them, and from there to the centre.
SENT = {Mode.paper: 60, Mode.computer: 45, Mode.digital: 45}
ON_THE_WAY = timedelta(days=12)
STATES = CertificateState


def write(
    session: ExamSession,
    centres: Iterable[Centre],
    entries: Sequence[dict[str, Any]],
    results: Sequence[dict[str, Any]],
    result_ids: Iterable[int],
    draw: random.Random,
    *,
    at: datetime,
) -> None:
    """Write a certificate for each result that earns one, inside the transaction.

    The three lists are in one order.
    """
    exam = grading.exam_on(session.exam, session.exam_date)
    terms = {centre.id: _terms(centre) for centre in centres}
    sent_on = session.exam_date + timedelta(days=SENT[session.mode])
    rows = [
        {"entry_id": result["entry_id"], "result_id": result_id, "sent_on": sent_on}
        | _fate(sent_on, entry, *terms[entry["centre_id"]], draw, localtime.today(at))
        for entry, result, result_id in zip(entries, results, result_ids, strict=True)
        if certificates.earned(exam, Result(**result))
    ]
    if rows:
        db.session.execute(insert(Certificate), rows)


def _terms(centre: Centre) -> tuple[int, bool]:
    """Return for how many months a centre keeps certificates, and if it posts them."""
    terms = rules.defaults() | RULES.get(centre.number, {})
    return terms["keeps_months"], terms["posts_certificates"]


def _fate(
    sent_on: date,
    entry: dict[str, Any],
    months: int,
    posts: bool,
    draw: random.Random,
    today: date,
) -> dict[str, Any]:
    arrived = sent_on + ON_THE_WAY
    until = months_after(arrived, months)
    state, ended = _end(until, posts, draw, today), None
    if state is STATES.destroyed:
        ended = min(today, until + timedelta(days=draw.randrange(1, 20)))
    elif state is not STATES.arrived:
        ended = min(today, until, arrived + timedelta(days=draw.randrange(2, 70)))
    name = f"{entry['first_name']} {entry['family_name']}".strip()
    parcel = f"RR{draw.randrange(10**9):09d}IT"
    handed = {STATES.collected: name, STATES.posted: parcel}.get(state, "")
    return {
        "state": state,
        "arrived_on": arrived,
        "keep_until": until,
        "ended_on": ended,
        # Who took it is forgotten after two years.
        "handed_to": handed if ended and today - ended < timedelta(days=700) else "",
        # Nobody of the crowd is written to.
        "reminded_on": today if state is STATES.arrived else None,
    }


def _end(
    until: date, posts: bool, draw: random.Random, today: date
) -> CertificateState:
    chance = draw.random()
    if chance < 0.02:
        return STATES.recalled
    if chance < 0.25:
        return STATES.destroyed if until < today else STATES.arrived
    return STATES.posted if posts and chance < 0.35 else STATES.collected
