"""People for the journeys: each with a session, an entry and a result of their own.

They are written straight into the database of a running service, so that journeys share
one service and never meet each other's people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import config
from app import create_app
from app.extensions import db
from app.models import (
    CandidateAccount,
    Centre,
    Entry,
    ExamSession,
    Member,
    Organisation,
    Photo,
    Result,
    Share,
    StaffMember,
)
from app.services import (
    credentials,
    identifiers,
    lookalikes,
    names,
    photos,
    publication,
    storage,
)
from app.transactions import atomic
from app.values import (
    TERMS_VERSION,
    ExamCode,
    Language,
    MemberRole,
    Mode,
    OrganisationStatus,
    OrganisationType,
    ResultStatus,
)
from tests.browser.service import Service
from tests.cast import Role, User, password_hash, save
from tests.papers import jpeg

SECRET = "00482913"
# B2 First: 172 is Grade C, level B2.
GRADE_C = {
    "status": ResultStatus.graded,
    "overall": 172,
    "grade": "C",
    "cefr": "B2",
    "score_r": 173,
    "score_u": 170,
    "score_w": 168,
    "score_l": 175,
    "score_s": 174,
}


@dataclass(frozen=True)
class Person:
    """A candidate of a journey, and what they know."""

    name: str
    id_number: str
    secret: str
    born: date
    email: str
    # Of their entry; candidates' pages carry it in their addresses.
    reference: str
    session: str
    statement_number: str

    @property
    def typed_birth(self) -> str:
        return f"{self.born:%d/%m/%Y}"


class Stage:
    """Puts people on the stage of a running service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.app = create_app(config.read(service.env))
        self._numbers = count(1)

    @contextmanager
    def set(self) -> Iterator[Any]:
        """Work on the service's database with the service's own models and rules."""
        factory = db.session.session_factory
        factory.configure(join_transaction_mode="conditional_savepoint")
        with self.app.app_context():
            # The one password of the stage, which is hashed outside of transactions.
            password_hash()
            try:
                # As a writer from the first row on: the running service writes too.
                with atomic():
                    yield db.session
            finally:
                db.session.remove()
                db.engine.dispose()
                factory.configure(join_transaction_mode="create_savepoint")

    def candidate(
        self,
        first: str,
        family: str,
        *,
        born: date = date(2004, 3, 5),
        exam: ExamCode = ExamCode.FCE,
        sat_days_ago: int = 30,
        result: dict[str, Any] | None = GRADE_C,
        out_hours_ago: float | None = 24,
        account: bool = True,
        language: str = "en",
        centre: str = "IT024",
        **values: Any,
    ) -> Person:
        """Make a candidate: entered, examined, with a result that is out by default.

        With `out_hours_ago=None` the result is in no release; with `account=False` the
        person has only their paper. Their password is that of the tests.
        """
        number, now = next(self._numbers), datetime.now(UTC)
        with self.set():
            at_centre = self._centre(centre)
            sat = (now - timedelta(days=sat_days_ago)).date()
            session = save(
                ExamSession(
                    code=f"J{number:03d}-{exam}",
                    exam=exam,
                    mode=Mode.paper,
                    label=f"{sat:%B %Y}",
                    exam_date=sat,
                    final_date=sat + timedelta(days=35),
                )
            )
            id_number = identifiers.new_id_number()
            entry = save(
                Entry(
                    session=session,
                    centre=at_centre,
                    candidate_number="0001",
                    first_name=first,
                    family_name=family,
                    folded_name=names.folded(f"{first} {family}"),
                    date_of_birth=born,
                    statement_number=f"26{number % 10}IT024{number:04d}",
                    id_number=id_number,
                    secret=credentials.sealed(id_number, SECRET),
                    secret_issued_at=now - timedelta(days=sat_days_ago + 20),
                    created_at=now - timedelta(days=sat_days_ago + 30),
                    **{
                        "email": f"person{number}@mail.example",
                        "language": Language(language),
                        **values,
                    },
                )
            )
            if account:
                self._open_account(entry, language, now)
            if result is not None:
                save(
                    Result(
                        entry=entry,
                        version=1,
                        imported_at=now - timedelta(days=5),
                        **result,
                    )
                )
                if out_hours_ago is not None:
                    self._release(session, now - timedelta(hours=out_hours_ago))
            return Person(
                entry.name,
                id_number,
                SECRET,
                born,
                entry.email,
                entry.reference,
                session.code,
                entry.statement_number,
            )

    def organisation(
        self,
        name: str,
        domain: str,
        *,
        city: str = "Bologna",
        country: str = "IT",
        checked: bool = True,
        language: str = "en",
    ) -> str:
        """Make an approved university; return its primary user's e-mail address."""
        now = datetime.now(UTC)
        with self.set():
            organisation = save(
                Organisation(
                    name=name,
                    folded_name=lookalikes.folded(name),
                    type=OrganisationType.university,
                    website=f"https://www.{domain}",
                    city=city,
                    country=country,
                    domain_matches=checked,
                    status=OrganisationStatus.approved,
                    applied_at=now - timedelta(days=30),
                    due_on=(now - timedelta(days=23)).date(),
                    decided_at=now - timedelta(days=25),
                )
            )
            member = Member(
                organisation=organisation,
                email=f"registrar@{domain}",
                first_name="Rita",
                family_name="Registrar",
                job_title="Registrar",
                created_at=now - timedelta(days=25),
                role=MemberRole.primary,
                password_hash=password_hash(),
                language=Language(language),
            )
            return str(save(member).email)

    def colleague(self, primary: str, first: str, email: str) -> None:
        """Let somebody be a user of the organisation of a primary user, as they are."""
        with self.set() as session:
            rita = session.scalars(db.select(Member).filter_by(email=primary)).one()
            save(
                Member(
                    organisation=rita.organisation,
                    email=email,
                    first_name=first,
                    family_name="Colleague",
                    job_title="Admissions officer",
                    created_at=rita.created_at,
                    role=MemberRole.admin,
                    password_hash=password_hash(),
                    language=rita.language,
                )
            )

    def photograph(self, person: Person) -> None:
        """Keep a photo of the exam day of a candidate."""
        with self.set():
            photo = save(
                Photo(
                    entry=self.entry(person),
                    imported_at=datetime.now(UTC),
                    source_hash="0" * 64,
                    width=240,
                    height=300,
                )
            )
            storage.write(photos.file_name(photo.reference), jpeg(240, 300))

    def share(self, person: Person, email: str, **values: Any) -> str:
        """Let a result be shared with the organisation of a user; return its reference.

        As its candidate did it some days ago, and the receipt has long come.
        """
        with self.set():
            entry = self.entry(person)
            member = db.session.scalars(
                db.select(Member).where(Member.email == email)
            ).one()
            granted = {
                "at": datetime.now(UTC) - timedelta(days=3),
                "terms_version": TERMS_VERSION,
                "account": entry.account,
                **values,
            }
            organisation = member.organisation
            shared = save(Share(entry=entry, organisation=organisation, **granted))
            return str(shared.reference)

    def entry(self, person: Person) -> Entry:
        """Return the row of a candidate, on the set."""
        found = db.select(Entry).where(Entry.reference == person.reference)
        return db.session.scalars(found).one()

    def centre(self) -> str:
        """Make a centre that no other journey knows; return its number."""
        with self.set():
            return str(self._centre(f"IT{500 + next(self._numbers)}").number)

    def staff(
        self, role: str, *, at_the_centre: bool = False, centre: str = "IT024"
    ) -> str:
        """Make a back-office user; return their e-mail address."""
        email = f"staff{next(self._numbers)}@board.example"
        with self.set() as session:
            held = session.scalar(db.select(Role).where(Role.name == role))
            user = save(
                User(
                    first_name="Sara",
                    last_name=role.title(),
                    username=email,
                    email=email,
                    active=True,
                    password=password_hash(),
                    roles=[held],
                )
            )
            own = self._centre(centre).id if at_the_centre else None
            save(StaffMember(user_id=user.id, centre_id=own))
        return email

    def _centre(self, number: str = "IT024") -> Centre:
        found = db.session.scalar(db.select(Centre).where(Centre.number == number))
        return found or save(
            Centre(
                number=number,
                name="Centro Galileo",
                city="Pisa",
                country="IT",
                email=f"esami@{number.lower()}.example",
                phone="+39 050 123456",
                website=f"https://{number.lower()}.example",
                address="Via Roma 1, 56100 Pisa",
                timezone="Europe/Rome",
            )
        )

    def _open_account(self, entry: Entry, language: str, now: datetime) -> None:
        account = CandidateAccount(
            email=entry.email,
            email_confirmed_at=now - timedelta(days=20),
            password_hash=password_hash(),
            language=Language(language),
            terms_version="2026-11",
            terms_accepted_at=now - timedelta(days=20),
            created_at=now - timedelta(days=20),
        )
        entry.account, entry.registered_at = account, account.created_at
        save(account)

    def _release(self, session: ExamSession, instant: datetime) -> None:
        at = instant - timedelta(days=2)
        release = publication.propose(
            session, None, instant, by=self._signer("Results officer"), at=at
        )
        publication.approve(release, by=self._signer("Release approver"), at=at)
        release.announced_at = instant
        db.session.commit()

    def _signer(self, role: str) -> User:
        email = f"{role.split()[-1]}.of.the.stage@board.example".lower()
        found = db.session.scalar(db.select(User).where(User.email == email))
        return found or save(
            User(
                first_name=role,
                last_name="Staff",
                username=email,
                email=email,
                active=True,
                password=password_hash(),
                roles=[db.session.scalar(db.select(Role).where(Role.name == role))],
            )
        )
