"""For the machines that watch the service: is it alive, is it ready."""

from flask import Blueprint
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.views.guards import public

pages = Blueprint("health", __name__)


@pages.get("/health")
@public
def alive() -> tuple[dict[str, str], int]:
    """Answer as long as the process runs."""
    return {"status": "ok"}, 200


@pages.get("/ready")
@public
def ready() -> tuple[dict[str, str], int]:
    """Answer 200 when the database answers, else 503."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "database does not answer"}, 503
    return {"status": "ok"}, 200
