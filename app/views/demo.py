"""Pages of the demo surface."""

from flask import Blueprint

pages = Blueprint("demo", __name__, url_prefix="/demo")
