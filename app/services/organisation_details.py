"""What an organisation decides about itself: its clock, and what its users must say.

Name, website and place were checked by the board and are how candidates find it: they
are changed by the board alone.
"""

from datetime import datetime
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app.errors import Refused
from app.extensions import db
from app.models import Member, Organisation
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction, MemberRole

# Zones go by continent and city; the rest are old names and fixed clocks.
AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
# As wide as the column that holds one.
LONGEST_ZONE = 40


def zones() -> list[str]:
    """Return the names of the time zones that can be chosen, in alphabetical order."""
    return sorted(
        name
        for name in available_timezones()
        if name.partition("/")[0] in AREAS and len(name) <= LONGEST_ZONE
    )


def may_change(member: Member) -> bool:
    """Tell whether a member decides for their organisation: the primary user does."""
    return member.role is MemberRole.primary


def change(member: Member, *, timezone: str, asks_purpose: bool, at: datetime) -> None:
    """Change the clock of a member's organisation, and whether its users say what for.

    An empty time zone is the board's. Only the primary user may; the same again changes
    nothing.
    """
    if timezone and timezone not in zones():
        raise Refused(_l("Choose a time zone from the list."), field="timezone")
    wanted = {"timezone": timezone, "asks_purpose": asks_purpose}
    own = Organisation.id == member.organisation_id
    with atomic() as tx:
        role = select(Member.role).where(Member.id == member.id, Member.active)
        if tx.scalar(role.with_for_update()) is not MemberRole.primary:
            raise Refused(
                _l("Only the primary user of your organisation can change this."),
                status=403,
            )
        query = select(Organisation).where(own).with_for_update()
        before = tx.scalars(query.execution_options(populate_existing=True)).one()
        changed = {
            name: value
            for name, value in wanted.items()
            if getattr(before, name) != value
        }
        if not changed:
            return
        tx.execute(update(Organisation).where(own).values(**changed))
        subject = f"organisation:{before.reference}"
        action = AuditAction.organisation_changed
        audit.append(action, subject, by=member, at=at, **changed)
    db.session.refresh(before)
