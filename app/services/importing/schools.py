"""Schools, by their number."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import School
from app.services.importing import codes, comparing, reading
from app.services.importing.cells import Cells
from app.services.importing.plan import Plan

COLUMNS = ("number", "name", "centre", "city", "email")
_STORED = ("name", "centre_id", "city", "email")


def read(plan: Plan, at: datetime) -> None:
    """Compare each row of the file with the school of its number."""
    centres = codes.centres()
    columns = (getattr(School, name) for name in _STORED)
    rows = db.session.execute(select(School.number, School.id, *columns)).all()
    known = comparing.stored_rows(rows, _STORED, 1)
    shown = {"centre_id": ("centre", {key: number for number, key in centres.items()})}
    for line, values in reading.rows(plan, COLUMNS):
        cells = Cells(plan, line, COLUMNS, values)
        number = cells.match(
            "number",
            codes.SCHOOL_NUMBER,
            _l("A school number has up to 20 letters, digits and dashes."),
        )
        school = {
            "name": cells.text("name", 160),
            "centre_id": codes.find(cells, "centre", centres, codes.NO_CENTRE),
            "city": cells.text("city", 80),
            "email": cells.email("email"),
        }
        if not cells.good or plan.repeats(line, number, "number", number):
            continue
        stored = known.get(number)
        comparing.compare(plan, line, number, {"number": number}, school, stored, shown)


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write what the plan says about schools."""
    comparing.write(tx, School.__table__, plan.inserts, plan.updates)  # type: ignore[arg-type]
    return 0
