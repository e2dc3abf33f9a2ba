"""Very many people at once: rows made inside the database, as no service makes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, insert, literal, select

from app.extensions import db
from app.models import (
    CandidateAccount,
    Centre,
    Entry,
    ExamSession,
    Member,
    Organisation,
    Release,
    Result,
    Share,
    ShareAccess,
    User,
)
from app.transactions import atomic
from app.values import (
    AccessKind,
    ExamCode,
    Language,
    MemberRole,
    Mode,
    OrganisationStatus,
    OrganisationType,
    ResultStatus,
)

# Candidate numbers have four digits; so many share one session and centre.
GROUP = 5_000
EXAM_DAY = date(2026, 6, 6)


@dataclass(frozen=True)
class Place:
    """A session at a centre, with GROUP candidates or fewer."""

    session: ExamSession
    centre: Centre


def places(count: int) -> list[Place]:
    """Add sessions and centres for so many candidates; call it inside of atomic()."""
    session = ExamSession(
        code="2606-FCE-P",
        exam=ExamCode.FCE,
        mode=Mode.paper,
        label="June 2026",
        exam_date=EXAM_DAY,
        final_date=EXAM_DAY + timedelta(weeks=5),
    )
    centres = [
        Centre(
            number=f"IT{number:03d}",
            name=f"Centre {number}",
            city="Pisa",
            country="IT",
            email="exams@centre.example",
            phone="+39 050 555 0100",
            address="12 Exam Street, Pisa",
            timezone="Europe/Rome",
        )
        for number in range(-(-count // GROUP))
    ]
    db.session.add_all([session, *centres])
    db.session.flush()
    return [Place(session, centre) for centre in centres]


def enter(count: int, at: datetime) -> list[Place]:
    """Enter so many candidates, a place after the other, in one transaction."""
    with atomic():
        found = places(count)
        for start, size, place in _groups(found, count):
            number = _numbers(size)
            serial = cast(number.c.i + start + 1_000_000_000, String)
            values = {
                "reference": literal("reference-") + serial,
                "session_id": literal(place.session.id),
                "centre_id": literal(place.centre.id),
                "candidate_number": func.substr(
                    cast(number.c.i + 10_000, String), 2, 4
                ),
                "family_name": literal("Family ") + serial,
                "first_name": literal("Maria Teresa"),
                "folded_name": literal("maria teresa family ") + serial,
                "date_of_birth": literal(date(2009, 3, 5)),
                "email": literal(""),
                "group_name": literal(""),
                "guardian_email": literal(""),
                "language": literal(Language.en, Entry.language.type),
                "statement_number": literal("S") + serial,
                "secret_failures": literal(0),
                "created_at": literal(at, Entry.created_at.type),
            }
            _insert(Entry, values, number)
    return found


def publish(found: list[Place], at: datetime) -> None:
    """Give every candidate a result that is out, the same for all."""
    two = [_user(name) for name in ("officer", "approver")]
    with atomic() as tx:
        tx.add_all(two)
        tx.flush()
        release = Release(
            session_id=found[0].session.id,
            instant=at - timedelta(days=1),
            result_count=1,
            proposed_by_id=two[0].id,
            proposed_at=at - timedelta(days=3),
            approved_by_id=two[1].id,
            approved_at=at - timedelta(days=2),
        )
        tx.add(release)
        tx.flush()
        values = {
            "entry_id": Entry.id,
            "version": literal(1),
            "status": literal(ResultStatus.graded, Result.status.type),
            "overall": literal(172),
            "grade": literal("B"),
            "cefr": literal("B2"),
            **{f"score_{part}": literal(172) for part in "ruwls"},
            "imported_at": literal(at - timedelta(days=4), Result.imported_at.type),
            "held_why": literal(""),
            "release_id": literal(release.id),
            "withdrawn_why": literal(""),
        }
        _insert(Result, values, Entry)


def share_all(found: list[Place], count: int, at: datetime) -> Member:
    """Share every result with one organisation; return its user, who read half."""
    member = _member(at)
    account = CandidateAccount(
        email="everybody@people.example",
        password_hash="",
        terms_version="1",
        terms_accepted_at=at,
        created_at=at,
    )
    with atomic() as tx:
        tx.add_all([member, account])
        tx.flush()
        for start, _size, place in _groups(found, count):
            values = {
                "reference": literal("share-") + cast(Entry.id + 10**9, String),
                "entry_id": Entry.id,
                "organisation_id": literal(member.organisation_id),
                "account_id": literal(account.id),
                "at": literal(at - timedelta(seconds=start / 100), Share.at.type),
                "terms_version": literal("1"),
            }
            here = Entry.centre_id == place.centre.id
            _insert(Share, values, Entry, here)
        looks = {
            "share_id": Share.id,
            "member_id": literal(member.id),
            "member_name": literal("Rita Registrar"),
            "kind": literal(AccessKind.viewed, ShareAccess.kind.type),
            "at": literal(at, ShareAccess.at.type),
        }
        _insert(ShareAccess, looks, Share, Share.id % 2 == 0)
    return member


def _groups(found: list[Place], count: int) -> Iterator[tuple[int, int, Place]]:
    for start, place in zip(range(0, count, GROUP), found, strict=True):
        yield start, min(GROUP, count - start), place


def _numbers(size: int) -> Any:
    """Return a table of the numbers from 0 on, so many."""
    first = select(literal(0).label("i")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.i + 1).where(first.c.i < size - 1))


def _insert(table: Any, values: dict[str, Any], source: Any, *where: Any) -> None:
    rows = select(*values.values()).select_from(source).where(*where)
    names = list(values)
    db.session.execute(insert(table.__table__).from_select(names, rows))


def _user(name: str) -> User:
    email = f"{name}@board.example"
    return User(
        first_name=name, last_name="Board", username=email, email=email, active=True
    )


def _member(at: datetime) -> Member:
    organisation = Organisation(
        name="University of the Crowd",
        folded_name="university of the crowd",
        type=OrganisationType.university,
        website="https://crowd.example",
        city="Pisa",
        country="IT",
        status=OrganisationStatus.approved,
        applied_at=at - timedelta(days=400),
        due_on=(at - timedelta(days=393)).date(),
        decided_at=at - timedelta(days=399),
    )
    return Member(
        organisation=organisation,
        email="registrar@crowd.example",
        first_name="Rita",
        family_name="Registrar",
        role=MemberRole.primary,
        created_at=at,
        last_visit_at=at - timedelta(days=2),
        previous_visit_at=at - timedelta(days=9),
    )
