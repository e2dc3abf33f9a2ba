"""Import files on their way: kept after upload, looked at, then written once."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import ImportFile, User
from app.services import importing, rights, staff
from app.services.importing import Plan, Summary, reading
from app.transactions import atomic
from app.values import ImportKind

# A file holds names and dates of birth: it stays no longer than somebody needs to look.
KEPT = timedelta(days=1)
GONE = _l(
    "This file is not here any more: it has been written already, or it was kept for a"
    " day. Choose it again if it still has to be written."
)


def keep(
    file_name: str, kind: ImportKind, content: bytes, *, by: User, at: datetime
) -> ImportFile:
    """Keep an uploaded file until its uploader has looked at what it would change.

    Raises Refused when the file is empty or the user's role does not import its kind.
    """
    _require_kind(by, kind)
    if not content.strip():
        raise Refused(_l("This file is empty. Choose another one."), field="file")
    with atomic() as tx:
        file = ImportFile(
            kind=kind,
            name=_plain_name(file_name),
            content=content,
            uploaded_by_id=by.id,
            uploaded_at=at,
        )
        tx.add(file)
    return file


def own_file(reference: str, *, by: User, at: datetime) -> ImportFile:
    """Return a kept file of this user's own; of anybody else's, NotFound."""
    file = db.session.scalar(
        select(ImportFile).where(
            ImportFile.reference == reference,
            ImportFile.uploaded_by_id == by.id,
            ImportFile.uploaded_at > at - KEPT,
        )
    )
    if file is None:
        raise NotFound(GONE)
    return file


def own_files(*, by: User, at: datetime) -> list[ImportFile]:
    """Return the files that this user has kept and not written, newest first."""
    return list(
        db.session.scalars(
            select(ImportFile)
            .where(
                ImportFile.uploaded_by_id == by.id, ImportFile.uploaded_at > at - KEPT
            )
            .order_by(ImportFile.uploaded_at.desc())
            .limit(20)
        )
    )


def look_at(file: ImportFile, *, by: User, at: datetime) -> Plan:
    """Return what writing the file now would change; nothing is written.

    For a centre's staff, a row about another centre is a problem, and nothing of that
    centre is looked up: a difference would tell what it holds.
    """
    _require_kind(by, file.kind)
    member = staff.membership(by)
    if member is not None and member.centre is not None:
        foreign = _of_others(file, member.centre.number)
        if foreign.problem_count:
            return foreign
    return importing.check(file.kind, file.content, at=at)


def write(reference: str, expected: str, *, by: User, at: datetime) -> Summary:
    """Write a kept file, once, if it still changes what its uploader was shown.

    `expected` is the fingerprint of the plan that was shown. Sending the same form
    again finds no file: whoever takes the row away writes it. Raises NotFound, or
    Conflict when the board has changed meanwhile.
    """
    file = own_file(reference, by=by, at=at)
    plan = look_at(file, by=by, at=at)
    if plan.fingerprint != expected:
        raise Conflict(
            _l(
                "What this file would change is different now from what you were shown."
                " Look again before you write it."
            )
        )
    with atomic() as tx:
        taken = tx.execute(
            delete(ImportFile)
            .where(ImportFile.id == file.id)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(GONE)
        return importing.apply(plan, by=by, at=at, file_name=file.name)


def discard(reference: str, *, by: User, at: datetime) -> None:
    """Throw a kept file away unwritten."""
    file = own_file(reference, by=by, at=at)
    with atomic() as tx:
        tx.execute(delete(ImportFile).where(ImportFile.id == file.id))


def forget_old(*, at: datetime) -> int:
    """Erase the files that nobody wrote within a day; return how many."""
    with atomic() as tx:
        gone = tx.execute(
            delete(ImportFile)
            .where(ImportFile.uploaded_at <= at - KEPT)
            .execution_options(synchronize_session=False)
        )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _of_others(file: ImportFile, own: str) -> Plan:
    """Return a plan whose problems are the rows about other centres than one's own."""
    plan = Plan(file.kind, file.content)
    place = importing.columns(file.kind).index("centre")
    for line, cells in reading.rows(plan, importing.columns(file.kind)):
        if cells[place] != own:
            message = _l("Your files are about centre %(own)s alone.", own=own)
            plan.problem(line, "centre", cells[place], message)
    return plan


def _require_kind(user: User, kind: ImportKind) -> None:
    if kind not in rights.importable(user):
        raise Refused(
            _l("Your role does not import files of this kind."),
            field="kind",
            status=403,
        )


def _plain_name(file_name: str) -> str:
    """Return a file's name without its folders and without what cannot be printed."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable()).strip()[:200] or "upload.csv"
