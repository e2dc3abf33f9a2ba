"""What has happened on the stage before a journey begins, and time that passes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.extensions import db
from app.models import (
    Centre,
    CentreRules,
    Certificate,
    Enquiry,
    Entry,
    ExamSession,
    Release,
    Result,
    TimetableSlot,
)
from app.services import calendar, enquiries, names, publication
from app.values import CertificateState, EnquiryKind, EnquiryOutcome, EnquiryState
from tests.browser.stage import GRADE_C, Person, Stage
from tests.cast import User, save

ZONE = ZoneInfo("Europe/Rome")


def rules(stage: Stage, centre: str, **values: Any) -> None:
    """Let a centre have rules of its own."""
    with stage.set() as session:
        found = db.select(Centre).where(Centre.number == centre)
        save(CentreRules(centre=session.scalars(found).one(), **values))


def one_person(stage: Stage, first: Person, *others: Person) -> None:
    """Put exams that were made as several people into the account of the first."""
    with stage.set():
        account = stage.entry(first).account
        for other in others:
            entry = stage.entry(other)
            entry.account, entry.registered_at = account, account.created_at
        db.session.commit()


def crowd(stage: Stage, person: Person, count: int, *, out: int) -> None:
    """Fill the session of a candidate up to so many; the results of some are out."""
    with stage.set():
        own = stage.entry(person)
        for number in range(2, count + 1):
            entry = save(
                Entry(
                    session=own.session,
                    centre=own.centre,
                    candidate_number=f"{number:04d}",
                    first_name="Someone",
                    family_name=f"Else {number}",
                    folded_name=names.folded(f"Someone Else {number}"),
                    date_of_birth=own.date_of_birth,
                    statement_number=f"C{own.statement_number[-4:]}{number:04d}",
                    created_at=own.created_at,
                )
            )
            if number <= out + 1:
                values = {"version": 1, "imported_at": own.created_at, **GRADE_C}
                save(Result(entry=entry, **values))
        stage._release(own.session, datetime.now(UTC) - timedelta(hours=24))


def sitting(stage: Stage, person: Person, **values: Any) -> None:
    """Set when and where everybody of a candidate's session takes a paper."""
    with stage.set():
        entry = stage.entry(person)
        day, venue = entry.session.exam_date, "Liceo Galilei"
        place = {"session": entry.session, "centre": entry.centre}
        save(TimetableSlot(day=day, venue=venue, **place, **values))


def the_instant_comes(stage: Stage, person: Person) -> None:
    """Let the time pass until the last release of a candidate's session comes out."""
    with stage.set() as session:
        release = session.scalars(
            db.select(Release)
            .join(ExamSession)
            .where(ExamSession.code == person.session)
            .order_by(Release.id.desc())
            .limit(1)
        ).one()
        assert release.approved_at is not None, "nobody has signed it"
        release.instant = datetime.now(UTC)
        db.session.commit()


def taken_back(stage: Stage, person: Person) -> None:
    """Let the board take the release of a candidate's result back."""
    with stage.set():
        now = datetime.now(UTC)
        result = publication.published_result(stage.entry(person), at=now)
        assert result is not None
        assert result.release is not None
        signer = result.release.approved_by
        publication.withdraw(result.release, by=signer, why="Wrong papers.", at=now)


def checked_once(stage: Stage, person: Person) -> None:
    """Let a re-check of a candidate's result have been answered: it stays."""
    with stage.set():
        now = datetime.now(UTC)
        entry = stage.entry(person)
        save(
            Enquiry(
                entry=entry,
                account=entry.account,
                kind=EnquiryKind.recheck,
                result=publication.published_result(entry, at=now),
                requested_at=now - timedelta(hours=20),
                accepted_at=now - timedelta(hours=15),
                answer_due_on=days_ago(0),
                decided_at=now - timedelta(hours=10),
                told_at=now - timedelta(hours=10),
                state=EnquiryState.decided,
                outcome=EnquiryOutcome.unchanged,
            )
        )


def passed_on(stage: Stage, person: Person) -> None:
    """Let the centre pass what a candidate has asked for on to the board."""
    with stage.set() as session:
        asked = db.select(Enquiry).where(
            Enquiry.entry == stage.entry(person),
            Enquiry.state == EnquiryState.requested,
        )
        clerk = session.scalars(db.select(User).limit(1)).one()
        now = datetime.now(UTC)
        enquiries.accept(session.scalars(asked).one(), by=clerk, at=now)


def certificate(stage: Stage, person: Person, **values: Any) -> None:
    """Let there be a certificate of a candidate, sent ten days ago or in a state."""
    with stage.set():
        entry, now = stage.entry(person), datetime.now(UTC)
        result = publication.published_result(entry, at=now)
        if "arrived_on" in values:
            values = {"keep_until": days_ago(-360), **values}
        sent = {"state": CertificateState.sent, "sent_on": days_ago(10)}
        save(Certificate(entry=entry, result=result, **{**sent, **values}))


def days_ago(days: int) -> date:
    """Return the day so many days before today; after it, for a negative number.

    Today is that of the board and of the stage's centres.
    """
    return datetime.now(ZONE).date() - timedelta(days=days)


def certificate_key(stage: Stage, person: Person) -> int:
    """Return the key under which the back office shows a candidate's certificate."""
    with stage.set() as session:
        entry = stage.entry(person)
        rows = db.select(Certificate.id).where(Certificate.entry_id == entry.id)
        return int(session.scalars(rows).one())


def working_day(stage: Stage, days: int) -> date:
    """Return the day that is so many working days from today."""
    with stage.set():
        return calendar.working_days_after(days_ago(0), days)
