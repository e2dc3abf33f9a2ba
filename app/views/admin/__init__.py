"""The back office that Flask-AppBuilder generates, under /admin."""

from flask import Flask
from flask_appbuilder import AppBuilder

from app.extensions import db


class Office(AppBuilder):
    """Flask-AppBuilder without its own pages, files and scripts."""

    def _add_admin_views(self) -> None:
        """Register the desk and the pages around signing in, and nothing else."""
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        """Serve no files of the framework's: our pages use none."""


def register(app: Flask) -> None:
    """Build the back office; a second app in the same process gets its own."""
    from app.views.admin import navigation
    from app.views.admin.desk import Desk
    from app.views.admin.menu import MENU
    from app.views.admin.security import Security

    office = Office(
        indexview=Desk,
        base_template="layouts/office.html",
        security_manager_class=Security,
    )
    office.init_app(app, db.session)
    for group, words, views in MENU:
        for view in views:
            office.add_view(
                view,
                view.__name__,
                label=view.list_title,
                category=group,
                category_label=words,
            )
    navigation.register(app)
