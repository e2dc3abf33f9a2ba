"""Pictures of people who do not exist: a head and shoulders, drawn in flat colours."""

import hashlib
import io
import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from PIL import Image, ImageDraw
from sqlalchemy import insert, select

from app.extensions import db
from app.models import Entry, ExamSession, Photo
from app.services import grading, photos, retention, storage
from app.services.photos.erasure import YEARS
from app.values import ExamCode, new_reference

# Of the crowd only so many: each is a file.
MOST = 40
SIZE = (180, 225)
GROUNDS = ("#d7e3e5", "#e4ded2", "#dcd9e6", "#dfe6d5")
SKINS = ("#f0cfb4", "#d9a77f", "#b07c55", "#7d5236", "#f4dcc8")
HAIRS = ("#2b2320", "#5a3b28", "#8c6a3f", "#3c3f46", "#a8542f")
COATS = ("#2f5d62", "#7a4b58", "#3f4f7a", "#6b6f3a", "#4a4a4f")


def make(people: Iterable[Entry], draw: random.Random, *, at: datetime) -> None:
    """Give the story's people and a few others a photo, where the exam has them."""
    entries = {entry.id: entry for entry in people}
    entries |= {entry.id: entry for entry in _others(at)}
    rows = []
    for entry in entries.values():
        if _has_photo(entry, at):
            rows.append(_stored(entry, draw, at))
    db.session.execute(insert(Photo), rows)


def _others(at: datetime) -> Iterable[Entry]:
    codes = [code for code in ExamCode if grading.exam(code).photo]
    return db.session.scalars(
        select(Entry)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .where(
            ExamSession.exam.in_(codes),
            ExamSession.exam_date.between((at - timedelta(days=120)).date(), at.date()),
            Entry.account_id.is_not(None),
        )
        .order_by(ExamSession.exam_date, Entry.id)
        .limit(MOST)
    )


def _has_photo(entry: Entry, at: datetime) -> bool:
    taken = entry.session.exam_date
    kept = retention.years_before(at, YEARS) <= taken < at.date()
    return grading.exam(entry.session.exam).photo and kept


def _stored(entry: Entry, draw: random.Random, at: datetime) -> dict[str, object]:
    content, reference = _drawn(draw), new_reference()
    storage.write(photos.file_name(reference), content)
    return {
        "entry_id": entry.id,
        "reference": reference,
        "source_hash": hashlib.sha256(content).hexdigest(),
        "width": SIZE[0],
        "height": SIZE[1],
        "imported_at": at,
    }


def _drawn(draw: random.Random) -> bytes:
    """Return a small JPEG: nobody's face, and told apart by its colours."""
    ground, skin, hair, coat = (
        draw.choice(colours) for colours in (GROUNDS, SKINS, HAIRS, COATS)
    )
    picture = Image.new("RGB", SIZE, ground)
    pen = ImageDraw.Draw(picture)
    long_hair = draw.random() < 0.5
    pen.ellipse((48, 36, 132, 150 if long_hair else 118), fill=hair)
    pen.ellipse((14, 158, 166, 300), fill=coat)
    pen.rounded_rectangle((76, 120, 104, 172), radius=12, fill=skin)
    pen.ellipse((55, 50, 125, 140), fill=skin)
    pen.chord((50, 38, 130, 112), start=190, end=350, fill=hair)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70, optimize=True)
    return out.getvalue()
