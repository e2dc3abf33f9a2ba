"""What staff ask somebody who applies for an organisation, and what they answer.

Applicants have no password yet: a link by e-mail opens their page, for as long as the
application waits for its decision and for nothing else.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import ApplicantMessage, Member, Organisation, User
from app.services import audit, localtime, mail, staff, throttle, tokens
from app.services.doors import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, MemberRole, OrganisationStatus

# As long as the column that holds a message.
LONGEST = 2000
# Messages of one applicant: whoever needs more should telephone.
MOST_WRITTEN = 20


def applied_just_now(wanted: Organisation, email: str, *, at: datetime) -> bool:
    """Tell whether the same person applied for an organisation of this name just now.

    That is one form which was sent twice; so soon, it tells nobody else anything.
    """
    same = select(Member.id).join(
        Organisation, Organisation.id == Member.organisation_id
    )
    sent = same.where(
        Member.email == email,
        Organisation.folded_name == wanted.folded_name,
        Organisation.applied_at > at - audit.TWICE,
    )
    return db.session.scalar(sent) is not None


def ask(organisation: Organisation, text: str, *, by: User, at: datetime) -> None:
    """Ask the applicant something; an e-mail with a link leads them to the question.

    Raises Conflict when the application is decided.
    """
    words = _words(text)
    with atomic():
        applicant = _hold(organisation)
        if _said_just_now(organisation, words, by, at):
            return
        message = _say(organisation, words, by, at)
        mail.queue(
            "applicant_asked",
            to=applicant,
            about=f"{organisation.reference}:{message.id}",
            at=at,
            link=Purpose.answer_board,
            name=applicant.name,
            organisation=organisation.name,
        )
        _trace(AuditAction.applicant_asked, organisation, by, at)


def link_holder(token: str, *, at: datetime) -> Member:
    """Return the applicant whom a link acts for, while the application waits.

    Raises NotFound for any other link: the outside cannot tell why.
    """
    kind, key, state = tokens.read(Purpose.answer_board, token, at=at)
    if kind != Member.__name__:
        raise NotFound(tokens.WORTHLESS)
    applicant = db.session.get(Member, key, populate_existing=True)
    tokens.require_unused(Purpose.answer_board, applicant, state)
    home = applicant.organisation if applicant is not None else None
    if applicant is None or home is None or home.status is not _APPLIED:
        raise NotFound(tokens.WORTHLESS)
    return applicant


def answer(token: str, text: str, *, address: str, at: datetime) -> None:
    """Add what the applicant writes; whoever asked last is told that it is there."""
    organisation = link_holder(token, at=at).organisation
    assert organisation is not None
    words = _words(text)
    throttle.charge(Door.question, organisation.reference, address, at=at)
    with atomic() as tx:
        applicant = _hold(organisation)
        if _said_just_now(organisation, words, None, at):
            return
        own = select(func.count(ApplicantMessage.id)).where(
            ApplicantMessage.organisation_id == organisation.id,
            ApplicantMessage.user_id.is_(None),
        )
        if (tx.scalar(own) or 0) >= MOST_WRITTEN:
            raise Refused(TOO_MUCH, field="words", status=429)
        message = _say(organisation, words, None, at)
        _tell_asker(organisation, message, at)
        _trace(AuditAction.applicant_answered, organisation, applicant, at)


def messages(organisation: Organisation) -> list[ApplicantMessage]:
    """Return what was asked and answered about an application, oldest first."""
    return list(
        db.session.scalars(
            select(ApplicantMessage)
            .options(joinedload(ApplicantMessage.user))
            .where(ApplicantMessage.organisation_id == organisation.id)
            .order_by(ApplicantMessage.id)
        )
    )


def overdue(organisation: Organisation, *, at: datetime) -> bool:
    """Tell whether an application waits past the day an answer was promised for."""
    waits = organisation.status is _APPLIED
    return waits and organisation.due_on < localtime.today(at)


def _hold(organisation: Organisation) -> Member:
    """Make sure, until the transaction ends, that an application waits; its applicant.

    Asking, answering and deciding come one after the other.
    """
    standing = select(Organisation.status).where(Organisation.id == organisation.id)
    applicant = db.session.scalar(
        select(Member).where(
            Member.organisation_id == organisation.id,
            Member.role == MemberRole.primary,
        )
    )
    held = db.session.scalar(standing.with_for_update(key_share=True))
    if held is not _APPLIED or applicant is None:
        raise Conflict(_l("This application is decided already."))
    return applicant


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(_l("Write something first."), field="words")
    if len(words) > LONGEST:
        raise Refused(
            _l("Use at most %(n)s characters here.", n=LONGEST), field="words"
        )
    return words


def _said_just_now(
    organisation: Organisation, words: str, by: User | None, at: datetime
) -> bool:
    last = db.session.scalar(
        select(ApplicantMessage)
        .where(ApplicantMessage.organisation_id == organisation.id)
        .order_by(ApplicantMessage.id.desc())
        .limit(1)
    )
    said = (by.id if by else None, words)
    return (
        last is not None
        and (last.user_id, last.text) == said
        and at - last.at < audit.TWICE
    )


def _say(
    organisation: Organisation, words: str, by: User | None, at: datetime
) -> ApplicantMessage:
    message = ApplicantMessage(
        organisation_id=organisation.id,
        at=at,
        user_id=by.id if by else None,
        text=words,
    )
    db.session.add(message)
    db.session.flush()
    return message


def _tell_asker(
    organisation: Organisation, message: ApplicantMessage, at: datetime
) -> None:
    asked = select(ApplicantMessage.user_id).where(
        ApplicantMessage.organisation_id == organisation.id,
        ApplicantMessage.user_id.is_not(None),
    )
    key = db.session.scalar(asked.order_by(ApplicantMessage.id.desc()).limit(1))
    asker = db.session.get(User, key) if key else None
    if asker is None or not asker.active:
        return
    mail.queue(
        "applicant_answered",
        to=asker,
        about=f"{organisation.reference}:{message.id}",
        at=at,
        language=staff.language_of(asker),
        name=asker.get_full_name(),
        organisation=organisation.name,
        path=f"/admin/organisations/show/{organisation.id}",
    )


def _trace(
    action: AuditAction, organisation: Organisation, by: User | Member, at: datetime
) -> None:
    """Write that something was said into the trail: never the words, never a name."""
    audit.append(action, f"organisation:{organisation.reference}", by=by, at=at)


_APPLIED = OrganisationStatus.applied
TOO_MUCH = _l("You have written many messages. Please telephone the board instead.")
