"""What users of organisations ask the board, and the answers they get."""

from typing import Any

from flask import g
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import case as when_then
from sqlalchemy.orm import Query
from wtforms import TextAreaField

from app import clock
from app.models import MemberQuestion
from app.services import questions
from app.services.rights import Act
from app.values import AuditAction
from app.views.admin.acts import Pressed, answered
from app.views.admin.base import Screen
from app.views.admin.rows import Rows
from app.views.forms import EsitoForm, longest, required


class AnswerForm(EsitoForm):
    """The board's words."""

    words = TextAreaField(
        _l("Answer"),
        [required(_l("Write an answer first.")), longest(questions.LONGEST)],
        description=_l(
            "The person gets an email that there is an answer, and reads it when they"
            " are signed in. Do not write results."
        ),
        render_kw={"rows": 6},
    )


class WaitingFirst(Rows):
    """Questions: what waits longest for an answer, and then the newest others."""

    def apply_order_by(
        self, query: Query[Any], column: str, *args: Any, **options: Any
    ) -> Query[Any]:
        """Put those without an answer on top, the oldest of them first."""
        if column != "answered_at":
            return super().apply_order_by(query, column, *args, **options)
        waits, key = MemberQuestion.answered_at.is_(None), MemberQuestion.id
        return query.order_by(
            when_then((waits, 0), else_=1), when_then((waits, key), else_=-key)
        )


class Questions(Screen):
    """Questions from any page of an organisation's users; answered once."""

    datamodel = WaitingFirst(MemberQuestion, ["member", "organisation", "answered_by"])
    class_permission_name = "Questions"
    list_title = _l("Questions from organisations")
    show_template = "admin/question.html"
    label_columns = {
        "__str__": _l("Question"),
        "text": _l("Question"),
        "about": _l("Asked from the page"),
        "member": _l("Name"),
        "member.email": _l("Email address"),
        "organisation": _l("Organisation"),
        "organisation.name": _l("Organisation"),
        "asked_at": _l("Asked"),
        "answer": _l("Answer"),
        "answered_at": _l("Answered"),
        "answered_by": _l("Answered by"),
    }
    list_columns = ["__str__", "member", "organisation", "asked_at", "answered_at"]
    show_columns = [
        "text",
        "member",
        "member.email",
        "organisation",
        "about",
        "asked_at",
        "answer",
        "answered_at",
        "answered_by",
    ]
    search_columns = ["organisation.name", "text", "asked_at", "answered_at"]
    order_columns = ["asked_at", "answered_at"]
    base_order = ("answered_at", "asc")

    @expose("/answer/<pk>", methods=("GET", "POST"))
    @has_access
    def answer(self, pk: str) -> Any:
        """Answer the person, who is told that there is an answer."""
        row, form, at = self.row(pk), AnswerForm(), clock.now()

        back = self.address("show", pk=pk)

        def answer() -> str:
            questions.answer(row, form.words.data or "", by=g.user, at=at)
            return back

        done = _("Your answer is there, and the person is told by email.")
        subject = f"question:{row.reference}"
        once = Pressed(AuditAction.question_answered, subject, back)
        same = once if row.answer == form.words.data else None
        sent, status = answered(form, Act.answer_member, answer, done, pressed=same)
        if sent:
            return sent
        page = self.render_template(
            self.show_template, screen=self, row=row, pk=pk, form=form
        )
        return page, status

    def answer_form(self) -> AnswerForm:
        """Return the empty form of an answer."""
        return AnswerForm(formdata=None)
