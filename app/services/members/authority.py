"""Who may decide on the users of an organisation: its primary user, or the board."""

from typing import TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from app.errors import Refused
from app.extensions import db
from app.models import Member, Organisation, User
from app.values import MemberRole

Actor: TypeAlias = User | Member | None


def hold(organisation_id: int | None, by: Actor) -> None:
    """Let nobody else change an organisation's users until the transaction ends.

    Whoever of its members acts must be its primary user now, not only when the page was
    shown: else Refused. Staff's right is their role's.
    """
    db.session.scalar(
        select(Organisation.id)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True)
    )
    if not isinstance(by, Member):
        return
    primary = select(Member.id).where(
        Member.id == by.id,
        Member.organisation_id == organisation_id,
        Member.role == MemberRole.primary,
        Member.active.is_(True),
    )
    if db.session.scalar(primary) is None:
        raise Refused(PRIMARY_DECIDES, status=403)


def is_primary(member: Member) -> bool:
    """Tell whether a member decides on the users of their organisation."""
    return member.role is MemberRole.primary


def require_primary(member: Member) -> None:
    """Refuse the pages of an organisation's primary user to everybody else."""
    if not is_primary(member):
        raise Refused(PRIMARY_DECIDES, status=403)


def may_leave() -> ColumnElement[bool]:
    """Return the condition that a Member is not an organisation's primary user.

    An organisation never is without one: another must have taken the role before.
    """
    return or_(Member.role != MemberRole.primary, Member.organisation_id.is_(None))


PRIMARY_DECIDES = _l("Only the primary user of your organisation can do this.")
