"""Centres, by their number."""

import re
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Centre
from app.services.importing import comparing, reading
from app.services.importing.cells import Cells
from app.services.importing.codes import CENTRE_NUMBER
from app.services.importing.plan import Plan

COLUMNS = (
    "number",
    "name",
    "city",
    "country",
    "email",
    "phone",
    "website",
    "address",
    "timezone",
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{3,38}")
_WEBSITE = re.compile(
    r"https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?::[0-9]{1,5})?(?:/[^\s\"'<>\\]*)?"
)


def read(plan: Plan, at: datetime) -> None:
    """Compare each row of the file with the centre of its number."""
    names = COLUMNS[1:]
    columns = (getattr(Centre, name) for name in names)
    rows = db.session.execute(select(Centre.number, Centre.id, *columns)).all()
    known = comparing.stored_rows(rows, names, 1)
    for line, values in reading.rows(plan, COLUMNS):
        cells = Cells(plan, line, COLUMNS, values)
        number, centre = _centre(cells)
        if not cells.good or plan.repeats(line, number, "number", number):
            continue
        identity = {"number": number}
        comparing.compare(plan, line, number, identity, centre, known.get(number))


def _centre(cells: Cells) -> tuple[str, dict[str, str]]:
    number = cells.match(
        "number",
        CENTRE_NUMBER,
        _l("A centre number has two capital letters and three digits, such as IT024."),
    )
    country = cells.values["country"]
    if country not in _countries():
        cells.wrong("country", _l("Write the country's two-letter code, such as IT."))
    zone = cells.values["timezone"]
    if zone not in _zones():
        message = _l("There is no such time zone. Write it like Europe/Rome.")
        cells.wrong("timezone", message)
    website = cells.values["website"]
    if website and (len(website) > 200 or not _WEBSITE.fullmatch(website)):
        cells.wrong("website", _l("Write the whole address, with https://."))
    return number, {
        "name": cells.text("name", 160),
        "city": cells.text("city", 80),
        "country": country,
        "email": cells.email("email"),
        "phone": cells.match(
            "phone", _PHONE, _l("This is not a telephone number, like +39 050 123456.")
        ),
        "website": website,
        "address": cells.text("address", 240),
        "timezone": zone,
    }


@cache
def _countries() -> frozenset[str]:
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha())


@cache
def _zones() -> frozenset[str]:
    return frozenset(zone for zone in available_timezones() if len(zone) <= 40)


def write(tx: Session, plan: Plan, at: datetime) -> int:
    """Write what the plan says about centres."""
    comparing.write(tx, Centre.__table__, plan.inserts, plan.updates)  # type: ignore[arg-type]
    return 0
