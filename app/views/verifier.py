"""Pages of the verifier surface."""

from flask import Blueprint

pages = Blueprint("verifier", __name__, url_prefix="/verifier")
