"""What candidates have shared with a member's organisation."""

from datetime import date, datetime
from typing import Any

from flask import (
    Response,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import NotFound
from app.models import Member
from app.services import (
    access,
    countries,
    documents,
    grading,
    inbox,
    members,
    photos,
    sharing,
    showing,
)
from app.services.inbox import Wanted
from app.services.localtime import board_zone, last_day, today
from app.values import AccessKind, ExamCode, ShareScope
from app.views.guards import member_only
from app.views.verifier import pages
from app.views.verifier.forms import ROLES, TYPES, SearchForm

# What a member looks for stays in their session: names and dates of birth have no
# place in an address, which is kept in histories and logs.
LOOKED_FOR = "shared_results_wanted"
SCOPES = {
    ShareScope.overall: _l("the overall result, without the parts of the exam"),
    ShareScope.components: _l("the overall result and each part"),
    ShareScope.photo: _l("the overall result, each part and the photo"),
}


@pages.get("/")
@member_only
def shared() -> Any:
    """Show what has been shared, newest first, with what is new to this member."""
    wanted = _looked_for()
    form = SearchForm(
        formdata=None,
        name=wanted.name,
        exam=wanted.exam or "",
        date_of_birth=wanted.date_of_birth,
        unread=wanted.unread,
    )
    return _list(form, wanted)


@pages.post("/")
@member_only
def search() -> Any:
    """Remember what the member looks for, and show the list again."""
    form = SearchForm()
    if "clear" in request.form:
        session.pop(LOOKED_FOR, None)
    elif not form.validate():
        return _list(form, _looked_for()), 400
    else:
        born = form.date_of_birth.data
        session[LOOKED_FOR] = {
            "name": form.name.data,
            "exam": form.exam.data,
            "born": born.isoformat() if born else "",
            "unread": form.unread.data,
        }
    return redirect(url_for("verifier.shared"), 303)


@pages.get("/results/<reference>")
@member_only
def result(reference: str) -> Any:
    """Show one shared result; the candidate sees that it was read, by whom and when."""
    now = clock.now()
    try:
        share, found = sharing.read(_member(), reference, AccessKind.viewed, at=now)
    except NotFound:
        return _over(reference, now)
    return render_template(
        "verifier/result.html",
        share=share,
        shown=showing.of(share.entry, found, share.scope) if found else None,
        scopes=SCOPES,
        last_day=last_day,
        exam_name=_exam_name,
    )


@pages.get("/results/<reference>/statement.pdf")
@member_only
def statement(reference: str) -> Any:
    """Give the Statement of Results as far as it is shared, and write that down."""
    now = clock.now()
    try:
        share, found = sharing.read(_member(), reference, AccessKind.statement, at=now)
    except NotFound:
        return _over(reference, now)
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    entry = share.entry
    content = documents.statement_of_results(entry, found, at=now, scope=share.scope)
    name = f"statement-{entry.statement_number}.pdf"
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.get("/results/<reference>/photo.jpg")
@member_only
def photo(reference: str) -> Any:
    """Give the photo that belongs to a shared result, where it is shared too."""
    now = clock.now()
    try:
        shown = sharing.photo(_member(), reference, at=now)
    except NotFound:
        return _over(reference, now)
    return Response(photos.content(shown), mimetype=photos.TYPE)


@pages.get("/organisation")
@member_only
def organisation() -> Any:
    """Show what the board knows of the organisation, and who its users are."""
    own = _member().organisation
    assert own is not None
    return render_template(
        "verifier/organisation.html",
        organisation=own,
        type_name=TYPES[own.type],
        members=members.of_organisation(own),
        member=_member(),
        roles=ROLES,
        country=dict(countries.by_name(str(get_locale()))).get(own.country, ""),
    )


def _over(reference: str, now: datetime) -> Any:
    """Say that a share is over, to those who had it and to nobody else."""
    over = sharing.over(_member(), reference, at=now)
    return render_template(
        "verifier/over.html", over=over, shared_on=today(over.shared_at)
    ), 410


def _list(form: SearchForm, wanted: Wanted) -> str:
    page = request.args.get("page", 1, type=int)
    return render_template(
        "verifier/shared.html",
        form=form,
        wanted=wanted,
        member=_member(),
        page=sharing.page_for(_member(), page, wanted, at=clock.now()),
        most_counted=inbox.MOST_COUNTED,
        zone=board_zone(),
        exam_name=_exam_name,
    )


def _looked_for() -> Wanted:
    """Return what this browser's member looks for, as far as it makes sense."""
    kept = session.get(LOOKED_FOR) or {}
    try:
        return Wanted(
            name=kept.get("name") or "",
            exam=ExamCode(kept["exam"]) if kept.get("exam") else None,
            date_of_birth=(
                date.fromisoformat(kept["born"]) if kept.get("born") else None
            ),
            unread=bool(kept.get("unread")),
        )
    except ValueError:
        return Wanted()


def _member() -> Member:
    return g.member  # type: ignore[no-any-return]


def _exam_name(code: ExamCode) -> str:
    return grading.exam(code).name
