"""Pages of the organisations that rely on results."""

from flask import Blueprint

pages = Blueprint("verifier", __name__, url_prefix="/verifier")

# The modules add their routes to the blueprint.
from app.views.verifier import (  # noqa: E402
    account,  # noqa: F401
    changes,  # noqa: F401
    checks,  # noqa: F401
    contact,  # noqa: F401
    doors,  # noqa: F401
    downloads,  # noqa: F401
    finding,  # noqa: F401
    handing_over,  # noqa: F401
    helping,  # noqa: F401
    joining,  # noqa: F401
    notifications,  # noqa: F401
    organisation,  # noqa: F401
    registration,  # noqa: F401
    requirements,  # noqa: F401
    results,  # noqa: F401
    second_factor,  # noqa: F401
    shared,  # noqa: F401
    templates,  # noqa: F401
    users,  # noqa: F401
)
