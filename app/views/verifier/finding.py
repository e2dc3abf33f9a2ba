"""Candidate search: a result by its statement number and date of birth."""

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app import clock
from app.errors import NotFound, Refused, TooManyTries
from app.models import Member, Share
from app.services import grading, lookups, showing, standing_now
from app.values import ShareScope
from app.views.forms import DateOfBirthField, EsitoForm, longest, required
from app.views.guards import current_member, member_only
from app.views.verifier import pages


class PurposeForm(EsitoForm):
    """A form that asks what for, of those whose organisation wants it said."""

    purpose: StringField

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and say at once all that is missing."""
        well = super().validate(extra_validators)
        try:
            lookups.stated(_member(), self.purpose.data or "")
        except Refused as problem:
            self.refuse(problem)
            well = False
        return well


class LookupForm(PurposeForm):
    """What stands on the Statement of Results, and what it is looked up for."""

    number = StringField(
        _l("Statement of Results number"),
        [required(lookups.NO_NUMBER), longest(64)],
        description=_l("12 letters and digits. For example: 26CZZ9990001"),
    )
    date_of_birth = DateOfBirthField(
        _l("Date of birth"),
        [required(_l("Enter the date of birth."))],
        description=_l("Day, month, year. For example: 05/03/2009"),
    )
    purpose = StringField(
        _l("What for"),
        [longest(lookups.LONGEST_PURPOSE)],
        description=_l("The candidate sees this. For example: application for 2027"),
    )


@pages.route("/search", methods=["GET", "POST"])
@member_only
def find() -> ResponseReturnValue:
    """Find one result; what was typed never stands in an address."""
    form = LookupForm()
    problem = None
    if form.validate_on_submit() and form.date_of_birth.data is not None:
        try:
            found = lookups.find(
                _member(),
                form.number.data or "",
                form.date_of_birth.data,
                purpose=form.purpose.data or "",
                at=clock.now(),
            )
        except Refused as refused:
            problem = refused
        else:
            return _lead_to(found)
    return asked("verifier/find.html", form, problem, member=_member())


@pages.get("/search/<reference>")
@member_only
def found(reference: str) -> ResponseReturnValue:
    """Show what this member found within the last hour, as it may be seen now."""
    now = clock.now()
    try:
        lookup, result = lookups.opened(_member(), reference, at=now)
    except NotFound:
        raise
    except Refused as over:
        words = over.message
        return render_template("verifier/found_over.html", words=words), over.status
    standing = standing_now.of(lookup, at=now)
    scope, amended = ShareScope.components, standing.amended
    shown = showing.of(lookup.entry, result, scope, amended=amended)
    exam_name = grading.exam(lookup.entry.session.exam).name
    return render_template(
        "verifier/found.html",
        lookup=lookup,
        shown=shown,
        standing=standing,
        exam_name=exam_name,
        until=lookup.at + lookups.READABLE,
    )


def asked(
    template: str, form: EsitoForm, problem: Refused | None, **values: Any
) -> ResponseReturnValue:
    """Show a form: for the first time, or again with what is wrong beside its field."""
    status = 400 if form.errors else 200
    if problem is not None:
        status = form.refuse(problem)
    answer = make_response(render_template(template, form=form, **values), status)
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _lead_to(found: Any) -> ResponseReturnValue:
    if isinstance(found, Share):
        flash(_("The candidate has shared this result with you."), "success")
        return redirect(url_for("verifier.result", reference=found.reference), 303)
    return redirect(url_for("verifier.found", reference=found.reference), 303)


def _member() -> Member:
    member = current_member()
    assert member is not None
    return member
