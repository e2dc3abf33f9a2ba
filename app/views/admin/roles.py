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
from sqlalchemy import delete, insert, select

from app.transactions import atomic

# Permissions by role: (permission, view), as Flask-AppBuilder names them.
ROLES: dict[str, frozenset[tuple[str, str]]] = {
    "System administrator": frozenset(),
    "Results officer": frozenset(),
    "Release approver": frozenset(),
    "Partnerships officer": frozenset(),
    "Auditor": frozenset(),
    "Centre staff": frozenset(),
}
# Flask-AppBuilder's own two: nobody holds the first, the second may do nothing.
FRAMEWORK_ROLES = ("Admin", "Public")


def sync(appbuilder: AppBuilder) -> int:
    """Bring roles and permissions up to date with the code; return how many there are.

    May be repeated at any time: what exists already is left as it is.
    """
    wanted = _declared(appbuilder)
    with atomic() as session:
        roles = _named(session, Role, {*ROLES, *FRAMEWORK_ROLES})
        permissions = _named(session, Permission, {name for name, _ in wanted})
        views = _named(session, ViewMenu, {view for _, view in wanted})
        keys = _pairs(session, wanted, permissions, views)
        for role, may in ROLES.items():
            _grant(session, roles[role], {keys[pair] for pair in may if pair in keys})
    return len(wanted)


def _declared(appbuilder: AppBuilder) -> set[tuple[str, str]]:
    """Return every permission that the registered views and the menu ask for."""
    wanted = {
        (permission, view.class_permission_name)
        for view in appbuilder.baseviews
        for permission in view.base_permissions or ()
    }

    def walk(items: list[Any]) -> None:
        for item in items:
            if item.name != "-":
                wanted.add(("menu_access", item.name))
                walk(item.childs)

    walk(appbuilder.menu.get_list())
    return wanted


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
