"""Pages of the candidate surface."""

from flask import Blueprint

pages = Blueprint("candidate", __name__, url_prefix="/candidate")
