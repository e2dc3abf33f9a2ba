"""What a candidate wishes to let others see: how much, what for, until when."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services import localtime
from app.values import TERMS_VERSION, ShareScope

# What somebody writes about what it is for; the organisation reads it.
LONGEST_PURPOSE = 200
# Nobody decides today about what may be seen in a generation.
MOST_YEARS = 10


@dataclass(frozen=True)
class Wish:
    """What may be seen, what for in the candidate's words, and until when."""

    scope: ShareScope
    purpose: str = field(repr=False)
    expires_at: datetime | None

    def columns(self) -> dict[str, Any]:
        """Return the columns of the row that grants it."""
        return {
            "scope": self.scope,
            "purpose": self.purpose,
            "expires_at": self.expires_at,
        }

    def traced(self) -> dict[str, Any]:
        """Return what the trail keeps of it: the wording, and no words of people."""
        return {
            "scope": self.scope.value,
            "expires": self.expires_at.isoformat() if self.expires_at else "",
            "terms": TERMS_VERSION,
        }


def wished(
    scope: ShareScope, purpose: str, expires_on: date | None, *, at: datetime
) -> Wish:
    """Return a wish that can be granted; raises Refused beside the field otherwise.

    It is over at the end of its last day, on the board's clock.
    """
    purpose = " ".join(purpose.split())
    if len(purpose) > LONGEST_PURPOSE:
        words = _l("This is too long: use at most %(n)s characters.", n=LONGEST_PURPOSE)
        raise Refused(words, field="purpose")
    if expires_on is None:
        return Wish(scope, purpose, None)
    today = localtime.today(at)
    if expires_on <= today:
        raise Refused(
            _l("Choose a day after today, or leave this empty."), field="expires_on"
        )
    last = (today.year + MOST_YEARS, today.month, today.day)
    if (expires_on.year, expires_on.month, expires_on.day) > last:
        words = _l("Choose a day in the next %(n)s years.", n=MOST_YEARS)
        raise Refused(words, field="expires_on")
    return Wish(scope, purpose, localtime.end_of(expires_on))
