"""Inviting an organisation that is not here yet, so that a result waits for it."""

from urllib.parse import urlsplit

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app import clock
from app.errors import Conflict, Refused
from app.models import Organisation
from app.services import access, grading, invitations, showing
from app.services.hosts import LONGEST_NAME, Invited
from app.services.localtime import last_day
from app.values import InvitationState
from app.views.candidate.forms import PlainForm
from app.views.candidate.links import exam_name, previews, sendable
from app.views.candidate.pages import ask, pages
from app.views.candidate.share_forms import SCOPES, ScopeForm
from app.views.forms import email_address, longest, required
from app.views.guards import candidate_only, client_address


class InviteForm(ScopeForm):
    """Which organisation is meant, and what it shall see when it is here."""

    name = StringField(
        _l("Name of the organisation"),
        [required(_l("Enter the name of the organisation.")), longest(LONGEST_NAME)],
    )
    website = StringField(
        _l("Their website"),
        [required(_l("Enter the address of their website.")), longest(200)],
        description=_l("For example www.unipi.it. Type it yourself, or copy it."),
    )
    email = StringField(
        _l("Their email address"),
        [required(_l("Enter their email address.")), email_address()],
        description=_l(
            "It has to end like their website, such as admissions@example.org. Ask them"
            " who receives results."
        ),
    )

    def invited(self) -> Invited:
        """Return the organisation that was typed."""
        return Invited(self.name.data, self.website.data, self.email.data)


@pages.route("/results/<reference>/invite", methods=["GET", "POST"])
@candidate_only
def invite(reference: str) -> ResponseReturnValue:
    """Say exactly what happens, and let a result wait for an organisation."""
    at = clock.now()
    entry, result = sendable(reference, at)
    offered = showing.scopes(entry, result)
    form = InviteForm(offered, name=request.args.get("name", "")[:LONGEST_NAME])
    problem, here = None, []
    if form.validate_on_submit():
        try:
            invitations.invite(
                entry,
                form.invited(),
                by=g.candidate,
                at=at,
                address=client_address(),
                **form.wish(),
            )
        except Refused as refused:
            problem = refused
            here = _here(form) if isinstance(refused, Conflict) else []
        else:
            words = _("%(name)s is invited. Your result waits.", name=form.name.data)
            flash(words, "success")
            return redirect(url_for(".shares"))
    return ask(
        "invite.html",
        form,
        problem,
        entry=entry,
        exam=grading.exam(entry.session.exam),
        previews=previews(entry, result, offered),
        here=here,
        host_of=host_of,
    )


@pages.route("/invitations/<reference>/withdraw", methods=["GET", "POST"])
@candidate_only
def withdraw_invitation(reference: str) -> ResponseReturnValue:
    """Take an invitation back, after saying what that means."""
    found, form = access.own_invitation(g.candidate, reference), PlainForm()
    if found.state is InvitationState.sent:
        if not form.validate_on_submit():
            return ask(
                "withdraw_invitation.html",
                form,
                invitation=found,
                exam_name=exam_name,
                scopes=SCOPES,
                last_day=last_day,
            )
        try:
            invitations.withdraw(found, by=g.candidate, at=clock.now())
        except Conflict as refused:
            flash(str(refused.message), "warning")
        else:
            words = _("Your invitation of %(name)s is taken back.", name=found.name)
            flash(words, "success")
    return redirect(url_for(".shares"))


def host_of(organisation: Organisation) -> str:
    """Return the host that tells an organisation from others of its name."""
    return urlsplit(organisation.website).hostname or organisation.website


def _here(form: InviteForm) -> list[Organisation]:
    try:
        return invitations.already_here(form.website.data)
    except Refused:
        return []
