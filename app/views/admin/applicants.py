"""Questions to those who apply for an organisation, and what they answered."""

from typing import Any

from flask import g
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app import clock
from app.models import ApplicantMessage, Organisation
from app.services import applicant, domains
from app.services.domains import Lies
from app.services.rights import Act
from app.views.admin.acts import answered
from app.views.admin.base import Screen
from app.views.forms import EsitoForm, longest, required
from app.views.lies import LIES, lies


class QuestionForm(EsitoForm):
    """What the board wants to know."""

    words = TextAreaField(
        _l("Question"),
        [required(_l("Write a question first.")), longest(applicant.LONGEST)],
        render_kw={"rows": 5},
    )


class Applicants(Screen):
    """Ask whoever applied for an organisation, and read what they answer."""

    @expose("/question/<pk>", methods=("POST",))
    @has_access
    def question(self, pk: str) -> Any:
        """Ask the applicant, who gets an e-mail with a link to the question."""
        row, form, at = self.row(pk), QuestionForm(), clock.now()

        def question() -> str:
            applicant.ask(row, form.words.data or "", by=g.user, at=at)
            return self.address("show", pk=pk)

        done = _("Your question is there, and the applicant is told by email.")
        sent, status = answered(form, Act.ask_applicant, question, done)
        if sent:
            return sent
        page = self.render_template(
            self.show_template, screen=self, row=row, pk=pk, related=[], form=form
        )
        return page, status

    # --- What the page of one organisation asks ---------------------------------------

    def question_form(self) -> QuestionForm:
        """Return the empty form of a question."""
        return QuestionForm(formdata=None)

    def messages(self, row: Organisation) -> list[ApplicantMessage]:
        """Return what was asked and answered about an application."""
        return applicant.messages(row)

    def lies(self, row: Organisation) -> Any:
        """Return in words where the address of the primary user lies."""
        if row.primary is not None:
            return lies(row.primary.email, row.website)
        return LIES[Lies.under if row.domain_matches else Lies.elsewhere]

    def free_mail(self, row: Organisation) -> bool:
        """Tell whether the primary user's address is one that anybody gets."""
        user = row.primary
        return user is not None and domains.is_free_mail(user.email)

    def overdue(self, row: Organisation) -> bool:
        """Tell whether the day has passed by which an answer was promised."""
        return applicant.overdue(row, at=clock.now())
