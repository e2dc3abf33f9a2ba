"""Finding an exam centre: anybody may look for theirs."""

from sqlalchemy import select

from app.extensions import db
from app.models import Centre
from app.services.names import folded

PAGE = 20


def find(text: str, *, page: int) -> tuple[list[Centre], bool]:
    """Return one page of the centres that match every word, and whether more follow.

    A word matches the start of a number, or any part of the name, city or address;
    accents and case do not matter. There are some thousands of centres at most, so
    they are read whole: no database folds accents like the other one.
    """
    wanted = folded(text).split()
    columns = (Centre.id, Centre.number, Centre.name, Centre.city, Centre.address)
    every = db.session.execute(
        select(*columns).order_by(Centre.city, Centre.name, Centre.number)
    )
    found = [
        key
        for key, number, *about in every
        if _matches(wanted, number.casefold(), folded(" ".join(about)))
    ]
    start = (page - 1) * PAGE
    keys = found[start : start + PAGE]
    rows = {
        centre.id: centre
        for centre in db.session.scalars(select(Centre).where(Centre.id.in_(keys)))
    }
    return [rows[key] for key in keys], len(found) > start + PAGE


def _matches(wanted: list[str], number: str, about: str) -> bool:
    return all(number.startswith(word) or word in about for word in wanted)
