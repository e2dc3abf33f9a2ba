"""The papers people hold: Confirmation of Entry and Statement of Results.

Everything is read first; the drawing, which takes a while, holds no transaction.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import get_timezone_location
from flask import current_app
from flask_babel import force_locale, format_date, format_time, get_locale
from flask_babel import gettext as _

from app.errors import NotFound
from app.models import Entry, Photo, Result
from app.services import (
    amending,
    credentials,
    grading,
    labels,
    localtime,
    paper,
    photos,
    scale,
    showing,
)
from app.services.grading import Exam
from app.services.scale import on_paper
from app.services.scale.ground import WIDE
from app.services.timetable import Sitting, timetable_of
from app.services.wording import rendered
from app.transactions import end_read
from app.values import ComponentCode, Mode, ResultStatus, ShareScope

# The style of a name that takes several lines.
VERY_LONG = " very-long"


def confirmation_of_entry(entry: Entry, *, at: datetime) -> bytes:
    """Return the sheet with a candidate's timetable, ID Number and Secret Number (PDF).

    Raises ValueError when no numbers have been issued for the entry.
    """
    secret = credentials.printed(entry)
    sittings = timetable_of(entry)
    facts = _facts(entry, at)
    facts["school"] = entry.school.name if entry.school else ""
    end_read()
    number = entry.id_number or ""
    with force_locale(entry.language.value):
        values = {
            **facts,
            # Four long addresses still leave room for the rest.
            "dense": sum(len(one.venue) + len(one.room) for one in sittings) > 320,
            "sittings": [_sitting(facts["exam"], one) for one in sittings],
            "zone_city": get_timezone_location(
                facts["centre"].timezone, locale=get_locale(), return_city=True
            ),
            "id_number": _grouped(number, 3),
            "secret": _grouped(secret, 4),
            "results_by": format_date(entry.session.final_date, "d MMMM y"),
            "address": facts["base_url"].partition("://")[2],
            "qr": paper.qr_code(
                f"{facts['base_url']}/candidate/register?id_number={number}"
            ),
        }
    return paper.pdf(
        rendered("pdf/confirmation_of_entry.html", entry.language, **values)
    )


def statement_of_results(
    entry: Entry, result: Result, *, at: datetime, scope: ShareScope = ShareScope.photo
) -> bytes:
    """Return the statement of a result (PDF), in the language of the entry.

    It prints as much as the scope opens; the candidate's own holds everything. A result
    without scores prints its status in words; an amended one says that it is, and which
    version.
    """
    facts = _facts(entry, at)
    exam: Exam = facts["exam"]
    scores = showing.scores_within(result, scope)
    photo = showing.photo_within(entry, scope)
    amended = amending.amended(result, at=at)
    end_read()
    with force_locale(entry.language.value):
        laid = scale.laid_out(WIDE, exam, result.overall, scores)
        values = {
            **facts,
            "statement_number": entry.statement_number,
            "place": facts["centre"].city,
            "version": result.version,
            "amended": amended,
            "status": result.status.value,
            **_earned(exam, result, scores),
            "parts_left_out": bool(result.scores) and not scores,
            "photo": _face(photo),
            # As large as its corner, whichever way round it was taken.
            "photo_size": "width: 96pt" if photo and _wide(photo) else "height: 96pt",
            "bands": [_band(exam, band) for band in exam.bands],
            "picture": paper.PICTURE if laid else "",
            "picture_width": 440 if VERY_LONG in facts["name_style"] else 499,
            "verify_address": facts["base_url"].partition("://")[2] + "/verify",
            "qr": paper.qr_code(f"{facts['base_url']}/verify"),
        }
    html = rendered("pdf/statement_of_results.html", entry.language, **values)
    return paper.pdf(html, picture=on_paper.drawn(laid) if laid else None)


def _face(photo: Photo | None) -> str:
    """Return the picture of the exam day for a page; empty without one, or its file."""
    if photo is None:
        return ""
    try:
        return paper.data_uri(photos.TYPE, photos.content(photo))
    except NotFound:
        return ""


def _wide(photo: Photo) -> bool:
    return photo.width > photo.height


def _earned(
    exam: Exam, result: Result, scores: Mapping[ComponentCode, int]
) -> dict[str, Any]:
    """Return the result, the overall score, the level and the parts as printed."""
    overall = result.overall
    return {
        "label": grading.label_of(exam, result),
        "overall": None if overall is None else str(grading.shown(exam, overall)),
        "cefr": result.cefr,
        "parts": [
            (_(part.name), str(grading.shown(exam, scores[part.code])))
            for part in exam.components
            if part.code in scores
        ],
    }


def _facts(entry: Entry, at: datetime) -> dict[str, Any]:
    """Return what both papers say about an entry, in the entry's language."""
    session = entry.session
    with force_locale(entry.language.value):
        return {
            "board": current_app.config["ESITO_BOARD_NAME"],
            "base_url": current_app.config["ESITO_BASE_URL"],
            "exam": grading.exam_on(session.exam, session.exam_date),
            "name": entry.name,
            "name_style": _style_of(entry.name),
            "date_of_birth": _day(entry.date_of_birth),
            "candidate_number": entry.candidate_number,
            "centre": entry.centre,
            "session": labels.in_words(session.label),
            "mode": _mode(session.mode),
            "printed_on": _day(localtime.today(at)),
        }


def _sitting(exam: Exam, sitting: Sitting) -> dict[str, str]:
    names = [grading.paper_name(exam, code) or code.value for code in sitting.papers]
    return {
        "papers": ", ".join(_(name) for name in names),
        "day": format_date(sitting.day, "EEE d MMMM y") if sitting.day else "",
        "time": format_time(sitting.start, "HH:mm") if sitting.start else "",
        "venue": sitting.venue,
        "room": sitting.room,
    }


def _band(exam: Exam, band: grading.Band) -> tuple[str, str, str]:
    label = grading.result_label(exam, band.grade, band.cefr, ResultStatus.graded)
    return f"{band.low}–{band.high}", str(label), band.cefr or "–"


def _mode(mode: Mode) -> str:
    words = {
        Mode.paper: _("on paper"),
        Mode.computer: _("on computer"),
        Mode.digital: _("digital"),
    }
    return words[mode]


def _day(day: date) -> str:
    return format_date(day, "d MMMM y")


def _style_of(name: str) -> str:
    """Return how a name is set: a long one smaller, and ideographs on the same line."""
    style = " ideographs" if any(ord(letter) > 0x2E7F for letter in name) else ""
    if len(name) > 100 or max(map(len, name.split()), default=0) > 30:
        return VERY_LONG + style
    return " long" + style if len(name) > 34 else style


def _grouped(text: str, size: int) -> str:
    """Return a number in groups that an eye can hold."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))
