"""What the back office's header offers: only what the reader may open."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for


@dataclass(frozen=True)
class Item:
    """One screen of the menu."""

    words: Any
    path: str
    here: bool


@dataclass(frozen=True)
class Group:
    """Screens that belong together."""

    words: Any
    screens: list[Item]
    here: bool


def register(app: Flask) -> None:
    """Let templates ask for the menu of whoever reads them."""
    app.jinja_env.globals["office_menu"] = menu


def menu() -> list[Group]:
    """Return the groups of the menu with the screens that the reader may list."""
    if not getattr(g, "user", None) or not g.user.is_authenticated:
        return []
    office = current_app.appbuilder  # type: ignore[attr-defined]
    groups = []
    for group in office.menu.get_list():
        shown = [item for item in group.childs if _listed(office, item.baseview)]
        if shown:
            items = [_item(item) for item in shown]
            here = any(item.here for item in items)
            groups.append(Group(group.label, items, here))
    return groups


def _listed(office: Any, view: Any) -> bool:
    permission = f"can_{view.get_method_permission(view.default_view)}"
    return office.sm.has_access(permission, view.class_permission_name)


def _item(item: Any) -> Item:
    view = item.baseview
    path = url_for(f"{view.endpoint}.{view.default_view}")
    return Item(item.label, path, request.path.startswith(f"{view.route_base}/"))
