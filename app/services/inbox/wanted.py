"""What a member looks for among the shared results, as a condition on shares.

What a scope may leave out is looked for whole, never by a part of it: nobody finds out
an address or a number by typing its beginnings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from app.errors import Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Centre,
    Entry,
    ExamSession,
    Member,
    Organisation,
    Share,
    ShareAccess,
)
from app.services import consent, identifiers, localtime, names, requirements
from app.values import ExamCode, OrganisationStatus

# Words of a name that are looked for; nobody has more.
WORDS = 8
# So many centres are looked through at once; more are too many to mean.
MOST_CENTRES = 200


@dataclass(frozen=True)
class Wanted:
    """What a member looks for among the shared results; empty: everything.

    centres: the keys of the centres meant, see centres_called. `exam_until` empty: only
    the day `exam_from`. `read`: by the member who asks. `meets`: what the organisation
    asks for of an exam.
    """

    name: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    id_number: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    exam: ExamCode | None = None
    centres: tuple[int, ...] | None = None
    exam_from: date | None = None
    exam_until: date | None = None
    shared_from: date | None = None
    shared_until: date | None = None
    read: bool | None = None
    meets: bool | None = None

    def __bool__(self) -> bool:
        return self != Wanted()


def centres_called(name: str, place: str) -> tuple[int, ...] | None:
    """Return the keys of the centres whose name and city hold the words; None: any.

    Accents and case do not matter. Raises Refused beside `centre` or `place` when there
    is none like that, and when there are more than can be meant.
    """
    named, placed = names.folded(name).split(), names.folded(place).split()
    if not named and not placed:
        return None
    # Some thousands at most, and no database folds accents like the other one.
    every = db.session.execute(
        select(Centre.id, Centre.number, Centre.name, Centre.city)
    )
    found = [
        key
        for key, number, called, city in every
        if _holds(f"{number} {called}", named) and _holds(city, placed)
    ]
    beside = "centre" if named else "place"
    if not found:
        raise Refused(
            _l("There is no centre like this. Check the spelling, or type less of it."),
            field=beside,
        )
    if len(found) > MOST_CENTRES:
        raise Refused(_l("Too many centres are like this. Type more."), field=beside)
    return tuple(found)


def _holds(text: str, words: Iterable[str]) -> bool:
    whole = names.folded(text)
    return all(word in whole for word in words)


# --- As a condition -------------------------------------------------------------------


def keys(
    wanted: Wanted, member: Member, *, at: datetime, walked: bool = True
) -> Select[int]:
    """Select the keys of the live shares with a member's own organisation that match.

    The values for `whose` are still to be given. `walked`: see all_keys.
    """
    found = all_keys(walked=walked)
    if wanted.read is not None:
        found = found.where(looked() if wanted.read else ~looked())
    for condition in (
        *_about_sharing(wanted, member.organisation),
        *_about_requirements(wanted, member.organisation, at),
    ):
        found = found.where(condition)
    about_entry = [*called(wanted), *_about_person(wanted)]
    if wanted.centres is not None:
        about_entry.append(Entry.centre_id.in_(wanted.centres))
    about_exam = [*_about_exam(wanted)]
    if about_entry or about_exam:
        found = found.join(Entry, Entry.id == Share.entry_id).where(*about_entry)
    if about_exam:
        found = found.join(ExamSession, ExamSession.id == Entry.session_id)
        found = found.where(*about_exam)
    return found


def all_keys(*, walked: bool = True) -> Select[int]:
    """Select the keys of all live shares with the organisation, for values of `whose`.

    It has to be an approved one. `walked`: by the organisation's own index, which
    stands in the order of the list; not so where something else finds few sooner.
    """
    organisation = Share.organisation_id if walked else Share.organisation_id + 0
    return select(Share.id).where(
        organisation == own(),
        consent.stands(bindparam("at", type_=Share.at.type)),
    )


def own() -> ColumnElement[int]:
    """Return the organisation of `whose`, if it is an approved one."""
    return (
        select(Organisation.id)
        .where(
            Organisation.id == bindparam("organisation"),
            Organisation.status == OrganisationStatus.approved,
        )
        .scalar_subquery()
    )


def whose(member: Member, at: datetime) -> dict[str, Any]:
    """Return for whom, and when, the statements of the list are asked."""
    return {"member": member.id, "organisation": member.organisation_id, "at": at}


def looked() -> ColumnElement[bool]:
    """Return the condition that the member has looked at a Share."""
    return exists().where(
        ShareAccess.member_id == bindparam("member"), ShareAccess.share_id == Share.id
    )


def called(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    """Yield what is wanted of an Entry's names and day of birth.

    A comma parts a family name that is typed first; no name is missed for it.
    """
    typed = names.folded(wanted.name).replace(",", " ")
    for word in typed.split()[:WORDS]:
        yield Entry.folded_name.contains(word, autoescape=True)
    if wanted.date_of_birth:
        yield Entry.date_of_birth == wanted.date_of_birth


def _about_person(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.id_number:
        number = identifiers.normalised_id_number(wanted.id_number)
        yield Entry.id_number == number
    if wanted.email:
        email = wanted.email.strip().lower()
        account = select(CandidateAccount.id).where(
            func.lower(CandidateAccount.email) == email
        )
        yield or_(func.lower(Entry.email) == email, Share.account_id.in_(account))


def _about_exam(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.exam:
        yield ExamSession.exam == wanted.exam
    if wanted.exam_from:
        yield ExamSession.exam_date >= wanted.exam_from
    if last := wanted.exam_until or wanted.exam_from:
        yield ExamSession.exam_date <= last


def _about_sharing(
    wanted: Wanted, organisation: Organisation | None
) -> Iterable[ColumnElement[bool]]:
    zone = localtime.zone_of(organisation.timezone if organisation else "")
    if wanted.shared_from:
        yield Share.at >= localtime.start_of(wanted.shared_from, zone)
    if wanted.shared_until:
        yield Share.at < localtime.end_of(wanted.shared_until, zone)


def _about_requirements(
    wanted: Wanted, organisation: Organisation | None, at: datetime
) -> Iterable[ColumnElement[bool]]:
    if wanted.meets is None or organisation is None:
        return
    on = at.astimezone(localtime.zone_of(organisation.timezone)).date()
    fits = requirements.met if wanted.meets else requirements.missed
    yield fits(organisation.id, on=on, at=at)
