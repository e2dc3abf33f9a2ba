"""The people of the tests, made as they are needed, with results of their own.

`amina` has a result in a released session; `boris` sat the same papers and must never
see hers; `officer` proposes and `approver` signs; `acme` verifies; `it024` is a centre.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User

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
    School,
    StaffMember,
)
from app.services import credentials, lookalikes, passwords, publication
from app.values import (
    ExamCode,
    MemberRole,
    Mode,
    OrganisationStatus,
    OrganisationType,
    ResultStatus,
)

PASSWORD = "correct horse battery"
# The instant that the tests call now; everything else is before or after it.
NOW = datetime(2026, 12, 14, 8, 0, tzinfo=UTC)
_HASH: list[str] = []


def password_hash() -> str:
    """Return the hash of PASSWORD, made once per process."""
    if not _HASH:
        _HASH.append(passwords.hashed(PASSWORD))
    return _HASH[0]


class Cast:
    """Makes each person the first time they are named."""

    @cached_property
    def it024(self) -> Centre:
        return self.centre("IT024")

    @cached_property
    def session(self) -> ExamSession:
        """B2 First on paper, 14 November 2026."""
        return self.exam_session("2611-FCE-P", ExamCode.FCE)

    @cached_property
    def liceo(self) -> School:
        return save(
            School(
                number="S-100",
                name="Liceo Galileo",
                city="Pisa",
                email="esami@liceo.example",
                centre=self.it024,
            )
        )

    @cached_property
    def amina(self) -> Entry:
        return self.entry(
            "0001",
            "Amina",
            "Benali",
            birth=date(2009, 3, 5),
            email="amina@mail.example",
        )

    @cached_property
    def boris(self) -> Entry:
        return self.entry(
            "0002",
            "Boris",
            "Ivanov",
            birth=date(2008, 7, 1),
            email="boris@mail.example",
        )

    @cached_property
    def officer(self) -> User:
        return self.staff("officer@board.example", "Results officer")

    @cached_property
    def approver(self) -> User:
        return self.staff("approver@board.example", "Release approver")

    @cached_property
    def admin(self) -> User:
        return self.staff("admin@board.example", "System administrator")

    @cached_property
    def partnerships(self) -> User:
        return self.staff("partners@board.example", "Partnerships officer")

    @cached_property
    def auditor(self) -> User:
        return self.staff("auditor@board.example", "Auditor")

    @cached_property
    def clerk(self) -> User:
        """Works for centre IT024 and sees nothing of any other."""
        return self.staff("clerk@it024.example", "Centre staff", centre=self.it024)

    @cached_property
    def acme(self) -> Organisation:
        return self.organisation("Acme University", "acme.example")

    @cached_property
    def verifier(self) -> Member:
        """The primary user of Acme University."""
        return self.member(self.acme, "registrar@acme.example")

    def centre(self, number: str) -> Centre:
        return save(
            Centre(
                number=number,
                name=f"Centre {number}",
                city="Pisa",
                country=number[:2],
                email=f"exams@{number.lower()}.example",
                phone="+39 050 000000",
                website=f"https://{number.lower()}.example",
                address="Via Roma 1, 56100 Pisa",
                timezone="Europe/Rome",
            )
        )

    def exam_session(self, code: str, exam: ExamCode) -> ExamSession:
        return save(
            ExamSession(
                code=code,
                exam=exam,
                mode=Mode.paper,
                label="November 2026",
                exam_date=date(2026, 11, 14),
                final_date=date(2026, 12, 19),
            )
        )

    def entry(
        self,
        number: str,
        first: str,
        family: str,
        *,
        birth: date = date(2009, 1, 1),
        email: str = "",
        session: ExamSession | None = None,
        centre: Centre | None = None,
        **values: Any,
    ) -> Entry:
        """A candidate with ID Number and Secret Number, but without an account."""
        session, centre = session or self.session, centre or self.it024
        id_number = f"{session.id % 1000:03d}{number[1:]}ABC"[:9]
        return save(
            Entry(
                session=session,
                centre=centre,
                candidate_number=number,
                first_name=first,
                family_name=family,
                folded_name=f"{first} {family}".casefold(),
                date_of_birth=birth,
                email=email,
                statement_number=f"26{session.id % 10}{centre.number}{number}",
                id_number=id_number,
                secret=credentials.sealed(id_number, "00482913"),
                secret_issued_at=NOW - timedelta(days=60),
                created_at=NOW - timedelta(days=70),
                **values,
            )
        )

    def account(self, entry: Entry, **values: Any) -> CandidateAccount:
        """The account of an entry's candidate; its password is PASSWORD."""
        account = save(
            CandidateAccount(
                email=entry.email,
                email_confirmed_at=NOW - timedelta(days=50),
                password_hash=password_hash(),
                terms_version="2026-01",
                terms_accepted_at=NOW - timedelta(days=50),
                created_at=NOW - timedelta(days=50),
                **values,
            )
        )
        entry.registered_at = account.created_at
        entry.account = account
        db.session.commit()
        return account

    def result(self, entry: Entry, *, version: int = 1, **values: Any) -> Result:
        """A B2 First result of 172, Grade C, not in any release."""
        graded = {
            "status": ResultStatus.graded,
            "overall": 172,
            "grade": "C",
            "cefr": "B2",
            "score_r": 172,
            "score_u": 170,
            "score_w": 168,
            "score_l": 175,
            "score_s": 175,
        }
        if values.get("status", ResultStatus.graded) is not ResultStatus.graded:
            graded = {}
        return save(
            Result(
                entry=entry,
                version=version,
                imported_at=NOW - timedelta(days=5),
                **{**graded, **values},
            )
        )

    def released(self, *, instant: datetime = NOW) -> Release:
        """Both signatures on everything ready in the session, out at the instant."""
        at = min(instant, NOW) - timedelta(days=2)
        release = publication.propose(
            self.session, None, instant, by=self.officer, at=at
        )
        publication.approve(release, by=self.approver, at=at)
        return release

    def staff(self, email: str, role: str, centre: Centre | None = None) -> User:
        """A back-office user; their password is PASSWORD."""
        held = db.session.scalar(db.select(Role).where(Role.name == role))
        assert held is not None, f"no role {role}: does sync-roles make it?"
        user = User(
            first_name=email.partition("@")[0].title(),
            last_name="Staff",
            username=email,
            email=email,
            active=True,
            password=password_hash(),
            roles=[held],
        )
        save(user)
        save(StaffMember(user_id=user.id, centre_id=centre.id if centre else None))
        return user

    def organisation(self, name: str, domain: str, **values: Any) -> Organisation:
        """An approved university in Pisa."""
        return save(
            Organisation(
                name=name,
                folded_name=lookalikes.folded(name),
                type=OrganisationType.university,
                website=f"https://{domain}",
                **{
                    "city": "Pisa",
                    "country": "IT",
                    "domain_matches": True,
                    "status": OrganisationStatus.approved,
                    "applied_at": NOW - timedelta(days=90),
                    "due_on": (NOW - timedelta(days=83)).date(),
                    "decided_at": NOW - timedelta(days=85),
                    **values,
                },
            )
        )

    def member(self, organisation: Organisation, email: str, **values: Any) -> Member:
        """The primary user of an organisation; their password is PASSWORD."""
        return save(
            Member(
                organisation=organisation,
                email=email,
                created_at=NOW - timedelta(days=80),
                **{
                    "first_name": "Rita",
                    "family_name": "Registrar",
                    "job_title": "Registrar",
                    "role": MemberRole.primary,
                    "password_hash": password_hash(),
                    **values,
                },
            )
        )


def save(row: Any) -> Any:
    """Write a row and return it."""
    db.session.add(row)
    db.session.commit()
    return row
