"""Which role may do which act of the board: one list, for pages and commands alike."""

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.models import User
from app.values import ImportKind


class Act(StrEnum):
    """The acts that only some roles may do."""

    propose_release = "propose_release"
    approve_release = "approve_release"
    withdraw_release = "withdraw_release"
    accept_result = "accept_result"
    withdraw_result = "withdraw_result"
    decide_application = "decide_application"
    deactivate_member = "deactivate_member"
    ask_applicant = "ask_applicant"
    decide_join = "decide_join"
    replace_primary = "replace_primary"
    answer_member = "answer_member"
    remove_factor = "remove_factor"
    answer_case = "answer_case"
    end_account = "end_account"
    accept_enquiry = "accept_enquiry"
    decide_enquiry = "decide_enquiry"
    send_certificate = "send_certificate"
    keep_certificate = "keep_certificate"


ROLES: dict[Act, frozenset[str]] = {
    Act.propose_release: frozenset({"Results officer"}),
    Act.approve_release: frozenset({"Release approver"}),
    # Whoever sees that something is wrong must be able to stop it at once.
    Act.withdraw_release: frozenset({"Results officer", "Release approver"}),
    Act.accept_result: frozenset({"Results officer"}),
    Act.withdraw_result: frozenset({"Results officer"}),
    Act.decide_application: frozenset({"Partnerships officer"}),
    Act.deactivate_member: frozenset({"Partnerships officer"}),
    Act.ask_applicant: frozenset({"Partnerships officer"}),
    # Where the primary user does not decide, or has left.
    Act.decide_join: frozenset({"Partnerships officer"}),
    Act.replace_primary: frozenset({"Partnerships officer"}),
    Act.answer_member: frozenset({"Partnerships officer"}),
    # Of a user who has lost the app and the recovery codes.
    Act.remove_factor: frozenset(
        {"Partnerships officer", "Results officer", "System administrator"}
    ),
    # A centre answers its own candidates; the board helps when a centre is closed.
    Act.answer_case: frozenset({"Centre staff", "Results officer"}),
    Act.end_account: frozenset({"Centre staff", "Results officer"}),
    # Only the centre knows whether its fee is paid.
    Act.accept_enquiry: frozenset({"Centre staff"}),
    Act.decide_enquiry: frozenset({"Results officer"}),
    Act.send_certificate: frozenset({"Results officer"}),
    Act.keep_certificate: frozenset({"Centre staff"}),
}

IMPORTS: dict[str, tuple[ImportKind, ...]] = {
    "Results officer": tuple(ImportKind),
    "System administrator": (ImportKind.centres, ImportKind.schools),
    # The rows of their own centre alone; see uploads.py.
    "Centre staff": (ImportKind.timetable, ImportKind.entries),
}


def allowed(user: User, act: Act) -> bool:
    """Tell whether a role of this user may do the act."""
    return any(role.name in ROLES[act] for role in user.roles)


def require(user: User, act: Act) -> None:
    """Refuse an act that no role of this user may do."""
    if not allowed(user, act):
        raise Refused(_l("Your role does not allow this."), status=403)


def importable(user: User) -> tuple[ImportKind, ...]:
    """Return the kinds of files that a role of this user may import."""
    held = {role.name for role in user.roles}
    wanted = {kind for name in held for kind in IMPORTS.get(name, ())}
    return tuple(kind for kind in ImportKind if kind in wanted)
