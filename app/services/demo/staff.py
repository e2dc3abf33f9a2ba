"""The back-office users of the demonstration, one for each role."""

from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.models import Role, StaffMember, User
from app.services.demo.board import Board


@dataclass(frozen=True)
class Colleague:
    """One of them; without a centre, they work for the board."""

    role: str
    email: str
    first_name: str
    key: str
    centre: str = ""


STAFF = (
    Colleague("System administrator", "admin@board.example", "Ada", "admin"),
    Colleague("Results officer", "officer@board.example", "Olga", "officer"),
    Colleague("Release approver", "approver@board.example", "Aldo", "approver"),
    Colleague(
        "Partnerships officer", "partners@board.example", "Piera", "partnerships"
    ),
    Colleague("Auditor", "auditor@board.example", "Aurelio", "auditor"),
    Colleague("Centre staff", "clerk@it024.example", "Clara", "clerk", "IT024"),
    Colleague("Centre staff", "clerk@it294.example", "Carla", "second_clerk", "IT294"),
)


def make(board: Board, password_hash: str) -> dict[str, User]:
    """Add them to the open transaction; return them by key."""
    centres = {centre.number: centre.id for centre in board.centres}
    roles = {role.name: role for role in db.session.scalars(select(Role))}
    users = {}
    for one in STAFF:
        user = User(
            first_name=one.first_name,
            last_name="Centre" if one.centre else "Board",
            username=one.email,
            email=one.email,
            active=True,
            password=password_hash,
            roles=[roles[one.role]],
        )
        db.session.add(user)
        db.session.flush()
        centre_id = centres[one.centre] if one.centre else None
        db.session.add(StaffMember(user_id=user.id, centre_id=centre_id))
        users[one.key] = user
    db.session.flush()
    return users
