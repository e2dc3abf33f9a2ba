"""The invented board: its centres, schools and sessions in every state there is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from app.extensions import db
from app.models import Centre, CentreRules, ExamSession, School, TimetableSlot
from app.services import grading
from app.values import ComponentCode, ExamCode, Mode

# number, name, city, country, time zone
CENTRES = (
    ("IT024", "Centro Linguistico Arno", "Pisa", "IT", "Europe/Rome"),
    ("IT294", "Istituto Porta Nuova", "Milano", "IT", "Europe/Rome"),
    ("IT421", "Accademia Trastevere", "Roma", "IT", "Europe/Rome"),
    ("ES065", "Centro de Exámenes Triana", "Sevilla", "ES", "Europe/Madrid"),
    ("PL090", "Centrum Egzaminów Wawel", "Kraków", "PL", "Europe/Warsaw"),
    ("GR031", "Κέντρο Εξετάσεων Πλάκα", "Αθήνα", "GR", "Europe/Athens"),
    ("DE112", "Prüfungszentrum Spree", "Berlin", "DE", "Europe/Berlin"),
    ("VN063", "Trung tâm Khảo thí Hồ Gươm", "Hà Nội", "VN", "Asia/Ho_Chi_Minh"),
)
# What two of them ask and offer; the others go by the defaults.
RULES: dict[str, dict[str, Any]] = {
    "IT024": {
        "enquiry_days": 30,
        "recheck_fee": "EUR 42",
        "remark_fee": "EUR 95",
        "enquiry_rules": "Pay at the counter or by bank transfer. The fee comes back"
        " if the grade changes.",
        "collection_rules": "Monday to Friday, 09:00 to 12:30 and 15:00 to 18:00."
        " Bring an identity document.",
        "posts_certificates": True,
        "posting_fee": "EUR 12",
        "keeps_months": 12,
    },
    "IT294": {
        "enquiry_days": 20,
        "recheck_fee": "EUR 38",
        "remark_fee": "EUR 88",
        "collection_rules": "Tuesday and Thursday, 14:00 to 18:00.",
        "keeps_months": 18,
    },
}
# How the candidates are spread over the centres.
CENTRE_WEIGHTS = (30, 22, 18, 9, 7, 5, 5, 4)
# number, name, centre, city
SCHOOLS = (
    ("S-1001", "Liceo Scientifico Galileo", "IT024", "Pisa"),
    ("S-1002", "Istituto Comprensivo Le Torri", "IT024", "Lucca"),
    ("S-1003", "Scuola Internazionale Sant'Anna", "IT024", "Livorno"),
    ("S-2001", "Liceo Classico Navigli", "IT294", "Milano"),
    ("S-2002", "Istituto Tecnico Brera", "IT294", "Monza"),
    ("S-3001", "Liceo Linguistico Aventino", "IT421", "Roma"),
    ("S-4001", "Colegio Macarena", "ES065", "Sevilla"),
    ("S-5001", "Liceum nr 7", "PL090", "Kraków"),
)


class State(StrEnum):
    """Where a session of the demonstration stands."""

    entries_open = "entries_open"
    confirmed = "confirmed"
    sat = "sat"
    proposed = "proposed"
    signed = "signed"
    released = "released"
    somebody_missing = "somebody_missing"
    historical = "historical"


@dataclass(frozen=True)
class Plan:
    """One session of the demonstration: so many days from today, or on a day."""

    exam: ExamCode
    mode: Mode
    days: int
    state: State
    weight: int
    on: date | None = None


SESSIONS = (
    Plan(ExamCode.FCE, Mode.paper, 45, State.entries_open, 9),
    Plan(ExamCode.KETFS, Mode.paper, 38, State.entries_open, 4),
    Plan(ExamCode.CAE, Mode.computer, 9, State.confirmed, 6),
    Plan(ExamCode.PET, Mode.paper, -13, State.sat, 8),
    Plan(ExamCode.KET, Mode.paper, -31, State.proposed, 7),
    Plan(ExamCode.FCE, Mode.computer, -12, State.signed, 8),
    Plan(ExamCode.FCE, Mode.paper, -38, State.released, 16),
    Plan(ExamCode.CAE, Mode.paper, -44, State.released, 10),
    Plan(ExamCode.YLEF, Mode.paper, -66, State.released, 3),
    Plan(ExamCode.PETFS, Mode.paper, -52, State.somebody_missing, 8),
    Plan(ExamCode.CPE, Mode.paper, -190, State.historical, 3),
    Plan(ExamCode.FCEFS, Mode.paper, -230, State.historical, 8),
    Plan(ExamCode.DELTA1, Mode.paper, -170, State.historical, 2),
    Plan(ExamCode.PET, Mode.computer, -410, State.historical, 6),
    Plan(ExamCode.BECV, Mode.paper, -1450, State.historical, 2),
    Plan(ExamCode.CPE, Mode.paper, 24, State.confirmed, 1),
    Plan(ExamCode.DELTA1, Mode.paper, -9, State.sat, 1),
    Plan(ExamCode.FCE, Mode.paper, 0, State.historical, 1, date(2022, 3, 12)),
    # Words for grades, and before them a mark out of 100.
    Plan(ExamCode.KET, Mode.paper, 0, State.historical, 1, date(2018, 5, 19)),
    Plan(ExamCode.BECH, Mode.paper, 0, State.historical, 1, date(2012, 6, 9)),
)


@dataclass(frozen=True)
class Board:
    """What was made, by its code or number."""

    centres: list[Centre]
    schools: dict[str, list[School]]
    sessions: list[tuple[Plan, ExamSession]]

    def session(self, exam: ExamCode, state: State) -> ExamSession:
        """Return the first session of an exam that stands so."""
        return next(
            session
            for plan, session in self.sessions
            if (plan.exam, plan.state) == (exam, state)
        )


def make(at: datetime) -> Board:
    """Add centres, schools, sessions and their timetables to the open transaction."""
    centres = [_centre(*row) for row in CENTRES]
    by_number = {centre.number: centre for centre in centres}
    schools: dict[str, list[School]] = {number: [] for number in by_number}
    for number, name, centre, city in SCHOOLS:
        email = f"esami@{number.lower()}.example"
        schools[centre].append(
            School(
                number=number,
                name=name,
                city=city,
                email=email,
                centre=by_number[centre],
            )
        )
    sessions = [(plan, _session(plan, at.date())) for plan in SESSIONS]
    db.session.add_all(centres)
    db.session.add_all(school for row in schools.values() for school in row)
    db.session.add_all(
        CentreRules(centre=by_number[number], **values)
        for number, values in RULES.items()
    )
    db.session.add_all(session for _, session in sessions)
    for _, session in sessions:
        for centre in centres:
            db.session.add_all(_timetable(session, centre))
    db.session.flush()
    return Board(centres, schools, sessions)


def _centre(number: str, name: str, city: str, country: str, zone: str) -> Centre:
    return Centre(
        number=number,
        name=name,
        city=city,
        country=country,
        email=f"exams@{number.lower()}.example",
        phone="+39 050 555 0100",
        website=f"https://{number.lower()}.example",
        address=f"12 Exam Street, {city}",
        timezone=zone,
    )


def _session(plan: Plan, today: date) -> ExamSession:
    day = plan.on or _saturday(today + timedelta(days=plan.days), plan.days < 0)
    weeks = 5 if plan.mode is Mode.paper else 2
    return ExamSession(
        code=f"{day:%y%m}-{plan.exam}-{plan.mode[0].upper()}",
        exam=plan.exam,
        mode=plan.mode,
        label=f"{day:%B %Y}",
        exam_date=day,
        final_date=day + timedelta(weeks=weeks),
    )


def _saturday(day: date, before: bool) -> date:
    """Written papers are mostly taken on Saturdays."""
    return day + timedelta(days=(5 - day.weekday()) % 7 - (7 if before else 0))


def _timetable(session: ExamSession, centre: Centre) -> list[TimetableSlot]:
    """Written papers in one morning, Speaking the day before in another place."""
    slots, hour = [], 9
    for code, _ in grading.exam(session.exam).papers:
        speaking = code is ComponentCode.S
        day = session.exam_date - timedelta(days=1 if speaking else 0)
        start = time(15 if speaking else hour)
        slots.append(
            TimetableSlot(
                session=session,
                centre=centre,
                component=code,
                day=day,
                start=start,
                venue=f"{centre.name}, {'2 River Lane' if speaking else 'main hall'}",
                room="Room 3" if speaking else "Hall A",
            )
        )
        hour += 0 if speaking else 2
    return slots
