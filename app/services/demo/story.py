"""The people by whom the demonstration is shown: each has something to see."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import (
    CandidateAccount,
    Entry,
    ExamSession,
    Mail,
    Member,
    Result,
    Role,
    Share,
    ShareAccess,
    StaffMember,
    User,
)
from app.services import credentials, names
from app.services.demo.board import Board, State
from app.values import TERMS_VERSION, ExamCode, Language, MailState, ResultStatus

# Marks words for the catalogues; the page says them in the reader's language.
N_ = str


@dataclass(frozen=True)
class SignInCard:
    """How one person of the demonstration signs in, and what they will see.

    `who` is a name and what they are; `values` are what the note names.
    """

    who: str
    where: str
    name: str
    password: str
    note: str
    values: dict[str, str] = field(default_factory=dict)


# role, e-mail address, first name, key in what `staff` returns, what they see
STAFF = (
    ("System administrator", "admin@board.example", "Ada", "admin"),
    ("Results officer", "officer@board.example", "Olga", "officer"),
    ("Release approver", "approver@board.example", "Aldo", "approver"),
    ("Partnerships officer", "partners@board.example", "Piera", "partnerships"),
    ("Auditor", "auditor@board.example", "Aurelio", "auditor"),
    ("Centre staff", "clerk@it024.example", "Clara", "clerk"),
)
CANDIDATE = N_("candidate")
NOTES = {
    "admin": N_("users, centres, mail and the trail"),
    "officer": N_("imports, proposes releases, accepts what was held back"),
    "approver": N_("one release waits for the second signature"),
    "partnerships": N_("two applications wait, one of them overdue"),
    "auditor": N_("reads everything, changes nothing"),
    "clerk": N_("the candidates of centre IT024"),
}


def staff(board: Board, password_hash: str) -> dict[str, User]:
    """Add one back-office user per role; return them by key."""
    users = {}
    for role, email, first_name, key in STAFF:
        user = User(
            first_name=first_name,
            last_name="Board" if "board" in email else "Centre",
            username=email,
            email=email,
            active=True,
            password=password_hash,
            roles=[db.session.scalars(select(Role).where(Role.name == role)).one()],
        )
        db.session.add(user)
        db.session.flush()
        centre_id = board.centres[0].id if key == "clerk" else None
        db.session.add(StaffMember(user_id=user.id, centre_id=centre_id))
        users[key] = user
    db.session.flush()
    return users


def candidates(
    board: Board, password_hash: str, password: str, *, at: datetime
) -> list[SignInCard]:
    """Add Amina, whose result is out, Boris, who waits, and Chiara, who is new."""
    amina = _entry(board, State.released, "Amina", "Benali", "AMI482913", at)
    _account(amina, password_hash, at)
    scores = {"score_r": 176, "score_u": 169, "score_w": 168, "score_l": 178}
    graded: dict[str, Any] = {"overall": 174, "grade": "B", "cefr": "B2"}
    _result(amina, at, status=ResultStatus.graded, score_s=179, **scores, **graded)
    boris = _entry(board, State.sat, "Boris", "Ivanov", "BOR730118", at)
    _account(boris, password_hash, at)
    chiara = _entry(board, State.confirmed, "Chiara", "De Luca", "CHI551204", at)
    _failed_mail(at)
    secret = credentials.printed(chiara)
    born = f"{chiara.date_of_birth:%d/%m/%Y}"
    return [
        SignInCard(
            f"Amina Benali, {CANDIDATE}",
            "/candidate/login",
            "AMI482913",
            password,
            N_("her result is out"),
        ),
        SignInCard(
            f"Boris Ivanov, {CANDIDATE}",
            "/candidate/login",
            "BOR730118",
            password,
            N_("he waits for his result"),
        ),
        SignInCard(
            f"Chiara De Luca, {CANDIDATE}",
            "/candidate/register",
            "CHI551204",
            "",
            N_("not registered yet: Secret Number %(secret)s, born %(born)s"),
            {"secret": secret, "born": born},
        ),
    ]


def other_cards(password: str) -> list[SignInCard]:
    """Return the cards of the verifier and of the board's and the centre's staff."""
    verifier = SignInCard(
        "Rita Registrar, Università degli Studi del Tirreno",
        "/verifier/login",
        "registrar@tirreno.example",
        password,
        N_("results shared with her university"),
    )
    return [
        verifier,
        *(
            SignInCard(
                f"{first_name}, {role}", "/admin/login/", email, password, NOTES[key]
            )
            for role, email, first_name, key in STAFF
        ),
    ]


def share_amina(members: list[Member], *, at: datetime) -> None:
    """Let Amina have shared her result with one university that has not read it yet."""
    entry = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.account))
        .where(Entry.id_number == "AMI482913")
    ).one()
    # Chance may have let her share already; the story needs just this one.
    db.session.execute(delete(ShareAccess).where(_of_share(entry)))
    db.session.execute(delete(Share).where(Share.entry_id == entry.id))
    db.session.add(
        Share(
            entry=entry,
            organisation=members[1].organisation,
            account=entry.account,
            at=at - timedelta(hours=3),
            terms_version=TERMS_VERSION,
        )
    )
    db.session.flush()


def _of_share(entry: Entry) -> ColumnElement[bool]:
    shares = select(Share.id).where(Share.entry_id == entry.id)
    return ShareAccess.share_id.in_(shares)


def _entry(
    board: Board, state: State, first: str, family: str, id_number: str, at: datetime
) -> Entry:
    session = next(session for plan, session in board.sessions if plan.state is state)
    if state is State.released:
        session = _first(board, state, ExamCode.FCE)
    centre = board.centres[0]
    number = "9901"
    return _saved(
        Entry(
            session=session,
            centre=centre,
            candidate_number=number,
            first_name=first,
            family_name=family,
            folded_name=names.folded(f"{first} {family}"),
            date_of_birth=date(session.exam_date.year - 17, 3, 14),
            email=f"{first.lower()}@mail.example",
            school=board.schools[centre.number][0],
            group="5A",
            language=Language.en,
            statement_number=f"{session.exam_date:%y}Z{centre.number}"
            f"9{session.id % 1000:03d}",
            id_number=id_number,
            secret=credentials.sealed(id_number, "48291377"),
            secret_issued_at=at - timedelta(days=50),
            created_at=at - timedelta(days=70),
        )
    )


def _first(board: Board, state: State, exam: ExamCode) -> ExamSession:
    return next(
        session
        for plan, session in board.sessions
        if plan.state is state and plan.exam is exam
    )


def _account(entry: Entry, password_hash: str, at: datetime) -> None:
    entry.registered_at = at - timedelta(days=48)
    entry.account = _saved(
        CandidateAccount(
            email=entry.email,
            email_confirmed_at=entry.registered_at,
            password_hash=password_hash,
            language=entry.language,
            terms_version=TERMS_VERSION,
            terms_accepted_at=entry.registered_at,
            created_at=entry.registered_at,
        )
    )
    db.session.flush()


def _result(entry: Entry, at: datetime, **values: Any) -> None:
    row = {"entry_id": entry.id, "version": 1, "imported_at": at - timedelta(days=9)}
    db.session.execute(insert(Result), [{**row, **values}])


def _failed_mail(at: datetime) -> None:
    """One message that a mail server refused, for the desk to show."""
    db.session.add(
        Mail(
            kind="confirm_email",
            dedupe_key="confirm_email:demonstration",
            address="no-such-box@mail.example",
            language=Language.en,
            values={"name": "Nobody"},
            state=MailState.failed,
            attempts=1,
            queued_at=at - timedelta(days=1),
            due_at=at - timedelta(days=1),
            error="550 no such mailbox",
        )
    )


def _saved(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
