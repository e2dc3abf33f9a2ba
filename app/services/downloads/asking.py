"""Asking for a download: which results, as what, by which template; and its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Download, DownloadRow, DownloadTemplate, Member, Organisation
from app.services import access, audit, inbox
from app.services.downloads import kinds, templates
from app.services.inbox import Selection
from app.transactions import atomic
from app.values import (
    AuditAction,
    DownloadFormat,
    Language,
    OrganisationStatus,
    WorkState,
)

# What one organisation may have waiting: the others want their turn, too.
MOST_WAITING = 5
WAITING = (WorkState.queued, WorkState.running)
# Lines of the history on one page.
LINES = 25
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class HistoryPage:
    """A page of what an organisation took, newest first."""

    rows: list[Download]
    number: int
    has_next: bool


def count(member: Member, selection: Selection, *, at: datetime) -> int:
    """Return how many results are selected, counted to one more than a file holds."""
    keys = inbox.selected(member, selection, at=at).limit(kinds.MOST_ROWS + 1)
    counted = select(func.count()).select_from(keys.subquery())
    return db.session.scalar(counted) or 0


def ask(
    member: Member,
    selection: Selection,
    format: DownloadFormat,
    template: DownloadTemplate | None = None,
    *,
    language: Language,
    at: datetime,
) -> Download:
    """Note down which shared results a member wants, for the job process to make.

    Refused when nothing is selected, when it is more than one file holds, and while
    the organisation has as much waiting as it may. What may be given is asked again
    when it is given.
    """
    most = kinds.most(format)
    with atomic() as tx:
        _hold_organisation(member)
        _require_turn(member)
        download = Download(
            organisation_id=member.organisation_id,
            member_id=member.id,
            member_name=member.name[:161],
            format=format,
            template=_kept(format, template),
            language=language,
            rows=0,
            asked_at=at,
        )
        tx.add(download)
        tx.flush()
        wanted = inbox.selected(member, selection, at=at).limit(most + 1)
        download.rows = _counted(_write_rows(download, wanted), most)
        detail = {"format": format.value, "rows": download.rows}
        subject = f"download:{download.reference}"
        audit.append(AuditAction.download_asked, subject, by=member, at=at, **detail)
    return download


def _write_rows(download: Download, wanted: Select[int]) -> int:
    """Write a row for each share that is wanted; return how many there are."""
    keys = wanted.subquery()
    rows = select(literal(download.id), keys.c[0])
    columns = ["download_id", "share_id"]
    db.session.execute(insert(DownloadRow).from_select(columns, rows))
    own = DownloadRow.download_id == download.id
    counted = select(func.count()).select_from(DownloadRow).where(own)
    return db.session.scalar(counted) or 0


def again(download: Download, *, by: Member, at: datetime) -> None:
    """Have a download made anew, of what may be given now, for whoever asks.

    One that is being made already goes on as it is.
    """
    with atomic() as tx:
        _hold_organisation(by)
        another = is_another_taking(download, by)
        if download.state not in WAITING:
            _require_turn(by)
        done = tx.execute(
            update(Download)
            .where(Download.id == download.id, Download.state.not_in(WAITING))
            .values(
                state=WorkState.queued,
                member_id=by.id,
                tries=0,
                leased_until=None,
                expires_at=None,
            )
        )
        if done.rowcount:  # type: ignore[attr-defined]
            if another:
                # Each result that goes into it is written down once more.
                rows = update(DownloadRow).where(DownloadRow.download_id == download.id)
                tx.execute(rows.values(result_id=None, scope=None))
            audit.append(
                AuditAction.download_asked,
                f"download:{download.reference}",
                by=by,
                at=at,
                format=download.format.value,
                rows=download.rows,
            )
        tx.refresh(download)


def is_another_taking(download: Download, member: Member) -> bool:
    """Tell whether a member takes it otherwise than was written down when it was made.

    That was one taking, by whoever it was made for.
    """
    subject = f"download:{download.reference}"
    made, taken = AuditAction.download_made, AuditAction.download_taken
    return download.member_id != member.id or audit.done_since(
        made, taken, subject, by=member
    )


def own(member: Member, reference: str) -> Download:
    """Return a download of the member's own organisation; NotFound for any other."""
    found = db.session.scalar(
        select(Download)
        .where(Download.reference == reference, *_own(member))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


def history(member: Member, page: int = 1) -> HistoryPage:
    """Return one page of who in the organisation took what, newest first."""
    number = min(max(page, 1), LAST_PAGE)
    rows = db.session.scalars(
        select(Download)
        .where(*_own(member))
        .order_by(Download.asked_at.desc(), Download.id.desc())
        .offset((number - 1) * LINES)
        .limit(LINES + 1)
    ).all()
    return HistoryPage(list(rows[:LINES]), number, len(rows) > LINES)


def _kept(format: DownloadFormat, template: DownloadTemplate | None) -> dict[str, Any]:
    if kinds.is_statements(format):
        return {}
    return templates.layout_of(template).kept()


def _own(member: Member) -> tuple[ColumnElement[bool], ...]:
    approved = select(Organisation.id).where(
        Organisation.id == member.organisation_id,
        Organisation.status == OrganisationStatus.approved,
    )
    return (Download.organisation_id == approved.scalar_subquery(),)


def _hold_organisation(member: Member) -> None:
    """Let the members of one organisation ask one after the other."""
    held = select(Organisation.id).where(
        Organisation.id == member.organisation_id,
        Organisation.status == OrganisationStatus.approved,
    )
    if db.session.scalar(held.with_for_update()) is None:
        raise NotFound(access.NOTHING_HERE)


def _require_turn(member: Member) -> None:
    waiting = select(func.count(Download.id)).where(
        *_own(member), Download.state.in_(WAITING)
    )
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Conflict(
            _l(
                "Your organisation has several downloads being made. Wait until one"
                " is ready, then ask again."
            )
        )


def _counted(rows: int, most: int) -> int:
    if not rows:
        raise Refused(_l("Choose at least one result."), field="format")
    if rows > most:
        words = ngettext(
            "This is more than one download holds: choose at most %(num)s result.",
            "This is more than one download holds: choose at most %(num)s results.",
            most,
        )
        raise Refused(words, field="format")
    return rows
