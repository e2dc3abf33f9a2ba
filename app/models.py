"""Every table of Esito, in reading order: what exists, and what can never be true.

No queries, commits or mail here. Each class says what one row is, then whose personal
data it holds and when that is erased.
"""

from datetime import date, datetime, time
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role as Role
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.types import Instant, choice
from app.values import (
    AccessKind,
    Audience,
    CaseKind,
    CaseState,
    CertificateState,
    ComponentCode,
    DayPart,
    DownloadFormat,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    ExamCode,
    ImportKind,
    InstallationKind,
    InvitationState,
    Language,
    MailState,
    MemberRole,
    Mode,
    Notify,
    OrganisationStatus,
    OrganisationType,
    RequestState,
    ResultStatus,
    RowPer,
    ShareScope,
    WorkState,
    new_reference,
)


def _key() -> Mapped[int]:
    return mapped_column(primary_key=True)


def _reference() -> Mapped[str]:
    return mapped_column(String(22), unique=True, default=new_reference)


def _to(target: str, ondelete: str = "RESTRICT", **options: Any) -> Mapped[Any]:
    return mapped_column(ForeignKey(target, ondelete=ondelete), **options)


# --- Exams ----------------------------------------------------------------------------


class Centre(Model):
    """An exam centre: it enters candidates, holds papers and hands out certificates.

    No personal data.
    """

    __tablename__ = "centre"

    id: Mapped[int] = _key()
    number: Mapped[str] = mapped_column(String(5), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    city: Mapped[str] = mapped_column(String(80), index=True)
    country: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    website: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(240))
    timezone: Mapped[str] = mapped_column(String(40))

    __table_args__ = (CheckConstraint("length(number) = 5", name="number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CentreRules(Model):
    """What a centre asks of its candidates and offers them: fees, deadlines, hours.

    A centre without such a row goes by the defaults. No personal data.
    """

    __tablename__ = "centre_rules"

    centre_id: Mapped[int] = _to("centre.id", "CASCADE", primary_key=True)
    # Days after the result is out in which an enquiry about it can be asked for.
    enquiry_days: Mapped[int] = mapped_column(SmallInteger, default=30)
    # Fees as the centre writes them, such as "EUR 42"; empty: ask the centre.
    recheck_fee: Mapped[str] = mapped_column(String(40), default="")
    remark_fee: Mapped[str] = mapped_column(String(40), default="")
    # How to pay, and what else there is to know.
    enquiry_rules: Mapped[str] = mapped_column(String(2000), default="")
    # When the counter is open, and what to bring.
    collection_rules: Mapped[str] = mapped_column(String(2000), default="")
    posts_certificates: Mapped[bool] = mapped_column(default=False)
    posting_fee: Mapped[str] = mapped_column(String(40), default="")
    # Months after which a certificate that nobody collected is destroyed.
    keeps_months: Mapped[int] = mapped_column(SmallInteger, default=12)
    centre: Mapped[Centre] = relationship()

    __table_args__ = (
        CheckConstraint("enquiry_days BETWEEN 1 AND 365", name="enquiry_days"),
        CheckConstraint("keeps_months BETWEEN 1 AND 120", name="keeps_months"),
    )

    def __str__(self) -> str:
        return str(self.centre)


class School(Model):
    """A preparation centre: a school whose students a centre enters.

    No personal data.
    """

    __tablename__ = "school"

    id: Mapped[int] = _key()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    city: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    centre_id: Mapped[int] = _to("centre.id", index=True)
    centre: Mapped[Centre] = relationship()

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ExamSession(Model):
    """One exam in one mode on one date, for every centre that takes part.

    No personal data.
    """

    __tablename__ = "exam_session"

    id: Mapped[int] = _key()
    code: Mapped[str] = mapped_column(String(24), unique=True)
    exam: Mapped[ExamCode] = mapped_column(choice(ExamCode, "exam"))
    mode: Mapped[Mode] = mapped_column(choice(Mode, "mode"))
    label: Mapped[str] = mapped_column(String(60))
    exam_date: Mapped[date] = mapped_column(index=True)
    # The last day by which results are out.
    final_date: Mapped[date]

    __table_args__ = (CheckConstraint("final_date >= exam_date", name="dates"),)

    def __str__(self) -> str:
        return self.code


class TimetableSlot(Model):
    """When and where a component is taken: by everybody of a centre, or by one entry.

    No personal data: the entry it may name is erased with it.
    """

    __tablename__ = "timetable_slot"

    id: Mapped[int] = _key()
    session_id: Mapped[int] = _to("exam_session.id")
    centre_id: Mapped[int] = _to("centre.id")
    component: Mapped[ComponentCode] = mapped_column(choice(ComponentCode, "component"))
    day: Mapped[date]
    # On the clock of the centre's own time zone.
    start: Mapped[time]
    venue: Mapped[str] = mapped_column(String(160))
    room: Mapped[str] = mapped_column(String(60), default="")
    # Empty: everybody whom no slot of their own overrides.
    candidate_number: Mapped[str | None] = mapped_column(String(4))
    session: Mapped[ExamSession] = relationship()
    centre: Mapped[Centre] = relationship()

    __table_args__ = (
        Index(
            "uq_timetable_slot_everybody",
            "session_id",
            "centre_id",
            "component",
            unique=True,
            sqlite_where=text("candidate_number IS NULL"),
            postgresql_where=text("candidate_number IS NULL"),
        ),
        UniqueConstraint("session_id", "centre_id", "component", "candidate_number"),
    )

    def __str__(self) -> str:
        return f"{self.session}, {self.centre.number}, {self.component}, {self.day}"


# --- People ---------------------------------------------------------------------------


class StaffMember(Model):
    """What Esito adds to a back-office user: the centre they work for, or the board.

    Personal data: none beyond the user it extends. Erased with that user.
    """

    __tablename__ = "staff_member"

    user_id: Mapped[int] = _to("ab_user.id", "CASCADE", primary_key=True)
    # Empty: the user works for the board and sees every centre their role allows.
    centre_id: Mapped[int | None] = _to("centre.id", index=True)
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    user: Mapped[User] = relationship()
    centre: Mapped[Centre | None] = relationship()


class CandidateAccount(Model):
    """A person's own account, which opens the entries they have proved to be theirs.

    Personal data: e-mail address, language, consent. Erased when the person deletes the
    account: an ended row without address or password stays; the entries stay too.
    """

    __tablename__ = "candidate_account"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    # Siblings may share an address, so it is not unique.
    email: Mapped[str] = mapped_column(String(254), index=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    # Asked for, and not yet confirmed with the link that was sent there; or empty.
    new_email: Mapped[str] = mapped_column(String(254), default="")
    password_hash: Mapped[str] = mapped_column(String(160))
    # How often a mailed link signed this person in: what makes each good for once.
    sign_in_links: Mapped[int] = mapped_column(default=0)
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    wants_updates: Mapped[bool] = mapped_column(default=False)
    # Told by e-mail when an organisation first reads a result.
    wants_read_notices: Mapped[bool] = mapped_column(default=True)
    terms_version: Mapped[str] = mapped_column(String(12))
    terms_accepted_at: Mapped[datetime] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    # Ended by its owner, or by the centre when it was not the candidate's.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def __str__(self) -> str:
        return self.email


class Organisation(Model):
    """A body that relies on results: it applies, and receives once it is approved.

    No personal data.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    name: Mapped[str] = mapped_column(String(160))
    # The name with case, spacing and look-alike letters folded; see lookalikes.py.
    folded_name: Mapped[str] = mapped_column(String(200), index=True)
    type: Mapped[OrganisationType] = mapped_column(choice(OrganisationType, "type"))
    website: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    # The applicant's e-mail address lies under the website's domain.
    domain_matches: Mapped[bool] = mapped_column(default=False)
    status: Mapped[OrganisationStatus] = mapped_column(
        choice(OrganisationStatus, "status"), default=OrganisationStatus.applied
    )
    applied_at: Mapped[datetime] = mapped_column(Instant)
    # Five working days after the application.
    due_on: Mapped[date]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[int | None] = _to("ab_user.id")
    decision_reason: Mapped[str] = mapped_column(String(1000), default="")
    # On whose clock summaries are sent; empty: the board's.
    timezone: Mapped[str] = mapped_column(String(40), default="")
    # Its users say what for before they look up a result that was not shared.
    asks_purpose: Mapped[bool] = mapped_column(default=False)
    decided_by: Mapped[User | None] = relationship()
    # Whoever applied for it, or was handed the role.
    primary: Mapped["Member | None"] = relationship(
        primaryjoin="and_(Member.organisation_id == Organisation.id,"
        " Member.role == 'primary')",
        viewonly=True,
    )

    __table_args__ = (
        # The same body in the same place applies once; a refused one may try again.
        Index(
            "uq_organisation_folded_name_city_country",
            "folded_name",
            "city",
            "country",
            unique=True,
            sqlite_where=text("status <> 'refused'"),
            postgresql_where=text("status <> 'refused'"),
        ),
        Index("ix_organisation_status_due_on", "status", "due_on"),
        CheckConstraint("(status = 'applied') = (decided_at IS NULL)", name="decided"),
    )

    def __str__(self) -> str:
        return f"{self.name} ({self.city}, {self.country})"


class Member(Model):
    """A user of a verifier organisation or of a school.

    Personal data: name, job title, work e-mail address, sign-in. Erased when the
    member is removed; what they looked at stays, under their name, for the candidate.
    """

    __tablename__ = "member"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int | None] = _to("organisation.id", index=True)
    school_id: Mapped[int | None] = _to("school.id", index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    first_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[MemberRole] = mapped_column(choice(MemberRole, "role"))
    # Empty until the person has set one from the link that was e-mailed.
    password_hash: Mapped[str | None] = mapped_column(String(160))
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    notify: Mapped[Notify] = mapped_column(choice(Notify, "notify"), default=Notify.off)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    # The visit before this one: what came after it is new to this member.
    last_visit_at: Mapped[datetime | None] = mapped_column(Instant)
    previous_visit_at: Mapped[datetime | None] = mapped_column(Instant)
    # What was shared until then has been told to this member, or need not be.
    told_until: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation | None] = relationship()
    school: Mapped[School | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "(organisation_id IS NULL) <> (school_id IS NULL)", name="belongs"
        ),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(
            "uq_member_primary_of_organisation",
            "organisation_id",
            unique=True,
            sqlite_where=text("role = 'primary'"),
            postgresql_where=text("role = 'primary'"),
        ),
        Index(
            "uq_member_primary_of_school",
            "school_id",
            unique=True,
            sqlite_where=text("role = 'primary'"),
            postgresql_where=text("role = 'primary'"),
        ),
        # Who is due for news of shared results; see digests.py.
        Index("ix_member_notify_told_until", "notify", "told_until"),
    )

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}".strip()

    def __str__(self) -> str:
        return self.name


class JoinRequest(Model):
    """Somebody who wants to become a user of an organisation that is here already.

    Personal data: name, job title, work e-mail address. Erased at once when it is
    decided on, else after 90 days, as the row is.
    """

    __tablename__ = "join_request"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE", index=True)
    email: Mapped[str] = mapped_column(String(254))
    first_name: Mapped[str] = mapped_column(String(80))
    family_name: Mapped[str] = mapped_column(String(80))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    state: Mapped[RequestState] = mapped_column(
        choice(RequestState, "state"), default=RequestState.open
    )
    asked_at: Mapped[datetime] = mapped_column(Instant, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (
        Index(
            "uq_join_request_open",
            "organisation_id",
            "email",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}".strip()

    def __str__(self) -> str:
        return self.name


class Handover(Model):
    """The primary user's offer to hand their role over; both confirm.

    Personal data: none beyond the members it names. Erased with them.
    """

    __tablename__ = "handover"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE")
    from_id: Mapped[int] = _to("member.id", "CASCADE")
    to_id: Mapped[int] = _to("member.id", "CASCADE")
    state: Mapped[RequestState] = mapped_column(
        choice(RequestState, "state"), default=RequestState.open
    )
    offered_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    from_member: Mapped[Member] = relationship(foreign_keys=[from_id])
    to_member: Mapped[Member] = relationship(foreign_keys=[to_id])

    __table_args__ = (
        Index(
            "uq_handover_open",
            "organisation_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("from_id <> to_id", name="two_people"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
    )


class ApplicantMessage(Model):
    """What staff asked somebody who applies for an organisation, or their answer.

    Personal data: what people write. Erased when the application is refused, or a year
    after it was written.
    """

    __tablename__ = "applicant_message"

    id: Mapped[int] = _key()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    # Empty: the applicant.
    user_id: Mapped[int | None] = _to("ab_user.id")
    text: Mapped[str] = mapped_column("words", String(2000))
    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User | None] = relationship()

    __table_args__ = (CheckConstraint("words <> ''", name="words"),)


class MemberQuestion(Model):
    """What a member asked the board's staff from a page, and the answer.

    Personal data: what people write. Erased two years after it was asked.
    """

    __tablename__ = "member_question"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    member_id: Mapped[int | None] = _to("member.id", "SET NULL", index=True)
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE", index=True)
    # The page it was asked from, without anything that names a person.
    about: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str] = mapped_column("words", String(2000))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(String(2000), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[int | None] = _to("ab_user.id")
    member: Mapped[Member | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    answered_by: Mapped[User | None] = relationship()

    __table_args__ = (
        CheckConstraint("words <> ''", name="words"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
    )

    def __str__(self) -> str:
        return self.text[:60]


class SecondFactor(Model):
    """An authenticator app that somebody signs in with beside their password.

    Personal data: none but whose it is. Erased when it is removed, or with the person.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = _key()
    account_id: Mapped[int | None] = _to("candidate_account.id", "CASCADE", unique=True)
    member_id: Mapped[int | None] = _to("member.id", "CASCADE", unique=True)
    user_id: Mapped[int | None] = _to("ab_user.id", "CASCADE", unique=True)
    # Encrypted, like Secret Numbers.
    secret: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime] = mapped_column(Instant)
    # Empty until a first code from the app was right.
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    # The time step of the last code that was taken: none is taken twice.
    last_step: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint(
            "(account_id IS NOT NULL AND member_id IS NULL AND user_id IS NULL)"
            " OR (account_id IS NULL AND member_id IS NOT NULL AND user_id IS NULL)"
            " OR (account_id IS NULL AND member_id IS NULL AND user_id IS NOT NULL)",
            name="one_person",
        ),
    )


class RecoveryCode(Model):
    """A code that replaces the authenticator app once.

    Personal data: none. Erased with the second factor.
    """

    __tablename__ = "recovery_code"

    id: Mapped[int] = _key()
    factor_id: Mapped[int] = _to("second_factor.id", "CASCADE", index=True)
    # A keyed hash: the table opens nothing by itself.
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SignIn(Model):
    """One browser that somebody signed in with, until it signs out or its time is up.

    Personal data: network address and browser. Erased 90 days after it ended.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = _key()
    # SHA-256 of the token in the browser's session: the table opens nothing by itself.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    account_id: Mapped[int | None] = _to("candidate_account.id", "CASCADE", index=True)
    member_id: Mapped[int | None] = _to("member.id", "CASCADE", index=True)
    user_id: Mapped[int | None] = _to("ab_user.id", "CASCADE", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        CheckConstraint(
            "(audience = 'candidate' AND account_id IS NOT NULL"
            " AND member_id IS NULL AND user_id IS NULL)"
            " OR (audience = 'member' AND member_id IS NOT NULL"
            " AND account_id IS NULL AND user_id IS NULL)"
            " OR (audience = 'staff' AND user_id IS NOT NULL"
            " AND account_id IS NULL AND member_id IS NULL)",
            name="one_person",
        ),
    )


class Throttle(Model):
    """Wrong tries at one door's budget within its window; see services/throttle.py.

    Personal data: none in the clear, the key is a keyed hash. Erased with its window.
    """

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(Instant, index=True)


# --- Entries --------------------------------------------------------------------------


class Entry(Model):
    """One person entered by a centre for one session, as the centre wrote them down.

    Personal data: name, date of birth, e-mail addresses, school. Kept with the result,
    which it identifies; the e-mail addresses are erased ten years after the exam.
    """

    __tablename__ = "entry"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    session_id: Mapped[int] = _to("exam_session.id")
    centre_id: Mapped[int] = _to("centre.id")
    candidate_number: Mapped[str] = mapped_column(String(4))
    family_name: Mapped[str] = mapped_column(String(120), index=True)
    # Empty for people who have one name.
    first_name: Mapped[str] = mapped_column(String(120), default="")
    # Both names without accents and case, for searching.
    folded_name: Mapped[str] = mapped_column(String(300), index=True)
    date_of_birth: Mapped[date]
    email: Mapped[str] = mapped_column(String(254), default="")
    school_id: Mapped[int | None] = _to("school.id", index=True)
    group: Mapped[str] = mapped_column("group_name", String(40), default="")
    guardian_email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    # Printed on the Statement of Results; YY, session character, centre, candidate.
    statement_number: Mapped[str] = mapped_column(String(12), unique=True)
    # Printed on the Confirmation of Entry; the secret is encrypted, see credentials.py.
    id_number: Mapped[str | None] = mapped_column(String(9), unique=True)
    secret: Mapped[str | None] = mapped_column(String(200))
    secret_issued_at: Mapped[datetime | None] = mapped_column(Instant)
    # Wrong tries at this secret over its whole life; ten end it until it is reissued.
    secret_failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    account_id: Mapped[int | None] = _to("candidate_account.id", index=True)
    registered_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    session: Mapped[ExamSession] = relationship()
    centre: Mapped[Centre] = relationship()
    school: Mapped[School | None] = relationship()
    account: Mapped[CandidateAccount | None] = relationship()

    __table_args__ = (
        UniqueConstraint("session_id", "centre_id", "candidate_number"),
        Index("ix_entry_centre_id_session_id", "centre_id", "session_id"),
        CheckConstraint("length(candidate_number) = 4", name="candidate_number"),
        CheckConstraint(
            "(id_number IS NULL) = (secret IS NULL)"
            " AND (id_number IS NULL) = (secret_issued_at IS NULL)",
            name="issued",
        ),
        CheckConstraint(
            "account_id IS NULL OR (registered_at IS NOT NULL"
            " AND id_number IS NOT NULL)",
            name="registered",
        ),
        CheckConstraint("secret_failures BETWEEN 0 AND 10", name="secret_failures"),
    )

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}".strip()

    def __str__(self) -> str:
        return f"{self.candidate_number} {self.name}"


class Photo(Model):
    """The picture of a candidate taken on the day of the exam; the file is in storage.

    Personal data: a face. Erased with its file three years after the exam.
    """

    __tablename__ = "photo"

    entry_id: Mapped[int] = _to("entry.id", "CASCADE", primary_key=True)
    # Random: also the name of the file in the storage.
    reference: Mapped[str] = _reference()
    # SHA-256 of the file that was imported, so that the same one again changes nothing.
    source_hash: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    imported_at: Mapped[datetime] = mapped_column(Instant)
    entry: Mapped[Entry] = relationship()


# --- Publication ----------------------------------------------------------------------


class Release(Model):
    """The board's decision to publish results of a session at an instant.

    It takes two people. No personal data beyond the names of the two who sign.
    """

    __tablename__ = "result_release"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    session_id: Mapped[int] = _to("exam_session.id", index=True)
    # Empty: every centre of the session.
    centre_id: Mapped[int | None] = _to("centre.id")
    instant: Mapped[datetime] = mapped_column(Instant, index=True)
    # How many results the proposer bound to it, and so what is being signed.
    result_count: Mapped[int]
    proposed_by_id: Mapped[int] = _to("ab_user.id")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by_id: Mapped[int | None] = _to("ab_user.id")
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by_id: Mapped[int | None] = _to("ab_user.id")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_why: Mapped[str] = mapped_column(String(1000), default="")
    # When the job queued the e-mails; visibility does not depend on it. Emptied when
    # the release is withdrawn, until those who read what it showed are told.
    announced_at: Mapped[datetime | None] = mapped_column(Instant)
    session: Mapped[ExamSession] = relationship()
    centre: Mapped[Centre | None] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])

    __table_args__ = (
        CheckConstraint("approved_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved"
        ),
        CheckConstraint(
            "(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)", name="withdrawn"
        ),
        CheckConstraint(
            "announced_at IS NULL OR approved_at IS NOT NULL", name="announced"
        ),
        CheckConstraint("result_count > 0", name="result_count"),
    )

    def __str__(self) -> str:
        return f"{self.session} {self.instant:%Y-%m-%d %H:%M} UTC"


# --- Results --------------------------------------------------------------------------


class Result(Model):
    """One version of what the board says of an entry; none is ever overwritten.

    Personal data: the outcome of a person's exam. Kept for good, because certificates
    are verified for good; erased never, corrected by a further version.
    """

    __tablename__ = "result"

    id: Mapped[int] = _key()
    entry_id: Mapped[int] = _to("entry.id")
    version: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[ResultStatus] = mapped_column(choice(ResultStatus, "status"))
    # On the scale of the exam; for shields, their total; before the scale, of 100.
    overall: Mapped[int | None] = mapped_column(SmallInteger)
    # As printed: A, B, C, Level B1, Pass with Merit ... Empty below the lowest band.
    grade: Mapped[str | None] = mapped_column(String(24))
    cefr: Mapped[str | None] = mapped_column(String(5))
    score_r: Mapped[int | None] = mapped_column(SmallInteger)
    score_u: Mapped[int | None] = mapped_column(SmallInteger)
    score_w: Mapped[int | None] = mapped_column(SmallInteger)
    score_l: Mapped[int | None] = mapped_column(SmallInteger)
    score_s: Mapped[int | None] = mapped_column(SmallInteger)
    score_rw: Mapped[int | None] = mapped_column(SmallInteger)
    imported_at: Mapped[datetime] = mapped_column(Instant)
    # Why an officer must look before this may be released; empty: they need not.
    held_why: Mapped[str] = mapped_column(String(500), default="")
    accepted_by_id: Mapped[int | None] = _to("ab_user.id")
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    # The release that publishes this version.
    release_id: Mapped[int | None] = _to("result_release.id", index=True)
    # Taken back after release: shown to nobody, and said to be withdrawn.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_why: Mapped[str] = mapped_column(String(1000), default="")
    # When its release was taken back after it had been out; it may be released again.
    hidden_at: Mapped[datetime | None] = mapped_column(Instant)
    entry: Mapped[Entry] = relationship()
    release: Mapped[Release | None] = relationship()
    accepted_by: Mapped[User | None] = relationship()

    __table_args__ = (
        UniqueConstraint("entry_id", "version"),
        Index(
            "ix_result_held",
            "id",
            sqlite_where=text("held_why <> ''"),
            postgresql_where=text("held_why <> ''"),
        ),
        # Few: corrections, and what was withdrawn.
        Index(
            "ix_result_changed",
            "release_id",
            sqlite_where=text("version > 1 OR withdrawn_at IS NOT NULL"),
            postgresql_where=text("version > 1 OR withdrawn_at IS NOT NULL"),
        ),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint(
            "status = 'graded' OR (overall IS NULL AND grade IS NULL AND cefr IS NULL"
            " AND score_r IS NULL AND score_u IS NULL AND score_w IS NULL"
            " AND score_l IS NULL AND score_s IS NULL AND score_rw IS NULL)",
            name="graded_only",
        ),
        CheckConstraint("overall IS NULL OR overall BETWEEN 1 AND 230", name="overall"),
        CheckConstraint(
            "held_why = '' OR accepted_at IS NULL", name="held_or_accepted"
        ),
        CheckConstraint(
            "(accepted_by_id IS NULL) = (accepted_at IS NULL)", name="accepted"
        ),
        CheckConstraint("held_why = '' OR release_id IS NULL", name="held_unreleased"),
    )

    @property
    def scores(self) -> dict[ComponentCode, int]:
        """The component scores that this version carries, in no particular order."""
        columns = ((code, f"score_{code.lower()}") for code in ComponentCode)
        pairs = ((code, getattr(self, column)) for code, column in columns)
        return {code: score for code, score in pairs if score is not None}


class ImportFile(Model):
    """A file that staff uploaded and have looked at, before it is written.

    Personal data: whatever the file holds. Erased when it is written, or after a day.
    """

    __tablename__ = "import_file"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind, "kind"))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by_id: Mapped[int] = _to("ab_user.id", "CASCADE")
    uploaded_at: Mapped[datetime] = mapped_column(Instant, index=True)


# --- Papers ---------------------------------------------------------------------------


class Certificate(Model):
    """The paper that certifies a result, on its way from the board to its owner.

    Personal data: who may collect it, where it is posted. Those are erased two years
    after it left the centre; that it was handed over is kept with the result.
    """

    __tablename__ = "certificate"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    entry_id: Mapped[int] = _to("entry.id", index=True)
    # The version of the result that is printed on it.
    result_id: Mapped[int] = _to("result.id")
    state: Mapped[CertificateState] = mapped_column(
        choice(CertificateState, "state"), default=CertificateState.sent
    )
    sent_on: Mapped[date]
    arrived_on: Mapped[date | None]
    # The last day on which it can be collected; set when it arrives.
    keep_until: Mapped[date | None] = mapped_column(index=True)
    # When the candidate wants to come, and whether the centre has agreed.
    collect_on: Mapped[date | None]
    collect_part: Mapped[DayPart | None] = mapped_column(choice(DayPart, "part"))
    collect_agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    # Somebody else who may collect it, named by the candidate or their guardian.
    collector: Mapped[str] = mapped_column(String(200), default="")
    # Where the candidate wants it posted to.
    post_to: Mapped[str] = mapped_column(String(500), default="")
    # The day it was posted, collected, destroyed or recalled.
    ended_on: Mapped[date | None]
    # Who signed for it, or the number of the parcel.
    handed_to: Mapped[str] = mapped_column(String(200), default="")
    # The countdown's last e-mail.
    reminded_on: Mapped[date | None]
    entry: Mapped[Entry] = relationship()
    result: Mapped[Result] = relationship()

    __table_args__ = (
        # One at a time; a recalled one is followed by another.
        Index(
            "uq_certificate_of_entry",
            "entry_id",
            unique=True,
            sqlite_where=text("state <> 'recalled'"),
            postgresql_where=text("state <> 'recalled'"),
        ),
        CheckConstraint(
            "(arrived_on IS NULL) = (keep_until IS NULL)", name="arrived_is_kept"
        ),
        CheckConstraint(
            "(state IN ('sent', 'arrived')) = (ended_on IS NULL)", name="ended"
        ),
        CheckConstraint(
            "state NOT IN ('arrived', 'posted', 'collected', 'destroyed')"
            " OR arrived_on IS NOT NULL",
            name="arrived_first",
        ),
        CheckConstraint(
            "(collect_on IS NULL) = (collect_part IS NULL)", name="appointment"
        ),
    )

    def __str__(self) -> str:
        return str(self.entry)


class Enquiry(Model):
    """A candidate's wish to have their result checked, and what became of it.

    Personal data: what the candidate wrote. Erased two years after it was decided; that
    there was an enquiry, and its outcome, is kept with the result.
    """

    __tablename__ = "enquiry"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    entry_id: Mapped[int] = _to("entry.id", index=True)
    account_id: Mapped[int] = _to("candidate_account.id", index=True)
    kind: Mapped[EnquiryKind] = mapped_column(choice(EnquiryKind, "kind"))
    state: Mapped[EnquiryState] = mapped_column(
        choice(EnquiryState, "state"), default=EnquiryState.requested
    )
    # The version of the result that it asks about.
    result_id: Mapped[int] = _to("result.id")
    words: Mapped[str] = mapped_column(String(1000), default="")
    # As the centre had it when this was asked for.
    fee: Mapped[str] = mapped_column(String(40), default="")
    requested_at: Mapped[datetime] = mapped_column(Instant)
    # The centre has passed it on to the board, its fee paid.
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by_id: Mapped[int | None] = _to("ab_user.id")
    # The day by which the board answers.
    answer_due_on: Mapped[date | None] = mapped_column(index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[int | None] = _to("ab_user.id")
    outcome: Mapped[EnquiryOutcome | None] = mapped_column(
        choice(EnquiryOutcome, "outcome")
    )
    # The version that follows from it; the candidate hears of it once it is out.
    new_result_id: Mapped[int | None] = _to("result.id")
    # Why the centre declined, or what the board has to say.
    answer: Mapped[str] = mapped_column(String(1000), default="")
    # When everybody concerned was told the outcome.
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    entry: Mapped[Entry] = relationship()
    account: Mapped[CandidateAccount] = relationship()
    result: Mapped[Result] = relationship(foreign_keys=[result_id])
    new_result: Mapped[Result | None] = relationship(foreign_keys=[new_result_id])
    accepted_by: Mapped[User | None] = relationship(foreign_keys=[accepted_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        Index(
            "uq_enquiry_going_on",
            "entry_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'accepted')"),
            postgresql_where=text("state IN ('requested', 'accepted')"),
        ),
        Index("ix_enquiry_state_requested_at", "state", "requested_at"),
        CheckConstraint(
            "(state IN ('refused', 'decided')) = (decided_at IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint(
            "(state = 'decided') = (outcome IS NOT NULL)", name="outcome_decided"
        ),
        CheckConstraint("new_result_id IS NULL OR outcome = 'changed'", name="changed"),
        CheckConstraint(
            "state NOT IN ('accepted', 'decided') OR (accepted_at IS NOT NULL"
            " AND answer_due_on IS NOT NULL)",
            name="accepted",
        ),
    )

    def __str__(self) -> str:
        return f"{self.kind} {self.entry}"


class CentreCase(Model):
    """Something that a candidate needs from their centre, and where it stands.

    Personal data: what somebody without an account tells about themselves. Erased with
    its messages a year after it is closed.
    """

    __tablename__ = "centre_case"

    id: Mapped[int] = _key()
    # Also the address of the page of somebody without an account: nobody guesses it.
    reference: Mapped[str] = _reference()
    kind: Mapped[CaseKind] = mapped_column(choice(CaseKind, "kind"))
    state: Mapped[CaseState] = mapped_column(
        choice(CaseState, "state"), default=CaseState.open
    )
    centre_id: Mapped[int] = _to("centre.id")
    # Known for a missing result; for a lost paper the centre finds it.
    entry_id: Mapped[int | None] = _to("entry.id", index=True)
    account_id: Mapped[int | None] = _to("candidate_account.id", index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    date_of_birth: Mapped[date | None]
    email: Mapped[str] = mapped_column(String(254), default="")
    exam: Mapped[ExamCode | None] = mapped_column(choice(ExamCode, "exam"))
    # When and with which school, as far as the person remembers.
    when: Mapped[str] = mapped_column("exam_when", String(80), default="")
    school: Mapped[str] = mapped_column(String(160), default="")
    language: Mapped[Language] = mapped_column(
        choice(Language, "language"), default=Language.en
    )
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    centre: Mapped[Centre] = relationship()
    entry: Mapped[Entry | None] = relationship()
    account: Mapped[CandidateAccount | None] = relationship()
    # In the order in which they were written.
    messages: Mapped[list["CaseMessage"]] = relationship(
        order_by="CaseMessage.id", viewonly=True
    )

    __table_args__ = (
        Index(
            "uq_centre_case_missing_result",
            "entry_id",
            unique=True,
            sqlite_where=text("kind = 'missing_result' AND state <> 'closed'"),
            postgresql_where=text("kind = 'missing_result' AND state <> 'closed'"),
        ),
        Index("ix_centre_case_centre_id_state", "centre_id", "state", "opened_at"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            "kind <> 'missing_result' OR (entry_id IS NOT NULL"
            " AND account_id IS NOT NULL)",
            name="missing_result",
        ),
    )

    @property
    def person(self) -> str:
        """As the centre entered them, or as they call themselves."""
        return self.entry.name if self.entry else self.name

    def __str__(self) -> str:
        return self.person


class CaseMessage(Model):
    """What was written about a case: by its centre, or by the person who opened it.

    Personal data: what people write. Erased with the case.
    """

    __tablename__ = "case_message"

    id: Mapped[int] = _key()
    case_id: Mapped[int] = _to("centre_case.id", "CASCADE", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    # Empty: the candidate.
    user_id: Mapped[int | None] = _to("ab_user.id")
    text: Mapped[str] = mapped_column("words", String(2000))
    case: Mapped[CentreCase] = relationship()
    user: Mapped[User | None] = relationship()

    __table_args__ = (CheckConstraint("words <> ''", name="words"),)


# --- Sharing --------------------------------------------------------------------------


class Share(Model):
    """A candidate's leave for one organisation to see one result.

    Personal data: who shared what with whom. Erased 24 months after the last look, or
    with the candidate's account.
    """

    __tablename__ = "share"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    entry_id: Mapped[int] = _to("entry.id")
    organisation_id: Mapped[int] = _to("organisation.id")
    account_id: Mapped[int] = _to("candidate_account.id", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    # The wording that the candidate agreed to, so that consent can be shown later.
    terms_version: Mapped[str] = mapped_column(String(12))
    scope: Mapped[ShareScope] = mapped_column(
        choice(ShareScope, "scope"), default=ShareScope.components
    )
    # What for, in the candidate's words: "Master's in Physics 2027".
    purpose: Mapped[str] = mapped_column(String(200), default="")
    # Empty: until it is withdrawn.
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    first_read_at: Mapped[datetime | None] = mapped_column(Instant)
    # The account that made it was not the candidate's own.
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    # Taken back, or expired; see services/consent.py for what still counts.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    entry: Mapped[Entry] = relationship()
    organisation: Mapped[Organisation] = relationship()
    account: Mapped[CandidateAccount] = relationship()

    __table_args__ = (
        Index(
            "uq_share_live",
            "entry_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "ix_share_withdrawn",
            "entry_id",
            "organisation_id",
            sqlite_where=text("withdrawn_at IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NOT NULL"),
        ),
        Index(
            "ix_share_live_of_organisation",
            "organisation_id",
            "at",
            "id",
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class ShareAccess(Model):
    """One look at a shared result, or one statement taken, by a member.

    Personal data: who looked at whose result and when. Erased with the share.
    """

    __tablename__ = "share_access"

    id: Mapped[int] = _key()
    share_id: Mapped[int] = _to("share.id", "CASCADE", index=True)
    member_id: Mapped[int | None] = _to("member.id", "SET NULL", index=True)
    member_name: Mapped[str] = mapped_column(String(161))
    kind: Mapped[AccessKind] = mapped_column(choice(AccessKind, "kind"))
    at: Mapped[datetime] = mapped_column(Instant)
    share: Mapped[Share] = relationship()

    __table_args__ = (
        Index("ix_share_access_member_id_share_id", "member_id", "share_id"),
    )


class ShareLink(Model):
    """An address that shows one result to whoever holds it and knows the birth date.

    Personal data: who shared what. Erased with its looks a year after it ended, or with
    the candidate's account.
    """

    __tablename__ = "share_link"

    id: Mapped[int] = _key()
    # Half of the address; the other half is signed, so that the table opens nothing.
    reference: Mapped[str] = _reference()
    entry_id: Mapped[int] = _to("entry.id", index=True)
    account_id: Mapped[int] = _to("candidate_account.id", index=True)
    scope: Mapped[ShareScope] = mapped_column(
        choice(ShareScope, "scope"), default=ShareScope.components
    )
    # What for, or for whom: for the candidate's own memory.
    purpose: Mapped[str] = mapped_column(String(200), default="")
    terms_version: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    # Wrong dates of birth over its whole life; too many end it, see links.py.
    wrong_dates: Mapped[int] = mapped_column(SmallInteger, default=0)
    entry: Mapped[Entry] = relationship()
    account: Mapped[CandidateAccount] = relationship()

    __table_args__ = (CheckConstraint("expires_at > at", name="expires"),)


class ShareLinkLook(Model):
    """One time that somebody opened a link with the right date of birth.

    Personal data: when, and with what kind of browser. Erased with the link.
    """

    __tablename__ = "share_link_look"

    id: Mapped[int] = _key()
    link_id: Mapped[int] = _to("share_link.id", "CASCADE", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    browser: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[ShareLink] = relationship()


class Invitation(Model):
    """A share that waits until the organisation it is meant for has been approved.

    Personal data: who wants to share what with whom, the address that was invited.
    Erased a year after it was made, or with the candidate's account.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    entry_id: Mapped[int] = _to("entry.id", index=True)
    account_id: Mapped[int] = _to("candidate_account.id", index=True)
    name: Mapped[str] = mapped_column(String(160))
    email: Mapped[str] = mapped_column(String(254))
    website: Mapped[str] = mapped_column(String(200))
    # The website's domain: what an approved organisation is matched by.
    host: Mapped[str] = mapped_column(String(200), index=True)
    scope: Mapped[ShareScope] = mapped_column(
        choice(ShareScope, "scope"), default=ShareScope.components
    )
    purpose: Mapped[str] = mapped_column(String(200), default="")
    terms_version: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(Instant)
    # When the share that comes of it ends; empty: when it is withdrawn.
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[InvitationState] = mapped_column(
        choice(InvitationState, "state"), default=InvitationState.sent
    )
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    share_id: Mapped[int | None] = _to("share.id", "SET NULL")
    entry: Mapped[Entry] = relationship()
    account: Mapped[CandidateAccount] = relationship()
    share: Mapped[Share | None] = relationship()

    __table_args__ = (
        Index(
            "uq_invitation_waiting",
            "entry_id",
            "host",
            unique=True,
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
        CheckConstraint("(state = 'sent') = (ended_at IS NULL)", name="ended"),
    )

    def __str__(self) -> str:
        return self.name


# --- Verifying ------------------------------------------------------------------------


class SeenVersion(Model):
    """The version of a shared result that an organisation saw last, or took note of.

    No personal data beyond the share it belongs to. Erased with the share.
    """

    __tablename__ = "seen_version"

    share_id: Mapped[int] = _to("share.id", "CASCADE", primary_key=True)
    result_id: Mapped[int] = _to("result.id", index=True)
    share: Mapped[Share] = relationship()
    result: Mapped[Result] = relationship()


class Requirement(Model):
    """The least that an organisation accepts of an exam, for one of its programmes.

    No personal data.
    """

    __tablename__ = "requirement"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE")
    # "Bachelor's degrees"; empty: everything that no programme says differently.
    programme: Mapped[str] = mapped_column(String(120), default="")
    exam: Mapped[ExamCode] = mapped_column(choice(ExamCode, "exam"))
    overall: Mapped[int | None] = mapped_column(SmallInteger)
    score_r: Mapped[int | None] = mapped_column(SmallInteger)
    score_u: Mapped[int | None] = mapped_column(SmallInteger)
    score_w: Mapped[int | None] = mapped_column(SmallInteger)
    score_l: Mapped[int | None] = mapped_column(SmallInteger)
    score_s: Mapped[int | None] = mapped_column(SmallInteger)
    score_rw: Mapped[int | None] = mapped_column(SmallInteger)
    # How long ago the exam may have been; empty: however long.
    months: Mapped[int | None] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (
        UniqueConstraint("organisation_id", "programme", "exam"),
        CheckConstraint("months IS NULL OR months BETWEEN 1 AND 240", name="months"),
    )


class Lookup(Model):
    """A result found by its statement number and date of birth, without a share.

    Personal data: who looked at whose result, when and what for. Kept three years, for
    the candidate to see.
    """

    __tablename__ = "lookup"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE")
    member_id: Mapped[int | None] = _to("member.id", "SET NULL", index=True)
    member_name: Mapped[str] = mapped_column(String(161))
    entry_id: Mapped[int] = _to("entry.id", index=True)
    # The version that was shown; empty once a change since has been taken note of.
    seen_result_id: Mapped[int | None] = _to("result.id", index=True)
    purpose: Mapped[str] = mapped_column(String(200), default="")
    # Empty: it was looked up by itself, and not in a list.
    list_check_id: Mapped[int | None] = _to("list_check.id", "SET NULL")
    at: Mapped[datetime] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()
    entry: Mapped[Entry] = relationship()

    __table_args__ = (Index("ix_lookup_organisation_id_at", "organisation_id", "at"),)


class ListCheck(Model):
    """A list of claims that an organisation had checked against results.

    Personal data: what the uploaded file holds. The file is erased once it is checked,
    the answer after 30 days.
    """

    __tablename__ = "list_check"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE", index=True)
    member_id: Mapped[int | None] = _to("member.id", "SET NULL", index=True)
    member_name: Mapped[str] = mapped_column(String(161))
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[WorkState] = mapped_column(
        choice(WorkState, "state"), default=WorkState.queued
    )
    # Rows of the file, and how many of them are done.
    rows: Mapped[int] = mapped_column("row_count")
    done: Mapped[int] = mapped_column(default=0)
    # How many rows got which answer; beside it, how many claim a level or a score, and
    # how often the part that is next was tried.
    counts: Mapped[dict[str, int]] = mapped_column("answer_counts", JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    # Until then a job process is at it; whoever comes later takes it over.
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()
    member: Mapped[Member | None] = relationship()

    __table_args__ = (
        Index("ix_list_check_state_asked_at", "state", "asked_at"),
        CheckConstraint("done BETWEEN 0 AND row_count", name="done"),
    )


class DownloadTemplate(Model):
    """Which fields an organisation's data files hold, under which headings.

    No personal data.
    """

    __tablename__ = "download_template"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE")
    name: Mapped[str] = mapped_column(String(80))
    # [[field, heading], ...] in order; fields from the closed list in fields.py.
    fields: Mapped[list[list[str]]] = mapped_column("field_list", JSON)
    date_format: Mapped[str] = mapped_column(String(20))
    row_per: Mapped[RowPer] = mapped_column(
        choice(RowPer, "row_per"), default=RowPer.result
    )
    made_by: Mapped[str] = mapped_column(String(161))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()

    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    def __str__(self) -> str:
        return self.name


class DefaultTemplate(Model):
    """The template that a member's data files are made by, unless they say otherwise.

    No personal data beyond the member it names. Erased with either.
    """

    __tablename__ = "default_template"

    member_id: Mapped[int] = _to("member.id", "CASCADE", primary_key=True)
    template_id: Mapped[int] = _to("download_template.id", "CASCADE", index=True)
    template: Mapped[DownloadTemplate] = relationship()


class Download(Model):
    """Results that a member took, as statements or as a data file.

    Personal data: who took what when. The file is erased when its time is over, the
    row after three years.
    """

    __tablename__ = "download"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    organisation_id: Mapped[int] = _to("organisation.id", "CASCADE")
    # For whom it is made: who asked last. The name stays that of who asked first.
    member_id: Mapped[int | None] = _to("member.id", "SET NULL", index=True)
    member_name: Mapped[str] = mapped_column(String(161))
    format: Mapped[DownloadFormat] = mapped_column(choice(DownloadFormat, "format"))
    # The template as it was: its name, fields, date format and rows; empty: statements.
    template: Mapped[dict[str, Any]] = mapped_column("template_used", JSON)
    language: Mapped[Language] = mapped_column(choice(Language, "language"))
    state: Mapped[WorkState] = mapped_column(
        choice(WorkState, "state"), default=WorkState.queued
    )
    # Results that were asked for, how many are done, how many could not be given.
    rows: Mapped[int] = mapped_column("row_count")
    done: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    # In bytes: a ZIP of many statements passes what 32 bits count.
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    # The name of the file in the storage: each try writes one of its own.
    file: Mapped[str] = mapped_column(String(22), default="")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()
    member: Mapped[Member | None] = relationship()

    __table_args__ = (
        Index("ix_download_organisation_id_asked_at", "organisation_id", "asked_at"),
        Index("ix_download_state_asked_at", "state", "asked_at"),
        CheckConstraint("done BETWEEN 0 AND row_count", name="done"),
    )


class DownloadRow(Model):
    """One share that a download was asked for, and the version that went into it.

    Personal data: whose result was taken. Erased with the download.
    """

    __tablename__ = "download_row"

    download_id: Mapped[int] = _to("download.id", "CASCADE", primary_key=True)
    share_id: Mapped[int] = _to("share.id", "CASCADE", primary_key=True, index=True)
    # Empty: not given, because nothing was to be seen.
    result_id: Mapped[int | None] = _to("result.id")
    # How much of it was given.
    scope: Mapped[ShareScope | None] = mapped_column(choice(ShareScope, "scope"))


# --- Messages -------------------------------------------------------------------------


class Mail(Model):
    """An e-mail: queued with the change it tells of, sent by the job process.

    Personal data: the address and a name. No marks, no secrets and no links: those are
    made when it is sent. Erased 90 days after it was sent.
    """

    __tablename__ = "mail"

    id: Mapped[int] = _key()
    reference: Mapped[str] = _reference()
    # The template, under templates/email/.
    kind: Mapped[str] = mapped_column(String(40))
    # What it tells of: the same thing is never told twice.
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(choice(Language, "language"))
    # Plain words for the template, and what a link in it is to be made for.
    values: Mapped[dict[str, Any]] = mapped_column("template_values", JSON)
    # A result notice is sent only while its release stands; checked again when sent.
    release_id: Mapped[int | None] = _to("result_release.id")
    state: Mapped[MailState] = mapped_column(
        choice(MailState, "state"), default=MailState.queued
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        Index("ix_mail_state_due_at", "state", "due_at"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent"),
    )

    def __str__(self) -> str:
        return self.address


# --- Trail ----------------------------------------------------------------------------


class AuditRow(Model):
    """One act that changed something, chained to the act before it.

    Personal data: references and staff names, no marks and no secrets. Kept ten years.
    """

    __tablename__ = "audit_row"

    id: Mapped[int] = _key()
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    # staff:ID, candidate:REFERENCE, member:REFERENCE, or system.
    actor: Mapped[str] = mapped_column(String(60), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    # What it was done to, such as release:REFERENCE.
    subject: Mapped[str] = mapped_column(String(80), index=True)
    # Canonical JSON, as it went into the hash.
    detail: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    def __str__(self) -> str:
        return f"#{self.id}"


class Installation(Model):
    """What kind of people this database holds; one row, written at the first sync.

    No personal data.
    """

    __tablename__ = "installation"

    id: Mapped[int] = _key()
    kind: Mapped[InstallationKind] = mapped_column(choice(InstallationKind, "kind"))

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
