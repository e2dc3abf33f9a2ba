"""The back office that Flask-AppBuilder generates, under /admin."""

from flask import Flask
from flask_appbuilder import AppBuilder, IndexView

from app.extensions import db


class Desk(IndexView):
    """What needs doing today."""

    route_base = "/admin"


def register(app: Flask) -> None:
    """Build the back office; a second app in the same process gets its own."""
    appbuilder = AppBuilder(indexview=Desk)
    appbuilder.init_app(app, db.session)
