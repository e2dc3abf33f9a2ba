"""Who is signed in to the back office, and what their roles let them do.

Flask-AppBuilder's own sign-in, password, user, role and statistics pages are not
registered. A user is the one whose token `services.signins` knows; nobody else is ever
in `g.user`.
"""

import time
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_login import LoginManager, current_user
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.services import signins
from app.values import Audience

# A permission taken from a role counts for so long at most; a page costs two queries
# less for it.
KEPT_SECONDS = 5.0

Pair = tuple[str, str]


class Security(SecurityManager):
    """Flask-AppBuilder's decisions, taken from our sign-ins and cached permissions."""

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        self._kept: dict[tuple[int, ...], tuple[float, frozenset[Pair]]] = {}

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Let the browser's token decide who a user is, and nothing else."""
        manager = LoginManager(app)
        manager.session_protection = None
        manager.request_loader(_user_of_browser)
        return manager

    def register_views(self) -> None:
        """Register the pages around signing in, and none of the framework's own."""
        from app.views.admin import account, second_factor

        self.auth_view = self.appbuilder.add_view_no_menu(account.SignIn)
        self.appbuilder.add_view_no_menu(account.Password)
        self.appbuilder.add_view_no_menu(second_factor.Account)
        self.appbuilder.add_view_no_menu(second_factor.Authenticator)

    def before_request(self) -> Any:
        """Put staff, or nobody, into g.user; lead nobody to the sign-in page."""
        if not request.path.startswith("/admin"):
            g.user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
            return None
        if any("\x00" in part for part in _typed()):
            abort(400)
        from app.views.admin import second_factor

        g.user = current_user._get_current_object()
        view = current_app.view_functions.get(request.endpoint or "")
        if g.user.is_authenticated:
            return second_factor.led_aside()
        if getattr(view, "guard", "") == "public":
            return None
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("SignIn.login", next=here))

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Tell whether a role of the signed-in user has the permission."""
        if not g.user.is_authenticated:
            return False
        if "permissions" not in g:
            g.permissions = self._permissions(tuple(sorted(r.id for r in g.user.roles)))
        return (permission_name, view_name) in g.permissions

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing of the back office is public."""
        return False

    def forget_permissions(self) -> None:
        """Ask the database again at the next page."""
        self._kept.clear()

    def _permissions(self, roles: tuple[int, ...]) -> frozenset[Pair]:
        moment = time.monotonic()
        until, pairs = self._kept.get(roles, (0.0, frozenset()))
        if until > moment:
            return pairs
        held = assoc_permissionview_role
        rows = db.session.execute(
            select(Permission.name, ViewMenu.name)
            .join(PermissionView, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .join(held, held.c.permission_view_id == PermissionView.id)
            .where(held.c.role_id.in_(roles))
        )
        pairs = frozenset((permission, view) for permission, view in rows)
        self._kept[roles] = (moment + KEPT_SECONDS, pairs)
        return pairs


def _user_of_browser(_request: Any) -> User | None:
    token = session.get(Audience.staff.value)
    if not token or not request.path.startswith("/admin"):
        return None
    return signins.staff(token, at=clock.now())


def _typed() -> list[str]:
    form = request.form.values() if request.method == "POST" else ()
    return [request.path, *request.args, *request.args.values(), *form]
