"""Pages of the public surface."""

from flask import Blueprint

pages = Blueprint("public", __name__)
