"""The users of a member's organisation: all see them, the primary one decides."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.errors import Refused
from app.models import Member
from app.services import handovers, joining, members
from app.services.members import NewMember
from app.values import AuditAction, Language
from app.views.again import done_once
from app.views.forms import EsitoForm
from app.views.guards import member_only
from app.views.verifier import pages
from app.views.verifier.forms import ROLES
from app.views.verifier.users_forms import NewUserForm, SureForm, UserForm

# The status of the answer to a form that did what it asked for: see the page.
DONE = 303


@pages.get("/organisation/users")
@member_only
def users() -> Any:
    """Show who belongs to the organisation; its primary user may change it."""
    number = request.args.get("page", 1, type=int)
    return render_template(
        "verifier/users.html",
        page=members.page_of(g.member, number),
        member=g.member,
        decides=members.is_primary(g.member),
        offer=handovers.open_for(g.member, at=clock.now()),
        waiting=joining.waiting_for(g.member),
        roles=ROLES,
    )


@pages.route("/organisation/users/add", methods=["GET", "POST"])
@member_only
def add_user() -> Any:
    """Add a colleague, who is sent a link to set a password."""
    members.require_primary(g.member)
    form = NewUserForm()

    def add() -> str:
        home, at = g.member.organisation, clock.now()
        added = members.create(_new(form), home, by=g.member, at=at)
        return _("We have sent %(email)s a link.", email=added.email)

    status = _done(form, add)
    if status == DONE:
        return redirect(url_for("verifier.users"), DONE)
    return render_template("verifier/user_add.html", form=form), status


@pages.route("/organisation/users/<reference>", methods=["GET", "POST"])
@member_only
def user(reference: str) -> Any:
    """Show one user to the primary user, who may put name and job title right."""
    members.require_primary(g.member)
    person = members.own(g.member, reference)
    form = UserForm(obj=person)

    def change() -> str:
        members.change(
            person,
            first_name=form.first_name.data,
            family_name=form.family_name.data,
            job_title=form.job_title.data,
            by=g.member,
            at=clock.now(),
        )
        return _("Saved.")

    status = _done(form, change)
    if status == DONE:
        return redirect(url_for("verifier.user", reference=reference), DONE)
    page = render_template(
        "verifier/user.html", form=form, person=person, member=g.member, roles=ROLES
    )
    return page, status


@pages.route("/organisation/users/<reference>/invite", methods=["GET", "POST"])
@member_only
def invite_user(reference: str) -> Any:
    """Send somebody who has not set a password another link."""
    return _act(
        reference,
        members.invite_again,
        title=lambda name: _("Send %(name)s the link again?", name=name),
        happens=[
            _("They get a new email with a link to set a password."),
            _("The link works for 24 hours. Earlier links work until they end."),
        ],
        label=_("Send the link"),
        done=_("We have sent the link again."),
    )


@pages.route("/organisation/users/<reference>/deactivate", methods=["GET", "POST"])
@member_only
def deactivate_user(reference: str) -> Any:
    """Let a user in no more, until the primary user lets them in again."""
    return _act(
        reference,
        members.deactivate,
        title=lambda name: _("Deactivate %(name)s?", name=name),
        happens=[
            _("They are signed out everywhere at once and cannot sign in again."),
            _(
                "They get no more emails about results. Downloads and lists that are"
                " being made for them are stopped."
            ),
            _("They are told by email. You can let them in again at any time."),
        ],
        label=_("Deactivate"),
        done=_("This person cannot sign in any more."),
        danger=True,
    )


@pages.route("/organisation/users/<reference>/restore", methods=["GET", "POST"])
@member_only
def restore_user(reference: str) -> Any:
    """Let a deactivated user in again."""
    return _act(
        reference,
        members.restore,
        title=lambda name: _("Let %(name)s in again?", name=name),
        happens=[
            _(
                "They can sign in with the password that they had, and see every result"
                " that is shared with your organisation."
            ),
            _("They are told by email."),
        ],
        label=_("Let in again"),
        done=_("This person can sign in again."),
    )


@pages.route("/organisation/users/<reference>/remove", methods=["GET", "POST"])
@member_only
@done_once(AuditAction.member_removed, "member", lambda: g.member, "verifier.users")
def remove_user(reference: str) -> Any:
    """Erase a user; what they looked at keeps their name."""
    return _act(
        reference,
        members.remove,
        title=lambda name: _("Remove %(name)s?", name=name),
        happens=[
            _(
                "They are signed out everywhere at once, and their account is erased."
                " This cannot be undone; you can add them again as somebody new."
            ),
            _(
                "Their name stays beside the results that they looked at, so that"
                " candidates can see who did."
            ),
            _(
                "Downloads and lists that are being made for them are stopped. They are"
                " told by email."
            ),
        ],
        label=_("Remove"),
        done=_("This person has been removed."),
        danger=True,
        gone=True,
    )


def _act(
    reference: str,
    act: Callable[..., None],
    *,
    title: Callable[[str], str],
    happens: list[str],
    label: str,
    done: str,
    danger: bool = False,
    gone: bool = False,
) -> Any:
    """Ask before an act on a user, saying what will happen; do it on the answer."""
    members.require_primary(g.member)
    person: Member = members.own(g.member, reference)
    form = SureForm()

    def do() -> str:
        act(person, by=g.member, at=clock.now())
        return done

    status = _done(form, do)
    if status == DONE:
        here = url_for("verifier.user", reference=reference)
        return redirect(url_for("verifier.users") if gone else here, DONE)
    page = render_template(
        "verifier/user_act.html",
        form=form,
        person=person,
        title=title(person.name),
        happens=happens,
        label=label,
        danger=danger,
    )
    return page, status


def _done(form: EsitoForm, act: Callable[[], str]) -> int:
    """Do what a form that was sent asks for, and say what `act` says of it.

    Returns DONE, or with which status the form is shown.
    """
    if not form.is_submitted():
        return 200
    if not form.validate():
        return 400
    try:
        flash(act(), "success")
    except Refused as problem:
        return form.refuse(problem)
    return DONE


def _new(form: NewUserForm) -> NewMember:
    return NewMember(
        email=form.email.data,
        first_name=form.first_name.data,
        family_name=form.family_name.data,
        job_title=form.job_title.data,
        language=Language(str(get_locale())),
    )
