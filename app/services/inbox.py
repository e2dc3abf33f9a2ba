"""What an organisation has been sent: its list of shared results, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import contains_eager

from app.extensions import db
from app.models import (
    Entry,
    ExamSession,
    Member,
    Organisation,
    Share,
    ShareAccess,
)
from app.services import consent, names, publication
from app.values import ExamCode, OrganisationStatus, ResultStatus

ROWS = 25
# Counting stops here: "1000+" says as much, and costs the same with a million.
MOST_COUNTED = 1000
# Far beyond what anybody leafs through, and still a number every database takes.
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """What a member looks for among the shared results; empty: everything."""

    name: str = ""
    exam: ExamCode | None = None
    date_of_birth: date | None = None
    unread: bool = False

    def __bool__(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class SharedRow:
    """One line of the verifier's list; `new` until this very member has looked."""

    share: Share
    has_result: bool
    new: bool


@dataclass(frozen=True)
class SharedPage:
    """A page of the list; `new_count` counts at most to MOST_COUNTED + 1."""

    rows: list[SharedRow]
    number: int
    has_next: bool
    new_count: int


def page_for(
    member: Member, page: int = 1, wanted: Wanted | None = None, *, at: datetime
) -> SharedPage:
    """Return one page of what is shared with the member's organisation, newest first.

    Which shares these are is found in the index alone, before anything is joined, so
    that the first page costs the same with a thousand shares and with a million.
    """
    number = min(max(page, 1), LAST_PAGE)
    found = db.session.execute(
        _rows(wanted) if wanted else _all_rows(consent.stands),
        {**_whose(member), "at": at, "before": (number - 1) * ROWS},
    ).all()
    shown = found[:ROWS]
    graded = _graded([share.entry_id for share, _ in shown], at)
    return SharedPage(
        rows=[
            SharedRow(share, share.entry_id in graded, not seen)
            for share, seen in shown
        ],
        number=number,
        has_next=len(found) > ROWS,
        new_count=_new_since_last_visit(member, at),
    )


@cache
def _all_rows(_stands: Callable[..., ColumnElement[bool]]) -> Select[Share, bool]:
    # Putting this statement together takes longer than running it: done once.
    return _rows(Wanted())


def _rows(wanted: Wanted) -> Select[Share, bool]:
    """Select a page of shares, each with whether the member has looked at it."""
    keys = _keys(wanted).order_by(Share.at.desc(), Share.id.desc())
    shown_keys = keys.offset(bindparam("before")).limit(ROWS + 1).subquery()
    return (
        select(Share, _looked())
        .join(shown_keys, shown_keys.c.id == Share.id)
        .join(Share.entry)
        .join(Entry.session)
        .options(
            contains_eager(Share.entry)
            .load_only(Entry.first_name, Entry.family_name)
            .contains_eager(Entry.session)
        )
        .order_by(Share.at.desc(), Share.id.desc())
    )


def _whose(member: Member) -> dict[str, Any]:
    """Return whom the statements below are asked for."""
    return {"member": member.id, "organisation": member.organisation_id}


def _looked() -> ColumnElement[bool]:
    return exists().where(
        ShareAccess.member_id == bindparam("member"), ShareAccess.share_id == Share.id
    )


def _live() -> tuple[ColumnElement[bool], ...]:
    """Return the condition of every list: live, and shared with the member's own."""
    own = select(Organisation.id).where(
        Organisation.id == bindparam("organisation"),
        Organisation.status == OrganisationStatus.approved,
    )
    return (
        Share.organisation_id == own.scalar_subquery(),
        consent.stands(bindparam("at", type_=Share.at.type)),
    )


def _keys(wanted: Wanted) -> Select[int]:
    keys = select(Share.id).where(*_live())
    if wanted.unread:
        keys = keys.where(~_looked())
    if wanted.name or wanted.exam or wanted.date_of_birth:
        keys = keys.join(Entry, Entry.id == Share.entry_id)
    for word in names.folded(wanted.name).split()[:8]:
        keys = keys.where(Entry.folded_name.contains(word, autoescape=True))
    if wanted.date_of_birth:
        keys = keys.where(Entry.date_of_birth == wanted.date_of_birth)
    if wanted.exam:
        keys = keys.join(ExamSession, ExamSession.id == Entry.session_id)
        keys = keys.where(ExamSession.exam == wanted.exam)
    return keys


def _graded(entry_ids: list[int], at: datetime) -> frozenset[int]:
    """Return which of the entries have a graded result that may be seen."""
    return frozenset(publication.published_of(entry_ids, ResultStatus.graded, at=at))


def _new_since_last_visit(member: Member, at: datetime) -> int:
    since = member.previous_visit_at
    values = {**_whose(member), "at": at, "since": since, "most": MOST_COUNTED + 1}
    counting = _count_of_new(consent.stands, since is not None)
    return db.session.scalar(counting, values) or 0


@cache
def _count_of_new(
    _stands: Callable[..., ColumnElement[bool]], visited: bool
) -> Select[int]:
    fresh = select(Share.id).where(*_live())
    if visited:
        fresh = fresh.where(Share.at > bindparam("since", type_=Share.at.type))
    # In order, so that a database that guesses reads the index and not the table.
    fresh = fresh.order_by(Share.at.desc(), Share.id.desc()).limit(bindparam("most"))
    return select(func.count()).select_from(fresh.subquery())
