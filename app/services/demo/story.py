"""The people by whom the demonstration is shown: each has something to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import insert

from app.extensions import db
from app.models import CandidateAccount, Entry, ExamSession, Mail, Result
from app.services import credentials, grading, names
from app.services.demo.board import Board, State
from app.values import (
    TERMS_VERSION,
    ComponentCode,
    ExamCode,
    Language,
    MailState,
    ResultStatus,
)

_E, _S = ExamCode, State
# The Secret Number of everybody here who has registered.
SECRET = "48291377"


class Sitting(NamedTuple):
    """An exam that somebody takes or took, and their scores in its printed order.

    Without scores there is no result, unless `status` says what there is.
    """

    exam: ExamCode
    state: State
    scores: Sequence[int] = ()
    status: ResultStatus | None = None


@dataclass(frozen=True)
class Person:
    """Somebody of the story; `age` is what they turn in the year of the first exam."""

    name: str
    id_number: str
    age: int
    sittings: Sequence[Sitting]
    email: str = ""
    guardian: str = ""
    registered: bool = True
    at_school: bool = False


_OUT = (_E.FCE, _S.released)
PEOPLE = {
    "amina": Person(
        "Amina Benali",
        "AMI482913",
        17,
        [Sitting(*_OUT, (176, 169, 168, 178, 179))],
        at_school=True,
    ),
    # What is newest comes first: her ID Number is that of the exam to come.
    "elena": Person(
        "Elena Marchetti",
        "ELE204817",
        14,
        [
            Sitting(_E.KET, _S.historical, (138, 134, 135)),
            Sitting(_E.FCE, _S.historical, (178, 175, 176, 181, 183)),
            Sitting(_E.CAE, _S.released, (204, 201, 198, 206, 203)),
            Sitting(_E.DELTA1, _S.sat),
            Sitting(_E.CPE, _S.confirmed),
        ],
    ),
    "boris": Person("Boris Ivanov", "BOR730118", 17, [Sitting(_E.PET, _S.sat)]),
    "chiara": Person(
        "Chiara De Luca",
        "CHI551204",
        17,
        [Sitting(_E.CAE, _S.confirmed)],
        registered=False,
    ),
    "matteo": Person(
        "Matteo Galli", "MAT610277", 15, [Sitting(_E.PETFS, _S.somebody_missing)]
    ),
    "omar": Person(
        "Omar Haddad", "OMA335508", 24, [Sitting(*_OUT, (), ResultStatus.pending)]
    ),
    "noemi": Person(
        "Noemi Ricci", "NOE918244", 19, [Sitting(*_OUT, (171, 170, 168, 175, 174))]
    ),
    "livia": Person(
        "Livia Conti", "LIV402655", 18, [Sitting(*_OUT, (158, 155, 159, 161, 157))]
    ),
    "davide": Person(
        "Davide Fabbri",
        "DAV776103",
        21,
        [Sitting(_E.CAE, _S.released, (191, 188, 186, 195, 194))],
    ),
    "sara": Person(
        "Sara Lombardi",
        "SAR150892",
        17,
        [Sitting(_E.FCEFS, _S.historical, (165, 160, 158, 170, 172))],
    ),
    "tommaso": Person(
        "Tommaso D'Angelo",
        "TOM284467",
        16,
        [Sitting(_E.PET, _S.historical, (150, 146, 152, 148))],
    ),
    "zoe": Person(
        "Zoe Martini",
        "ZOE093316",
        9,
        [Sitting(_E.YLEF, _S.released, (4, 5, 5))],
        email="famiglia.martini@mail.example",
        guardian="marco.martini@mail.example",
    ),
    # Her brother, with an account of his own at the same address.
    "leo": Person(
        "Leo Martini",
        "LEO517720",
        13,
        [Sitting(_E.KETFS, _S.entries_open)],
        email="famiglia.martini@mail.example",
        guardian="marco.martini@mail.example",
    ),
    "dora": Person(
        "Dora Klein", "DOR661839", 17, [Sitting(*_OUT, (182, 180, 181, 184, 186))]
    ),
    # She has lost her Confirmation of Entry.
    "irene": Person(
        "Irene Fabbri",
        "IRE877421",
        17,
        [Sitting(*_OUT, (168, 162, 160, 171, 169))],
        registered=False,
    ),
    # The board has taken her result back.
    "nina": Person(
        "Nina Ferrari", "NIN559027", 20, [Sitting(*_OUT, (177, 174, 176, 179, 178))]
    ),
}


def make(board: Board, password_hash: str, *, at: datetime) -> dict[str, list[Entry]]:
    """Add them with their accounts and results; return the entries of each.

    The last one has the ID Number that is on their card.
    """
    found, numbers = {}, (f"99{n:02d}" for n in count())
    for n, (key, person) in enumerate(PEOPLE.items()):
        year = board.session(*person.sittings[0][:2]).exam_date.year - person.age
        birthday = date(year, 3 + n * 5 % 9, 14 + n * 7 % 15)
        entries = [
            _entry(board, person, sitting, next(numbers), birthday, at)
            for sitting in person.sittings
        ]
        if person.registered:
            open_account(entries, password_hash, at=at)
        found[key] = entries
    _failed_mail(at)
    return found


def open_account(
    entries: Sequence[Entry], password_hash: str, *, at: datetime
) -> CandidateAccount:
    """Give entries an account, opened the day after the first paper was issued."""
    first, last = entries[0], entries[-1]
    opened = (first.secret_issued_at or at) + timedelta(days=1)
    account: CandidateAccount = _saved(
        CandidateAccount(
            email=last.email,
            email_confirmed_at=opened,
            password_hash=password_hash,
            language=last.language,
            terms_version=TERMS_VERSION,
            terms_accepted_at=opened,
            created_at=opened,
        )
    )
    for entry in entries:
        entry.account = account
        entry.registered_at = (entry.secret_issued_at or at) + timedelta(days=1)
    db.session.flush()
    return account


def _entry(
    board: Board,
    person: Person,
    sitting: Sitting,
    number: str,
    birthday: date,
    at: datetime,
) -> Entry:
    session, centre = board.session(sitting.exam, sitting.state), board.centres[0]
    first, _, family = person.name.partition(" ")
    # The earlier papers of one person have numbers of their own.
    last = sitting is person.sittings[-1]
    id_number = person.id_number if last else f"{person.id_number[:3]}00{number}"
    issued = min(at, _morning(session)) - timedelta(days=50)
    entry: Entry = _saved(
        Entry(
            session=session,
            centre=centre,
            candidate_number=number,
            first_name=first,
            family_name=family,
            folded_name=names.folded(person.name),
            date_of_birth=birthday,
            email=person.email or f"{first.lower()}@mail.example",
            guardian_email=person.guardian,
            school=board.schools[centre.number][0] if person.at_school else None,
            group="5A" if person.at_school else "",
            language=Language.en,
            statement_number=f"{session.exam_date:%y}Z{centre.number}{number}",
            id_number=id_number,
            secret=credentials.sealed(id_number, SECRET),
            secret_issued_at=issued,
            created_at=issued - timedelta(days=20),
        )
    )
    _result(entry, sitting, at)
    return entry


def _result(entry: Entry, sitting: Sitting, at: datetime) -> None:
    session = entry.session
    values: dict[str, Any] = {"status": sitting.status}
    if sitting.scores:
        exam = grading.exam_on(session.exam, session.exam_date)
        scores = scores_of(session, sitting.scores)
        overall = grading.overall(exam, scores)
        outcome = grading.outcome(exam, overall)
        values = {"status": ResultStatus.graded, "overall": overall}
        values |= {"grade": outcome.grade, "cefr": outcome.cefr}
        values |= {f"score_{code.lower()}": score for code, score in scores.items()}
    elif sitting.status is None:
        return
    imported = min(at, _morning(session) + timedelta(days=11)) - timedelta(hours=1)
    row = {"entry_id": entry.id, "version": 1, "imported_at": imported}
    db.session.execute(insert(Result), [{**row, **values}])


def scores_of(session: ExamSession, scores: Sequence[int]) -> dict[ComponentCode, int]:
    """Return scores that stand in the order of the Statement by their component."""
    exam = grading.exam_on(session.exam, session.exam_date)
    return {part.code: n for part, n in zip(exam.components, scores, strict=True)}


def _morning(session: ExamSession) -> datetime:
    return datetime.combine(session.exam_date, time(7), UTC)


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
