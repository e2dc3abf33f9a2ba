"""Which role may do what in the back office, and how the database learns of it."""

from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, insert, select, text

from app.transactions import atomic

READ = ("can_list", "can_show")
KEEP = (*READ, "can_add", "can_edit", "can_delete")
HAND_OUT = ("can_agree", "can_offer", "can_hand_over", "can_post", "can_destroy")
ANSWER = ("can_answer", "can_close", "can_match")
ADMIT = ("can_deactivate", "can_restore", "can_remove", "can_promote", "can_succeed")
DECIDE = ("can_approve", "can_refuse", "can_suspend", "can_restore")

# Who may do what: role -> screen -> permissions, which are the framework's "can_" and a
# page, or the name of an action. What stands here is what `flask sync-roles` grants.
MATRIX: dict[str, dict[str, tuple[str, ...]]] = {
    # Runs the service; signs nothing, imports no results and reads none.
    "System administrator": {
        "Centres": KEEP,
        "Rules": (*READ, "can_add", "can_edit"),
        "Certificates": READ,
        "Schools": KEEP,
        "Sessions": READ,
        "Timetable": READ,
        "Entries": READ,
        "Accounts": (*READ, "remove_factor"),
        "Organisations": READ,
        "Members": (*READ, "remove_factor"),
        "Users": (*READ, "can_add", "can_edit", "invite", "remove_factor"),
        "Mail": (*READ, "retry"),
        "Trail": READ,
        "Imports": ("can_import",),
    },
    # Brings sessions, entries and results in, and proposes releases.
    "Results officer": {
        "Centres": READ,
        "Rules": READ,
        "Certificates": (*READ, "can_send"),
        "Schools": READ,
        "Sessions": KEEP,
        "Timetable": KEEP,
        "Entries": (*READ, "can_reissue", "confirmation"),
        "Cases": (*READ, *ANSWER),
        "Accounts": (*READ, "remove_factor"),
        "Mail": (*READ, "retry"),
        "Imports": ("can_import",),
        "Results": (*READ, "can_accept", "can_withdraw"),
        "Releases": (*READ, "can_propose", "can_withdraw"),
        "Enquiries": (*READ, "can_unchanged", "can_changed", "can_propose"),
    },
    # The second signature.
    "Release approver": {
        "Centres": READ,
        "Sessions": READ,
        "Entries": READ,
        "Results": READ,
        "Releases": (*READ, "can_approve", "can_withdraw"),
    },
    # Decides which organisations receive results.
    "Partnerships officer": {
        "Organisations": (*READ, "can_edit", "can_question", *DECIDE),
        "JoinRequests": (*READ, "can_accept", "can_decline"),
        "Members": (*READ, "remove_factor", *ADMIT),
        "Invitations": READ,
        "Questions": (*READ, "can_answer"),
    },
    # Reads everything and changes nothing.
    "Auditor": {
        "Centres": READ,
        "Rules": READ,
        "Certificates": READ,
        "Schools": READ,
        "Sessions": READ,
        "Timetable": READ,
        "Entries": READ,
        "Cases": READ,
        "Accounts": READ,
        "Results": READ,
        "Releases": READ,
        "Enquiries": READ,
        "Organisations": READ,
        "JoinRequests": READ,
        "Members": READ,
        "Invitations": READ,
        "Questions": READ,
        "Users": READ,
        "Mail": READ,
        "Trail": READ,
    },
    # Their own centre's rows only; see scope.py.
    "Centre staff": {
        "Centres": READ,
        "Rules": (*READ, "can_edit", "can_begin"),
        "Certificates": (*READ, "can_arrived", "arrive", *HAND_OUT),
        "Schools": READ,
        "Sessions": READ,
        "Timetable": READ,
        "Entries": (*READ, "can_reissue", "confirmation"),
        "Cases": (*READ, *ANSWER),
        "CentreEnquiries": (*READ, "can_accept", "can_refuse"),
        "Imports": ("can_import",),
    },
}
ROLES: dict[str, frozenset[tuple[str, str]]] = {
    role: frozenset(
        (permission, screen)
        for screen, permissions in {"Desk": ("can_index",), **screens}.items()
        for permission in permissions
    )
    for role, screens in MATRIX.items()
}
# The lock of those who bring them up to date.
ROLES_LOCK = 7_270_003
# Flask-AppBuilder's own two: nobody holds the first, the second may do nothing.
FRAMEWORK_ROLES = ("Admin", "Public")


def sync(appbuilder: AppBuilder) -> int:
    """Bring roles and permissions up to date with the code; return how many there are.

    May be repeated at any time: what exists already is left as it is.
    """
    wanted = _declared(appbuilder)
    with atomic() as session:
        if session.get_bind().dialect.name == "postgresql":
            # Processes that start together do it one after the other.
            session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": ROLES_LOCK})
        roles = _named(session, Role, {*ROLES, *FRAMEWORK_ROLES})
        permissions = _named(session, Permission, {name for name, _ in wanted})
        views = _named(session, ViewMenu, {view for _, view in wanted})
        keys = _pairs(session, wanted, permissions, views)
        for role, may in ROLES.items():
            _grant(session, roles[role], {keys[pair] for pair in may if pair in keys})
    return len(wanted)


def _declared(appbuilder: AppBuilder) -> set[tuple[str, str]]:
    """Return every permission that the registered views ask for.

    The menu asks for none of its own: it shows what its reader may list.
    """
    return {
        (permission, view.class_permission_name)
        for view in appbuilder.baseviews
        for permission in view.base_permissions or ()
    }


def _named(session: Any, table: Any, names: set[str]) -> dict[str, int]:
    have = dict(session.execute(select(table.name, table.id)).all())
    missing = sorted(names - have.keys())
    if missing:
        session.execute(insert(table), [{"name": name} for name in missing])
        have = dict(session.execute(select(table.name, table.id)).all())
    return have


def _pairs(
    session: Any,
    wanted: set[tuple[str, str]],
    permissions: dict[str, int],
    views: dict[str, int],
) -> dict[tuple[str, str], int]:
    have = {
        (permission, view): key
        for key, permission, view in session.execute(
            select(PermissionView.id, Permission.name, ViewMenu.name)
            .join(Permission, Permission.id == PermissionView.permission_id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        )
    }
    missing = sorted(wanted - have.keys())
    if not missing:
        return have
    session.execute(
        insert(PermissionView),
        [
            {"permission_id": permissions[name], "view_menu_id": views[view]}
            for name, view in missing
        ],
    )
    return _pairs(session, wanted, permissions, views)


def _grant(session: Any, role_id: int, wanted: set[int]) -> None:
    """Give a role these permissions, and take from it every other one."""
    table = assoc_permissionview_role
    have = set(
        session.scalars(
            select(table.c.permission_view_id).where(table.c.role_id == role_id)
        )
    )
    gone = have - wanted
    if gone:
        session.execute(
            delete(table).where(
                table.c.role_id == role_id, table.c.permission_view_id.in_(gone)
            )
        )
    rows = [
        {"role_id": role_id, "permission_view_id": key} for key in sorted(wanted - have)
    ]
    if rows:
        session.execute(insert(table), rows)
