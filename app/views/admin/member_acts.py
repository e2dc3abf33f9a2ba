"""What staff do to the users of organisations: stop, let in, remove, put in charge."""

from collections.abc import Callable
from typing import Any

from flask import g, redirect
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from app import clock
from app.models import Member
from app.services import members, organisations, succession
from app.services.members import NewMember
from app.services.rights import Act
from app.values import AuditAction
from app.views.admin.acts import AskForm, Pressed, ReasonForm, answered, ask
from app.views.admin.base import Screen
from app.views.admin.words import written
from app.views.forms import EsitoForm, email_address, required
from app.views.people_forms import ENTER_EMAIL, words


class PrimaryForm(ReasonForm):
    """Why somebody else is the primary user, and who it was when the page was read."""

    primary = HiddenField()


class NewPrimaryForm(ReasonForm):
    """A person who is added as the primary user, and why."""

    first_name = words(_l("First name"), "first_name", _l("Enter the first name."))
    family_name = words(_l("Last name"), "family_name", _l("Enter the last name."))
    job_title = words(_l("Job title"), "job_title", _l("Enter the job title."))
    email = StringField(
        _l("Work email address"), [required(ENTER_EMAIL), email_address()]
    )


class MemberActs(Screen):
    """Deactivate, restore, remove; and another primary user where one has left."""

    @expose("/deactivate/<pk>", methods=("GET", "POST"))
    @has_access
    def deactivate(self, pk: str) -> Any:
        """Let a member in no more."""
        member, at = self.row(pk), clock.now()
        return self._asked(
            member,
            ReasonForm(),
            Act.deactivate_member,
            AuditAction.member_deactivated,
            lambda form: members.deactivate(
                member, by=g.user, at=at, why=form.why.data
            ),
            title=_("Deactivate %(name)s", name=member.name),
            text=_(
                "This person is signed out everywhere and cannot sign in again; what is"
                " being made for them is stopped. They are told by e-mail, not why."
            ),
            label=_("Deactivate"),
            done=_("This person cannot sign in any more."),
            danger=True,
            blocked=self._stays(member)
            or ("" if member.active else _("This person is deactivated already.")),
        )

    @expose("/restore/<pk>", methods=("GET", "POST"))
    @has_access
    def restore(self, pk: str) -> Any:
        """Let a deactivated member in again."""
        member, at = self.row(pk), clock.now()
        return self._asked(
            member,
            AskForm(),
            Act.deactivate_member,
            AuditAction.member_restored,
            lambda _form: members.restore(member, by=g.user, at=at),
            title=_("Let %(name)s in again", name=member.name),
            text=_(
                "This person can sign in with the password they had. They are told by"
                " e-mail."
            ),
            label=_("Let in again"),
            done=_("This person can sign in again."),
            blocked=_("This person may sign in already.") if member.active else "",
        )

    @expose("/remove/<pk>", methods=("GET", "POST"))
    @has_access
    def remove(self, pk: str) -> Any:
        """Erase a member; what they looked at keeps their name."""
        at = clock.now()
        if self.taken_away(pk, AuditAction.member_removed):
            return redirect(self.address("list"), 303)
        member = self.row(pk)
        return self._asked(
            member,
            ReasonForm(),
            Act.deactivate_member,
            AuditAction.member_removed,
            lambda form: members.remove(member, by=g.user, at=at, why=form.why.data),
            title=_("Remove %(name)s", name=member.name),
            text=_(
                "This person is signed out everywhere and their account is erased; this"
                " cannot be undone. Their name stays beside the results that they"
                " looked at, for the candidates. They are told by e-mail, not why."
            ),
            label=_("Remove"),
            done=_("This person has been removed."),
            danger=True,
            to=self.address("list"),
            blocked=self._stays(member),
        )

    @expose("/promote/<pk>", methods=("GET", "POST"))
    @has_access
    def promote(self, pk: str) -> Any:
        """Make a user the primary one, where the one before has left."""
        member, at = self.row(pk), clock.now()
        home = member.organisation
        primary = organisations.primary_of(home) if home is not None else None
        return self._asked(
            member,
            PrimaryForm(primary=primary.reference if primary else ""),
            Act.replace_primary,
            AuditAction.primary_handed_over,
            lambda form: succession.replace(
                member, by=g.user, why=form.why.data, at=at, seen=form.primary.data
            ),
            title=_("Make %(name)s the primary user", name=member.name),
            text=self._what_follows(),
            label=_("Make primary user"),
            done=_("The organisation has a new primary user."),
            danger=True,
            blocked=self._not_promoted(member),
        )

    @expose("/succeed/<pk>", methods=("GET", "POST"))
    @has_access
    def succeed(self, pk: str) -> Any:
        """Add a new person in the place of a primary user who has left."""
        member, at = self.row(pk), clock.now()
        home = member.organisation

        def replace(form: Any) -> None:
            new = NewMember(
                email=form.email.data,
                first_name=form.first_name.data,
                family_name=form.family_name.data,
                job_title=form.job_title.data,
                language=member.language,
            )
            why = form.why.data
            succession.replace_by_new(
                home, new, by=g.user, why=why, at=at, seen=member.reference
            )

        return self._asked(
            member,
            NewPrimaryForm(),
            Act.replace_primary,
            AuditAction.primary_handed_over,
            replace,
            title=_("Replace %(name)s by a new person", name=member.name),
            text=self._what_follows(),
            label=_("Replace"),
            done=_("The organisation has a new primary user."),
            danger=True,
            blocked=""
            if home is not None and members.is_primary(member)
            else _("This person is not the primary user of an organisation."),
        )

    def _asked(
        self,
        member: Member,
        form: EsitoForm,
        needed: Act,
        action: AuditAction,
        do: Callable[[Any], object],
        *,
        done: str,
        to: str = "",
        **words: Any,
    ) -> Any:
        back = self.address("show", pk=member.id)
        facts = self._facts(member)

        def act() -> str:
            do(form)
            return to or back

        handed_over = action is AuditAction.primary_handed_over
        of = member.organisation if handed_over else None
        subject = f"organisation:{of.reference}" if of else f"member:{member.reference}"
        pressed = Pressed(action, subject, to or back)
        sent, status = answered(form, needed, act, done, pressed=pressed)
        return sent or ask(self, form, status, facts=facts, back=back, **words)

    def _facts(self, member: Member) -> list[tuple[str, Any]]:
        home = member.organisation
        facts = [
            (_("Email address"), member.email),
            (_("Works for"), home or member.school),
            (_("Role"), written(member.role)),
        ]
        primary = None if home is None else organisations.primary_of(home)
        if primary is not None and primary.id != member.id:
            facts.append((_("Primary user now"), f"{primary.name}, {primary.email}"))
        return facts

    def _what_follows(self) -> str:
        return _(
            "The primary user until now is deactivated and signed out everywhere. Both"
            " are told by e-mail, not why. The new one adds and removes users."
        )

    def _stays(self, member: Member) -> str:
        if member.organisation is None or not members.is_primary(member):
            return ""
        return _("An organisation always has a primary user: put somebody else first.")

    def _not_promoted(self, member: Member) -> str:
        if member.organisation is None:
            return _("This person does not work for an organisation.")
        if members.is_primary(member):
            return _("This person is the primary user already.")
        return "" if member.active else _("Let this person in again first.")
