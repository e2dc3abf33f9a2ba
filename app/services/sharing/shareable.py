"""What a candidate can let somebody see: a result of their own that is out and graded.

The same for all ways of sharing. What they want to share must be theirs until it is
written; see access.hold_own_entry.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.models import CandidateAccount, Entry
from app.services import access, publication, showing
from app.values import ShareScope


def hold(
    entry: Entry, scope: ShareScope, *, by: CandidateAccount, at: datetime
) -> None:
    """Refuse what the account cannot share, and hold its entry until the commit.

    Raises NotFound for an entry that is not its own, and Refused while there is no
    graded result, or no photo where one is asked for.
    """
    access.hold_own_entry(entry.id, by)
    offered = scopes(entry, at=at)
    if not offered:
        raise Refused(_l("There is no result of this exam that you can share yet."))
    if scope not in (*offered, ShareScope.overall):
        raise Refused(
            _l("There is no photo of you for this exam. Choose something else."),
            field="scope",
        )


def scopes(entry: Entry, *, at: datetime) -> tuple[ShareScope, ...]:
    """Return what can be shared of an entry's result at an instant, least first."""
    result = publication.published_result(entry, at=at)
    return showing.scopes(entry, result) if result is not None else ()
