"""A candidate's exams, and where each of them stands."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.services import standings
from app.views.candidate.pages import pages
from app.views.guards import candidate_only


@pages.get("/")
@candidate_only
def home() -> ResponseReturnValue:
    """Show each exam, where it stands, and what to do next."""
    page = request.args.get("page", 1, type=int)
    return render_template(
        "candidate/home.html",
        exams=standings.home(g.candidate, page, at=clock.now()),
        account=g.candidate,
    )
