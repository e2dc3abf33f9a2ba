"""What members ask the board's staff from any page, and the answers.

One question, one answer; who has more to ask, asks again. The e-mails say that there is
something to read, and not what.
"""

import re
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import Member, MemberQuestion, Role, StaffMember, User
from app.services import audit, mail, throttle
from app.services.doors import Door
from app.transactions import atomic
from app.values import AuditAction, Language

# As long as the columns that hold them.
LONGEST = 2000
LONGEST_PLACE = 80
# Questions of one member without an answer: whoever has more waits for the first ones.
MOST_WAITING = 10
# A page of what was asked before.
ROWS = 20
LAST_PAGE = 1_000_000
ANSWERING = "Partnerships officer"

# A part of an address that names a page; references are longer, or hold other letters.
_WORD = re.compile(r"[a-z][a-z-]{0,19}")


def place(path: str) -> str:
    """Return a member's page as staff may know it: its address without references.

    Empty for anything that is no page of a member.
    """
    first, *parts = path.strip("/").split("/")
    if first != "verifier" or not path.startswith("/verifier/") or parts == ["contact"]:
        return ""
    named = [part if _WORD.fullmatch(part) else "*" for part in parts if part]
    return "/".join(("/verifier", *named, *([] if named else [""])))[:LONGEST_PLACE]


def ask(
    member: Member, text: str, *, about: str, address: str, at: datetime
) -> MemberQuestion:
    """Take a member's question to the board, and tell its officers that one waits."""
    words = text.strip()
    if not words:
        raise Refused(_l("Write your question first."), field="words")
    if len(words) > LONGEST:
        raise Refused(
            _l("This is too long: use at most %(n)s characters.", n=LONGEST),
            field="words",
        )
    throttle.charge(Door.question, member.reference, address, at=at)
    question = MemberQuestion(
        member_id=member.id,
        organisation_id=member.organisation_id,
        about=place(about),
        text=words,
        asked_at=at,
    )
    with atomic() as tx:
        # Locked, so that two forms at one moment are counted one after the other.
        tx.execute(select(Member.id).where(Member.id == member.id).with_for_update())
        if asked := _asked_just_now(member, words, at):
            return asked
        if _waiting_of(member) >= MOST_WAITING:
            raise Refused(TOO_MANY, field="words", status=429)
        tx.add(question)
        tx.flush()
        _tell_officers(at)
        _trace(AuditAction.question_asked, question, member, at)
    return question


def _asked_just_now(member: Member, words: str, at: datetime) -> MemberQuestion | None:
    last = db.session.scalar(
        select(MemberQuestion)
        .where(MemberQuestion.member_id == member.id)
        .order_by(MemberQuestion.id.desc())
        .limit(1)
    )
    just_now = (
        last is not None and last.text == words and at - last.asked_at < audit.TWICE
    )
    return last if just_now else None


def answer(question: MemberQuestion, text: str, *, by: User, at: datetime) -> None:
    """Answer a question, and tell the member that there is an answer to read.

    Raises Conflict when somebody has answered it already.
    """
    words = text.strip()
    if not words:
        raise Refused(_l("Write an answer first."), field="words")
    with atomic() as tx:
        done = tx.execute(
            update(MemberQuestion)
            .where(
                MemberQuestion.id == question.id, MemberQuestion.answered_at.is_(None)
            )
            .values(answer=words[:LONGEST], answered_at=at, answered_by_id=by.id)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(_l("Somebody has answered this question meanwhile."))
        asker = question.member
        if asker is not None and asker.active:
            mail.queue(
                "member_answered",
                to=asker,
                about=question.reference,
                at=at,
                name=asker.name,
                path="/verifier/contact",
            )
        _trace(AuditAction.question_answered, question, by, at)
    db.session.refresh(question)


def asked_by(member: Member, page: int = 1) -> tuple[list[MemberQuestion], bool]:
    """Return a page of what a member asked, newest first, and whether there is more.

    Nobody else's: what a colleague wrote is between them and the board.
    """
    number = min(max(page, 1), LAST_PAGE)
    found = list(
        db.session.scalars(
            select(MemberQuestion)
            .where(
                MemberQuestion.member_id == member.id,
                MemberQuestion.organisation_id == member.organisation_id,
            )
            .order_by(MemberQuestion.id.desc())
            .offset((number - 1) * ROWS)
            .limit(ROWS + 1)
        )
    )
    return found[:ROWS], len(found) > ROWS


def waiting() -> int:
    """Count the questions that wait for an answer of the board."""
    unanswered = MemberQuestion.answered_at.is_(None)
    return (
        db.session.scalar(select(func.count(MemberQuestion.id)).where(unanswered)) or 0
    )


def _waiting_of(member: Member) -> int:
    query = select(func.count(MemberQuestion.id)).where(
        MemberQuestion.member_id == member.id, MemberQuestion.answered_at.is_(None)
    )
    return db.session.scalar(query) or 0


def _tell_officers(at: datetime) -> None:
    """Tell each officer how many questions wait, once an hour at most."""
    officers = select(User, StaffMember.language).outerjoin(
        StaffMember, StaffMember.user_id == User.id
    )
    officers = officers.where(
        User.active.is_(True), User.roles.any(Role.name == ANSWERING)
    )
    count = waiting()
    for officer, language in db.session.execute(officers.order_by(User.id)).all():
        mail.queue(
            "member_question",
            to=officer,
            about=f"{officer.id}:{at:%Y-%m-%dT%H}",
            at=at,
            language=language or Language.en,
            name=officer.get_full_name(),
            count=count,
            path="/admin/questions/list/",
        )


def _trace(
    action: AuditAction, question: MemberQuestion, by: Member | User, at: datetime
) -> None:
    """Write into the trail that it happened; never the words."""
    audit.append(action, f"question:{question.reference}", by=by, at=at)


TOO_MANY = _l(
    "Your questions have not been answered yet. Please wait for the answers before you"
    " ask again."
)
