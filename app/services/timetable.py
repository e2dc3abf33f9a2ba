"""When and where a candidate sits each paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import or_, select

from app.extensions import db
from app.models import Entry, TimetableSlot
from app.services import grading
from app.values import ComponentCode


@dataclass(frozen=True)
class Sitting:
    """Papers that a candidate takes in one go; without a day, it is not set yet."""

    papers: tuple[ComponentCode, ...]
    day: date | None = None
    # On the clock of the centre's own time zone.
    start: time | None = None
    venue: str = ""
    room: str = ""


def timetable_of(entry: Entry) -> list[Sitting]:
    """Return an entry's sittings in order of time, those not set yet last.

    A slot of the candidate's own overrides everybody's slot for its paper.
    Papers at the same time in the same room are one sitting.
    """
    slots = db.session.scalars(
        select(TimetableSlot).where(
            TimetableSlot.session_id == entry.session_id,
            TimetableSlot.centre_id == entry.centre_id,
            or_(
                TimetableSlot.candidate_number.is_(None),
                TimetableSlot.candidate_number == entry.candidate_number,
            ),
        )
    ).all()
    exam = grading.exam(entry.session.exam)
    return sittings(slots, [code for code, _name in exam.papers])


def sittings(
    slots: Sequence[TimetableSlot], papers: Sequence[ComponentCode]
) -> list[Sitting]:
    """Return the sittings that slots make, own slots before everybody's."""
    everybody = {s.component: s for s in slots if s.candidate_number is None}
    own = {s.component: s for s in slots if s.candidate_number is not None}
    chosen = {**everybody, **own}
    order = [*papers, *(code for code in chosen if code not in papers)]
    together: dict[tuple[date, time, str, str], list[ComponentCode]] = {}
    for code in order:
        if code in chosen:
            slot = chosen[code]
            where = (slot.day, slot.start, slot.venue, slot.room)
            together.setdefault(where, []).append(code)
    found = [
        Sitting(tuple(codes), day, start, venue, room)
        for (day, start, venue, room), codes in together.items()
    ]
    found.sort(key=lambda s: (s.day, s.start))
    return found + [Sitting((code,)) for code in papers if code not in chosen]
