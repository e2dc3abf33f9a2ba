"""How somebody joins an organisation that is here already, and who lets them in."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.errors import NotFound, Refused
from app.models import JoinRequest, Member, Organisation
from app.services import access, countries, hosts, joining, organisations, sharing
from app.services.joining import Asking
from app.values import Language, MemberRole
from app.views.guards import client_address, member_only, public
from app.views.lies import lies
from app.views.verifier import pages
from app.views.verifier.joining_forms import DecideForm, JoinForm

# More names than this are not read through: a longer one has to be typed.
MOST_FOUND = 20


class Found(NamedTuple):
    """What tells one organisation from another of the same name."""

    reference: str
    name: str
    place: str
    host: str
    verified: bool
    # Another one in the list has the same name.
    doubled: bool


# --- For somebody without an account --------------------------------------------------


@pages.get("/join")
@public
def join() -> Any:
    """Find the organisation that somebody works for, among the approved ones."""
    name = request.args.get("name", "").strip()[:160]
    found = sharing.find_organisations(name, MOST_FOUND + 1) if name else []
    names = [one.folded_name for one in found]
    return render_template(
        "verifier/join.html",
        name=name,
        found=[
            _introduced(one, doubled=names.count(one.folded_name) > 1)
            for one in found[:MOST_FOUND]
        ],
        more=len(found) > MOST_FOUND,
    )


@pages.route("/join/<reference>", methods=["GET", "POST"])
@public
def join_one(reference: str) -> Any:
    """Take somebody's wish to join; the answer is the same for every address."""
    organisation = access.receiving_organisation(reference)
    form, status = JoinForm(), 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                joining.ask(
                    organisation,
                    _asking(form),
                    address=client_address(),
                    at=clock.now(),
                )
                return redirect(url_for("verifier.join_sent"), 303)
            except NotFound:
                raise
            except Refused as problem:
                status = form.refuse(problem)
    one = _introduced(organisation)
    return render_template("verifier/join_one.html", form=form, one=one), status


@pages.get("/join/sent")
@public
def join_sent() -> Any:
    """Say what happens next; the same for everybody who asks."""
    return render_template("verifier/join_sent.html")


# --- For the primary user, who decides ------------------------------------------------


@pages.get("/organisation/requests")
@member_only
def join_requests() -> Any:
    """Show the primary user who asks to be let in, and the others who decides."""
    member = _member()
    decides = member.role is MemberRole.primary
    own = _own()
    return render_template(
        "verifier/join_requests.html",
        waiting=joining.open_for(own) if decides else [],
        primary=organisations.primary_of(own),
        decides=decides,
        organisation=own,
        lies=lies,
    )


@pages.get("/organisation/requests/<reference>")
@member_only
def join_request(reference: str) -> Any:
    """Show who asks, what letting them in means, and the two answers."""
    asked = joining.to_decide(_member(), reference)
    return _shown(asked, DecideForm(), 200)


@pages.post("/organisation/requests/<reference>/accept")
@member_only
def accept_request(reference: str) -> Any:
    """Make whoever asked a user of the organisation."""
    asked = joining.to_decide(_member(), reference)
    done = _("%(name)s is a user now, and gets an email.", name=asked.name)
    return _decided(
        asked, lambda: joining.accept(asked, by=_member(), at=clock.now()), done
    )


@pages.post("/organisation/requests/<reference>/decline")
@member_only
def decline_request(reference: str) -> Any:
    """Let nobody in; whoever asked is told so kindly."""
    asked = joining.to_decide(_member(), reference)
    done = _("The request is declined, and its details are erased.")
    return _decided(
        asked, lambda: joining.decline(asked, by=_member(), at=clock.now()), done
    )


def _decided(asked: JoinRequest, decide: Callable[[], object], done: str) -> Any:
    form = DecideForm()
    if not form.validate():
        return _shown(asked, form, 400)
    try:
        decide()
    except Refused as problem:
        # Beside no field: the form has none.
        flash(problem.message, "danger")
    else:
        flash(done, "success")
    return redirect(url_for("verifier.join_requests"), 303)


def _shown(asked: JoinRequest, form: DecideForm, status: int) -> Any:
    page = render_template(
        "verifier/join_request.html",
        asked=asked,
        form=form,
        organisation=_own(),
        lies=lies,
    )
    return page, status


def _asking(form: JoinForm) -> Asking:
    return Asking(
        first_name=form.first_name.data or "",
        family_name=form.family_name.data or "",
        job_title=form.job_title.data or "",
        email=form.email.data or "",
        language=Language(str(get_locale())),
    )


def _introduced(organisation: Organisation, *, doubled: bool = False) -> Found:
    country = dict(countries.by_name(str(get_locale()))).get(organisation.country)
    return Found(
        organisation.reference,
        organisation.name,
        f"{organisation.city}, {country or organisation.country}",
        hosts.of(organisation.website),
        organisation.domain_matches,
        doubled,
    )


def _own() -> Organisation:
    own = _member().organisation
    assert own is not None
    return own


def _member() -> Member:
    return g.member  # type: ignore[no-any-return]
