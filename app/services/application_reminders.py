"""The board is reminded of what it promised applicants: an answer by a certain day."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, func, select

from app.extensions import db
from app.models import Mail, Organisation, User
from app.services import calendar, localtime, mail, rights, staff
from app.services.rights import Act
from app.transactions import atomic
from app.values import OrganisationStatus

# Nobody is reminded at night: the working day has begun.
MORNING = time(8)
# Messages are kept, and so not sent again, for longer than this.
FORGOTTEN = timedelta(days=30)
KIND = "applications_due"


def remind_due(*, at: datetime) -> int:
    """Remind those who decide of applications, the working day before and on the day.

    One message for each day that is promised, however many wait for it; each is sent
    once, and late rather than never. Returns how many were queued.
    """
    day = localtime.today(at)
    early = at.astimezone(localtime.board_zone()).time() < MORNING
    if early or not calendar.is_working_day(day):
        return 0
    with atomic():
        promised = _promised(day - FORGOTTEN, calendar.working_days_after(day, 1))
        officers = staff.holding(rights.ROLES[Act.decide_application])
        return sum(
            _remind(officer, due_on, count, last=due_on <= day, at=at)
            for officer in officers
            for due_on, count in promised
        )


def _promised(since: date, until: date) -> list[tuple[date, int]]:
    """Return the days by which answers are promised, and how many wait for each."""
    waiting = (
        select(Organisation.due_on, func.count(Organisation.id))
        .where(
            Organisation.status == OrganisationStatus.applied,
            Organisation.due_on.between(since, until),
        )
        .group_by(Organisation.due_on)
        .order_by(Organisation.due_on)
    )
    return [(due_on, count) for due_on, count in db.session.execute(waiting)]


def _remind(
    officer: User, due_on: date, count: int, *, last: bool, at: datetime
) -> bool:
    about = f"{due_on}:{'last' if last else 'before'}:{officer.id}"
    if db.session.scalar(select(exists().where(Mail.dedupe_key == f"{KIND}:{about}"))):
        return False
    mail.queue(
        KIND,
        to=officer,
        about=about,
        at=at,
        language=staff.language_of(officer),
        name=officer.get_full_name(),
        count=count,
        due_on=due_on.isoformat(),
        path="/admin/organisations/list/?_flt_0_status=applied",
    )
    return True
