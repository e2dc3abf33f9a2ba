"""Pages of the organisations that rely on results."""

from flask import Blueprint

pages = Blueprint("verifier", __name__, url_prefix="/verifier")

# The modules add their routes to the blueprint.
from app.views.verifier import doors, registration, results  # noqa: E402, F401
