"""Finding an exam centre: anybody may look for theirs."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import CompoundSelect, select, union

from app.extensions import db
from app.models import Centre, Entry, ExamSession, School, TimetableSlot
from app.services.names import folded

PAGE = 20


def find(
    text: str, *, page: int, school: str = "", day: date | None = None
) -> tuple[list[Centre], bool]:
    """Return one page of the centres that match what is known, and whether more follow.

    A word of `text` matches the start of a centre's number, or any part of its name,
    city or address, or the city of one of its schools. `school` is the name of a school
    it enters students of, `day` one on which it held an exam. Accents and case do not
    matter. There are some thousands of centres and schools at most, so they are read
    whole: no database folds accents like the other one.
    """
    wanted, taught = folded(text).split(), folded(school).split()
    schools = _schools() if wanted or taught else {}
    examining = None if day is None else set(db.session.scalars(_examining(day)))
    columns = (Centre.id, Centre.number, Centre.name, Centre.city, Centre.address)
    every = db.session.execute(
        select(*columns).order_by(Centre.city, Centre.name, Centre.number)
    )
    found = []
    for key, number, *about in every:
        near = schools.get(key, ())
        places = folded(" ".join((*about, *(city for _, city in near))))
        if (
            _matches(wanted, number.casefold(), places)
            and _teaches(taught, near)
            and (examining is None or key in examining)
        ):
            found.append(key)
    start = (page - 1) * PAGE
    keys = found[start : start + PAGE]
    rows = {
        centre.id: centre
        for centre in db.session.scalars(select(Centre).where(Centre.id.in_(keys)))
    }
    return [rows[key] for key in keys], len(found) > start + PAGE


def _matches(wanted: list[str], number: str, about: str) -> bool:
    return all(number.startswith(word) or word in about for word in wanted)


def _teaches(wanted: list[str], schools: Sequence[tuple[str, str]]) -> bool:
    """Tell whether all the words name one of the schools, with its city or without."""
    if not wanted:
        return True
    names = (folded(" ".join(school)) for school in schools)
    return any(all(word in name for word in wanted) for name in names)


def _schools() -> dict[int, list[tuple[str, str]]]:
    """Return (name, city) of every school, by the key of the centre that enters it."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = db.session.execute(select(School.centre_id, School.name, School.city))
    for centre_id, name, city in rows:
        found.setdefault(centre_id, []).append((name, city))
    return found


def _examining(day: date) -> CompoundSelect[int]:
    """Select the centres with entries for an exam of that day, or papers on it."""
    sessions = select(ExamSession.id).where(ExamSession.exam_date == day)
    entered = select(Entry.centre_id).where(Entry.session_id.in_(sessions))
    return union(
        entered, select(TimetableSlot.centre_id).where(TimetableSlot.day == day)
    )
