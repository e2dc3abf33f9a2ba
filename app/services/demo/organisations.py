"""Organisations in every state, their members, and what candidates shared with them."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from app.extensions import db
from app.models import (
    Entry,
    ExamSession,
    Member,
    Organisation,
    Photo,
    Result,
    SeenVersion,
    Share,
)
from app.models import ShareAccess as Access
from app.services import lookalikes, publication
from app.services.organisations import due_on
from app.values import (
    TERMS_VERSION,
    AccessKind,
    Language,
    MemberRole,
    Notify,
    OrganisationStatus,
    OrganisationType,
    ResultStatus,
    ShareScope,
)

Status = OrganisationStatus
# name | kind | domain | city | country | status | days since it applied
ORGANISATIONS = """
Università degli Studi del Tirreno|university|tirreno.example|Pisa|IT|approved|400
Politecnico della Martesana|university|martesana.example|Milano|IT|approved|300
Northgate University|university|northgate.example|Leeds|GB|approved|350
Northgate University|university|northgate-ca.example|Halifax|CA|approved|200
Ministry of Skills and Work|ministry|skills.example|Dublin|IE|approved|150
Aeroporti del Golfo|employer|golfo.example|Genova|IT|approved|90
Hanse Logistik|employer|hanse.example|Hamburg|DE|suspended|500
Order of Technical Translators|professional_body|ott.example|Wien|AT|applied|11
Best Visa Services|other|bestvisa.example|London|GB|refused|60
"""
# domain, mailbox, name, job title
COLLEAGUES = (
    ("tirreno.example", "colleague", "Carlo Collega", "International office"),
    ("northgate.example", "deputy", "Dana Deputy", "Admissions"),
)
SCOPES = (ShareScope.overall, ShareScope.components, ShareScope.photo)
PURPOSES = ("", "", "Master's in Physics", "Erasmus in spring", "Application 2027")
# So many in a hundred of those who see their result share it.
SHARING = 35
# What was taken long ago has been shared for longer than what has just come out.
OLD = timedelta(days=150)
WEEK, SPREAD = 7, 120


def make(password_hash: str, officer_id: int, *, at: datetime) -> list[Member]:
    """Add the organisations and their primary users; return these."""
    members = []
    for line in ORGANISATIONS.split("\n")[1:-1]:
        *facts, days = line.split("|")
        applied = at - timedelta(days=int(days))
        organisation = _organisation(facts, officer_id, applied)
        domain, country = facts[2], facts[4]
        works = organisation.status in (Status.approved, Status.suspended)
        members.append(
            Member(
                organisation=organisation,
                email=f"registrar@{domain}",
                first_name="Rita",
                family_name="Registrar",
                job_title="Admissions",
                role=MemberRole.primary,
                password_hash=password_hash if works else None,
                language=Language.it if country == "IT" else Language.en,
                active=organisation.status is not Status.refused,
                created_at=applied,
                last_visit_at=at - timedelta(days=2) if works else None,
                previous_visit_at=at - timedelta(days=9) if works else None,
            )
        )
    of = {member.email.partition("@")[2]: member for member in members}
    colleagues = [_colleague(of[one[0]], *one, at) for one in COLLEAGUES]
    db.session.add_all([*members, *colleagues])
    db.session.flush()
    return members


def _colleague(
    primary: Member, domain: str, box: str, name: str, job: str, at: datetime
) -> Member:
    """Somebody else of the same organisation, told once a day of what is new."""
    first, _, family = name.partition(" ")
    return Member(
        organisation=primary.organisation,
        email=f"{box}@{domain}",
        first_name=first,
        family_name=family,
        job_title=job,
        role=MemberRole.admin,
        password_hash=primary.password_hash,
        language=primary.language,
        notify=Notify.daily,
        told_until=at,
        created_at=primary.created_at + timedelta(days=30),
        last_visit_at=at - timedelta(days=4),
    )


def _organisation(facts: list[str], officer_id: int, applied: datetime) -> Organisation:
    name, kind, domain, city, country, stands = facts
    status = Status(stands)
    decided = status is not Status.applied
    return Organisation(
        name=name,
        folded_name=lookalikes.folded(name),
        type=OrganisationType(kind),
        website=f"https://www.{domain}",
        city=city,
        country=country,
        domain_matches=status is not Status.refused,
        status=status,
        applied_at=applied,
        due_on=due_on(applied),
        decided_at=applied + timedelta(days=2) if decided else None,
        decided_by_id=officer_id if decided else None,
        decision_reason="No such body is known." if status is Status.refused else "",
    )


def share(
    members: list[Member],
    left_out: Iterable[Entry],
    draw: random.Random,
    *,
    at: datetime,
) -> int:
    """Let candidates whose result is out share it, read and unread; return how many.

    The story's people are left out: what they share is told elsewhere.
    """
    receiving = [
        member
        for member in members
        if member.organisation and member.organisation.status is Status.approved
    ]
    day = ExamSession.exam_date
    query = (
        select(Entry.id, Entry.account_id, Photo.entry_id, Result.id, day)
        .join(Result, Result.entry_id == Entry.id)
        .join(ExamSession, ExamSession.id == Entry.session_id)
        .outerjoin(Photo, Photo.entry_id == Entry.id)
        .where(
            Entry.account_id.is_not(None),
            Entry.id.not_in([entry.id for entry in left_out]),
            Result.status == ResultStatus.graded,
            publication.visible(at),
        )
        .order_by(Entry.id)
    )
    made = 0
    for part in db.session.execute(
        query.execution_options(yield_per=1000)
    ).partitions():
        made += _share_part(part, receiving, draw, at)
    return made


def _share_part(
    part: Any, receiving: list[Member], draw: random.Random, at: datetime
) -> int:
    shares: list[dict[str, Any]] = []
    readers: list[tuple[Member, int] | None] = []
    # The first organisations of the list receive most.
    weights = range(len(receiving), 0, -1)
    for entry_id, account_id, photo, result_id, exam_date in part:
        days = SPREAD if exam_date < (at - OLD).date() else WEEK
        if draw.randrange(100) >= SHARING:
            continue
        chosen = draw.choices(receiving, weights, k=draw.choice((1, 1, 2)))
        for member in dict.fromkeys(chosen):
            read = draw.random() < 0.5
            row = _shared(entry_id, account_id, member, read, days, draw, at)
            shares.append(row | _wish(row, bool(photo), draw, at))
            readers.append((member, result_id) if read else None)
    if shares:
        _write(shares, readers)
    return len(shares)


def _shared(
    entry_id: int,
    account_id: int,
    member: Member,
    read: bool,
    days: int,
    draw: random.Random,
    at: datetime,
) -> dict[str, Any]:
    shared_at = at - timedelta(minutes=draw.randrange(5, days * 24 * 60))
    return {
        "reference": f"{draw.getrandbits(128):032x}"[:22],
        "entry_id": entry_id,
        "organisation_id": member.organisation_id,
        "account_id": account_id,
        "at": shared_at,
        "terms_version": TERMS_VERSION,
        "first_read_at": shared_at + (at - shared_at) / 2 if read else None,
    }


def _wish(
    row: dict[str, Any], photo: bool, draw: random.Random, at: datetime
) -> dict[str, Any]:
    """How much of it, what for and until when; now and then it is over."""
    chance, expires_at, withdrawn_at = draw.random(), None, None
    if chance < 0.25:
        expires_at = at + timedelta(days=draw.randrange(20, 400))
    elif chance < 0.30:
        # Between the time it was made, or read, and now.
        withdrawn_at = at - (at - (row["first_read_at"] or row["at"])) / 3
    return {
        "scope": draw.choices(SCOPES, (2, 8, 6 if photo else 0))[0],
        "purpose": draw.choice(PURPOSES),
        "expires_at": expires_at,
        "withdrawn_at": withdrawn_at,
    }


def _write(
    shares: list[dict[str, Any]], readers: list[tuple[Member, int] | None]
) -> None:
    """Write shares, and which of them were looked at, by whom and in which version."""
    statement = insert(Share).returning(Share.id, sort_by_parameter_order=True)
    keys = db.session.scalars(statement, shares).all()
    read = [
        (key, row, *reader)
        for key, row, reader in zip(keys, shares, readers, strict=True)
        if reader is not None
    ]
    if not read:
        return
    looks = [
        {
            "share_id": key,
            "member_id": member.id,
            "member_name": member.name,
            "kind": AccessKind.viewed,
            "at": row["first_read_at"],
        }
        for key, row, member, _ in read
    ]
    db.session.execute(insert(Access), looks)
    seen = [{"share_id": key, "result_id": result} for key, _, _, result in read]
    db.session.execute(insert(SeenVersion), seen)
