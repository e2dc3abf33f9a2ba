"""Whose rows a member of staff sees: the role says what, the membership says where."""

from typing import Any

from flask import g
from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Query

from app.extensions import db
from app.models import Entry, StaffMember
from app.services.staff import CENTRE_ROLE
from app.views.admin.rows import Condition


def own_centre() -> tuple[bool, int | None]:
    """Return (whether only one centre is seen, its key) for who reads this page.

    A membership with a centre always narrows; Centre staff without one see nothing.
    """
    if "own_centre" not in g:
        member = select(StaffMember.centre_id).where(StaffMember.user_id == g.user.id)
        centre = db.session.scalar(member)
        names = {role.name for role in g.user.roles}
        g.own_centre = (centre is not None or CENTRE_ROLE in names, centre)
    return g.own_centre  # type: ignore[no-any-return]


def within(column: Any) -> ColumnElement[bool]:
    """Return the condition that a column with a centre's key is one the reader sees."""
    narrowed, centre = own_centre()
    if not narrowed:
        return true()
    return false() if centre is None else column == centre


class OwnCentre(Condition):
    """The row belongs to the reader's centre: for base_filters, on the centre's key.

    The path may be dotted: `base_filters = [["entry.centre_id", OwnCentre, None]]`.
    """

    name = "own centre"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        """Leave the query alone for those who see every centre."""
        return super().apply(query, value) if own_centre()[0] else query

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Compare the centre's key."""
        return within(column)


class SessionOfOwnCentre(Condition):
    """The session has an entry of the reader's centre: on the session's key."""

    name = "session of own centre"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        """Leave the query alone for those who see every centre."""
        return super().apply(query, value) if own_centre()[0] else query

    def condition(self, column: Any, value: Any) -> ColumnElement[bool]:
        """Look for an entry of the centre in the session."""
        return column.in_(select(Entry.session_id).where(within(Entry.centre_id)))
