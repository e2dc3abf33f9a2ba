"""Which exams the organisation recognises, and what it asks for; all users may say."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.errors import Conflict, Refused
from app.models import Requirement
from app.services import grading, requirements
from app.values import AuditAction, ExamCode
from app.views.again import done_once
from app.views.guards import member_only
from app.views.verifier import pages
from app.views.verifier.requirement_forms import (
    ExamForm,
    RequirementForm,
    as_it_stands,
)


@pages.get("/organisation/exams")
@member_only
def exams() -> Any:
    """List what is asked for, by programme."""
    rows = requirements.of(g.member.organisation_id)
    grouped: dict[str, list[Requirement]] = {}
    for row in rows:
        grouped.setdefault(row.programme, []).append(row)
    return render_template(
        "verifier/exams.html",
        programmes=grouped,
        in_words=requirements.in_words,
        exam_name=_exam_name,
    )


@pages.route("/organisation/exams/new", methods=["GET", "POST"])
@member_only
def add_exam() -> Any:
    """Choose an exam, then say what is asked for of it."""
    chosen = request.args.get("exam")
    if chosen not in set(ExamCode):
        form = ExamForm(formdata=request.args if chosen is not None else None)
        wrong = chosen is not None and not form.validate()
        page = render_template("verifier/exam_choose.html", form=form)
        return page, 400 if wrong else 200
    return _ask(RequirementForm(grading.exam(chosen)))


@pages.route("/organisation/exams/<reference>", methods=["GET", "POST"])
@member_only
def change_exam(reference: str) -> Any:
    """Say differently what is asked for of an exam."""
    row = requirements.own(g.member, reference)
    form = RequirementForm(grading.exam(row.exam), **as_it_stands(row))
    return _ask(form, row)


@pages.route("/organisation/exams/<reference>/delete", methods=["GET", "POST"])
@member_only
@done_once(
    AuditAction.requirement_deleted, "requirement", lambda: g.member, "verifier.exams"
)
def delete_exam(reference: str) -> Any:
    """Ask for something no more, after saying what that means."""
    row = requirements.own(g.member, reference)
    if request.method == "GET":
        return render_template(
            "verifier/exam_delete.html",
            row=row,
            words=requirements.in_words(row),
            exam_name=_exam_name,
        )
    try:
        requirements.delete(row, by=g.member, at=clock.now())
    except Conflict as refused:
        flash(str(refused.message), "warning")
    else:
        flash(_("Deleted."), "success")
    return redirect(url_for("verifier.exams"), 303)


def _ask(form: RequirementForm, row: Requirement | None = None) -> Any:
    """Show the form, or write down what was filled in."""
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                requirements.save(
                    form.terms(), instead_of=row, by=g.member, at=clock.now()
                )
            except Refused as problem:
                status = form.refuse(problem)
            else:
                flash(_("Saved. Candidates see it before they share."), "success")
                return redirect(url_for("verifier.exams"), 303)
    page = render_template(
        "verifier/exam_edit.html", form=form, row=row, exam=form.exam
    )
    return page, status


def _exam_name(code: ExamCode) -> str:
    return grading.exam(code).name
