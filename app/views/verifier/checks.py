"""Checking a list: send it, see how far it is, read and take the answers."""

from collections.abc import Mapping

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField

from app import clock
from app.errors import Refused
from app.models import Member
from app.services import list_checks, lookups
from app.services.list_checks import Verdict, files
from app.values import WorkState
from app.views.forms import longest
from app.views.guards import current_member, member_only
from app.views.verifier import pages
from app.views.verifier.finding import PurposeForm, asked

CSV = "text/csv; charset=utf-8"
STATES = {
    WorkState.queued: (_l("Waiting"), "waiting"),
    WorkState.running: (_l("Being checked"), "waiting"),
    WorkState.ready: (_l("Checked"), "good"),
    WorkState.failed: (_l("Not checked"), "stopped"),
    WorkState.expired: (_l("Answers erased"), "quiet"),
}
KINDS = {
    Verdict.matches: "good",
    Verdict.differs: "stopped",
    Verdict.amended: "waiting",
}


class ListForm(PurposeForm):
    """A list, and what it is checked for."""

    file = FileField(
        _l("Your list"),
        [FileRequired(_l("Choose a file."))],
        description=_l("XLSX or CSV, at most 5,000 rows and 2 MB."),
    )
    purpose = StringField(
        _l("What for"),
        [longest(lookups.LONGEST_PURPOSE)],
        description=_l("The candidates see this. For example: applications for 2027"),
    )


@pages.route("/checks", methods=["GET", "POST"])
@member_only
def checks() -> ResponseReturnValue:
    """Take a list to be checked, and show those that this member has sent."""
    form, member = ListForm(), _member()
    problem = None
    if form.validate_on_submit():
        try:
            check = list_checks.ask(
                member,
                form.file.data.filename or "",
                form.file.data.read(list_checks.LARGEST + 1),
                purpose=form.purpose.data or "",
                at=clock.now(),
            )
        except Refused as refused:
            problem = refused
        else:
            return redirect(url_for("verifier.check", reference=check.reference), 303)
    page = list_checks.sent_by(member, request.args.get("page", 1, type=int))
    shown = {"page": page, "states": STATES, "member": member}
    return asked("verifier/checks.html", form, problem, **shown)


@pages.get("/checks/<reference>")
@member_only
def check(reference: str) -> ResponseReturnValue:
    """Show how far a list is, and its answers page by page."""
    own, at = list_checks.own(_member(), reference), clock.now()
    number = request.args.get("page", 1, type=int)
    return render_template(
        "verifier/check.html",
        check=own,
        state=STATES[own.state],
        page=list_checks.answers(own, number, at=at),
        counts=_counts(list_checks.counts(own, at=at)),
        words=files.WORDS,
        kinds=KINDS,
        headings=list_checks.HEADINGS,
    )


@pages.get("/checks/<reference>/answers.csv")
@member_only
def check_answers(reference: str) -> ResponseReturnValue:
    """Give all answers of a list as a file."""
    rows = list_checks.all_answers(_member(), reference, at=clock.now())
    content = "".join(files.answers_csv(rows))
    return _file(content.encode(), CSV, "answers.csv")


@pages.get("/checks/template.csv")
@member_only
def check_template_csv() -> ResponseReturnValue:
    """Give a list to fill in, as text."""
    return _file(files.template_csv().encode(), CSV, "list.csv")


@pages.get("/checks/template.xlsx")
@member_only
def check_template() -> ResponseReturnValue:
    """Give a list to fill in, as a spreadsheet."""
    return _file(files.template_xlsx(), files.XLSX, "list.xlsx")


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many rows got which answer, in the order in which they matter."""
    counted = ((str(files.WORDS[one]), counts.get(one, 0)) for one in Verdict)
    return [(words, count) for words, count in counted if count]


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)


def _member() -> Member:
    member = current_member()
    assert member is not None
    return member
