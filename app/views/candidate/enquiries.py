"""Asking for a check of a result, and taking the request back."""

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import AnyOf

from app import clock
from app.errors import NotFound, Refused
from app.services import access, enquiries, grading, publication
from app.values import EnquiryKind
from app.views.candidate.forms import PlainForm
from app.views.candidate.pages import ask, pages
from app.views.forms import EsitoForm, longest, required
from app.views.guards import candidate_only


class EnquiryForm(EsitoForm):
    """The wish for a check, its risk known; words for the centre are welcome."""

    # The stage that the page offered when it was shown.
    kind = HiddenField(validators=[AnyOf([kind.value for kind in EnquiryKind])])
    words = TextAreaField(
        _l("What your centre should know"),
        [longest(enquiries.LONGEST)],
        description=_l("For example why you think that something went wrong."),
        render_kw={"rows": 4},
    )
    understood = BooleanField(
        _l("I know that the grade can go down"),
        [required(_l("Please tick this: a check can also lower the grade."))],
    )


@pages.route("/exams/<reference>/enquiry", methods=["GET", "POST"])
@candidate_only
def enquiry(reference: str) -> ResponseReturnValue:
    """Say what a check is and what it costs, and take the request for one."""
    at = clock.now()
    entry = access.own_entry(g.candidate, reference)
    result = publication.published_result(entry, at=at)
    offer = enquiries.offer(entry, result, at=at)
    form = EnquiryForm(kind=offer.kind.value if offer.kind else "")
    problem = None
    if form.validate_on_submit():
        try:
            kind = EnquiryKind(form.kind.data)
            words = form.words.data or ""
            enquiries.request(entry, kind, words, by=g.candidate, at=at)
        except Refused as refused:
            problem = refused
        else:
            flash(_("Your request is with your centre now."), "success")
            return redirect(url_for(".enquiry", reference=reference))
    return ask(
        "enquiry.html",
        form,
        problem,
        entry=entry,
        exam=grading.exam_on(entry.session.exam, entry.session.exam_date),
        result=result,
        enquiry=offer,
    )


@pages.route("/exams/<reference>/enquiry/cancel", methods=["GET", "POST"])
@candidate_only
def cancel_enquiry(reference: str) -> ResponseReturnValue:
    """Take a request back that the centre has not answered yet."""
    at = clock.now()
    entry = access.own_entry(g.candidate, reference)
    result = publication.published_result(entry, at=at)
    offer = enquiries.offer(entry, result, at=at)
    going = offer.going_on
    if going is None and offer.past:
        # Cancelled or answered a moment ago, perhaps by the same form sent twice.
        return redirect(url_for(".enquiry", reference=reference))
    if going is None:
        raise NotFound(access.NOTHING_HERE)
    form = PlainForm()
    problem = None
    if form.validate_on_submit():
        try:
            row = enquiries.own(entry, going.reference)
            enquiries.cancel(row, by=g.candidate, at=at)
        except Refused as refused:
            problem = refused
        else:
            flash(_("Your request is cancelled."), "success")
            return redirect(url_for(".enquiry", reference=reference))
    return ask("cancel_enquiry.html", form, problem, entry=entry, asked=going)
