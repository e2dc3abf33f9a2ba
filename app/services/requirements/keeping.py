"""How an organisation writes down what it asks for; each of its users may."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Member, Organisation, Requirement
from app.services import access, audit, grading
from app.services.grading import Exam
from app.services.requirements.fitting import in_order
from app.transactions import atomic
from app.values import AuditAction, ComponentCode, ExamCode

# Enough for every exam of ten programmes; all of them stand on one page.
MOST = 150
MOST_MONTHS = 240
LONGEST_PROGRAMME = 120


@dataclass(frozen=True)
class Terms:
    """What is asked for; None and a component that is left out: no minimum."""

    programme: str
    exam: ExamCode
    overall: int | None = None
    scores: Mapping[ComponentCode, int | None] = field(default_factory=dict)
    months: int | None = None


def of(organisation_id: int) -> list[Requirement]:
    """Return what an organisation asks for: by programme, everything else last."""
    rows = select(Requirement).where(Requirement.organisation_id == organisation_id)
    return in_order(db.session.scalars(rows))


def programmes(organisation_id: int) -> list[str]:
    """Return the programmes that an organisation names, "" for everything else last."""
    return list(dict.fromkeys(row.programme for row in of(organisation_id)))


def own(member: Member, reference: str) -> Requirement:
    """Return a requirement of the member's own organisation."""
    row = db.session.scalar(
        select(Requirement).where(
            Requirement.reference == reference,
            Requirement.organisation_id == member.organisation_id,
        )
    )
    if row is None:
        raise NotFound(access.NOTHING_HERE)
    return row


def save(
    terms: Terms, *, instead_of: Requirement | None = None, by: Member, at: datetime
) -> Requirement:
    """Write down what an organisation asks for of an exam, anew or instead of before.

    One requirement for a programme and an exam. Raises Refused for scores that the exam
    does not give, and Conflict when it is gone that was to be changed.
    """
    exam = grading.exam(terms.exam)
    _require_possible(exam, terms)
    with atomic() as tx:
        # One after the other: nobody writes one too many, or a programme twice.
        organisation = select(Organisation.id).where(
            Organisation.id == by.organisation_id
        )
        tx.execute(organisation.with_for_update())
        values = _columns(terms, _programme(terms.programme, by), at)
        row = _row(instead_of, by)
        for name, value in values.items():
            setattr(row, name, value)
        tx.add(row)
        try:
            tx.flush()
        except IntegrityError:
            raise Refused(_TWICE, field="exam") from None
        subject, named = f"requirement:{row.reference}", row.programme
        action, code = AuditAction.requirement_saved, exam.code.value
        audit.append(action, subject, by=by, at=at, exam=code, programme=named)
    return row


def delete(row: Requirement, *, by: Member, at: datetime) -> None:
    """Ask for this no more; gone already, it is a Conflict."""
    subject, code = f"requirement:{row.reference}", row.exam.value
    detail = {"exam": code, "programme": row.programme}
    with atomic() as tx:
        gone = tx.execute(
            sql_delete(Requirement).where(
                Requirement.id == row.id,
                Requirement.organisation_id == by.organisation_id,
            )
        )
        if gone.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_GONE)
        audit.append(AuditAction.requirement_deleted, subject, by=by, at=at, **detail)


_TWICE = _l("You have a requirement for this exam and programme. Change that one.")
_GONE = _l("Somebody has just deleted this requirement.")


def _row(instead_of: Requirement | None, by: Member) -> Requirement:
    mine = Requirement.organisation_id == by.organisation_id
    if instead_of is None:
        count = select(func.count(Requirement.id)).where(mine)
        if (db.session.scalar(count) or 0) >= MOST:
            raise Refused(
                _l("You have %(most)s requirements: delete some first.", most=MOST)
            )
        return Requirement(organisation_id=by.organisation_id)
    found = select(Requirement).where(Requirement.id == instead_of.id, mine)
    row = db.session.scalar(found.execution_options(populate_existing=True))
    if row is None:
        raise Conflict(_GONE)
    return row


def _programme(name: str, by: Member) -> str:
    """Return a programme's name as the organisation has it, if it differs in case."""
    wanted = " ".join(name.split())
    if len(wanted) > LONGEST_PROGRAMME:
        raise Refused(
            _l("Use at most %(most)s characters.", most=LONGEST_PROGRAMME),
            field="programme",
        )
    assert by.organisation_id is not None
    known = {one.casefold(): one for one in programmes(by.organisation_id)}
    return known.get(wanted.casefold(), wanted)


def _columns(terms: Terms, programme: str, at: datetime) -> dict[str, Any]:
    scores = {f"score_{code.lower()}": terms.scores.get(code) for code in ComponentCode}
    return {
        "programme": programme,
        "exam": terms.exam,
        "overall": terms.overall,
        "months": terms.months,
        "changed_at": at,
        **scores,
    }


def _require_possible(exam: Exam, terms: Terms) -> None:
    _require_in(grading.overall_range(exam), terms.overall, exam, "overall")
    parts = {part.code for part in exam.components}
    for code, least in terms.scores.items():
        scores = grading.score_range(exam) if code in parts else range(0)
        _require_in(scores, least, exam, f"score_{code.lower()}")
    if terms.months is not None and not 1 <= terms.months <= MOST_MONTHS:
        raise Refused(
            _l("Choose from 1 to %(most)s months.", most=MOST_MONTHS), field="months"
        )


def _require_in(scores: range, least: int | None, exam: Exam, field: str) -> None:
    if least is None or least in scores:
        return
    if not scores:
        words = _l("%(exam)s has no such score. Leave this empty.", exam=exam.name)
    else:
        words = _l(
            "%(exam)s has scores from %(low)s to %(high)s here.",
            exam=exam.name,
            low=scores[0],
            high=scores[-1],
        )
    raise Refused(words, field=field)
