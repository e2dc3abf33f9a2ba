"""Photos of the exam day from a ZIP: all of it checked, then all of it written.

A file is named by its candidate's number. Somebody whose photo is not in the archive
keeps what they have, or goes without: they or their guardian may have declined it.
"""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Centre, Entry, ExamSession, Photo
from app.services import audit, confirmations, grading, photos, storage
from app.services.photos import archives, pictures
from app.services.photos.plan import Drawn, Known, Plan
from app.transactions import atomic, end_read
from app.values import AuditAction, new_reference

_NAME = re.compile(r"(\d{4})\.(?:jpg|png)", re.ASCII | re.IGNORECASE)
LONGEST_FILE_NAME = 200
# Told how many files are done, and of how many.
Progress = Callable[[int, int], None]


def place(session_code: str, centre_number: str) -> tuple[ExamSession, Centre]:
    """Return a session whose exam has photos, and a centre that takes part in it."""
    session, centre = confirmations.place(session_code, centre_number)
    exam = grading.exam(session.exam)
    if not exam.photo:
        raise Refused(_l("No photos are taken for %(exam)s.", exam=exam.name))
    return session, centre


def load(
    stream: IO[bytes],
    session: ExamSession,
    centre: Centre,
    *,
    at: datetime,
    file_name: str,
    dry_run: bool = False,
    progress: Progress = lambda done, of: None,
) -> Plan:
    """Check an archive, and write it unless it has problems or this is a trial.

    Raises Refused when it is no honest archive at all, and Conflict when somebody
    imports photos of the same candidates meanwhile.
    """
    plan = Plan(session, centre, _digest(stream))
    known = _candidates(session, centre)
    # Without a name, so that no other program opens it and none of it stays.
    with tempfile.TemporaryFile() as waiting, archives.opened(stream) as archive:
        files = _named(plan, archive, known)
        if not plan.problem_count:
            _draw(plan, archive, files, waiting, progress)
        if not plan.problem_count and not dry_run:
            _write(plan, waiting, at, file_name)
    return plan


def _named(
    plan: Plan, archive: zipfile.ZipFile, known: dict[str, Known]
) -> list[tuple[zipfile.ZipInfo, Known]]:
    """Return each file with its candidate, after looking at the directory alone."""
    files: list[tuple[zipfile.ZipInfo, Known]] = []
    taken: dict[str, str] = {}
    for file in archive.infolist():
        # As it stands in the archive: `filename` ends at a null character.
        name = file.orig_filename
        found = _NAME.fullmatch(name)
        if found is None:
            plan.problem(name, _WRONG_NAME)
            continue
        number = found[1]
        if number in taken:
            message = _l("There is %(file)s for them already.", file=taken[number])
            plan.problem(name, message)
        elif number not in known:
            plan.problem(name, _l("No candidate has this number in this session."))
        elif message := archives.wrong(file):
            plan.problem(name, message)
        else:
            files.append((file, known[number]))
        taken.setdefault(number, name)
    plan.without = len(known) - len(files)
    return files


def _draw(
    plan: Plan,
    archive: zipfile.ZipFile,
    files: list[tuple[zipfile.ZipInfo, Known]],
    waiting: IO[bytes],
    progress: Progress,
) -> None:
    """Read every picture, and draw anew those that are not stored already."""
    seen: dict[str, str] = {}
    for n, (file, candidate) in enumerate(files, 1):
        try:
            content = archives.content(archive, file)
            digest = hashlib.sha256(content).hexdigest()
            if (first := seen.setdefault(digest, file.filename)) != file.filename:
                raise Refused(_l("This is the same picture as %(file)s.", file=first))
            if _is_stored(candidate, digest):
                plan.unchanged += 1
            else:
                _add(plan, file.filename[:4], candidate, digest, content, waiting)
        except Refused as problem:
            plan.problem(file.filename, problem.message)
        progress(n, len(files))


def _add(
    plan: Plan,
    number: str,
    candidate: Known,
    digest: str,
    content: bytes,
    waiting: IO[bytes],
) -> None:
    portrait = pictures.portrait(content)
    start = waiting.tell()
    waiting.write(portrait.jpeg)
    length = len(portrait.jpeg)
    # Only its size stays in memory.
    kept = portrait._replace(jpeg=b"")
    plan.drawn.append(Drawn(candidate, digest, kept, start, length))
    if candidate.reference is None:
        plan.added += 1
    else:
        plan.changed.append(number)


def _is_stored(candidate: Known, digest: str) -> bool:
    """Tell whether this picture is the candidate's already, and its file is there."""
    if candidate.reference is None or candidate.source_hash != digest:
        return False
    return storage.exists(photos.file_name(candidate.reference))


def _write(plan: Plan, waiting: IO[bytes], at: datetime, file_name: str) -> None:
    """Store the files, then write their rows; what was replaced goes last."""
    if not plan.drawn:
        return
    references: list[str] = []
    try:
        for drawn in plan.drawn:
            waiting.seek(drawn.start)
            references.append(new_reference())
            name = photos.file_name(references[-1])
            storage.write(name, waiting.read(drawn.length))
        _write_rows(plan, references, at, file_name)
    except BaseException as problem:
        _discard(references)
        if isinstance(problem, IntegrityError):
            raise Conflict(_MEANWHILE) from problem
        raise
    _discard([d.candidate.reference for d in plan.drawn if d.candidate.reference])


def _write_rows(
    plan: Plan, references: list[str], at: datetime, file_name: str
) -> None:
    with atomic() as tx:
        for drawn, reference in zip(plan.drawn, references, strict=True):
            _replace(drawn, reference, at)
        audit.append(
            AuditAction.imported,
            "import:photos",
            by=None,
            at=at,
            file=file_name[-LONGEST_FILE_NAME:],
            sha256=plan.sha256,
            session=plan.session.code,
            centre=plan.centre.number,
            added=plan.added,
            changed=len(plan.changed),
            unchanged=plan.unchanged,
        )
    tx.expire_all()


def _replace(drawn: Drawn, reference: str, at: datetime) -> None:
    """Write one photo's row, if the candidate still has the one that was seen."""
    entry_id, before, _ = drawn.candidate
    if before is not None:
        old = delete(Photo).where(Photo.entry_id == entry_id, Photo.reference == before)
        gone = db.session.execute(old.execution_options(synchronize_session=False))
        if gone.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_MEANWHILE)
    portrait = drawn.portrait
    row = {
        "entry_id": entry_id,
        "reference": reference,
        "source_hash": drawn.source_hash,
        "width": portrait.width,
        "height": portrait.height,
        "imported_at": at,
    }
    db.session.execute(Photo.__table__.insert().values(row))


def _discard(references: list[str]) -> None:
    """Delete files that no row names; what resists is swept by the job."""
    for reference in references:
        with suppress(OSError):
            storage.delete(photos.file_name(reference))


def _candidates(session: ExamSession, centre: Centre) -> dict[str, Known]:
    rows = db.session.execute(
        select(Entry.candidate_number, Entry.id, Photo.reference, Photo.source_hash)
        .outerjoin(Photo, Photo.entry_id == Entry.id)
        .where(Entry.session_id == session.id, Entry.centre_id == centre.id)
    )
    known = {row[0]: Known(row[1], row[2], row[3]) for row in rows}
    end_read()
    return known


def _digest(stream: IO[bytes]) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


_WRONG_NAME = _l(
    "Name it by the candidate's number, such as 0001.jpg or 0001.png, without a folder."
)
_MEANWHILE = _l("Somebody has imported photos of the same candidates. Try again.")
